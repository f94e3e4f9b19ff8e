"""What an answer that is not the data asked for means: try later, never again, or an alias."""

from __future__ import annotations

from datetime import datetime
from typing import NoReturn

import httpx

from crawler.errors import NetworkError, ProtocolError, Refused
from crawler.received import error_text
from crawler.retry import RETRIED_STATUSES, Again, retry_after_seconds
from crawler.settings import ClientSettings


def refuse(settings: ClientSettings, response: httpx.Response, body: bytes, now: datetime) -> NoReturn:
    """Raises what a status other than 200 means: Again if it may pass, Refused for 4xx, else ProtocolError."""
    status, host = response.status_code, settings.host
    if status in RETRIED_STATUSES:
        try_later(settings, response, body, now)
    if status == 403:
        raise Refused(f"{host} refuses us (403: {error_text(body)}): `trialkb doctor` tries the TLS settings", 403)
    if 400 <= status < 500:
        raise Refused(f"{host} answers {status}: {error_text(body)}", status)
    raise ProtocolError(f"{host} answers {status} where 200 was due: {error_text(body)}")


def try_later(settings: ClientSettings, response: httpx.Response, body: bytes, now: datetime) -> NoReturn:
    """Raises Again, or NetworkError if the host asks for a longer wait than a run should sit through."""
    status, host = response.status_code, settings.host
    after = retry_after_seconds(response.headers.get("retry-after"), now)
    if after is not None and after > settings.longest_wait_seconds:
        raise NetworkError(f"{host} answers {status} and asks us to wait {after:.0f} s: run again after that")
    raise Again(NetworkError(f"{host} kept answering {status} ({error_text(body)}): run again later"), after)


def alias_target(base: httpx.URL, url: httpx.URL, location: str) -> httpx.URL:
    """Where an alias leads: only from one study of this registry to another. Raises ProtocolError for all else."""
    try:
        target = url.join(location)
    except httpx.InvalidURL as error:
        raise ProtocolError(f"{url.host} redirects {url.path} to an address that is none: {error}") from error
    studies = base.join("studies/").path
    inside = target.scheme == url.scheme and target.netloc == url.netloc and target.path.startswith(studies)
    if not inside or not url.path.startswith(studies):
        raise ProtocolError(f"{url.host} redirects {url.path} to {target}: not followed, check base_url")
    return target
