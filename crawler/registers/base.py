"""What all registers have in common: list what matches, until the register's own total is reached, and keep it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import httpx

from crawler.archive import Archive, Entry
from crawler.errors import (
    BudgetSpent,
    Incomplete,
    NetworkError,
    Offline,
    ProtocolError,
    Refused,
    TrialkbError,
    UsageError,
)
from crawler.pace import Clock
from crawler.readers.registers import identify
from crawler.received import Received
from crawler.registers.client import RegisterClient
from crawler.settings import ClientSettings

# A list that moves under the walk through its pages repeats some trials and leaves out others: it is walked again.
WALKS = 2
# One trial that cannot be had costs itself. So many one after the other mean that the register is in trouble.
MAX_FAILED_IN_A_ROW = 3


@dataclass(frozen=True, slots=True)
class Page:
    """An answer of a register, and what it says.

    `kind` as in the archive: a `file` holds records, `ids` only names them. `ids`: the trials on it, in the register's
    own form, repeated ones too; `odd`: what stands there without a valid id. `total`: how many trials match, as the
    register says; None where it does not say so here.
    """

    received: Received
    kind: str
    ids: tuple[str, ...] = ()
    odd: tuple[str, ...] = ()
    total: int | None = None
    note: dict[str, Any] = field(default_factory=dict)


class Register(Protocol):
    """What one register needs. `name` as in `data/registers.toml`; `page_size`: trials a request unless told otherwise.

    `lists_records`: its lists hold the records, so that nothing more has to be asked.
    """

    name: str
    base_url: str
    page_size: int
    max_page_size: int
    accept: str
    lists_records: bool

    def pages(self, client: RegisterClient, query: str | None) -> Iterator[Page]:
        """All pages of a query, in the register's own words; None: of everything. One at least tells the total.

        Raises UsageError for a query that it cannot answer, NetworkError, ProtocolError.
        """
        ...

    def trial(self, client: RegisterClient, trial_id: str) -> Page:
        """One trial. Raises Refused where there is none of this id, NetworkError, ProtocolError."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """What to fetch: a query, ids, or (neither) everything."""

    query: str | None = None
    ids: tuple[str, ...] = ()

    def __str__(self) -> str:
        return ", ".join(self.ids) or self.query or "everything"


class Fetch:
    """One question to one register. Raises UsageError, before anything is asked, for an id that is not of its pattern.

    `settings` say how to ask; address and page size are the register's own unless `base_url` and `page_size` are given.
    """

    def __init__(
        self,
        register: Register,
        asked: Asked,
        settings: ClientSettings,
        *,
        base_url: str | None = None,
        page_size: int | None = None,
        transport: httpx.BaseTransport | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.register = register
        self.asked = Asked(asked.query, own_ids(register, asked.ids))
        size = page_size or register.page_size
        if size > register.max_page_size:
            raise UsageError(f"{register.name} gives at most {register.max_page_size} trials a page, not {size}")
        self.settings = replace(settings, base_url=base_url or register.base_url, page_size=size)
        self.requests = 0
        self._transport, self._clock = transport, clock

    @property
    def name(self) -> str:
        """What is fetched, for the journal."""
        return f"{self.register.name}: {self.asked}"

    def into(self, archive: Archive, run_id: str) -> Iterator[Entry | TrialkbError]:
        """Everything that comes, as entries of the archive; an error that costs one trial only takes its place.

        Raises Incomplete (at the end, with the counts), NetworkError, ProtocolError, UsageError, ArchiveError.
        """
        with RegisterClient(self.settings, self.register.accept, self._transport, self._clock) as client:
            try:
                for page in self._answers(client):
                    yield self._kept(page, archive, run_id) if isinstance(page, Page) else page
            finally:
                self.requests = client.requests

    def _kept(self, page: Page, archive: Archive, run_id: str) -> Entry:
        got = page.received
        return archive.put(
            got.body, kind=page.kind, source=got.url, run_id=run_id, received_at=got.received_at,
            attempts=got.attempts, register=self.register.name, **page.note,
        )  # fmt: skip

    def _answers(self, client: RegisterClient) -> Iterator[Page | TrialkbError]:
        if self.asked.ids:
            yield from self._trials(client, self.asked.ids)
            return
        ids: dict[str, None] = {}
        odd: dict[str, None] = {}
        for _ in range(WALKS):
            total, given, walk = 0, 0, set[str]()
            for page in self.register.pages(client, self.asked.query):
                yield page
                total = total if page.total is None else page.total
                given += len(page.ids) + len(page.odd)
                walk.update(page.ids, page.odd)
                ids.update(dict.fromkeys(page.ids))
                odd.update(dict.fromkeys(page.odd))
            if len(walk) == total:
                break
        if total == 0 and not walk:
            raise UsageError(f"{self.register.name} has no trial for {self.asked}: look at the words")
        if not self.register.lists_records:
            for text in odd:
                yield ProtocolError(f"{self.register.name} lists {text[:40]!r}, which is no id of its own: not fetched")
            yield from self._trials(client, ids)
        if len(walk) != total:
            raise Incomplete(
                f"{self.register.name} says that {total:,} trials match, but {len(walk):,} distinct ones came on its "
                f"pages ({given - len(walk):,} repeated): what came is kept, run again later"
            )

    def _trials(self, client: RegisterClient, ids: Iterable[str]) -> Iterator[Page | TrialkbError]:
        failed = 0
        for trial_id in ids:
            try:
                page = self.register.trial(client, trial_id)
            except (Offline, BudgetSpent):
                raise
            except NetworkError as error:
                failed = 0 if isinstance(error, Refused) and error.status in (400, 404) else failed + 1
                if failed == MAX_FAILED_IN_A_ROW:
                    raise
                yield error
            else:
                failed = 0
                yield page


def own_ids(register: Register, ids: Iterable[str]) -> tuple[str, ...]:
    """Ids in the register's own form, each once. Raises UsageError for one that does not fit its pattern."""
    found: dict[str, None] = {}
    for text in ids:
        known = identify(text)
        if known is None or known[0] != register.name:
            raise UsageError(f"{text[:40]!r} is no id of {register.name}: correct --ids")
        found[known[1]] = None
    return tuple(found)
