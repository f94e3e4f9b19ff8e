"""Runs an expression over a snapshot: which studies match, and how well (the score only ranks them)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from crawler.replica import essie
from crawler.replica.areas import area_fields
from crawler.replica.essie import BadExpression
from crawler.replica.model import Field
from crawler.replica.store import Snapshot
from crawler.replica.values import Json, days, first_day, last_day, squashed, word_line, words

Scores = dict[str, float]
_Test = Callable[[Any], bool]


def run(node: essie.Node, snapshot: Snapshot) -> Scores:
    """The matching studies with their scores. Raises BadExpression for an unknown area or an end that is no value."""
    match node:
        case essie.All():
            return dict.fromkeys(snapshot.bodies, 0.0)
        case essie.And(parts):
            return _all_of([run(part, snapshot) for part in parts])
        case essie.Or(parts):
            return _any_of([run(part, snapshot) for part in parts])
        case essie.Not(part):
            excluded = run(part, snapshot)
            return dict.fromkeys((nct_id for nct_id in snapshot.bodies if nct_id not in excluded), 0.0)
        case essie.Term():
            return _term(node, snapshot)
        case essie.Range():
            return _range(node, snapshot)
        case essie.Missing(area):
            present = _any_of([_present(field, snapshot) for field, _ in _fields(area, snapshot)])
            return dict.fromkeys((nct_id for nct_id in snapshot.bodies if nct_id not in present), 0.0)
        case essie.Search(piece, part):
            return _search(piece, part, snapshot)


def _all_of(parts: list[Scores]) -> Scores:
    first, *rest = sorted(parts, key=len)
    return {key: score + sum(part[key] for part in rest) for key, score in first.items() if all(key in p for p in rest)}


def _any_of(parts: Iterable[Scores]) -> Scores:
    found: Scores = {}
    for part in parts:
        for key, score in part.items():
            if score >= found.get(key, 0.0):
                found[key] = score
    return found


def _fields(area: str, snapshot: Snapshot) -> list[tuple[Field, float]]:
    found = area_fields(area, snapshot.model)
    if found is None:
        raise BadExpression(f"AREA[{area}] is neither a search area nor a field")
    return found


def _present(field: Field, snapshot: Snapshot) -> Scores:
    return dict.fromkeys(snapshot.column(field), 1.0)


def _term(term: essie.Term, snapshot: Snapshot) -> Scores:
    if term.area.endswith(":size"):
        return _sized(term, snapshot)
    fields = _fields(term.area, snapshot)
    snapshot.prepare([field for field, _ in fields])
    found = _any_of(_in_field(field, weight, term, snapshot) for field, weight in fields)
    several = words(term.text)
    if term.is_phrase or len(several) < 2 or term.coverage != "Contains":
        return found
    one_by_one = [run(essie.Term(term.area, word), snapshot) for word in several]
    return _any_of([found, _all_of(one_by_one)])


def _in_field(field: Field, weight: float, term: essie.Term, snapshot: Snapshot) -> Scores:
    if field.kind == "text":
        wanted = word_line(term.text)
        if not wanted.strip():
            return {}
        covers = _COVERS[term.coverage]
        column: dict[str, list[Any]] = dict(snapshot.lines(field))
        return {key: weight for key, lines in column.items() if any(covers(wanted, line) for line in lines)}
    test = _equality(field, term.text)
    return {key: weight for key, found in snapshot.column(field).items() if any(map(test, found))}


_COVERS: dict[str, Callable[[str, str], bool]] = {
    "Contains": lambda wanted, line: wanted in line,
    "FullMatch": lambda wanted, line: wanted == line,
    "StartsWith": lambda wanted, line: line.startswith(wanted),
    "EndsWith": lambda wanted, line: line.endswith(wanted),
}


def _equality(field: Field, text: str) -> _Test:
    if field.kind == "number":
        wanted = _number(text)
        return lambda value: wanted is not None and _number(value) == wanted
    if field.kind == "date":
        low, high = first_day(text), last_day(text)
        return lambda value: low is not None and high is not None and low <= (first_day(str(value)) or "") <= high
    if field.kind == "time":
        length = days(text)
        return lambda value: length is not None and days(str(value)) == length
    plain = squashed(text)
    return lambda value: bool(plain) and squashed(str(value)) == plain


def _number(value: Json) -> float | None:
    try:
        return None if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        return None


def _sized(term: essie.Term, snapshot: Snapshot) -> Scores:
    size = _number(term.text)
    if size is None:
        raise BadExpression(f"AREA[{term.area}] needs a number, not {term.text!r}")
    fields = _fields(term.area.removesuffix(":size"), snapshot)
    return _any_of({k: w for k, v in snapshot.column(f).items() if len(v) == size} for f, w in fields)


def _range(node: essie.Range, snapshot: Snapshot) -> Scores:
    return _any_of(_field_range(field, weight, node, snapshot) for field, weight in _fields(node.area, snapshot))


def _field_range(field: Field, weight: float, node: essie.Range, snapshot: Snapshot) -> Scores:
    read_low, read_high = _ENDS.get(field.kind, (_lower, _lower))
    low, high = _end(node.low, "MIN", read_low), _end(node.high, "MAX", read_high)
    found = {}
    for key, values in snapshot.column(field).items():
        for value in values:
            place = read_low(str(value))
            if place is not None and (low is None or low <= place) and (high is None or place <= high):
                found[key] = weight
                break
    return found


def _lower(text: str) -> str:
    return text.casefold()


_ENDS: dict[str, tuple[Callable[[str], Any], Callable[[str], Any]]] = {
    "number": (_number, _number),
    "date": (first_day, last_day),
    "time": (days, days),
}


def _end(text: str, open_end: str, read: Callable[[str], Json]) -> Json:
    if text.upper() == open_end:
        return None
    found = read(text.strip('"'))
    if found is None:
        raise BadExpression(f"RANGE: {text!r} is not a value of the field")
    return found


def _search(piece: str, part: essie.Node, snapshot: Snapshot) -> Scores:
    field = snapshot.model.find(piece)
    if field is None or not field.is_branch:
        raise BadExpression(f"SEARCH[{piece}] is not a list of the data model")
    found: Scores = {}
    for key, score in run(part, snapshot.items(field)).items():
        nct_id = key.partition("#")[0]
        found[nct_id] = max(score, found.get(nct_id, 0.0))
    return found
