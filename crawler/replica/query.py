"""The parameters of /studies, checked, and the studies that they select in their order."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from crawler.replica import essie
from crawler.replica.areas import area_data
from crawler.replica.geo import distance_filter
from crawler.replica.match import Scores, run
from crawler.replica.model import enum_values
from crawler.replica.respond import BadRequest
from crawler.replica.store import Snapshot
from crawler.replica.values import Json, first_day

QUERIES = ("cond", "term", "intr", "titles", "outc", "spons", "lead", "locn", "id", "patient")
FILTERS = ("overallStatus", "geo", "ids", "advanced", "synonyms")
PAGING = {"countTotal", "pageSize", "pageToken"}
PARAMETERS = (
    {f"query.{name}" for name in QUERIES}
    | {f"{kind}.{name}" for kind in ("filter", "postFilter") for name in FILTERS}
    | {"aggFilters", "geoDecay", "fields", "sort", "format", "markupFormat"}
    | PAGING
)
_ID = re.compile(r"nct\d{8}", re.IGNORECASE | re.ASCII)
_ONLY_IDS = re.compile(r"\s*nct\d{8}(?:[\s,]+nct\d{8})*[\s,]*", re.IGNORECASE | re.ASCII)
_SORT = re.compile(r"(@relevance|[a-zA-Z][a-zA-Z0-9\-. ]*)(?::(asc|desc))?")


def select(params: Mapping[str, str], snapshot: Snapshot) -> list[str]:
    """The ids of the matching studies, sorted. Raises BadRequest."""
    scores = _matches(params, snapshot)
    ids = [nct_id for nct_id in snapshot.bodies if nct_id in scores]
    for name, descending in reversed(_sort_keys(params.get("sort", ""), snapshot)):
        ids = _sorted(ids, name, descending, scores, snapshot)
    return ids


def split_list(text: str) -> list[str]:
    """A comma- or pipe-separated parameter; empty parts are left out."""
    return [part.strip() for part in re.split(r"[|,]", text) if part.strip()]


def _matches(params: Mapping[str, str], snapshot: Snapshot) -> Scores:
    parts: list[Scores] = []
    filters = [name for name in params if name.startswith(("filter.", "postFilter.")) or name == "aggFilters"]
    filtered = [_filter(name, params[name], snapshot) for name in filters if params[name].strip()]
    asked = [name for name in params if name.startswith("query.") and params[name].strip()]
    by_id_only = False
    for name in asked:
        if _ONLY_IDS.fullmatch(params[name]):
            by_id_only = True
            parts.append(_present(re.split(r"[\s,]+", params[name].strip(" ,")), snapshot))
        else:
            parts.append(_expression(name, params[name], snapshot))
    if not by_id_only:
        # A query of nothing but ids makes the registry ignore every filter.
        parts += filtered
    if not parts:
        return dict.fromkeys(snapshot.bodies, 0.0)
    first, *rest = parts
    return {key: score + sum(part[key] for part in rest) for key, score in first.items() if all(key in p for p in rest)}


def _expression(name: str, text: str, snapshot: Snapshot) -> Scores:
    try:
        return run(essie.parse(text, area_data()["parameters"][name]), snapshot)
    except essie.BadExpression as error:
        raise BadRequest(f"`{name}` cannot be read: {error}") from None


def _filter(name: str, text: str, snapshot: Snapshot) -> Scores:
    if name == "aggFilters":
        return _aggregations(text, snapshot)
    kind = name.partition(".")[2]
    if kind == "advanced":
        return _expression(name, text, snapshot)
    by_kind: dict[str, Callable[[str, str, Snapshot], Scores]] = {
        "ids": _ids,
        "overallStatus": _statuses,
        "geo": distance_filter,
        "synonyms": _synonyms,
    }
    return by_kind[kind](name, text, snapshot)


def _ids(name: str, text: str, snapshot: Snapshot) -> Scores:
    ids = split_list(text)
    for nct_id in ids:
        if not _ID.fullmatch(nct_id):
            raise BadRequest(f"`{name}` has an incorrect NCT number: {nct_id}")
    return _present(ids, snapshot)


def _present(ids: list[str], snapshot: Snapshot) -> Scores:
    return {nct_id.upper(): 0.0 for nct_id in ids if nct_id.upper() in snapshot.bodies}


def _statuses(name: str, text: str, snapshot: Snapshot) -> Scores:
    wanted = set(split_list(text))
    if unknown := wanted - set(enum_values()["Status"]):
        raise BadRequest(f"`{name}` has an incorrect status: {', '.join(sorted(unknown))}")
    column = snapshot.column(snapshot.model.by_piece["OverallStatus"])
    return {nct_id: 0.0 for nct_id, found in column.items() if wanted & set(map(str, found))}


def _synonyms(name: str, text: str, _snapshot: Snapshot) -> Scores:
    raise BadRequest(f"`{name}` is not supported by the replica, which knows no synonyms: {text}")


def _aggregations(text: str, snapshot: Snapshot) -> Scores:
    """`results:with,sex:f`: every filter must hold, any of its options."""
    tree: list[essie.Node] = []
    known = area_data()["filters"]
    for pair in split_list(text):
        name, colon, keys = pair.partition(":")
        options = known.get(name)
        if options is None or not colon or not keys.split() or any(key not in options for key in keys.split()):
            raise BadRequest(f"`aggFilters` has an incorrect item: {pair}")
        tree.append(essie.Or(tuple(essie.parse(options[key], "BasicSearch") for key in keys.split())))
    return run(essie.And(tuple(tree)), snapshot)


def _sort_keys(text: str, snapshot: Snapshot) -> list[tuple[str, bool]]:
    """Field and whether it descends, most important first; by relevance if nothing is asked."""
    keys = []
    for item in split_list(text):
        match = _SORT.fullmatch(item)
        if match is None:
            raise BadRequest(f"`sort` has an incorrect item: {item}")
        field = snapshot.model.find(match[1])
        if match[1] != "@relevance" and (field is None or field.kind not in ("date", "number")):
            raise BadRequest(f"`sort` must name date or numeric fields: {match[1]}")
        usual = "asc" if field is not None and field.kind == "number" else "desc"
        keys.append((match[1], (match[2] or usual) == "desc"))
    if len(keys) > 2:
        raise BadRequest("`sort` takes at most 2 fields")
    return keys or [("@relevance", True)]


def _sorted(ids: list[str], name: str, descending: bool, scores: Scores, snapshot: Snapshot) -> list[str]:
    if name == "@relevance":
        return sorted(ids, key=lambda nct_id: scores[nct_id], reverse=descending)
    field = snapshot.model.find(name)
    assert field is not None
    keys = {nct_id: _sort_value(field.kind, found) for nct_id, found in snapshot.column(field).items()}
    with_value = [nct_id for nct_id in ids if keys.get(nct_id) is not None]
    without = [nct_id for nct_id in ids if keys.get(nct_id) is None]
    return sorted(with_value, key=lambda nct_id: keys[nct_id], reverse=descending) + without


def _sort_value(kind: str, found: list[Json]) -> Json:
    if kind == "date":
        return min(filter(None, (first_day(str(value)) for value in found)), default=None)
    numbers = [value for value in found if isinstance(value, int | float)]
    return min(numbers, default=None)
