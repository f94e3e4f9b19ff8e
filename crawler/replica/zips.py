"""Studies as zip files: one study, or the whole registry in folders named by the last two digits."""

from __future__ import annotations

import io
import zipfile

from crawler.replica.store import Snapshot


def single_zip(nct_id: str, body: bytes) -> bytes:
    """One study as a zip of one file."""
    return _zip([(f"{nct_id}.json", body)], "2000-01-01T00:00:00")


def registry_zip(snapshot: Snapshot) -> bytes:
    """Every study, `35/NCT02252835.json`; the same bytes for the same data version, so that a download can resume."""
    members = [(f"{nct_id[-2:]}/{nct_id}.json", body) for nct_id, body in sorted(snapshot.bodies.items())]
    return snapshot.remembered("zip", lambda: _zip(members, snapshot.data_timestamp))


def _zip(members: list[tuple[str, bytes]], stamp: str) -> bytes:
    day = (int(stamp[0:4]), int(stamp[5:7]), int(stamp[8:10]), 0, 0, 0)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, body in members:
            archive.writestr(zipfile.ZipInfo(name, day), body, zipfile.ZIP_DEFLATED, 1)
    return buffer.getvalue()
