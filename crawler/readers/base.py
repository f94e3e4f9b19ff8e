"""What every reader gives: records in the registry's own JSON shape, and what could not be read, with the reason.

A record that is not the registry's own JSON says so in a section of its own, beside the registry's:

    "sourceSection": {
        "registry": "ISRCTN",           which register it belongs to; `unknown` where nothing says so
        "form": "isrctn_xml",           how it was written
        "flags": ["date_ambiguous"],    what the form left open
        "fields": [{"name": …, "value": …}]   what the registry's model has no place for
    }
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from crawler.jsontext import Json

SOURCE = "sourceSection"
REGISTRY = "ClinicalTrials.gov"
UNKNOWN = "unknown"
PROTOCOL = "protocolSection."

# The start of a body that is too large to be kept a second time, beside the archive's copy.
RAW_SHOWN = 64 << 10
# No form prints a study in more characters than this (the registry's largest record has 3.6 million).
MAX_TEXT = 64 << 20
MAX_FIELD = 16 << 20


@dataclass(frozen=True, slots=True)
class Found:
    """A record: its place in the body, and the record in the registry's JSON shape with its `sourceSection`."""

    position: str
    data: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """What is no record or cannot be read: its place in the body, its bytes (or their beginning), and why."""

    position: str
    raw: bytes = field(repr=False)
    reason: str


Read = Iterator[Found | Refused]
Reader = Callable[[bytes], Read]


def refused(position: str, raw: bytes | str, reason: str) -> Refused:
    """What cannot be read, with the beginning of its bytes: the archive keeps them all."""
    body = raw if isinstance(raw, bytes) else raw[:RAW_SHOWN].encode("utf-8", "replace")
    return Refused(position, body[:RAW_SHOWN], reason)


class Draft:
    """A record in the making."""

    def __init__(self, form: str, registry: str = REGISTRY) -> None:
        self.form = form
        self.registry = registry
        self.data: dict[str, Any] = {"protocolSection": {}}
        self.flags: list[str] = []
        self.fields: list[dict[str, str]] = []

    def put(self, path: str, value: object) -> None:
        """Set a value at a path such as `designModule.phases` (of the protocol section) unless it says nothing."""
        if value is None or value in ("", [], {}):
            return
        *parents, last = _full(path).split(".")
        place = self.data
        for name in parents:
            place = place.setdefault(name, {})
        place[last] = value

    def get(self, path: str) -> Json:
        """The value at a path, None if there is none."""
        place: Any = self.data
        for name in _full(path).split("."):
            place = place.get(name) if isinstance(place, dict) else None
        return place

    def list(self, path: str) -> list[Any]:
        """The list at a path, made if it is not there."""
        if self.get(path) is None:
            *parents, last = _full(path).split(".")
            place = self.data
            for name in parents:
                place = place.setdefault(name, {})
            place[last] = []
        found: list[Any] = self.get(path)
        return found

    def flag(self, name: str) -> None:
        """Note what the form left open, once."""
        if name not in self.flags:
            self.flags.append(name)

    def field(self, name: str, value: str | None) -> None:
        """Keep what the registry's model has no place for."""
        if value:
            self.fields.append({"name": name, "value": value})

    def found(self, position: str) -> Found:
        """The record as it is now."""
        source: dict[str, Any] = {"registry": self.registry, "form": self.form}
        if self.flags:
            source["flags"] = self.flags
        if self.fields:
            source["fields"] = self.fields
        return Found(position, {**self.data, SOURCE: source})


def _full(path: str) -> str:
    return path if path.split(".", 1)[0].endswith("Section") or path == "hasResults" else PROTOCOL + path
