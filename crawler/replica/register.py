"""Plays the interface of another register on the loopback, over any of its records, with the faults of `faults`.

    replica = RegisterReplica("ISRCTN", [Path("tests/data/isrctn.xml")], faults=["429:retry-after=1"])
    with replica.serve() as server:
        httpx.get(f"{server.base_url}/query/format/default", params={"q": "asthma", "limit": 10})

`replica.records` is what the register has, by id, as bytes: change it, and the register has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from crawler.errors import UsageError
from crawler.replica import ctis, isrctn
from crawler.replica.faults import REGISTER_KINDS, Fault, Faults
from crawler.replica.misbehave import spoil
from crawler.replica.respond import BadRequest, Response, text_response
from crawler.replica.served import Served

Records = dict[str, bytes]


class Interface(Protocol):
    """What one register's interface does: see `crawler.replica.ctis` and `isrctn`."""

    base_path: str
    page_path: str

    def read(self, body: bytes) -> Records:
        """The records of a file, by id, each as it is sent."""
        ...

    def answer(
        self, method: str, path: str, params: Mapping[str, str], question: bytes, records: Records
    ) -> Response:  # fmt: skip
        """The answer to a request; `path` is below the base path. May raise BadRequest."""
        ...

    def taken_apart(self, page: bytes) -> tuple[list[bytes], int]:
        """(entries, total) of a page that the search answered."""
        ...

    def put_together(self, entries: list[bytes], total: int) -> bytes:
        """A page of these entries."""
        ...

    def broken(self, trial_id: str, body: bytes) -> bytes:
        """An answer in which this record breaks off in the middle; the same answer if it is not in it."""
        ...


INTERFACES: dict[str, Interface] = {"CTIS": ctis.Interface(), "ISRCTN": isrctn.Interface()}


class _Site:
    """An interface over its records, as a site of the server."""

    def __init__(self, interface: Interface, records: Records) -> None:
        self.interface, self.records = interface, records
        self.base_path = interface.base_path

    def answer(self, method: str, path: str, params: Mapping[str, str], question: bytes) -> Response:
        below = path.removeprefix(self.base_path)
        try:
            return self.interface.answer(method, below, params, question, self.records)
        except BadRequest as error:
            return text_response(400, str(error))

    def spoil(self, fault: Fault, response: Response, address: str) -> Response:
        if response.status == 200 and fault.kind == "broken-record":
            return replace(response, body=self.interface.broken(fault.options.get("id", ""), response.body))
        if response.status != 200 or fault.kind not in ("repeat-ids", "omit-ids", "wrong-total"):
            return spoil(fault, response, address)
        entries, total = self.interface.taken_apart(response.body)
        if fault.kind == "repeat-ids":
            entries = [*entries[: fault.count()], *entries]
        elif fault.kind == "omit-ids":
            entries = entries[: -fault.count()]
        else:
            total += fault.count()
        return replace(response, body=self.interface.put_together(entries, total))


class RegisterReplica(Served):
    """A register (`CTIS` or `ISRCTN`) of the records in these files (paths, or what is in them).

    Raises UsageError for another register, and where there is no record of it.
    """

    def __init__(self, name: str, files: Iterable[Path | bytes], faults: Iterable[Fault | str] = ()) -> None:
        if name not in INTERFACES:
            raise UsageError(f"no interface of {name!r} can be played: known are {', '.join(INTERFACES)}")
        interface = INTERFACES[name]
        self.records: Records = {}
        for file in files:
            self.records.update(interface.read(file if isinstance(file, bytes) else file.read_bytes()))
        if not self.records:
            raise UsageError(f"no record of {name} is in the files: see docs/formats.md for its form")
        super().__init__(_Site(interface, self.records), Faults(faults, REGISTER_KINDS, interface.page_path))

    @property
    def ids(self) -> list[str]:
        """The present ids."""
        return list(self.records)
