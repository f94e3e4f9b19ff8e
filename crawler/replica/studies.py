"""The routes /studies and /studies/{nctId}."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlencode

import orjson

from crawler.replica.areas import area_data
from crawler.replica.fields import Tree, UnknownField, project, tree_of
from crawler.replica.markup import to_legacy
from crawler.replica.pages import offset_of, page_size, selection, token_for
from crawler.replica.query import PARAMETERS, split_list
from crawler.replica.respond import CSV, ZIP, BadRequest, Response, check_names, check_value, tagged, text_response
from crawler.replica.store import Snapshot
from crawler.replica.table import columns, table
from crawler.replica.zips import single_zip

_LOOSE_ID = re.compile(r"nct0*(\d{1,8})", re.IGNORECASE | re.ASCII)
_ONLY_ID: Tree = {"protocolSection": {"identificationModule": {"nctId": None}}}
_SINGLE_PARAMETERS = {"format", "markupFormat", "fields"}
BASE_PATH = "/api/v2"
Params = Mapping[str, str]


def list_studies(params: Params, snapshot: Snapshot) -> Response:
    """One page of /studies. Raises BadRequest."""
    check_names(params, PARAMETERS)
    check_value(params, "format", ("json", "csv"))
    check_value(params, "countTotal", ("true", "false"))
    check_value(params, "markupFormat", ("markdown", "legacy"))
    size = page_size(params.get("pageSize", ""))
    render = _csv_page if params.get("format") == "csv" else _json_page
    ids = selection(params, snapshot)
    token = params.get("pageToken", "")
    start = offset_of(token, params, snapshot) if token else 0
    total = len(ids) if params.get("countTotal") == "true" and not token else None
    following = token_for(params, snapshot, start + size) if start + size < len(ids) else None
    return tagged(render(ids[start : start + size], total, following, params, snapshot))


def single_study(name: str, params: Params, snapshot: Snapshot) -> Response:
    """One study, or 301, 404. Raises BadRequest for what is no NCT number."""
    check_names(params, _SINGLE_PARAMETERS)
    check_value(params, "format", ("json", "csv", "json.zip"))
    check_value(params, "markupFormat", ("markdown", "legacy"))
    nct_id = read_id(name)
    if nct_id not in snapshot.bodies:
        if current := snapshot.aliases.get(nct_id):
            query = f"?{urlencode(params)}" if params else ""
            return Response(301, b"", headers={"Location": f"{BASE_PATH}/studies/{current}{query}"})
        return text_response(404, f"NCT number {nct_id} not found")
    if params.get("format") == "csv":
        body = table([snapshot.record(nct_id)], _csv_columns(params), header=True)
        return tagged(Response(200, body, CSV))
    body = _body(nct_id, _requested_tree(params, snapshot), params, snapshot)
    if params.get("format") == "json.zip":
        return tagged(Response(200, single_zip(nct_id, body), ZIP))
    return tagged(Response(200, body))


def read_id(name: str) -> str:
    """`nct410` as NCT00000410. Raises BadRequest."""
    match = _LOOSE_ID.fullmatch(name)
    if match is None:
        raise BadRequest(f"Incorrect format of NCT number: {name}")
    return f"NCT{int(match[1]):08d}"


def _json_page(
    ids: list[str], total: int | None, following: str | None, params: Params, snapshot: Snapshot
) -> Response:
    """The page, joined from records that are serialised already, one a line."""
    tree = _requested_tree(params, snapshot)
    head = b'{"totalCount":%d,"studies":[' % total if total is not None else b'{"studies":['
    tail = b'],"nextPageToken":%s}' % orjson.dumps(following) if following is not None else b"]}"
    return Response(200, head + b",\n".join(_body(nct_id, tree, params, snapshot) for nct_id in ids) + tail)


def _csv_page(ids: list[str], total: int | None, following: str | None, params: Params, snapshot: Snapshot) -> Response:
    records = (snapshot.record(nct_id) for nct_id in ids)
    response = Response(200, table(records, _csv_columns(params), header=not params.get("pageToken")), CSV)
    if total is not None:
        response.headers["x-total-count"] = str(total)
    if following is not None:
        response.headers["x-next-page-token"] = following
    return response


def _body(nct_id: str, tree: Tree | None, params: Params, snapshot: Snapshot) -> bytes:
    """A study as it is stored, or cut down to the asked fields, or with its markup as the old system had it."""
    legacy = params.get("markupFormat") == "legacy"
    if tree is None and not legacy:
        return snapshot.bodies[nct_id]
    if tree == _ONLY_ID:
        # The ids of the whole registry are asked for every night: no record need be read for them.
        return b'{"protocolSection":{"identificationModule":{"nctId":"%s"}}}' % nct_id.encode()
    record = snapshot.record(nct_id)
    if tree is not None:
        record = project(record, tree) or {}
    if legacy:
        to_legacy(record, snapshot.model)
    return orjson.dumps(record)


def _requested_tree(params: Params, snapshot: Snapshot) -> Tree | None:
    names = _requested_names(params)
    if names is None:
        return None
    try:
        return tree_of(_without_query(names, params), snapshot.model)
    except UnknownField as error:
        raise BadRequest(f"`fields` has an unknown name: {error}") from None


def _without_query(names: list[str], params: Params) -> list[str]:
    """The names with `@query` replaced by the areas that the request searches."""
    searched = [
        area for name, area in area_data()["parameters"].items() if name.startswith("query.") and name in params
    ]
    return [found for name in names for found in (searched if name == "@query" else [name])]


def _csv_columns(params: Params) -> list[str]:
    names = _requested_names(params)
    if names is None:
        return list(columns())
    for name in names:
        if name not in columns():
            raise BadRequest(f"`fields` has an unknown column: {name}")
    return names


def _requested_names(params: Params) -> list[str] | None:
    if "fields" not in params:
        return None
    names = split_list(params["fields"])
    if not names:
        raise BadRequest("`fields` must not be empty")
    return names
