"""The registry's own past versions of a study, from its internal and undocumented history. Off unless asked for."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.archive import Archive, Entry
from crawler.client import RegistryClient
from crawler.errors import ProtocolError
from crawler.jsontext import Json
from crawler.recorder import Recorder, run_record


@dataclass(frozen=True, slots=True)
class PastVersion:
    """A version as the registry lists it: its number from 0, and its date as text (None if it names none)."""

    number: int
    date: str | None


def import_past(client: RegistryClient, archive: Archive, nct_id: str, run_id: str) -> int:
    """Bring the past versions of a study into the archive, those that are not there yet; gives how many came.

    Raises Refused with status 404 if the registry has no such study, ProtocolError if its history has another form
    than it used to, NetworkError, ArchiveError.
    """
    held = {(entry.note.get("number"), entry.note.get("date")) for entry in archive.entries() if _is_of(nct_id, entry)}
    recorder = Recorder(client, archive, run_id)
    with run_record(recorder, None, "history") as finish:
        listing = client.history(nct_id)
        recorder.keep(listing, "past", nct_id=nct_id)
        wanted = [version for version in listed_versions(listing.data) if (version.number, version.date) not in held]
        for version in wanted:
            answer = client.past_version(nct_id, version.number)
            recorder.keep(answer, "past", nct_id=nct_id, number=version.number, date=version.date)
        finish(fetched=len(wanted))
    return len(wanted)


def listed_versions(data: Json) -> list[PastVersion]:
    """The versions of a history answer, oldest first. Raises ProtocolError."""
    history = data.get("history") if isinstance(data, dict) else None
    changes = history.get("changes") if isinstance(history, dict) else None
    if not isinstance(changes, list):
        raise ProtocolError("the registry's internal history lists no changes: it is undocumented and may have moved")
    found = []
    for change in changes:
        number = change.get("version") if isinstance(change, dict) else None
        if not isinstance(number, int) or isinstance(number, bool) or number < 0:
            raise ProtocolError("a version in the registry's internal history has no number: has it changed its form?")
        date = change.get("date")
        found.append(PastVersion(number, date if isinstance(date, str) and date else None))
    return sorted(found, key=lambda version: version.number)


def _is_of(nct_id: str, entry: Entry) -> bool:
    return entry.kind == "past" and entry.note.get("nct_id") == nct_id and entry.note.get("number") is not None
