"""The registry's own past versions of a study, from its internal and undocumented history. Off unless asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crawler.archive import Archive, Entry
from crawler.client import RegistryClient
from crawler.errors import ProtocolError, Refused
from crawler.jsontext import Json
from crawler.recorder import Progress, ProgressCallback, Recorder, run_record, silent


@dataclass(frozen=True, slots=True)
class PastVersion:
    """A version as the registry lists it: its number from 0, and its date as text (None if it names none)."""

    number: int
    date: str | None


@dataclass(frozen=True, slots=True)
class PastResult:
    """What an import brought: how many versions are new in the archive, and the ids that the registry does not have."""

    versions: int
    unknown: tuple[str, ...]


def import_past(
    client: RegistryClient,
    archive: Archive,
    nct_ids: Iterable[str],
    run_id: str,
    progress: ProgressCallback = silent,
) -> PastResult:
    """Bring the past versions of studies into the archive, those that are not there yet.

    One request a study and one a version. Raises ProtocolError if the history has another form than it used to,
    NetworkError, ArchiveError; what came before is kept.
    """
    nct_ids = list(dict.fromkeys(nct_ids))
    held = {_key(entry) for entry in archive.entries() if entry.kind == "past"}
    recorder = Recorder(client, archive, run_id)
    came, unknown = 0, []
    with run_record(recorder, None, "history") as finish:
        for done, nct_id in enumerate(nct_ids, start=1):
            try:
                came += _import_study(recorder, nct_id, held)
            except Refused as error:
                if error.status != 404:
                    raise
                unknown.append(nct_id)
            progress(Progress("past", done, len(nct_ids)))
        finish(fetched=came, unknown=unknown)
    return PastResult(came, tuple(unknown))


def _import_study(recorder: Recorder, nct_id: str, held: set[tuple[object, ...]]) -> int:
    listing = recorder.client.history(nct_id)
    recorder.keep(listing, "past", nct_id=nct_id)
    wanted = [v for v in listed_versions(listing.data) if (nct_id, v.number, v.date) not in held]
    for version in wanted:
        answer = recorder.client.past_version(nct_id, version.number)
        recorder.keep(answer, "past", nct_id=nct_id, number=version.number, date=version.date)
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


def _key(entry: Entry) -> tuple[object, ...]:
    return (entry.note.get("nct_id"), entry.note.get("number"), entry.note.get("date"))
