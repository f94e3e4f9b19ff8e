"""Faults that the replica can produce on request, each by name, for chosen requests.

A fault is written `KIND[:KEY=VALUE]...`, for example `429:retry-after=2:times=3` or `half-body:path=/studies:from=2`.

Which requests (all kinds):
    path=/studies/*   pattern of the path below /api/v2 (default: `/studies` for page faults, every path for others)
    from=N            the Nth request that fits the path, counted from 1 (default 1)
    times=N           how many requests from there on (default 1, `always` for all; a redirect loop is always one)
    having=NAME       only requests with this parameter, e.g. `pageToken` or `filter.ids`

Kinds:
    429 500 502 503 403 ...  any status from 400 to 599; `retry-after=SECONDS` (or a date) adds the header
    reset             the connection is reset before an answer
    half-body         the whole length is announced, half is sent, the connection closes
    endless-body      a body without end, in small pieces (`seconds=S` ends it after all)
    bad-gzip          Content-Encoding says gzip, the bytes are `how=plain` (default), `how=truncated` or `how=crc`
    html              an HTML page with status 200 in place of JSON
    slow              the answer comes `seconds=S` late (default 1)
    stale-token       a request with a page token gets the 400 of a stale token
    version-moves     the data version moves behind this answer; `tokens=keep` leaves page tokens valid
    repeat-ids        a page holds its first `count=N` records twice, nothing is missing
    omit-ids          a page lacks its last `count=N` records
    shift-ids         a page repeats its first `count=N` records in place of its last N
    wrong-total       the total that an answer names is `count=N` too large
    alias-redirect    301 to the study `to=NCT...`
    redirect-loop     301 to the same address
    unknown-field     records gain a field that the model does not know
    wrong-type        the text at `field=PATH` becomes a number, anything else becomes text
    null              the value at `field=PATH` becomes null
                      (these three: `id=NCT...` for one study only; otherwise the first `count=N` records, default 1)

The replicas of other registers know statuses, faults of the connection, html, slow, redirect-loop, repeat-ids,
omit-ids and wrong-total (a page is an answer of their search), and one of their own:
    broken-record     the record `id=ID` breaks off in the middle
"""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Self

from crawler.errors import UsageError

TRANSPORT = {"reset", "half-body", "endless-body", "bad-gzip"}
PAGE = {"repeat-ids", "omit-ids", "shift-ids", "stale-token", "version-moves", "wrong-total"}
RECORD = {"unknown-field", "wrong-type", "null"}
ANSWER = {"html", "slow", "alias-redirect", "redirect-loop"}
KINDS = TRANSPORT | PAGE | RECORD | ANSWER
# Of the replicas of other registers (`crawler.replica.register`).
REGISTER_KINDS = TRANSPORT | {"html", "slow", "redirect-loop", "repeat-ids", "omit-ids", "wrong-total", "broken-record"}
OPTIONS = {"path", "from", "times", "retry-after", "seconds", "count", "to", "id", "field", "tokens", "having", "how"}
_STATUS = re.compile(r"[45]\d\d")
_ALWAYS = 1 << 62


@dataclass(slots=True)
class Fault:
    """One fault: its kind, the requests it is for, and its other options as text."""

    kind: str
    path: str = "*"
    first: int = 1
    times: int = 1
    options: dict[str, str] = field(default_factory=dict)
    seen: int = 0
    fired: int = 0

    @classmethod
    def parse(cls, text: str, kinds: Collection[str] = KINDS, page_path: str = "/studies") -> Self:
        """A fault from its text, see the top of this module: of these kinds, pages being at this path.

        Raises UsageError.
        """
        kind, *parts = _split(text) or [""]
        options = {}
        for part in parts:
            key, equals, value = part.partition("=")
            if not equals or key not in OPTIONS or not value:
                raise UsageError(f"fault {text!r}: {part!r} is not an option; known are {', '.join(sorted(OPTIONS))}")
            options[key] = value
        if kind not in kinds and not _STATUS.fullmatch(kind):
            raise UsageError(f"fault {text!r}: unknown kind {kind!r}; known are 4xx, 5xx, {', '.join(sorted(kinds))}")
        path = options.pop("path", page_path if kind in PAGE else "*")
        first = _count(text, options.pop("from", "1"))
        times = options.pop("times", "always" if kind == "redirect-loop" else "1")
        _check_options(kind, options, text)
        return cls(kind, path, first, _ALWAYS if times == "always" else _count(text, times), options)

    @property
    def status(self) -> int | None:
        """The status that is answered, if the kind is one."""
        return int(self.kind) if _STATUS.fullmatch(self.kind) else None

    def seconds(self, default: float) -> float:
        """The `seconds` option."""
        return float(self.options.get("seconds", default))

    def count(self) -> int:
        """The `count` option."""
        return int(self.options.get("count", "1"))

    def meets(self, path: str, params: Mapping[str, str]) -> bool:
        """Counts a request; True if the fault is for it."""
        having = self.options.get("having", "pageToken" if self.kind == "stale-token" else None)
        if not fnmatchcase(path, self.path) or (having is not None and having not in params):
            return False
        self.seen += 1
        if not self.first <= self.seen < self.first + self.times:
            return False
        self.fired += 1
        return True


class Faults:
    """The faults in force, of `kinds`, pages being at `page_path`. Safe to change while the server runs."""

    def __init__(
        self, faults: Iterable[Fault | str] = (), kinds: Collection[str] = KINDS, page_path: str = "/studies"
    ) -> None:
        self._lock = threading.Lock()
        self._kinds, self._page_path = kinds, page_path
        self._faults: list[Fault] = []
        for fault in faults:
            self.add(fault)

    def add(self, fault: Fault | str) -> Fault:
        """Puts one more fault in force; its count of requests starts now. Raises UsageError."""
        made = Fault.parse(fault, self._kinds, self._page_path) if isinstance(fault, str) else fault
        with self._lock:
            self._faults.append(made)
        return made

    def clear(self) -> None:
        """No more faults."""
        with self._lock:
            self._faults.clear()

    def meeting(self, path: str, params: Mapping[str, str]) -> list[Fault]:
        """The faults for this request, in the order in which they were added."""
        with self._lock:
            return [fault for fault in self._faults if fault.meets(path, params)]

    def unfired(self) -> list[Fault]:
        """Faults that no request has met yet; a test should end with none."""
        with self._lock:
            return [fault for fault in self._faults if not fault.fired]


def _split(text: str) -> list[str]:
    """At each colon that begins an option, so that a date in `retry-after` keeps its own."""
    return [part for part in re.split(r":(?=[a-z-]+=)|:$", text.strip()) if part]


def _count(text: str, value: str) -> int:
    if not value.isdecimal() or int(value) < 1:
        raise UsageError(f"fault {text!r}: {value!r} is not a number of requests")
    return int(value)


def _check_options(kind: str, options: dict[str, str], text: str) -> None:
    if kind == "alias-redirect" and "to" not in options:
        raise UsageError(f"fault {text!r}: say where to, such as alias-redirect:to=NCT00000001")
    if kind in ("wrong-type", "null") and "field" not in options:
        raise UsageError(f"fault {text!r}: say which field, such as {kind}:field=protocolSection.statusModule")
    for key, known in (("how", ("plain", "truncated", "crc")), ("tokens", ("keep",))):
        if key in options and options[key] not in known:
            raise UsageError(f"fault {text!r}: {key} must be one of {', '.join(known)}")
    for key in ("seconds", "count"):
        try:
            float(options.get(key, "1"))
        except ValueError:
            raise UsageError(f"fault {text!r}: {key} must be a number") from None
