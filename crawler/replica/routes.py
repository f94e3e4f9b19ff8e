"""Which answer belongs to which path: the registry as a site of the server."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from crawler.replica.areas import search_areas
from crawler.replica.faults import Fault
from crawler.replica.field_stats import field_values, list_sizes
from crawler.replica.history import INTERNAL_PATH, history_answer
from crawler.replica.metadata import enums, metadata
from crawler.replica.misbehave import spoil
from crawler.replica.respond import (
    ZIP,
    BadRequest,
    Response,
    check_names,
    check_value,
    html_response,
    json_response,
    tagged,
    text_response,
)
from crawler.replica.sizes import size_stats
from crawler.replica.store import Snapshot, Store, next_version
from crawler.replica.studies import BASE_PATH, list_studies, single_study
from crawler.replica.zips import registry_zip

API_VERSION = "2.0.5"
Params = Mapping[str, str]


class RegistrySite:
    """The registry over a store."""

    base_path = BASE_PATH

    def __init__(self, store: Store) -> None:
        self.store = store

    def answer(self, method: str, path: str, params: Params, question: bytes) -> Response:
        """The registry's answer; it takes no questions by POST."""
        if method == "POST":
            return html_response(405, "405 - Method Not Allowed")
        return answer(path, params, self.store.snapshot)

    def spoil(self, fault: Fault, response: Response, address: str) -> Response:
        """The answer that the fault makes of the right one."""
        if fault.kind == "version-moves":
            keep = fault.options.get("tokens") == "keep"
            self.store.replace(data_timestamp=next_version(self.store.snapshot.data_timestamp), keep_tokens=keep)
        return spoil(fault, response, address)


def answer(path: str, params: Params, snapshot: Snapshot) -> Response:
    """The registry's answer to a GET of this path (the whole path, decoded) with these parameters."""
    if path == "/robots.txt":
        return text_response(200, "User-agent: *\nCrawl-delay: 1\n")
    try:
        return _answer(path, params, snapshot)
    except BadRequest as error:
        return text_response(400, str(error))


def _answer(path: str, params: Params, snapshot: Snapshot) -> Response:
    below = path.removeprefix(BASE_PATH) if path.startswith(f"{BASE_PATH}/") else ""
    if route := _ROUTES.get(below):
        return route(params, snapshot)
    if path.startswith(INTERNAL_PATH):
        found = history_answer(path, params, snapshot)
        return found or html_response(404, "404 - Page Not Found")
    folder, _, name = below.rpartition("/")
    if folder == "/studies" and name:
        return single_study(name, params, snapshot)
    return html_response(404, "404 - Page Not Found")


def _version(params: Params, snapshot: Snapshot) -> Response:
    check_names(params, set())
    return json_response({"apiVersion": API_VERSION, "dataTimestamp": snapshot.data_timestamp})


def _size(params: Params, snapshot: Snapshot) -> Response:
    check_names(params, set())
    return json_response(size_stats(snapshot))


def _metadata(params: Params, snapshot: Snapshot) -> Response:
    for name in ("includeIndexedOnly", "includeHistoricOnly"):
        check_value(params, name, ("true", "false"))
    check_names(params, {"includeIndexedOnly", "includeHistoricOnly"})
    return json_response(metadata(snapshot))


def _search_areas(params: Params, snapshot: Snapshot) -> Response:
    check_names(params, set())
    return json_response(search_areas(snapshot.model))


def _enums(params: Params, snapshot: Snapshot) -> Response:
    check_names(params, set())
    return json_response(enums(snapshot.model))


def _download(params: Params, snapshot: Snapshot) -> Response:
    check_names(params, {"format"})
    if params.get("format") != "json.zip":
        raise BadRequest("`format` must be json.zip")
    response = Response(200, registry_zip(snapshot), ZIP)
    response.headers["Content-Disposition"] = 'attachment; filename="ctg-studies.json.zip"'
    return tagged(response)


_ROUTES: dict[str, Callable[[Params, Snapshot], Response]] = {
    "/version": _version,
    "/stats/size": _size,
    "/studies": list_studies,
    "/studies/metadata": _metadata,
    "/studies/search-areas": _search_areas,
    "/studies/enums": _enums,
    "/studies/download": _download,
    "/stats/field/values": field_values,
    "/stats/field/sizes": list_sizes,
}
