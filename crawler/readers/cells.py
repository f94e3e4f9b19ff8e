"""Cells of a CSV download that hold several values, split back as far as the cell allows."""

from __future__ import annotations

import re
from functools import cache

from crawler.readers.values import short, vocabulary

Outcome = dict[str, str]
# A time frame names its first time within so many characters; a measure has at most so many commas.
_TIME_AT = 400
_MOST_PIECES = 12


@cache
def _time_like() -> re.Pattern[str]:
    """What a time frame, or a piece of one, looks like (`data/values.toml`, `time_words`)."""
    words = "|".join(vocabulary()["time_words"]["words"])
    return re.compile(words, re.IGNORECASE)


def parts(cell: str) -> list[str]:
    """The values of a cell with `|` between them."""
    return [part.strip() for part in cell.split("|") if part.strip()]


def is_time(text: str) -> bool:
    """True if a text mentions a time."""
    return _time_like().search(text[:_TIME_AT]) is not None


def outcomes(cell: str) -> tuple[list[Outcome], list[str]]:
    """Outcome measures of a cell `measure, description, time frame|…`, and flags for what could be split otherwise."""
    found: list[Outcome] = []
    flags: list[str] = []
    for part in parts(cell):
        outcome, sure = outcome_of(part)
        # A bar inside a measure's own text cuts it in two, and the first half has no time frame.
        found.append(outcome)
        if not sure and "outcome_split_unsure" not in flags:
            flags.append("outcome_split_unsure")
    return found, flags


def outcome_of(text: str) -> tuple[Outcome, bool]:
    """(measure, description and time frame of one outcome; whether there is only one way to split it).

    The time frame is the last piece, since nearly every outcome has one, with the pieces before it that read like a
    time; the measure is the first piece, with those after it that plainly go on (a bracket open, a small letter).
    """
    pieces = text.split(", ")
    if len(pieces) == 1:
        return {"measure": text}, True
    first = _time_start(pieces)
    timed = is_time(pieces[-1])
    body = pieces[:first]
    last = _measure_end(body)
    measure = ", ".join(body[:last])
    outcome = {"measure": measure, "description": ", ".join(body[last:]), "timeFrame": ", ".join(pieces[first:])}
    sure = timed and len(body) <= 2 and len(pieces) - first == 1 and (len(body) == 2 or len(pieces) == 2)
    return {key: value for key, value in outcome.items() if value}, sure


def _time_start(pieces: list[str]) -> int:
    """The index of the first piece of the time frame: the last piece, and those before it that lead up to it."""
    first = len(pieces) - 1
    if not is_time(pieces[-1]):
        return first
    while first > 1 and _leads_to_time(pieces[first - 1], pieces[first]):
        first -= 1
    return first


_NUMBERS = re.compile(r"(?:and |or |to )?\d+(?:\.\d+)?(?: ?(?:-|–|to|and) ?\d+)?")


def _leads_to_time(piece: str, following: str) -> bool:
    """True if a piece belongs to the time frame that the following piece is part of."""
    piece = piece.strip()
    if piece.endswith((".", ";")) and not _NUMBERS.fullmatch(piece):
        return False
    match = _time_like().search(piece[:_TIME_AT])
    if match is None:
        return bool(_NUMBERS.fullmatch(piece))
    joined = bool(re.match(r"(?:and|or)\b", following.strip()))
    return len(piece) <= (60 if joined else 45) and match.start() <= 15


def _measure_end(body: list[str]) -> int:
    """How many pieces the measure has. Where all of them seem to be measure, the first comma ends it after all:
    nine measures in ten have a description."""
    end = 1
    while end < min(len(body), _MOST_PIECES) and _goes_on(", ".join(body[:end]), body[end]):
        end += 1
    return end if end < len(body) or _open(body[0]) else 1


def _open(text: str) -> bool:
    return text.count("(") > text.count(")") or text.count("[") > text.count("]")


def _goes_on(so_far: str, following: str) -> bool:
    return _open(so_far) or following[:1].islower()


def interventions(cell: str) -> tuple[list[dict[str, str]], list[str]]:
    """Interventions of a cell `DRUG: x|DEVICE: y`; a part that names no type belongs to the one before it."""
    found: list[dict[str, str]] = []
    flags: list[str] = []
    known: dict[str, str] = vocabulary()["intervention_type"]
    for part in parts(cell):
        kind, colon, name = part.partition(":")
        if colon and kind.strip().lower() in known:
            found.append({"type": known[kind.strip().lower()], "name": name.strip()})
        elif found:
            found[-1]["name"] += f"|{part}"
            flags = ["intervention_split_unsure"]
        else:
            found.append({"name": part})
            flags = ["intervention_type_unknown"]
    return found, flags


@cache
def _facility_word() -> re.Pattern[str]:
    return re.compile("|".join(vocabulary()["facility_words"]["words"]), re.IGNORECASE)


_ZIP = re.compile(r"(?=.*\d)[\w\s.-]{2,12}")


def location(text: str) -> tuple[dict[str, str], bool]:
    """(facility, city, state, zip and country of one location; whether there is only one way to read it)."""
    pieces = text.split(", ")
    place: dict[str, str] = {}
    if len(pieces) < 2:
        return {"facility": text}, False
    country = pieces.pop()
    # Some countries have a comma of their own.
    if pieces and f"{pieces[-1]}, {country}".lower() in vocabulary()["countries_with_comma"]["names"]:
        country = f"{pieces.pop()}, {country}"
    place["country"] = country
    if len(pieces) > 1 and _ZIP.fullmatch(pieces[-1]) and any(c.isdigit() for c in pieces[-1]):
        place["zip"] = pieces.pop()
    if len(pieces) == 1:
        return {"city": pieces[0], **place}, False
    sure = len(pieces) == 2
    if len(pieces) > 2 and (country == "United States" or not _facility_word().search(pieces[-2])):
        # Where the last but one is no part of a facility's name it is the city, and the last is the state.
        place["state"] = pieces.pop()
        sure = len(pieces) == 2
    place["city"] = pieces.pop()
    return {"facility": ", ".join(pieces), **place}, sure


_AGES = re.compile(
    r"(?:up to (?P<to>[^()]+?)|(?P<low>\d+ \w+) to (?P<high>\d+ \w+)|(?P<from>\d+ \w+) and older)"
    r"\s*(?:\((?P<groups>[^)]*)\))?\s*$",
    re.IGNORECASE,
)


def classic_age(text: str) -> tuple[str | None, str | None, list[str]]:
    """(minimum, maximum, age groups) of `18 Years to 70 Years   (Adult, Older Adult)` and the like."""
    text = short(" ".join(text.split()))
    match = _AGES.fullmatch(text)
    groups = re.search(r"\(([^)]*)\)", text)
    names = [name.strip() for name in (groups[1] if groups else "").split(",") if name.strip()]
    if match is None:
        return None, None, names
    return match["low"] or match["from"], match["high"] or match["to"], names
