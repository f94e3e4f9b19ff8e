"""JSON as the outside world sends it: fast where it is right, patient where it is nearly right."""

from __future__ import annotations

import json
from typing import Any, TypeAlias

import orjson

# Whatever a JSON text may hold: nothing is known of it before it is looked at.
Json: TypeAlias = Any

BOM = b"\xef\xbb\xbf"


def load(body: bytes) -> Json:
    """The value of a JSON text. Raises ValueError.

    A lone surrogate escape (`\\ud83d` without its partner) is legal JSON but not legal Unicode; it becomes `?`,
    since one broken emoji must not cost a trial.
    """
    body = body.removeprefix(BOM)
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        if b"\\u" not in body:
            raise
        return _without_lone_surrogates(body, error)


def _without_lone_surrogates(body: bytes, first: ValueError) -> Json:
    try:
        text = json.dumps(json.loads(body), ensure_ascii=False)
        return orjson.loads(text.encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise first from None


def load_loosely(body: bytes) -> Json:
    """The value of a whole JSON text although some of its bytes are not UTF-8 (U+FFFD then). Raises ValueError."""
    try:
        return json.loads(body.removeprefix(BOM).decode("utf-8", "replace"))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
