"""Bytes to text: the encoding that a document declares, else UTF-8, else what old exports were written in."""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(
    rb"""(?:<\?xml[^>]{0,200}?encoding|<meta[^>]{0,200}?charset)\s*=\s*["']?([A-Za-z0-9_.:-]{2,40})"""
)


def decode(body: bytes) -> tuple[str, bool]:
    """The text, and whether its encoding had to be guessed (it declares none that fits, and is not UTF-8).

    Bytes that fit no encoding become U+FFFD: a broken character must not cost a trial.
    """
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(name, "replace"), False
    if body[:400].count(0) > 80:
        even = body[:400:2].count(0)
        return body.decode("utf-16-be" if even > body[1:400:2].count(0) else "utf-16-le", "replace"), True
    for codec in filter(None, (_declared(body), "utf-8")):
        try:
            return body.decode(codec), False
        except (UnicodeDecodeError, LookupError):
            continue
    # A few bad bytes in a UTF-8 file are damage; many are Windows text, which most old exports are.
    text = body.decode("utf-8", "replace")
    if _looks_utf8(body, text):
        return text, True
    return body.decode("cp1252", "replace"), True


def _declared(body: bytes) -> str | None:
    match = _DECLARED.search(body[:2000])
    if match is None:
        return None
    name = match[1].decode("ascii").lower()
    try:
        codec = codecs.lookup(name)
    except LookupError:
        return None
    # What calls itself Latin-1 is Windows text in truth, as browsers read it; a text that says UTF-16 and is
    # readable as bytes is not.
    if codec.name in ("iso8859-1", "ascii"):
        return "cp1252"
    return None if codec.name.startswith(("utf-16", "utf-32")) or not codec._is_text_encoding else codec.name


def _looks_utf8(body: bytes, text: str) -> bool:
    sound = sum(1 for character in text[:200_000] if ord(character) > 127 and character != "\ufffd")
    return sound > text[:200_000].count("\ufffd")
