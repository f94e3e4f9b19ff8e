"""The HTTP side: threads, keep-alive, gzip, conditional GET, the request log."""

from __future__ import annotations

import contextlib
import gzip
import re
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

from crawler.replica.faults import TRANSPORT, Fault, Faults
from crawler.replica.respond import TEXT, ZIP, BadRequest, Response, text_response
from crawler.replica.transport import endless_body, lying_gzip, reset

HOST = "127.0.0.1"
_GZIP_FROM = 256
_Connection = Any
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")
_MAX_QUESTION_BYTES = 1 << 20


class Site(Protocol):
    """What a server plays: a registry's answers, and what a fault makes of one. `base_path` is in every path."""

    base_path: str

    def answer(self, method: str, path: str, params: Mapping[str, str], question: bytes) -> Response:
        """The answer to a request of this path (the whole path, decoded); `question` is its body."""
        ...

    def spoil(self, fault: Fault, response: Response, address: str) -> Response:
        """The answer that the fault makes of the right one. `address` is the request's path with its query."""
        ...


@dataclass(frozen=True, slots=True)
class Request:
    """One line of the request log, written before the answer is sent.

    `path` is below the base path where it can be; `time` is when the request came, in seconds since the epoch; `status`
    is 0 if the connection was reset instead of an answer; `seconds` is the time until the answer was ready; `bytes` is
    the length of its body as it was meant.
    """

    method: str
    path: str
    params: dict[str, str]
    status: int
    time: float
    seconds: float
    user_agent: str
    bytes: int


class Server(ThreadingHTTPServer):
    """A running replica: `base_url`, `port`, `requests` (the log), `close()`."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, site: Site, faults: Faults, requests: list[Request], port: int = 0) -> None:
        self.site = site
        self.faults = faults
        self.requests = requests
        self.closing = threading.Event()
        self._sockets: set[socket.socket] = set()
        self._sockets_lock = threading.Lock()
        super().__init__((HOST, port), _Handler)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])

    @property
    def base_url(self) -> str:
        """What a client takes for the registry's address."""
        return f"http://{HOST}:{self.port}{self.site.base_path}"

    def start(self) -> None:
        """Serves from a thread of its own."""
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        """Stops the thread of `start`, stops listening and cuts the connections that are still open."""
        self.closing.set()
        self.shutdown()
        self.cut()

    def cut(self) -> None:
        """Stops listening and cuts the connections that are still open."""
        self.closing.set()
        self.server_close()
        with self._sockets_lock:
            for open_socket in self._sockets:
                with contextlib.suppress(OSError):
                    open_socket.shutdown(socket.SHUT_RDWR)

    def get_request(self) -> tuple[socket.socket, object]:
        accepted, address = super().get_request()
        with self._sockets_lock:
            self._sockets.add(accepted)
        return accepted, address

    def shutdown_request(self, request: _Connection) -> None:
        with self._sockets_lock:
            self._sockets.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: _Connection, client_address: object) -> None:
        """A client that goes away in the middle is nothing to report."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "trialkb-replica"
    sys_version = ""
    server: Server
    # Headers and body leave in one segment, and no segment waits for the acknowledgement of the one before.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        began, clock = time.time(), time.monotonic()
        site = self.server.site
        path, params, refusal = self._asked()
        shown = path.removeprefix(site.base_path) or path
        question = self._question()
        faults = self.server.faults.meeting(shown, params)
        response = refusal or site.answer(self.command, path, params, question)
        for fault in faults:
            response = self._spoiled(fault, response)
        broken = next((fault for fault in faults if fault.kind in TRANSPORT), None)
        if broken is None:
            response = self._coded(self._part(self._unless_known(response)))
        status = 0 if broken is not None and broken.kind == "reset" else response.status
        agent, seconds, size = self.headers.get("User-Agent", ""), time.monotonic() - clock, len(response.body)
        # Before the answer is sent: a client that has it must find it in the log.
        self.server.requests.append(Request(self.command, shown, params, status, began, seconds, agent, size))
        if broken is None:
            self._send(response)
        else:
            self._break(broken, response)

    do_HEAD = do_POST = do_GET

    def _question(self) -> bytes:
        length = self.headers.get("Content-Length", "0")
        return self.rfile.read(min(int(length), _MAX_QUESTION_BYTES)) if length.isdecimal() else b""

    def _spoiled(self, fault: Fault, response: Response) -> Response:
        if fault.kind == "slow":
            self.server.closing.wait(fault.seconds(1.0))
        return self.server.site.spoil(fault, response, self.path)

    def _break(self, fault: Fault, response: Response) -> None:
        """Answers over a connection that fails."""
        # A client must not take a connection for usable that is about to close, unless that is the fault itself.
        self.close_connection = fault.kind != "bad-gzip"
        if fault.kind == "reset":
            reset(self.connection)
            return
        body = response.body
        self.send_response(response.status)
        self.send_header("Content-Type", response.content_type)
        if fault.kind == "endless-body":
            self.send_header("Transfer-Encoding", "chunked")
            self.send_header("Connection", "close")
            self.end_headers()
            endless_body(self.wfile, body[:-1], fault, self.server.closing)
            return
        if fault.kind == "bad-gzip":
            body = lying_gzip(body, fault.options.get("how", "plain"))
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if fault.kind == "half-body" else body)
        self.wfile.flush()

    def _asked(self) -> tuple[str, dict[str, str], Response | None]:
        parts = urlsplit(self.path)
        path = unquote(parts.path)
        params: dict[str, str] = {}
        try:
            for name, value in parse_qsl(parts.query, keep_blank_values=True, errors="strict"):
                if name in params:
                    raise BadRequest(f"parameter `{name}` is given twice")
                params[name] = value
        except BadRequest as error:
            return path, params, text_response(400, str(error))
        except ValueError:
            return path, params, text_response(400, "the query is not UTF-8")
        return path, params, None

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        if response.status != 304:
            self.send_header("Content-Type", response.content_type)
            self.send_header("Content-Length", str(len(response.body)))
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body)
        self.wfile.flush()

    def _unless_known(self, response: Response) -> Response:
        """304 if the client has this very body already."""
        etag = response.headers.get("ETag")
        if response.status == 200 and etag and _names_tag(self.headers.get("If-None-Match", ""), etag):
            return Response(304, b"", response.content_type, response.headers)
        return response

    def _part(self, response: Response) -> Response:
        """The rest of a download that was interrupted: `Range: bytes=N-`, if it is still the same file."""
        if response.status != 200 or response.content_type != ZIP:
            return response
        response.headers["Accept-Ranges"] = "bytes"
        match = _RANGE.fullmatch(self.headers.get("Range", ""))
        if match is None or self.headers.get("If-Range", response.headers["ETag"]) != response.headers["ETag"]:
            return response
        whole = len(response.body)
        start, end = int(match[1]), min(int(match[2] or whole - 1), whole - 1)
        if start > end:
            return Response(416, b"", TEXT, {"Content-Range": f"bytes */{whole}"})
        headers = {**response.headers, "Content-Range": f"bytes {start}-{end}/{whole}"}
        return Response(206, response.body[start : end + 1], ZIP, headers)

    def _coded(self, response: Response) -> Response:
        accepted = "gzip" in self.headers.get("Accept-Encoding", "")
        if not accepted or len(response.body) < _GZIP_FROM or response.content_type == ZIP:
            return response
        headers = {**response.headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return Response(response.status, gzip.compress(response.body, 1, mtime=0), response.content_type, headers)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on the terminal: the log is `server.requests`."""


def _names_tag(header: str, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in header.split(",")]
    return etag in tags or "*" in tags
