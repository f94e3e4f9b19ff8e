"""`Replica`: records, faults and the server in one object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from crawler.errors import UsageError
from crawler.replica.changes import Changes
from crawler.replica.faults import Fault, Faults
from crawler.replica.load import Source, nct_id_of, read_records
from crawler.replica.routes import RegistrySite
from crawler.replica.served import Served
from crawler.replica.store import Snapshot, Store, next_version, serialise
from crawler.replica.values import Json

DEFAULT_TIMESTAMP = "2026-10-02T09:00:05"


class Replica(Served):
    """A registry of the given records (dicts, or paths of files and folders). Raises UsageError for what is no record.

    `data_timestamp` is what /version tells, `faults` what goes wrong (`Faults`, or texts such as `429:times=2`).
    """

    def __init__(
        self,
        records: Source | Iterable[Source],
        *,
        data_timestamp: str | None = None,
        faults: Faults | Iterable[Fault | str] | None = None,
    ) -> None:
        bodies: dict[str, bytes] = {}
        aliases: dict[str, str] = {}
        for record in read_records(records):
            nct_id = nct_id_of(record)
            if nct_id in bodies:
                raise UsageError(f"{nct_id} is twice among the records")
            bodies[nct_id] = serialise(record)
            for alias in record["protocolSection"]["identificationModule"].get("nctIdAliases") or []:
                aliases[str(alias)] = nct_id
        past = {nct_id: (body,) for nct_id, body in bodies.items()}
        stamp = data_timestamp or DEFAULT_TIMESTAMP
        self.store = Store(Snapshot(bodies, aliases, stamp, stamp, past))
        super().__init__(RegistrySite(self.store), faults if isinstance(faults, Faults) else Faults(faults or ()))

    @property
    def ids(self) -> list[str]:
        """The present registry ids."""
        return self.store.snapshot.ids

    @property
    def data_timestamp(self) -> str:
        """The present data version."""
        return self.store.snapshot.data_timestamp

    def update(
        self,
        *,
        add: Iterable[Mapping[str, Any]] = (),
        change: Iterable[Mapping[str, Any]] = (),
        patch: Mapping[str, Mapping[str, Json]] | None = None,
        remove: Iterable[str] = (),
        restore: Iterable[str] = (),
        rerender: Iterable[str] = (),
        alias: Mapping[str, str] | None = None,
        model: Mapping[str, str | None] | None = None,
        data_timestamp: str | None = None,
        same_version: bool = False,
        keep_tokens: bool = False,
    ) -> str:
        """One day at the registry; everything takes effect at once. Returns the new data time stamp.

        `add`, `change`    whole records, as they are
        `patch`            id -> {path: value}: a sponsor's change; moves the post date to the day of the new version
        `remove`, `restore`, `rerender`   ids; a re-rendered record differs in escapes and geopoints only
        `alias`            obsolete id -> current id
        `model`            path -> type of /studies/metadata; None for a field that is gone
        `data_timestamp`   of the new version, by default the next working day; `same_version` leaves it where it is

        Removing and aliasing come last, so that a record can be changed and removed on one day. Raises UsageError,
        and changes nothing, if any part is impossible.
        """
        with self.store.lock:
            stamp = self.data_timestamp if same_version else data_timestamp or next_version(self.data_timestamp)
            day = Changes(self.store, stamp)
            day.change_model(model or {})
            for nct_id in restore:
                day.restore(nct_id)
            for record in add:
                day.add(record)
            for record in change:
                day.change(record)
            for nct_id, values in (patch or {}).items():
                day.patch(nct_id, values)
            for nct_id in rerender:
                day.rerender(nct_id)
            for obsolete, current in (alias or {}).items():
                day.alias(obsolete, current)
            for nct_id in remove:
                day.remove(nct_id)
            day.commit(None if same_version else stamp, keep_tokens=keep_tokens)
            return self.data_timestamp
