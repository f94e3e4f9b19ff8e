"""How to talk to a registry: plain data, no I/O. Reading it from a file or the environment is done elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import urlsplit

from crawler.errors import UsageError

LIVE_BASE_URL = "https://clinicaltrials.gov/api/v2"
TLS_MODES = ("stock", "post_handshake", "no_ticket")
MEGABYTE = 1 << 20


def product_version() -> str:
    """The installed version of trialkb, or `0+source` in a tree that was never installed."""
    try:
        return version("trialkb")
    except PackageNotFoundError:
        return "0+source"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSettings:
    """One registry and the manners to keep there. Raises UsageError for a value that cannot be meant.

    `requests_per_second`: 1 is what the registry's robots.txt asks for. `tls`: one of TLS_MODES, see crawler.tls.
    `daily_requests`: None is no budget. `page_size`: the registry silently cuts anything above 1000.
    `max_body_bytes`: a page of 1,000 studies has about 17 MB, the largest single study 3.6 MB.
    """

    base_url: str = LIVE_BASE_URL
    contact: str = ""
    requests_per_second: float = 1.0
    connect_timeout_seconds: float = 5.0
    read_timeout_seconds: float = 60.0
    body_seconds: float = 600.0
    tls: str = "stock"
    max_tries: int = 5
    longest_wait_seconds: float = 600.0
    daily_requests: int | None = None
    page_size: int = 1000
    max_body_bytes: int = 256 * MEGABYTE

    def __post_init__(self) -> None:
        parts = urlsplit(self.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError(f"base_url must be an http(s) address such as {LIVE_BASE_URL}, not {self.base_url!r}")
        if self.tls not in TLS_MODES:
            raise UsageError(f"tls must be one of {', '.join(TLS_MODES)}, not {self.tls!r}")
        if not 1 <= self.page_size <= 1000:
            raise UsageError(f"page_size must be between 1 and 1000, not {self.page_size}")
        if not self.contact.isprintable():
            raise UsageError("contact must be one printable line: an e-mail address or a web page")
        for name in ("requests_per_second", "connect_timeout_seconds", "read_timeout_seconds", "body_seconds"):
            if not getattr(self, name) > 0:
                raise UsageError(f"{name} must be above 0, not {getattr(self, name)}")
        if self.max_tries < 1 or self.max_body_bytes < 1:
            raise UsageError("max_tries and max_body_bytes must be at least 1")
        if self.daily_requests is not None and self.daily_requests < 1:
            raise UsageError(f"daily_requests must be at least 1, or left out for no budget, not {self.daily_requests}")

    @property
    def user_agent(self) -> str:
        """What we are, honestly: name, version, and whom to write to. Never a browser's name."""
        agent = f"trialkb/{product_version()}"
        if self.contact:
            # Header values are ASCII; a contact in another script is still better sent legibly reduced than refused.
            contact = self.contact.encode("ascii", "replace").decode("ascii")
            agent += f" (contact: {contact})"
        return agent

    @property
    def host(self) -> str:
        """Host name (and port) of the registry, for messages."""
        return urlsplit(self.base_url).netloc

    @property
    def loopback(self) -> bool:
        """True for a registry on this machine (the replica): no proxy is asked on the way there."""
        return urlsplit(self.base_url).hostname in ("127.0.0.1", "::1", "localhost")
