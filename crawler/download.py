"""The first load of the whole registry: one zip instead of six hundred pages, and paging if there is no zip."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from crawler import jsontext
from crawler.archive import Archive
from crawler.bigfile import discard, fetch_file
from crawler.client import RegistryClient
from crawler.crawl import CrawlResult, facts_of, full_crawl, result_of
from crawler.errors import BudgetSpent, NetworkError, Offline, ProtocolError, Refused
from crawler.files import zip_parts
from crawler.query import Query
from crawler.recorder import Progress, ProgressCallback, Recorder, run_record, silent
from crawler.records import MAX_MEMBER_BYTES, Unreadable, member
from crawler.sweep import Sweep, ask_ids, day_before, fetch_all, settle, steadily, whole

PATH = "studies/download"
PARAMETERS = {"format": "json.zip"}
FILE_NAME = "ctg-studies.json.zip"
# A zip that is damaged is fetched once more from its beginning, then given up.
ZIP_TRIES = 2

EVERYTHING = Query(everything=True)


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What the zip held. `latest_post_date` is that of the zip alone: the zip may be older than the API's data."""

    ids: set[str]
    latest_post_date: str | None


def first_load(
    client: RegistryClient,
    archive: Archive,
    run_id: str,
    folder: Path,
    progress: ProgressCallback | None = None,
) -> CrawlResult:
    """The whole registry into the archive. `folder` is where the zip (about 2.7 GB) lies until it is in the archive.

    The zip is checked by its central directory and checksums, brought up to date by a delta, and compared with the
    registry's own list of ids. Killed while downloading, the next first load goes on where it stopped.
    Raises as crawl does.
    """
    recorder = Recorder(client, archive, run_id)
    with run_record(recorder, EVERYTHING, "first load") as finish:
        before = recorder.ask_version()
        recorder.ask_metadata()
        result = load_whole(recorder, before, folder, progress or silent)
        finish(**facts_of(result))
    return result


def load_whole(recorder: Recorder, before: str | None, folder: Path, progress: ProgressCallback) -> CrawlResult:
    """The zip brought up to date, or all pages if the registry gives no sound zip. `before`: the data version now."""
    try:
        loaded = _zip_into_archive(recorder, folder, progress)
    except (NetworkError, ProtocolError) as error:
        if not _pages_may_do(error, folder / FILE_NAME):
            raise
        recorder.note("no download", reason=str(error))
        recorder.entries.clear()
        return full_crawl(recorder, EVERYTHING, before, progress)
    result = _completed(recorder, loaded, before, progress)
    discard(folder / FILE_NAME)
    return result


def _pages_may_do(error: NetworkError | ProtocolError, target: Path) -> bool:
    """True if the registry gives no zip but may give pages. Half a zip on disk is worth the next run's going on."""
    if isinstance(error, Refused | ProtocolError):
        return True
    return not isinstance(error, Offline | BudgetSpent) and not target.exists()


def _zip_into_archive(recorder: Recorder, folder: Path, progress: ProgressCallback) -> _Loaded:
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / FILE_NAME
    for attempt in range(1, ZIP_TRIES + 1):
        fetch_file(recorder.client, PATH, PARAMETERS, target, progress)
        try:
            return _archive_zip(recorder, target, progress)
        except zipfile.BadZipFile as error:
            discard(target)
            recorder.entries.clear()
            if attempt == ZIP_TRIES:
                raise ProtocolError(f"the registry's zip is damaged each time ({error})") from error
            recorder.note("restarted", reason=f"the zip is damaged: {error}")
    raise AssertionError("unreachable")


def _archive_zip(recorder: Recorder, target: Path, progress: ProgressCallback) -> _Loaded:
    """Every member into the archive, in parts. Raises BadZipFile if the directory or a checksum is wrong."""
    ids: set[str] = set()
    source = f"{recorder.client.settings.base_url}/{PATH}?format=json.zip"
    with zipfile.ZipFile(target) as archive:
        total = len(archive.infolist())

        def members() -> Iterator[tuple[str, bytes]]:
            for info in archive.infolist():
                if info.is_dir():
                    continue
                body = member(archive, info, MAX_MEMBER_BYTES)
                if isinstance(body, Unreadable):
                    raise zipfile.BadZipFile(f"{body.position}: {body.reason}")
                nct_id = _id_in(recorder, body)
                if nct_id is not None:
                    ids.add(nct_id)
                yield info.filename, body

        for number, part in enumerate(zip_parts(members()), 1):
            recorder.keep_part(part.body, source, part=number, **part.note)
            progress(Progress("records", len(ids), total))
    return _Loaded(ids, recorder.latest_post_date)


def _id_in(recorder: Recorder, body: bytes) -> str | None:
    try:
        return recorder.look_at(jsontext.load(body))
    except ValueError:
        return None


def _completed(recorder: Recorder, loaded: _Loaded, before: str | None, progress: ProgressCallback) -> CrawlResult:
    """The zip's records, and what the registry posted since the zip was made, proved complete."""
    # A restart forgets the entries of the delta, never those of the zip.
    from_zip = tuple(recorder.entries)
    recorder.entries.clear()

    def attempt() -> Sweep:
        ids = set(loaded.ids)
        if loaded.latest_post_date is not None:
            since = day_before(loaded.latest_post_date)
            ids |= whole(recorder, EVERYTHING.narrowed(f"AREA[LastUpdatePostDate]RANGE[{since},MAX]"), progress).ids
        # Counts alone would not do: one record too many and one too few make the right number.
        listed, unreadable = ask_ids(recorder, EVERYTHING, progress)
        fetch_all(recorder, sorted(listed - ids), progress)
        removed, _ = settle(recorder, EVERYTHING, (), listed)
        return Sweep(listed, total=len(listed) + unreadable, unreadable=unreadable, removed=removed)

    sweep, starts = steadily(recorder, before, attempt)
    result = result_of(recorder, sweep, starts)
    return replace(result, entries=from_zip + result.entries)
