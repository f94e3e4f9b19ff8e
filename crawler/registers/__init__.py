"""Other registers, asked over their own public interfaces: one small adapter each on one base.

What comes is put into the raw archive byte for byte and read by the same readers as a file (`crawler.readers`).
"""

from __future__ import annotations

from crawler.errors import UsageError
from crawler.registers.base import Asked, Fetch, Page, Register
from crawler.registers.client import RegisterClient
from crawler.registers.ctis import Ctis
from crawler.registers.isrctn import Isrctn

REGISTERS: dict[str, Register] = {register.name: register for register in (Ctis(), Isrctn())}

# Names that people try, and where what they want is to be had.
_ELSEWHERE = {
    "ICTRP": "the WHO portal has no open interface: download its export, then `trialkb ingest` the file",
    "CLINICALTRIALS.GOV": "the registry itself is fetched by `trialkb refresh`",
}
_SAME = {"WHO": "ICTRP", "CTGOV": "CLINICALTRIALS.GOV", "NCT": "CLINICALTRIALS.GOV"}

__all__ = ["REGISTERS", "Asked", "Fetch", "Page", "Register", "RegisterClient", "register_named"]


def register_named(name: str) -> Register:
    """The register of a name, in capitals or not. Raises UsageError with what is known, or where else to look."""
    plain = name.strip().upper()
    if plain in REGISTERS:
        return REGISTERS[plain]
    hint = _ELSEWHERE.get(_SAME.get(plain, plain), "others come as files, see docs/formats.md")
    raise UsageError(f"no register {name!r} can be asked: known are {', '.join(REGISTERS)}; {hint}")
