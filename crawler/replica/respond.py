"""What a route answers: a `Response`, and the registry's own ways of refusing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

from crawler.replica.store import etag_of
from crawler.replica.values import Json

JSON = "application/json"
TEXT = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"
CSV = "text/csv; charset=utf-8"
ZIP = "application/zip"


@dataclass(slots=True)
class Response:
    """Status, body and headers; the server adds the length, the date and the content coding."""

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)


class BadRequest(ValueError):
    """Answered as 400 with its text."""


def json_response(value: Json) -> Response:
    """200 with JSON and an entity tag."""
    return tagged(Response(200, orjson.dumps(value)))


def tagged(response: Response) -> Response:
    """The same response with an entity tag of its body."""
    response.headers["ETag"] = etag_of(response.body)
    return response


def text_response(status: int, text: str) -> Response:
    """A plain text answer, as the registry's refusals are."""
    return Response(status, text.encode(), TEXT)


def html_response(status: int, title: str) -> Response:
    """A small HTML page."""
    page = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return Response(status, page.encode(), HTML)


def check_names(params: Mapping[str, str], known: set[str]) -> None:
    """Raises BadRequest for the first parameter that the route does not know."""
    for name in params:
        if name not in known:
            raise BadRequest(f"unknown parameter `{name}`")


def check_value(params: Mapping[str, str], name: str, known: tuple[str, ...]) -> None:
    """Raises BadRequest for a value that is not one of the known ones."""
    if name in params and params[name] not in known:
        raise BadRequest(f"`{name}` must be one of {', '.join(known)}: {params[name]}")
