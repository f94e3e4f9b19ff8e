"""A run's own record: what it asked, what came, and how it ended, all in the archive."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import orjson

from crawler.archive import Archive, Entry
from crawler.client import RegistryClient
from crawler.errors import ArchiveError, BudgetSpent, NetworkError, Offline, ProtocolError
from crawler.jsontext import Json
from crawler.query import Query
from crawler.received import Received, aliases_of, nct_id_of, page_studies, post_date_of

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a crawl stands: `stage` is `pages`, `ids`, `records` or `bytes`; `total` is None while unknown."""

    stage: str
    done: int
    total: int | None


ProgressCallback = Callable[[Progress], None]


class Recorder:
    """Puts a run's answers into the archive and remembers what they held."""

    def __init__(self, client: RegistryClient, archive: Archive, run_id: str) -> None:
        self.client = client
        self.archive = archive
        self.run_id = run_id
        self.data_version: str | None = None
        self.entries: list[Entry] = []
        self.latest_post_date: str | None = None
        self.aliases: dict[str, str] = {}
        # Every id whose record arrived in this run, those of an attempt that was begun again too.
        self.seen: set[str] = set()
        self._requests_before = client.requests
        self._bytes_before = client.received_bytes

    @property
    def requests(self) -> int:
        """Requests sent for this run, failed ones included."""
        return self.client.requests - self._requests_before

    @property
    def received_bytes(self) -> int:
        """Decoded bytes received for this run."""
        return self.client.received_bytes - self._bytes_before

    def keep(self, received: Received, kind: str, **note: object) -> Entry:
        """One answer into the archive."""
        return self.archive.put(
            received.body,
            kind=kind,
            source=received.url,
            run_id=self.run_id,
            data_version=self.data_version,
            received_at=received.received_at,
            attempts=received.attempts,
            **note,
        )

    def keep_part(self, body: bytes, source: str, **note: Any) -> None:  # noqa: ANN401
        """A part of a downloaded file, which holds records, into the archive."""
        self.entries.append(
            self.archive.put(
                body,
                kind="file",
                source=source,
                run_id=self.run_id,
                data_version=self.data_version,
                received_at=self.client.now(),
                **note,
            )
        )

    def keep_records(self, received: Received, kind: str) -> tuple[list[str], int]:
        """An answer with records into the archive: (their ids as they come, how many have no readable id)."""
        self.entries.append(self.keep(received, kind))
        studies = page_studies(received.data) if kind == "page" else [received.data]
        found = [self.look_at(study) for study in studies]
        ids = [nct_id for nct_id in found if nct_id]
        return ids, len(found) - len(ids)

    def look_at(self, study: Json) -> str | None:
        """Remember what matters of a record; gives its id, None if it has no readable one."""
        nct_id = nct_id_of(study)
        if nct_id is not None:
            self.seen.add(nct_id)
            self.aliases.update((alias, nct_id) for alias in aliases_of(study))
            posted = post_date_of(study)
            if posted is not None and _DAY.fullmatch(posted):
                self.latest_post_date = max(posted, self.latest_post_date or posted)
        return nct_id

    def ask_version(self) -> str | None:
        """The registry's data version now, kept in the archive."""
        version = self.client.version()
        self.data_version = version.data_version
        self.keep(version.received, "version")
        return version.data_version

    def ask_metadata(self) -> None:
        """Keep the data model. A registry that does not give it loses us nothing but the look for drift."""
        try:
            self.keep(self.client.metadata(), "metadata")
        except (Offline, BudgetSpent):
            raise
        except (NetworkError, ProtocolError) as error:
            self.note("no metadata", reason=str(error))

    def note(self, state: str, **facts: object) -> None:
        """A line of the run's own record: `begun`, `restarted`, `complete`, `failed` …, with the requests so far."""
        record: dict[str, Any] = {"state": state, "requests": self.requests, "bytes": self.received_bytes, **facts}
        self.archive.put(
            orjson.dumps(record, option=orjson.OPT_SORT_KEYS),
            kind="run",
            source=self.client.settings.base_url,
            run_id=self.run_id,
            data_version=self.data_version,
            received_at=self.client.now(),
            **record,
        )


def no_later(day: str | None, data_version: str | None) -> str | None:
    """A post date, but never after the data's own day: one misdated record would hide all others from the delta."""
    if day is None:
        return None
    return min(day, data_version[:10] if data_version is not None else datetime.now(UTC).date().isoformat())


def silent(_: Progress) -> None:
    """The callback of a crawl that nobody watches."""


@contextlib.contextmanager
def run_record(recorder: Recorder, query: Query | None, what: str) -> Iterator[Callable[..., None]]:
    """Notes in the archive that a run began and how it ended; the caller adds facts to its end.

    A run with a beginning and no end was killed: what it fetched is real, but it proves nothing about completeness.
    """
    facts: dict[str, object] = {}
    asked = {"query": query.to_json()} if query else {}
    recorder.note("begun", what=what, **asked)
    try:
        yield facts.update
    except BaseException as error:
        with contextlib.suppress(ArchiveError):
            recorder.note("failed", what=what, error=type(error).__name__, reason=str(error)[:500])
        raise
    recorder.note("complete", what=what, **asked, **facts)


def requests_on(archive: Archive, day: date) -> int:
    """How many requests all runs of a day (UTC) made, for the daily budget; killed runs by what they left.

    Each run's last note counts its failed requests too; without one there are the tries of the answers kept.
    """
    noted: dict[str, int] = {}
    kept: dict[str, int] = {}
    for entry in archive.entries():
        if entry.received_at.date() != day:
            continue
        if entry.kind == "run":
            noted[entry.run_id] = max(int(entry.note.get("requests", 0)), noted.get(entry.run_id, 0))
        else:
            kept[entry.run_id] = kept.get(entry.run_id, 0) + int(entry.note.get("attempts", 0))
    return sum(max(noted.get(run_id, 0), kept.get(run_id, 0)) for run_id in noted.keys() | kept.keys())
