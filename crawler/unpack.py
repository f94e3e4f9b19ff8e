"""Bounded decompression: a small body may claim to be a terabyte, or stop in the middle."""

from __future__ import annotations

import zlib


class Damaged(Exception):
    """The compressed bytes are not what they say they are, or end too early."""


class TooLarge(Exception):
    """More bytes came out (or in) than were allowed."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit:,} bytes")


def gunzip(raw: bytes, limit: int) -> bytes:
    """The plain bytes of a gzip body of one or more members. Raises Damaged or TooLarge."""
    out: list[bytes] = []
    size = 0
    data = raw
    while data:
        member = zlib.decompressobj(wbits=31)
        try:
            plain = member.decompress(data, limit - size + 1)
        except zlib.error as error:
            raise Damaged(f"not gzip: {error}") from error
        size += len(plain)
        if size > limit:
            raise TooLarge(limit)
        if not member.eof:
            raise Damaged("gzip ends in the middle")
        out.append(plain)
        data = member.unused_data.lstrip(b"\0")
    if not out:
        raise Damaged("gzip with nothing in it")
    return b"".join(out)
