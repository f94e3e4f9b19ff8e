"""What to crawl: a question to the registry as plain data, its request parameters, and the ids it may name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

from crawler.errors import UsageError

# The URL of 300 ids is about 4 kB: half of what common servers accept.
IDS_PER_REQUEST = 300

_LOOSE_ID = re.compile(r"nct\s*0*(\d{1,8})", re.IGNORECASE | re.ASCII)
_STRICT_ID = re.compile(r"NCT\d{8}", re.ASCII)
_ONLY_IDS = re.compile(r"\s*nct\d+(?:[\s,]+nct\d+)*[\s,]*", re.IGNORECASE | re.ASCII)
_TEXT_PARAMETERS = {
    "condition": "query.cond",
    "intervention": "query.intr",
    "term": "query.term",
    "advanced": "filter.advanced",
}


def normal_id(text: str) -> str:
    """`nct410` -> `NCT00000410`, as the registry itself reads lower case and missing zeros. Raises UsageError."""
    match = _LOOSE_ID.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"{text!r} is not a registry id: it should look like NCT01234567")
    return f"NCT{int(match[1]):08d}"


def is_nct_id(value: object) -> bool:
    """True for exactly `NCT` and eight digits, the only form in which the registry's own records carry it."""
    return isinstance(value, str) and _STRICT_ID.fullmatch(value) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A set of trials: any of the parts, all of which must hold; or `everything`. Raises UsageError if it asks nothing.

    `condition`, `intervention`, `term` are the registry's own searches; `advanced` an expression such as
    `AREA[Phase]PHASE3`; `ids` registry ids in any case, with or without leading zeros, kept sorted and once each.
    """

    condition: str | None = None
    intervention: str | None = None
    term: str | None = None
    ids: tuple[str, ...] = ()
    advanced: str | None = None
    everything: bool = False

    def __post_init__(self) -> None:
        for name in _TEXT_PARAMETERS:
            object.__setattr__(self, name, _clean_text(name, getattr(self, name)))
        object.__setattr__(self, "ids", tuple(sorted({normal_id(text) for text in self.ids})))
        asked = self.ids or any(getattr(self, name) for name in _TEXT_PARAMETERS)
        if self.everything and asked:
            raise UsageError("--all cannot be combined with a query: leave one of them out")
        if not self.everything and not asked:
            raise UsageError("say what to crawl: a condition, an intervention, a query, ids, or --all")

    def parameters(self) -> dict[str, str]:
        """The request parameters of /studies for this query; empty for everything."""
        found = {parameter: getattr(self, name) for name, parameter in _TEXT_PARAMETERS.items() if getattr(self, name)}
        if self.ids:
            found["filter.ids"] = "|".join(self.ids)
        return found

    def parts(self, size: int = IDS_PER_REQUEST) -> Iterator[Query]:
        """The query cut so that no part names more than `size` ids: a longer URL would be refused."""
        if len(self.ids) <= size:
            yield self
            return
        for batch in batches(self.ids, size):
            yield replace(self, ids=tuple(batch))

    def narrowed(self, expression: str) -> Query:
        """This query with one more condition in the registry's expression syntax."""
        advanced = f"({self.advanced}) AND {expression}" if self.advanced else expression
        return replace(self, advanced=advanced, everything=False)

    def to_json(self) -> str:
        """One line from which `from_json` makes an equal query."""
        kept = {name: value for name, value in asdict(self).items() if value}
        return json.dumps(kept, sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str | Mapping[str, Any]) -> Self:
        """The query that `to_json` wrote. Raises UsageError for anything else."""
        try:
            data = dict(json.loads(text) if isinstance(text, str) else text)
            unknown = set(data) - {field.name for field in fields(cls)}
        except (ValueError, TypeError) as error:
            raise UsageError(f"not a stored query: {error}") from error
        if unknown:
            raise UsageError(f"a stored query has no part called {', '.join(sorted(unknown))}")
        return cls(**{**data, "ids": tuple(data.get("ids", ()))})

    def __str__(self) -> str:
        if self.everything:
            return "the whole registry"
        said = [f"{name} {getattr(self, name)!r}" for name in _TEXT_PARAMETERS if getattr(self, name)]
        if self.ids:
            said.append(f"{len(self.ids)} ids" if len(self.ids) > 3 else ", ".join(self.ids))
        return ", ".join(said)


def batches(ids: Iterable[str], size: int) -> Iterator[list[str]]:
    """The ids in lists of at most `size`, in their order."""
    batch: list[str] = []
    for nct_id in ids:
        batch.append(nct_id)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _clean_text(name: str, text: str | None) -> str | None:
    if text is None or not text.strip():
        return None
    if _ONLY_IDS.fullmatch(text):
        # The registry ignores every filter when a search text is nothing but ids, which would void a delta.
        raise UsageError(f"{name} names only registry ids: give them with --ids instead")
    return text.strip()
