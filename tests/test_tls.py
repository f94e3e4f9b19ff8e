"""The TLS settings on the wire: what the first message to the registry looks like."""

from __future__ import annotations

import contextlib
import socket
import threading
import urllib.request
from collections.abc import Callable

import pytest

from crawler.client import RegistryClient
from crawler.errors import TrialkbError
from crawler.settings import TLS_MODES, ClientSettings

SESSION_TICKET = 35
POST_HANDSHAKE_AUTH = 49


def hello_of(ask: Callable[[str], object]) -> tuple[bytes, list[int]]:
    """(cipher suites, extension types in their order) of the hello that `ask` sends to an address."""
    received: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def listen() -> None:
            connection, _ = listener.accept()
            with connection:
                received.append(connection.recv(65536))

        thread = threading.Thread(target=listen)
        thread.start()
        with contextlib.suppress(OSError, TrialkbError):
            ask(f"https://127.0.0.1:{listener.getsockname()[1]}")
        thread.join(timeout=10)
    return parsed(received[0])


def parsed(record: bytes) -> tuple[bytes, list[int]]:
    at = 5 + 4 + 2 + 32
    at += 1 + record[at]
    length = int.from_bytes(record[at : at + 2])
    ciphers = record[at + 2 : at + 2 + length]
    at += 2 + length
    at += 1 + record[at]
    end = at + 2 + int.from_bytes(record[at : at + 2])
    at += 2
    types: list[int] = []
    while at < end:
        types.append(int.from_bytes(record[at : at + 2]))
        at += 4 + int.from_bytes(record[at + 2 : at + 4])
    return ciphers, types


def with_client(mode: str) -> Callable[[str], object]:
    def ask(address: str) -> None:
        settings = ClientSettings(base_url=f"{address}/api/v2", tls=mode, max_tries=1, requests_per_second=1000)
        with RegistryClient(settings) as client:
            client.version()

    return ask


def with_urllib(address: str) -> None:
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(address, timeout=5)


def test_post_handshake_looks_like_urllib() -> None:
    assert hello_of(with_client("post_handshake")) == hello_of(with_urllib)
    assert hello_of(with_client("stock")) != hello_of(with_urllib)


@pytest.mark.parametrize("mode", TLS_MODES)
def test_extensions_of_each_mode(mode: str) -> None:
    _, types = hello_of(with_client(mode))
    assert (POST_HANDSHAKE_AUTH in types) is (mode != "stock")
    assert (SESSION_TICKET in types) is (mode != "no_ticket")


def test_answer_without_tls_is_refused() -> None:
    with pytest.raises(TrialkbError, match="doctor"), socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            with_client("stock")(f"https://127.0.0.1:{listener.getsockname()[1]}")
        finally:
            thread.join(timeout=10)
