"""The registry's state: one immutable `Snapshot` for each data version, and the `Store` that moves to the next.

A request works on the snapshot it started with, so that an update in the middle never shows half a state.
"""

from __future__ import annotations

import hashlib
import re
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

import orjson

from crawler.replica.model import Field, Model, registry_model
from crawler.replica.values import Json, values_at, word_line

T = TypeVar("T")
_SATURDAY = 5
_VERSION_HOLDER = re.compile(rb'"versionHolder":"[^"]*"')


class Snapshot:
    """The records of one data version, serialised, with the columns that searches have asked for so far.

    `edition` is what page tokens belong to, usually the time stamp: a change within a version does not void them.
    `past` holds the versions of each record that a sponsor submitted, oldest first, the present one last.
    """

    def __init__(
        self,
        bodies: Mapping[str, bytes],
        aliases: Mapping[str, str],
        data_timestamp: str,
        edition: str,
        past: Mapping[str, tuple[bytes, ...]],
        model: Model | None = None,
    ) -> None:
        # The live registry promises no order; this one follows neither the file nor the number, so nobody relies on it.
        self.bodies = dict(sorted(bodies.items(), key=lambda item: (zlib.crc32(item[0].encode()), item[0])))
        self.aliases = dict(aliases)
        self.data_timestamp = data_timestamp
        self.edition = edition
        self.past = past
        self.model = model or registry_model()
        self.answers: dict[str, list[str]] = {}
        self._columns: dict[str, dict[str, list[Any]]] = {}
        self._lines: dict[str, dict[str, list[str]]] = {}
        self._memo: dict[str, Any] = {}
        self._items: dict[str, Snapshot] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self.bodies)

    @property
    def ids(self) -> list[str]:
        """The registry ids in the order in which an unsorted query returns them."""
        return list(self.bodies)

    def record(self, nct_id: str) -> Json:
        """A record, parsed anew: the caller may change it."""
        return orjson.loads(self.bodies[nct_id])

    def records(self) -> Iterator[tuple[str, Any]]:
        """Every record, one at a time."""
        for nct_id, body in self.bodies.items():
            yield nct_id, orjson.loads(body)

    def column(self, field: Field) -> dict[str, list[Any]]:
        """The values of one field by registry id; studies that lack the field are left out. Read once, then kept."""
        self.prepare([field])
        return self._columns[field.path]

    def lines(self, field: Field) -> dict[str, list[str]]:
        """The same as lower-case words, for phrase search."""
        self.prepare([field])
        if field.path not in self._lines:
            column = self._columns[field.path]
            self._lines[field.path] = {key: [word_line(str(value)) for value in found] for key, found in column.items()}
        return self._lines[field.path]

    def remembered(self, name: str, make: Callable[[], T]) -> T:
        """What `make` gives, made once for this data version."""
        if name not in self._memo:
            self._memo[name] = make()
        found: T = self._memo[name]
        return found

    def items(self, field: Field) -> Snapshot:
        """Every item of a list field as a record of its own, `NCT…#3`, so that conditions hold for one item."""
        with self._lock:
            if field.path not in self._items:
                bodies = {}
                for nct_id, record in self.records():
                    for number, item in enumerate(values_at(record, field.keys)):
                        bodies[f"{nct_id}#{number}"] = serialise(_nested(field.keys, item))
                self._items[field.path] = Snapshot(bodies, {}, self.data_timestamp, self.edition, {}, self.model)
            return self._items[field.path]

    def prepare(self, fields: list[Field]) -> None:
        """Read the columns of these fields in one pass over the records."""
        with self._lock:
            missing = [field for field in fields if field.path not in self._columns]
            if not missing:
                return
            fresh: dict[str, dict[str, list[Any]]] = {field.path: {} for field in missing}
            for nct_id, record in self.records():
                for field in missing:
                    if found := list(values_at(record, field.keys)):
                        fresh[field.path][nct_id] = found
            self._columns.update(fresh)


class Store:
    """Holds the present snapshot and what was removed. Replacing the snapshot is one assignment."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.removed: dict[str, bytes] = {}
        self.lock = threading.RLock()

    def replace(
        self,
        *,
        bodies: Mapping[str, bytes] | None = None,
        aliases: Mapping[str, str] | None = None,
        past: Mapping[str, tuple[bytes, ...]] | None = None,
        model: Model | None = None,
        data_timestamp: str | None = None,
        keep_tokens: bool = False,
    ) -> None:
        """The next snapshot: what is not given stays.

        A new data version makes open page tokens stale unless they are kept, and every record carries its day.
        """
        with self.lock:
            now = self.snapshot
            bodies = now.bodies if bodies is None else bodies
            edition = now.edition if keep_tokens or data_timestamp is None else data_timestamp
            if data_timestamp is not None:
                bodies = {key: _with_version_day(body, data_timestamp) for key, body in bodies.items()}
            self.snapshot = Snapshot(
                bodies,
                now.aliases if aliases is None else aliases,
                data_timestamp or now.data_timestamp,
                edition,
                now.past if past is None else past,
                model or now.model,
            )


def next_version(data_timestamp: str) -> str:
    """The time stamp of the next working day: the registry has no new data at weekends."""
    moment = datetime.fromisoformat(data_timestamp) + timedelta(days=1)
    while moment.weekday() >= _SATURDAY:
        moment += timedelta(days=1)
    return moment.isoformat(timespec="seconds")


def _with_version_day(body: bytes, data_timestamp: str) -> bytes:
    """The registry writes the day of the data version into every record that has the field."""
    return _VERSION_HOLDER.sub(b'"versionHolder":"%s"' % data_timestamp[:10].encode(), body)


def _nested(keys: tuple[str, ...], value: Json) -> Json:
    for key in reversed(keys):
        value = {key: value}
    return value


def serialise(record: Mapping[str, Any]) -> bytes:
    """A record as the replica sends it: compact UTF-8 JSON, keys in their order."""
    return orjson.dumps(record)


def etag_of(body: bytes) -> str:
    """A strong entity tag of a body."""
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
