"""What every replica has: faults, a log of requests, and a server on 127.0.0.1."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

from crawler.errors import UsageError
from crawler.replica.faults import Faults
from crawler.replica.server import Request, Server, Site


class Served:
    """A site that can be served. `faults` is what goes wrong, `requests` the log."""

    def __init__(self, site: Site, faults: Faults) -> None:
        self.site = site
        self.faults = faults
        self.requests: list[Request] = []

    @contextlib.contextmanager
    def serve(self, port: int = 0) -> Iterator[Server]:
        """Serves on 127.0.0.1 from a background thread while the `with` block lasts; port 0 takes a free one."""
        server = self._server(port)
        server.start()
        try:
            yield server
        finally:
            server.close()

    def serve_forever(self, port: int, ready: Callable[[Server], None] | None = None) -> None:
        """Serves in the foreground until interrupted; calls `ready` once it listens. Raises UsageError if it cannot."""
        server = self._server(port)
        try:
            with contextlib.suppress(KeyboardInterrupt):
                if ready is not None:
                    ready(server)
                server.serve_forever(poll_interval=0.2)
        finally:
            server.cut()

    def _server(self, port: int) -> Server:
        try:
            return Server(self.site, self.faults, self.requests, port)
        except (OSError, OverflowError) as error:
            raise UsageError(f"cannot listen on port {port} ({error}): choose another with --port") from None
