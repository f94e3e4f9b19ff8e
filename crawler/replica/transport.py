"""Faults of the connection: what is sent is not what was announced, or nothing is sent at all."""

from __future__ import annotations

import contextlib
import gzip
import os
import socket
import struct
import threading
import time
from io import BufferedIOBase

from crawler.replica.faults import Fault

_PIECE = b" " * 1024
_PAUSE_SECONDS = 0.02
_RESET = struct.pack("ii", 1, 0)


def lying_gzip(body: bytes, how: str) -> bytes:
    """Bytes that are sent as gzip: `plain` is none, `truncated` lacks its second half, `crc` has a false checksum."""
    if how == "plain":
        return body
    packed = gzip.compress(body, 1, mtime=0)
    if how == "truncated":
        return packed[: len(packed) // 2]
    return packed[:-8] + bytes(byte ^ 0xFF for byte in packed[-8:-4]) + packed[-4:]


def reset(connection: socket.socket) -> None:
    """Ends the connection with a TCP reset: linger 0 throws away what is buffered, closing the bare handle sends it."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        os.close(connection.detach())


def endless_body(out: BufferedIOBase, start: bytes, fault: Fault, closing: threading.Event) -> None:
    """Sends `start` and then spaces in chunks until the client goes away."""
    until = time.monotonic() + fault.seconds(float("inf"))
    with contextlib.suppress(OSError):
        piece = start
        while not closing.is_set() and time.monotonic() < until:
            out.write(b"%x\r\n%b\r\n" % (len(piece), piece))
            out.flush()
            piece = _PIECE
            closing.wait(_PAUSE_SECONDS)
        out.write(b"0\r\n\r\n")
