"""Pages of /studies: sizes, and opaque tokens that belong to one query and one data version."""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from collections.abc import Mapping

from crawler.replica.query import PAGING, select
from crawler.replica.respond import BadRequest
from crawler.replica.store import Snapshot

DEFAULT_SIZE = 10
LARGEST_SIZE = 1000
_REMEMBERED = 64
_TOKEN = struct.Struct(">8s8sI")


def page_size(text: str) -> int:
    """10 if absent or 0, never above 1,000. Raises BadRequest."""
    if not text:
        return DEFAULT_SIZE
    if not (text.isascii() and text.isdigit()) or len(text) > 10:
        raise BadRequest(f"`pageSize` must be a number, not negative: {text}")
    return min(int(text), LARGEST_SIZE) or DEFAULT_SIZE


def selection(params: Mapping[str, str], snapshot: Snapshot) -> list[str]:
    """All ids of the query, remembered for its later pages."""
    key = _query_key(params).hex()
    found = snapshot.answers.get(key)
    if found is None:
        found = select(params, snapshot)
        if len(snapshot.answers) >= _REMEMBERED:
            snapshot.answers.pop(next(iter(snapshot.answers)), None)
        snapshot.answers[key] = found
    return found


def token_for(params: Mapping[str, str], snapshot: Snapshot, offset: int) -> str:
    """The token of the page that starts at `offset`."""
    packed = _TOKEN.pack(_query_key(params), _version_key(snapshot), offset)
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def offset_of(token: str, params: Mapping[str, str], snapshot: Snapshot) -> int:
    """Where the page of this token starts. Raises BadRequest if it belongs to another query or data version."""
    try:
        packed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        query, version, offset = _TOKEN.unpack(packed)
    except (binascii.Error, ValueError, struct.error):
        raise BadRequest("`pageToken` has incorrect format") from None
    if query != _query_key(params):
        raise BadRequest("`pageToken` belongs to a request with other parameters")
    if version != _version_key(snapshot):
        raise BadRequest("`pageToken` is stale: the data have changed")
    return int(offset)


def _query_key(params: Mapping[str, str]) -> bytes:
    said = "\0".join(f"{name}={value}" for name, value in sorted(params.items()) if name not in PAGING and value)
    return hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=8).digest()


def _version_key(snapshot: Snapshot) -> bytes:
    return hashlib.blake2b(snapshot.edition.encode(), digest_size=8).digest()
