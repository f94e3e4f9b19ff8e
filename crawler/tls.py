"""The TLS contexts by name.

Some networks refuse stock httpx by the shape of its TLS hello while the standard library's own clients pass.
`post_handshake` makes the hello that of urllib, `no_ticket` that of requests. All three verify certificates, and
the User-Agent says who we are whichever is used: this is about being let in, not about posing as a browser.
"""

from __future__ import annotations

import ssl

import httpx

from crawler.errors import UsageError
from crawler.settings import TLS_MODES


def tls_context(mode: str) -> ssl.SSLContext:
    """The client context for a mode of TLS_MODES. Raises UsageError for any other name."""
    if mode not in TLS_MODES:
        raise UsageError(f"tls must be one of {', '.join(TLS_MODES)}, not {mode!r}")
    context = httpx.create_ssl_context()
    if mode in ("post_handshake", "no_ticket"):
        context.post_handshake_auth = True
    if mode == "no_ticket":
        context.options |= ssl.OP_NO_TICKET
    return context
