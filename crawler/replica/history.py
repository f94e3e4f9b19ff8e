"""The registry's internal, undocumented history: /api/int/studies/{nct}?history=true and .../history/{n}."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from crawler.replica.respond import BadRequest, Response, check_names, json_response, text_response
from crawler.replica.store import Snapshot
from crawler.replica.studies import read_id

INTERNAL_PATH = "/api/int/studies/"


def history_answer(path: str, params: Mapping[str, str], snapshot: Snapshot) -> Response | None:
    """The answer to a path below /api/int/studies/; None if it is not of this kind. Raises BadRequest."""
    name, *rest = path.removeprefix(INTERNAL_PATH).split("/")
    check_names(params, set() if rest else {"history"})
    nct_id = read_id(name)
    versions = snapshot.past.get(nct_id, ())
    if nct_id not in snapshot.bodies or not versions:
        return text_response(404, f"NCT number {nct_id} not found")
    if not rest:
        return _overview(nct_id, params, versions, snapshot)
    if len(rest) == 2 and rest[0] == "history":
        return _one_version(rest[1], versions)
    return None


def _overview(nct_id: str, params: Mapping[str, str], versions: Sequence[bytes], snapshot: Snapshot) -> Response:
    found: dict[str, Any] = {"study": snapshot.record(nct_id)}
    if params.get("history") == "true":
        changes = [{"version": number, "date": _date_of(body)} for number, body in enumerate(versions)]
        found["history"] = {"changes": changes}
    return json_response(found)


def _one_version(number: str, versions: Sequence[bytes]) -> Response:
    if not (number.isascii() and number.isdecimal()):
        raise BadRequest(f"Incorrect version number: {number}")
    if len(number) > 9 or int(number) >= len(versions):
        return text_response(404, f"version {number} not found")
    return json_response({"studyVersion": int(number), "study": orjson.loads(versions[int(number)])})


def _date_of(body: bytes) -> str:
    """When the sponsor submitted the version, or else when it was posted."""
    status = orjson.loads(body).get("protocolSection", {}).get("statusModule", {})
    posted = status.get("lastUpdatePostDateStruct") or {}
    return str(status.get("lastUpdateSubmitDate") or posted.get("date") or "")
