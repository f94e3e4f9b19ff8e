"""The vocabulary of endpoint classes, instruments and metrics, read from `extract/data`.

`endpoint_classes/*.toml` hold the classes, one table each: `label`, `parent`, `example`, and phrases by rank.
`endpoint_hierarchy.toml` gives the parents' parents, `endpoint_fields.toml` the fields of medicine that decide what an
ambiguous title means.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from extract.endpoints.phrases import PhraseBook

RANKS = {"strong": 4, "phrases": 3, "weak": 2, "last": 1}
"""Keys of phrases in a class's table and their ranks; the same keys with `_in_<field>` hold in one field only."""

_IN_FIELD = {"in": 4, "phrases_in": 3, "last_in": 1}


@dataclass(frozen=True, slots=True)
class EndpointClass:
    """A class of endpoints: its name in the guideline, a label for people, its place in the hierarchy."""

    name: str
    label: str
    parent: str
    example: str


@dataclass(frozen=True, slots=True)
class ClassRule:
    """What a phrase says: a class, with a rank, perhaps only in one field of medicine."""

    name: str
    rank: int
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Instrument:
    """A scale, questionnaire or set of criteria, by its usual short name."""

    name: str
    rank: int


@dataclass(frozen=True, slots=True)
class Metric:
    """A way to summarise an outcome; of several in one title the one of the lowest `order` counts."""

    name: str
    order: int


Meaning = ClassRule | Instrument | Metric


def load_toml(name: str) -> dict[str, Any]:
    """A data file of `extract/data` as a dictionary."""
    return tomllib.loads(files("extract.data").joinpath(name).read_text(encoding="utf-8"))


@cache
def class_tables() -> dict[str, dict[str, Any]]:
    """Class name → its table, all files of `endpoint_classes` together."""
    tables: dict[str, dict[str, Any]] = {}
    folder = files("extract.data").joinpath("endpoint_classes")
    for path in sorted(folder.iterdir(), key=lambda item: item.name):
        if path.name.endswith(".toml"):
            tables.update(tomllib.loads(path.read_text(encoding="utf-8")))
    return tables


@cache
def endpoint_classes() -> dict[str, EndpointClass]:
    """Every endpoint class by name."""
    return {
        name: EndpointClass(name, table["label"], table["parent"], table["example"])
        for name, table in class_tables().items()
    }


@cache
def umbrellas() -> dict[str, str]:
    """Classes whose `phrases` name a whole group, by name, with the group: a description may say which of it."""
    return {name: table["parent"] for name, table in class_tables().items() if table.get("umbrella")}


def endpoint_path(name: str) -> list[str]:
    """A class's place in the hierarchy from the top, e.g. `time_to_event, survival, overall_survival`."""
    parents: dict[str, str] = _hierarchy()
    path = [name, endpoint_classes()[name].parent]
    while path[-1] in parents:
        path.append(parents[path[-1]])
    return list(reversed(path))


@cache
def _hierarchy() -> dict[str, str]:
    return load_toml("endpoint_hierarchy.toml")


@cache
def title_book() -> PhraseBook[Meaning]:
    """Phrases of all classes, instruments and metrics in one book, so that a title is read once."""
    book: PhraseBook[Meaning] = PhraseBook()
    for name, table in class_tables().items():
        for key, phrases in table.items():
            rule = _rule(name, key)
            if rule is not None:
                book.add_all(phrases, rule)
    _add_instruments(book)
    _add_metrics(book)
    return book


def _rule(name: str, key: str) -> ClassRule | None:
    if key in RANKS:
        return ClassRule(name, RANKS[key])
    for prefix, rank in _IN_FIELD.items():
        if key.startswith(prefix + "_"):
            return ClassRule(name, rank, key.removeprefix(prefix + "_"))
    return None


@cache
def instrument_book() -> PhraseBook[Instrument]:
    """Phrases of the instruments alone."""
    book: PhraseBook[Instrument] = PhraseBook()
    _add_instruments(book)
    return book


@cache
def manner_book() -> PhraseBook[Instrument | Metric]:
    """Phrases of the instruments and metrics."""
    book: PhraseBook[Instrument | Metric] = PhraseBook()
    _add_instruments(book)
    _add_metrics(book)
    return book


def _add_instruments(book: PhraseBook[Meaning] | PhraseBook[Instrument] | PhraseBook[Instrument | Metric]) -> None:
    for table in load_toml("endpoint_instruments.toml")["instruments"]:
        book.add_all(table["phrases"], Instrument(table["name"], 1 if table.get("generic") else 2))


def _add_metrics(book: PhraseBook[Meaning] | PhraseBook[Instrument | Metric]) -> None:
    for order, (name, table) in enumerate(load_toml("endpoint_metrics.toml").items()):
        book.add_all(table["phrases"], Metric(name, order))


@cache
def field_book() -> PhraseBook[str]:
    """Phrases that tell a trial's field of medicine."""
    book: PhraseBook[str] = PhraseBook()
    for name, phrases in load_toml("endpoint_fields.toml").items():
        book.add_all(phrases, name)
    return book
