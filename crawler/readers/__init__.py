"""Readers: every form in which a trial's record comes, in the registry's own JSON shape.

One small module a form; `read` finds out which form a body has, by what stands in it, so that a body of the archive
reads the same whatever its file was called. A record says where it comes from in its `sourceSection` (see `base`).
"""

from __future__ import annotations

import re

from crawler.readers import ctgov_csv, ctgov_xml, ctis, ictrp, isrctn, page
from crawler.readers.base import Read, Reader, Refused, refused
from crawler.readers.decode import decode

# The name of each form in `meta.records`, and how much of a trial it tells: 1 the most. A form that tells less never
# takes the place of a record that told more.
RANKS = {
    "json": 1, "ctis_json": 1, "isrctn_xml": 1, "ctgov_xml": 2, "ictrp_xml": 3, "ictrp_csv": 3, "ctis_list": 3,
    "page": 4, "text": 4, "ctgov_csv": 5,
}  # fmt: skip
# So much of a body is looked at to tell its form.
_LOOKED_AT = 64 << 10

_XML_START = re.compile(r"\s*(?:<\?xml|<!--|<!DOCTYPE(?!\s+html)|<(?:[\w.-]+:)?[A-Za-z_])", re.IGNORECASE)
_HTML = re.compile(
    r"<!DOCTYPE\s+html|<html[\s>]|<body[\s>]|<head[\s>]|<(?:div|p|h[1-6]|table|dl|section|article|main)[\s>]",
    re.IGNORECASE,
)
_XML_RECORDS: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (re.compile(r"<(?:[\w.-]+:)?clinical_study[\s>]"), ctgov_xml.read),
    (re.compile(r"<(?:[\w.-]+:)?fullTrial[\s>]"), isrctn.read),
    (re.compile(r"<(?:[\w.-]+:)?Trial[\s>]"), ictrp.read_xml),
)


def reader_of(body: bytes) -> Reader | None:
    """The reader for what a body holds; None for JSON of the registry's own, and for nothing at all."""
    start = body[:_LOOKED_AT]
    text = decode(start)[0].lstrip("\ufeff \t\r\n")
    if not text:
        return None
    if text[0] in "{[" and (text[0] == "{" or re.match(r'\[\s*(?:[{\]"\[\d-]|null|true|false)', text)):
        return ctis.read if ctis.is_ctis(body) else None
    if text[0] == "<":
        return _of_markup(text, body)
    if ctgov_csv.is_header(text):
        return ctgov_csv.read
    if ictrp.is_header(text):
        return ictrp.read_csv
    if re.search(r"^[^\S\n]*\{", text, re.MULTILINE) or not re.search(r"\s", text[:2000].rstrip()):
        return None
    return page.read_text


def _of_markup(text: str, body: bytes) -> Reader:
    declared = text.startswith("<?xml")
    if not declared and _HTML.search(text[:4096]):
        return page.read_page
    for pattern, read in _XML_RECORDS:
        if pattern.search(text) or (len(body) > _LOOKED_AT and pattern.search(decode(body[: 4 << 20])[0])):
            return read
    return page.read_page if _HTML.search(text) else _unknown_xml


def _unknown_xml(body: bytes) -> Read:
    text = decode(body[:_LOOKED_AT])[0]
    entities = re.search(r"<!(?:ENTITY|DOCTYPE[^<>\[]*\[)", text)
    if entities:
        yield refused(
            "", body, "declares entities of its own: refused, since they may name files or unfold without end"
        )
        return
    root = re.search(r"<([A-Za-z_][\w.:-]*)", text)
    yield Refused("", body[:_LOOKED_AT], f"XML of a form that is not read here: <{root[1] if root else '?'}>")
