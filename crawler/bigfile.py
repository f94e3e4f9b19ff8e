"""One large file from the registry to disk, gone on with after an interruption where the registry allows it.

Beside the file stands `<name>.state.json` with the ETag of what is being fetched. Without it, or if the registry now
has another file under that address, the download begins again: two halves of two files must never make one.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

import httpx

from crawler.client import RegistryClient
from crawler.errors import ArchiveError, NetworkError, ProtocolError
from crawler.received import html_title
from crawler.recorder import Progress, ProgressCallback
from crawler.retry import Again

_CONTENT_RANGE = re.compile(r"bytes (?:(\d+)-\d+|\*)/(\d+)")
# Slower than this the download is as good as dead, though every single read is in time.
SLOWEST_BYTES = 64 << 10
SLOWEST_SECONDS = 120.0


def fetch_file(
    client: RegistryClient, path: str, parameters: Mapping[str, str], target: Path, progress: ProgressCallback
) -> None:
    """Download to `target`, whole on return. Tries are bounded, but begin anew whenever some of it has come.

    Raises NetworkError, ProtocolError, or ArchiveError if the disk is too small.
    """
    failures = 0
    while True:
        before = _size(target)
        try:
            if _fetch_rest(client, path, parameters, target, progress):
                return
        except Again as again:
            failures = 1 if _size(target) > before else failures + 1
            if failures >= client.settings.max_tries:
                raise again.final from again
            client.pause(failures, again.after)
        except OSError as error:
            raise ArchiveError(f"{target} cannot be written: {error.strerror or error}") from error


def discard(target: Path) -> None:
    """Remove a download and what is known of it."""
    target.unlink(missing_ok=True)
    _state_path(target).unlink(missing_ok=True)


def _fetch_rest(
    client: RegistryClient, path: str, parameters: Mapping[str, str], target: Path, progress: ProgressCallback
) -> bool:
    """One try. True if the file is whole now; False if it has to begin again at once."""
    etag = _known_etag(target)
    have = _size(target) if etag is not None else 0
    headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
    if have and etag is not None:
        headers |= {"Range": f"bytes={have}-", "If-Range": etag}
    with client.stream(path, parameters, headers) as response:
        match = _CONTENT_RANGE.fullmatch(response.headers.get("content-range", ""))
        if response.status_code == 416:
            if match is not None and have and int(match[2]) == have:
                return True
            _begin_again(target, client)
            return False
        if response.status_code == 206:
            if match is None or match[1] is None or int(match[1]) != have:
                _begin_again(target, client)
                return False
            total: int | None = int(match[2])
        else:
            have = 0
            total = _content_length(response)
            discard(target)
            _remember(target, response.headers.get("etag"))
        _require_room(target, (total or 0) - have)
        _append(client, response, target, total, progress)
    if total is not None and _size(target) != total:
        raise Again(NetworkError(f"{client.settings.host} sent {_size(target):,} of {total:,} bytes: run again later"))
    return True


def _begin_again(target: Path, client: RegistryClient) -> None:
    if _size(target) == 0 and not _state_path(target).exists():
        raise ProtocolError(f"{client.settings.host} refuses to send the file from its beginning")
    discard(target)


def _append(
    client: RegistryClient, response: httpx.Response, target: Path, total: int | None, progress: ProgressCallback
) -> None:
    have = _size(target)
    since, came = client.clock(), 0
    with target.open("ab") as file:
        for chunk in response.iter_raw():
            if have == 0 and html_title(chunk) is not None:
                raise ProtocolError(f'{client.settings.host} sent a web page, titled "{html_title(chunk)}", not a file')
            file.write(chunk)
            have += len(chunk)
            came += len(chunk)
            client.received_bytes += len(chunk)
            progress(Progress("bytes", have, total))
            if client.clock() - since > SLOWEST_SECONDS:
                if came < SLOWEST_BYTES:
                    raise Again(NetworkError(f"{client.settings.host} sends too slowly: run again later"))
                since, came = client.clock(), 0
        file.flush()
        os.fsync(file.fileno())


def _content_length(response: httpx.Response) -> int | None:
    text = response.headers.get("content-length", "")
    return int(text) if text.isdecimal() else None


def _require_room(target: Path, coming: int) -> None:
    free = shutil.disk_usage(target.parent).free
    if coming > free:
        raise ArchiveError(f"{target.parent} has {free / 1e9:.1f} GB free, the download needs {coming / 1e9:.1f} GB")


def _size(target: Path) -> int:
    return target.stat().st_size if target.exists() else 0


def _state_path(target: Path) -> Path:
    return target.with_name(target.name + ".state.json")


def _remember(target: Path, etag: str | None) -> None:
    """Only a strong ETag promises the same bytes."""
    if etag is None or etag.startswith("W/"):
        return
    temporary = target.with_name(target.name + ".state.new")
    temporary.write_text(json.dumps({"etag": etag}))
    temporary.replace(_state_path(target))


def _known_etag(target: Path) -> str | None:
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
        etag = json.loads(_state_path(target).read_text())["etag"]
        return etag if isinstance(etag, str) else None
    return None
