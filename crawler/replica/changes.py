"""The registry between two days: records added, changed, removed, restored, re-rendered, renamed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import orjson

from crawler.errors import UsageError
from crawler.replica.load import nct_id_of
from crawler.replica.markup import change_markup, to_legacy
from crawler.replica.model import Model
from crawler.replica.store import Snapshot, Store, serialise
from crawler.replica.values import Json, values_at

_POST_DATE = "protocolSection.statusModule.lastUpdatePostDateStruct.date"
_GEOPOINTS = "protocolSection.contactsLocationsModule.locations.geoPoint"
_SPECIAL = re.compile(r"([<>\[\]*^&~])")
_NUDGE = 0.00001


class Changes:
    """Collects the changes of one day over a copy of the registry's state, then puts them in force together."""

    def __init__(self, store: Store, today: str) -> None:
        now: Snapshot = store.snapshot
        self.store = store
        self.today = today[:10]
        self.model: Model = now.model
        self.bodies = dict(now.bodies)
        self.aliases = dict(now.aliases)
        self.past = dict(now.past)
        self.removed = dict(store.removed)

    def add(self, record: Mapping[str, Any]) -> None:
        """A new study."""
        nct_id = nct_id_of(record)
        if nct_id in self.bodies:
            raise UsageError(f"{nct_id} is in the registry already: use `change`")
        self._submit(nct_id, serialise(record))

    def change(self, record: Mapping[str, Any]) -> None:
        """A new version of a study, exactly as given."""
        self._body(nct_id_of(record))
        self._submit(nct_id_of(record), serialise(record))

    def patch(self, nct_id: str, values: Mapping[str, Json]) -> None:
        """The sponsor's change of some paths (`a.b.0.c`); the post date becomes today unless it is among them."""
        record = orjson.loads(self._body(nct_id))
        for path, value in {_POST_DATE: self.today, **values}.items():
            _put(record, path, value)
        self._submit(nct_id, serialise(record))

    def remove(self, nct_id: str) -> None:
        """The study is gone."""
        self.removed[nct_id] = self._body(nct_id)
        del self.bodies[nct_id]

    def restore(self, nct_id: str) -> None:
        """The study is back as it was."""
        if nct_id not in self.removed:
            raise UsageError(f"{nct_id} was not removed, so it cannot be restored")
        self.bodies[nct_id] = self.removed.pop(nct_id)

    def rerender(self, nct_id: str) -> None:
        """The registry writes the same content anew: markup escapes and geopoints change, the post date does not."""
        record = orjson.loads(self._body(nct_id))
        before = serialise(record)
        to_legacy(record, self.model)
        if serialise(record) == before:
            change_markup(record, self.model, _escaped)
        if serialise(record) == before:
            change_markup(record, self.model, _other_ending)
        for point in values_at(record, _GEOPOINTS.split(".")):
            if isinstance(point, dict) and isinstance(point.get("lat"), float):
                point["lat"] = round(point["lat"] + _NUDGE, 5)
        self.bodies[nct_id] = serialise(record)

    def alias(self, obsolete: str, current: str) -> None:
        """The obsolete number leads to the current one from now on; a study under it is gone."""
        record = orjson.loads(self._body(current))
        identification = record["protocolSection"]["identificationModule"]
        known = identification.setdefault("nctIdAliases", [])
        if obsolete not in known:
            known.append(obsolete)
        if obsolete in self.bodies:
            self.remove(obsolete)
        self.aliases[obsolete] = current
        self.bodies[current] = serialise(record)

    def change_model(self, types: Mapping[str, str | None]) -> None:
        """Fields of the data model by path: a type for a new or changed one, None for one that is gone."""
        self.model = self.model.changed(types)

    def commit(self, data_timestamp: str | None, *, keep_tokens: bool) -> None:
        """Puts everything in force at once; with no time stamp the data version stays."""
        self.store.removed = self.removed
        self.store.replace(
            bodies=self.bodies,
            aliases=self.aliases,
            past=self.past,
            model=self.model,
            data_timestamp=data_timestamp,
            keep_tokens=keep_tokens,
        )

    def _body(self, nct_id: str) -> bytes:
        if nct_id not in self.bodies:
            raise UsageError(f"{nct_id} is not in the registry")
        return self.bodies[nct_id]

    def _submit(self, nct_id: str, body: bytes) -> None:
        self.bodies[nct_id] = body
        self.past[nct_id] = (*self.past.get(nct_id, ()), body)
        self.removed.pop(nct_id, None)


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _other_ending(text: str) -> str:
    return text.removesuffix("\n") if text.endswith("\n") else f"{text}\n"


def _put(record: Json, path: str, value: Json) -> None:
    """Sets the value at a path, or takes it away if it is None. Raises UsageError if there is no such place."""
    *keys, last = [int(key) if key.isdecimal() else key for key in path.split(".")]
    node = record
    try:
        for key in keys:
            node = node.setdefault(key, {}) if isinstance(node, dict) else node[key]
        if value is not None:
            node[last] = value
        elif isinstance(node, dict):
            node.pop(last, None)
        else:
            del node[last]
    except (TypeError, IndexError, KeyError):
        raise UsageError(f"{path} is not a place in the record") from None
