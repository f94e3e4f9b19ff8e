"""What each fault does to an answer. Those of the connection itself are in `transport`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from crawler.replica.faults import RECORD, Fault
from crawler.replica.respond import JSON, Response, html_response, tagged, text_response
from crawler.replica.studies import BASE_PATH
from crawler.replica.values import Json

_REASONS = {403: "Forbidden", 429: "Too Many Requests", 503: "Service Unavailable"}
UNKNOWN_KEY = "replicaUnknownField"


def spoil(fault: Fault, response: Response, address: str) -> Response:
    """The answer that the fault makes of the right one. `address` is the request's path with its query."""
    if fault.status is not None:
        return _refusal(fault, fault.status)
    if fault.kind == "html":
        return html_response(200, "Please wait while your request is verified")
    if fault.kind == "stale-token":
        return text_response(400, "`pageToken` is stale: the data have changed")
    if fault.kind == "redirect-loop":
        return Response(301, b"", headers={"Location": address})
    if fault.kind == "alias-redirect":
        return Response(301, b"", headers={"Location": f"{BASE_PATH}/studies/{fault.options['to']}"})
    change = _PAGE.get(fault.kind) or (_change_records if fault.kind in RECORD else None)
    if change is None or response.status != 200 or response.content_type != JSON:
        return response
    value = orjson.loads(response.body)
    change(fault, value)
    return tagged(Response(200, orjson.dumps(value), response.content_type, response.headers))


def _refusal(fault: Fault, status: int) -> Response:
    response = text_response(status, _REASONS.get(status, "Internal Server Error" if status >= 500 else "Refused"))
    if "retry-after" in fault.options:
        response.headers["Retry-After"] = fault.options["retry-after"]
    return response


def _studies(value: Json) -> list[Any]:
    found = value.get("studies") if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def _repeat(fault: Fault, value: Json) -> None:
    studies = _studies(value)
    studies[:0] = studies[: fault.count()]


def _omit(fault: Fault, value: Json) -> None:
    del _studies(value)[-fault.count() :]


def _shift(fault: Fault, value: Json) -> None:
    studies = _studies(value)
    studies[-fault.count() :] = studies[: fault.count()]


def _miscount(fault: Fault, value: Json) -> None:
    if isinstance(value, dict) and "totalCount" in value:
        value["totalCount"] += fault.count()


_PAGE: dict[str, Callable[[Fault, Json], None]] = {
    "repeat-ids": _repeat, "omit-ids": _omit, "shift-ids": _shift, "wrong-total": _miscount,
}  # fmt: skip


def _change_records(fault: Fault, value: Json) -> None:
    records = [value] if isinstance(value, dict) and "protocolSection" in value else _studies(value)
    wanted = fault.options.get("id")
    chosen = records[: fault.count()] if wanted is None else [record for record in records if _id_of(record) == wanted]
    for record in chosen:
        if fault.kind == "unknown-field":
            record[UNKNOWN_KEY] = {"note": "a field that the data model does not know"}
            record.get("protocolSection", {})[UNKNOWN_KEY] = ["one", "two"]
        else:
            _change_value(record, fault.options["field"].split("."), fault.kind)


def _id_of(record: Json) -> Json:
    return record.get("protocolSection", {}).get("identificationModule", {}).get("nctId")


def _change_value(node: Json, keys: list[str], kind: str) -> None:
    """Spoils every value under the keys; a list on the way stands for each of its items."""
    if isinstance(node, list):
        for item in node:
            _change_value(item, keys, kind)
    elif isinstance(node, dict) and len(keys) > 1:
        _change_value(node.get(keys[0]), keys[1:], kind)
    elif isinstance(node, dict):
        node[keys[0]] = None if kind == "null" else _wrong_type(node.get(keys[0]))


def _wrong_type(value: Json) -> Json:
    return 12345 if isinstance(value, str) else "not of this type"
