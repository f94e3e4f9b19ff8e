"""Feed the readers damaged files for a while: no crash, no hang, no memory above a bound.

    python -m bench.fuzz_readers --seconds 600 --form ctgov.xml --form classic.csv

Forms are the samples in `tests/data` and `tests/pages`, and a record in the registry's own JSON. Each turn damages one:
bits, cuts, repeated or swapped pieces, marks of the form in wrong places, long runs. It ends with 1 at the first
exception, at a turn of more than SLOWEST seconds of processor time, or when the process holds more than MOST bytes.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import time
from pathlib import Path

from crawler.records import READER_FAILED, Unreadable, records

ROOT = Path(__file__).resolve().parent.parent
RECORD = ROOT / "crawler" / "sample" / "records" / "NCT99000001.json"
SLOWEST = 20.0
MOST = 1 << 30
_MARKS = (
    b'"', b",", b"\n", b"|", b"<", b">", b"&", b"]]>", b"<![CDATA[", b"<!--", b"</", b"<table>", b"<li>", b"\x00",
    b"\xff", b"{", b"}", b"[", b"|---|", b"# ", b"NCT", b": ", b"<!DOCTYPE x [", b"&#0;", b"&#x110000;",
)  # fmt: skip


def samples() -> dict[str, bytes]:
    """Every sample by its name."""
    files = [file for folder in ("data", "pages") for file in (ROOT / "tests" / folder).iterdir()]
    return {file.name: file.read_bytes() for file in files} | {"record.json": RECORD.read_bytes()}


def damaged(body: bytes, chance: random.Random) -> bytes:
    """The body with one to eight things wrong."""
    found = bytearray(body)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(found) + 1)
        end = min(len(found), at + chance.choice((1, 10, 100, 1000)))
        kind = chance.randrange(7)
        if kind == 0 and found:
            found[at % len(found)] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del found[at:end]
        elif kind == 2:
            found[at:at] = found[at:end] * chance.choice((1, 2, 50))
        elif kind == 3:
            found[at:at] = chance.choice(_MARKS) * chance.choice((1, 1, 3, 200))
        elif kind == 4:
            del found[at:]
        elif kind == 5:
            found[at:at] = bytes(chance.choices(range(256), k=chance.choice((1, 20, 300))))
        else:
            found[at:at] = chance.choice((b"a", b" ", b"(", b"<b>", b"1. ")) * chance.choice((1000, 100_000))
    return bytes(found)


def read(body: bytes) -> int:
    """The number of records and of what is none. Raises RuntimeError where the reader itself failed."""
    found = list(records(body, "file"))
    for item in found:
        if isinstance(item, Unreadable) and item.reason.startswith(READER_FAILED):
            raise RuntimeError(item.reason)
    return len(found)


def main() -> int:
    """Run until the time is up; 0 if nothing happened."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--form", action="append", choices=sorted(samples()), help="these samples only")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    known = {name: body for name, body in samples().items() if asked.form is None or name in asked.form}
    begun, turns, slowest = time.monotonic(), 0, 0.0
    while time.monotonic() - begun < asked.seconds:
        name = sorted(known)[turns % len(known)]
        body = damaged(known[name], random.Random(f"{asked.seed} {turns}"))
        started = time.process_time()
        try:
            found = read(body)
        except Exception:
            print(f"turn {turns} ({name}, seed {asked.seed}) failed", file=sys.stderr)
            raise
        slowest = max(slowest, time.process_time() - started)
        held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        if slowest > SLOWEST or held > MOST:
            print(f"turn {turns} ({name}): {slowest:.1f} s, {held >> 20} MB, {found} records", file=sys.stderr)
            return 1
        turns += 1
    print(f"{turns:,} damaged files of {len(known)} forms; slowest {slowest:.2f} s; at most {held >> 20} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
