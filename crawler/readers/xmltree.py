"""XML from strangers: entities of its own are refused, names lose their namespace, damage costs one record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, XMLParser

from crawler.readers.base import MAX_TEXT, Refused, refused
from crawler.readers.decode import decode

# A document type that defines entities can name files, or unfold to gigabytes. No register's export has one.
_ENTITY = re.compile(r"<!(?:ENTITY|DOCTYPE[^<>\[]*\[)")
_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
# Characters that XML does not allow at all, and that copying from a word processor leaves behind.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_BARE_AMPERSAND = re.compile(r"&(?!(?:#\d+|#x[0-9A-Fa-f]+|[A-Za-z][A-Za-z0-9]{0,30});)")


def elements(body: bytes, tag: str) -> Iterator[tuple[str, Element | Refused, bool]]:
    """Every element `tag` of a document, parsed by itself: (place from 1, element or why not, encoding guessed)."""
    if len(body) > 4 * MAX_TEXT:
        yield "", refused("", body, f"more than {4 * MAX_TEXT:,} bytes of XML in one piece"), False
        return
    text, guessed = decode(body)
    if _ENTITY.search(text):
        reason = "declares entities of its own: refused, since they may name files or unfold without end"
        yield "", refused("", body, reason), guessed
        return
    number = 0
    for number, (piece, whole) in enumerate(_pieces(text, tag), 1):
        place = f"{tag} {number}"
        yield place, parse(piece, place) if whole else refused(place, piece, f"<{tag}> ends in the middle"), guessed
    if number == 0:
        yield "", refused("", body, f"no <{tag}> in it"), guessed


def _pieces(text: str, tag: str) -> Iterator[tuple[str, bool]]:
    """The text of each element and whether it has its end. Elements of one name are not nested in each other here."""
    name = re.escape(tag)
    starts = [match.start() for match in re.finditer(rf"<(?:[\w.-]+:)?{name}(?=[\s>/])", text)]
    ends = re.compile(rf"</(?:[\w.-]+:)?{name}\s*>|<(?:[\w.-]+:)?{name}(?:\s[^<>]*)?/>")
    for start, following in zip(starts, [*starts[1:], len(text)], strict=True):
        end = ends.search(text, start, following)
        yield (text[start : end.end()], True) if end else (text[start:following], False)


def parse(text: str, place: str = "") -> Element | Refused:
    """One element with what is in it. Prefixes of namespaces are dropped, as registers use them at their whim."""
    if len(text) > MAX_TEXT:
        return refused(place, text, f"a record of more than {MAX_TEXT:,} characters")
    try:
        return _parse(_unprefixed(_FORBIDDEN.sub("", text)))
    except (ParseError, ValueError) as error:
        mended = _BARE_AMPERSAND.sub("&amp;", text)
        if mended != text:
            try:
                return _parse(_unprefixed(_FORBIDDEN.sub("", mended)))
            except (ParseError, ValueError):
                pass
        return refused(place, text, f"not XML: {error}")


def _parse(text: str) -> Element:
    if _ENTITY.search(text):
        raise ValueError("declares entities of its own")
    parser = XMLParser()
    declared = _DECLARATION.match(text)
    parser.feed(text[declared.end() :] if declared else text)
    root: Element = parser.close()
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def _unprefixed(text: str) -> str:
    """An element cut from its document has lost the declarations of its prefixes."""
    if ":" not in text or not re.search(r"</?[\w.-]+:[A-Za-z]|\s[\w.-]+:[\w.-]+\s*=", text):
        return text
    text = re.sub(r"(</?)[\w.-]+:(?=[A-Za-z_])", r"\1", text)
    return re.sub(r"(<[A-Za-z_][^<>]*?\s)(?!xmlns)[\w.-]+:([\w.-]+\s*=)", r"\1\2", text)


def own_text(element: Element | None) -> str:
    """All text in an element, with blanks evened out; `""` for none."""
    return " ".join("".join(element.itertext()).split()) if element is not None else ""
