"""Reading values out of a record: leaves under a path, and what a date, an age or a word is for a comparison."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

# A value parsed from JSON.
Json = Any

_WORD = re.compile(r"[^\W_]+")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?:T.*)?")
_US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_TIME = re.compile(r"(\d+(?:\.\d+)?)\s*(minute|hour|day|week|month|year)s?", re.IGNORECASE)
_DAYS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.4375, "year": 365.25}


def values_at(node: Json, keys: Sequence[str]) -> Iterator[Json]:
    """Everything found under the keys; a list on the way stands for each of its items. Nulls are left out."""
    if isinstance(node, list):
        for item in node:
            yield from values_at(item, keys)
    elif not keys:
        if node is not None:
            yield node
    elif isinstance(node, dict):
        yield from values_at(node.get(keys[0]), keys[1:])


def words(text: str) -> list[str]:
    """Lower-case words; everything that is not a letter or a digit separates them."""
    return _WORD.findall(text.casefold())


def word_line(text: str) -> str:
    """The words of a text in one line with a space at both ends, in which a phrase can be found as a substring."""
    return f" {' '.join(words(text))} "


def squashed(text: str) -> str:
    """Letters and digits only, so that `Not yet recruiting` equals `NOT_YET_RECRUITING`."""
    return "".join(words(text))


def first_day(text: str) -> str | None:
    """The first day of a partial date as `yyyy-mm-dd`; also reads `mm/dd/yyyy`. None if it is no date."""
    parts = _date_parts(text)
    if parts is None:
        return None
    return f"{parts[0]:04d}-{parts[1] or 1:02d}-{parts[2] or 1:02d}"


def last_day(text: str) -> str | None:
    """The last day of a partial date as `yyyy-mm-dd`. None if it is no date."""
    parts = _date_parts(text)
    if parts is None:
        return None
    year, month = parts[0], parts[1] or 12
    day = parts[2] or calendar.monthrange(year, month)[1]
    return f"{year:04d}-{month:02d}-{day:02d}"


def days(text: str) -> float | None:
    """A length such as `18 Years` in days. None if it is not one."""
    match = _TIME.fullmatch(text.strip())
    return float(match[1]) * _DAYS[match[2].lower()] if match else None


def _date_parts(text: str) -> tuple[int, int | None, int | None] | None:
    text = text.strip()
    if match := _US_DATE.fullmatch(text):
        found = (int(match[3]), int(match[1]), int(match[2]))
    elif match := _DATE.fullmatch(text):
        found = (int(match[1]), int(match[2] or 0), int(match[3] or 0))
    else:
        return None
    try:
        date(found[0], found[1] or 1, found[2] or 1)
    except ValueError:
        return None
    return found[0], found[1] or None, found[2] or None
