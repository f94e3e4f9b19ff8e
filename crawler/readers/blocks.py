"""A page or a text as lines that know what they are: heading, label, list item, table row, text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bs4 import BeautifulSoup, NavigableString, Tag
from bs4.element import PreformattedString

HEAD, LABEL, ITEM, ROW, TEXT, BLANK = "head", "label", "item", "row", "text", "blank"
# A heading that is only bold, or stands on a line of its own.
WEAK = 7


@dataclass(frozen=True, slots=True)
class Line:
    """A line. `level`: of a heading 1 to 7, of a list item its depth from 1. `mark`: a numbered item's number.
    `cells`, `names`: a table row's cells and the names of its columns."""

    kind: str
    text: str
    level: int = 0
    mark: str = ""
    cells: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


_NO_TEXT = (
    "script", "style", "noscript", "template", "svg", "nav", "footer", "iframe", "button", "select", "head", "canvas",
    "video", "audio", "object", "input", "textarea",
)  # fmt: skip
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "br", "caption", "center", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "html", "label",
    "li", "main", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
))  # fmt: skip
_SPLIT = "\x1f"
_STRONG = frozenset(("strong", "b", "em", "span", "u", "small", "mark", "i"))
MAX_DEPTH = 400


def of_page(soup: BeautifulSoup) -> list[Line]:
    """The lines of a page. What is no text of it (scripts, navigation, footers) is left out."""
    for element in soup.find_all(_NO_TEXT):
        if not element.decomposed:
            element.decompose()
    walker = _Walker(soup)
    walker.walk(soup, 0)
    walker.flush()
    return walker.lines


class _Walker:
    def __init__(self, soup: BeautifulSoup) -> None:
        self.soup = soup
        self.lines: list[Line] = []
        self.inline: list[str] = []
        self.item: tuple[int, str] | None = None

    def walk(self, element: Tag, depth: int, lists: int = 0) -> None:
        if depth > MAX_DEPTH:
            self.inline.append(element.get_text(" "))
            return
        for child in element.children:
            if isinstance(child, PreformattedString):
                continue
            if isinstance(child, NavigableString):
                self.inline.append(str(child))
            elif isinstance(child, Tag):
                self._tag(child, depth + 1, lists)

    def _tag(self, tag: Tag, depth: int, lists: int) -> None:
        name = tag.name
        if name not in _BLOCKS:
            mark = _SPLIT if name in _STRONG else ""
            self.inline.append(mark)
            self.walk(tag, depth, lists)
            self.inline.append(mark)
            return
        self.flush()
        if tag.get("role") == "tab":
            return
        if name == "table":
            self._table(tag)
        elif name in ("dt", "label"):
            self._head(LABEL, tag, WEAK)
        elif re.fullmatch(r"h[1-6]", name):
            self._head(HEAD, tag, int(name[1]))
        elif tag.get("role") == "heading":
            level = str(tag.get("aria-level") or "")
            self._head(HEAD, tag, int(level) if level.isdecimal() and 0 < int(level) < 7 else 2)
        elif name in ("summary", "figcaption", "caption"):
            self._head(HEAD, tag, 5)
        elif name == "li":
            self._li(tag, depth, lists)
        else:
            self._panel(tag)
            self.walk(tag, depth, lists + (name in ("ul", "ol")))
            self.flush()

    def _head(self, kind: str, tag: Tag, level: int) -> None:
        text = _clean(tag.get_text(" "))
        if text:
            self.lines.append(Line(kind, text, level))

    def _panel(self, tag: Tag) -> None:
        """A tab's panel is headed by its tab."""
        name = tag.get("aria-labelledby")
        if tag.get("role") == "tabpanel" and isinstance(name, str):
            tab = self.soup.find(id=name)
            if tab is not None and (text := _clean(tab.get_text(" "))):
                self.lines.append(Line(HEAD, text, 2))
        elif tag.get("role") == "tabpanel" and isinstance(label := tag.get("aria-label"), str):
            self.lines.append(Line(HEAD, _clean(label), 2))

    def _li(self, tag: Tag, depth: int, lists: int) -> None:
        number = ""
        if tag.parent is not None and tag.parent.name == "ol":
            number = f"{len(tag.find_previous_siblings('li')) + 1}." if depth < MAX_DEPTH else ""
        self.item = (max(lists, 1), number)
        self.walk(tag, depth, lists)
        self.flush()
        self.item = None

    def _table(self, table: Tag) -> None:
        names: tuple[str, ...] = ()
        for row in table.find_all("tr"):
            if row.find_parent("table") is not table:
                continue
            cells = list(row.find_all(("td", "th"), recursive=False))
            texts = tuple(_clean(cell.get_text(" ")) for cell in cells)
            if len(cells) > 1 and all(cell.name == "th" for cell in cells):
                names = texts
            elif names and len(texts) == len(names) and len(names) > 1:
                self.lines.append(Line(ROW, " | ".join(texts), cells=texts, names=names))
            elif len(cells) == 2:
                self._pair(texts[0], cells[1])
            elif any(texts):
                kind = HEAD if len(cells) == 1 and cells[0].name == "th" else TEXT
                self.lines.append(Line(kind, " ".join(filter(None, texts)), WEAK))

    def _pair(self, label: str, cell: Tag) -> None:
        self.lines.append(Line(LABEL, label, WEAK))
        self.walk(cell, MAX_DEPTH // 2)
        self.flush()

    def flush(self) -> None:
        """What was gathered between two blocks becomes a line; a bold beginning may be its label."""
        pieces = [piece for part in "".join(self.inline).split(_SPLIT) if (piece := _clean(part))]
        self.inline.clear()
        if not pieces:
            return
        item, self.item = self.item, None
        text = " ".join(pieces)
        if item is not None:
            self.lines.append(Line(ITEM, text, item[0], item[1]))
        elif len(pieces) > 1 and len(pieces[0]) < 60:
            self.lines.append(Line(TEXT, text, cells=(pieces[0], " ".join(pieces[1:]))))
        else:
            self.lines.append(Line(TEXT, text))


def _clean(text: str) -> str:
    return " ".join(text.split())


# -- saved text and Markdown -----------------------------------------------------------------------------------

_MARKED_HEAD = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")
_BOLD = re.compile(r"(?:\*\*|__)(.+?):?(?:\*\*|__):?\s*(.*)$")
_BULLET = re.compile(r"(\s*)(?:([-*+•●▪■◦○‣⁃∙·–—►➢✓])|(\(?\d{1,3}[.)]|\(?[a-z][.)]))\s+(\S.*)$")
_UNDERLINE = re.compile(r"\s*(?:={3,}|-{3,})\s*$")
_TABLE_ROW = re.compile(r"\s*\|(.+)\|\s*$")
_LONG_LINE = 5_000
_INNER = "◦○‣⁃"
_LINK = re.compile(r"!?\[([^\[\]]{0,500})\]\([^)\s]{0,2000}\)")


def of_text(text: str) -> list[Line]:
    """The lines of a saved text or of Markdown."""
    found: list[Line] = []
    names: tuple[str, ...] = ()
    raw = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for index, line in enumerate(raw):
        if not line.strip():
            names = ()
            found.append(Line(BLANK, ""))
        elif _UNDERLINE.match(line) and found and found[-1].kind == TEXT and len(found[-1].text) < 100:
            found[-1] = Line(HEAD, found[-1].text, 1 if "=" in line else 2)
        elif len(line) < _LONG_LINE and (match := _TABLE_ROW.match(line)):
            cells = tuple(_plain(cell) for cell in match[1].split("|"))
            if all(re.fullmatch(r":?-{2,}:?|", cell) for cell in cells):
                continue
            follows = raw[index + 1] if index + 1 < len(raw) else ""
            if re.fullmatch(r"\s*\|[\s:|-]+\|\s*", follows):
                names = cells
            else:
                found += _row(cells, names)
        else:
            # A line so long is a paragraph, whatever marks it has.
            found.append(_line(line) if len(line) < _LONG_LINE else Line(TEXT, _clean(line)))
    return found


def _row(cells: tuple[str, ...], names: tuple[str, ...]) -> list[Line]:
    if len(cells) == 2 and (not any(names) or len(names) != 2 or {name.lower() for name in names} <= _PAIRS):
        return [Line(LABEL, cells[0], WEAK), Line(TEXT, cells[1])]
    if len(names) == len(cells):
        return [Line(ROW, " | ".join(cells), cells=cells, names=names)]
    return [Line(TEXT, " ".join(cells))]


_PAIRS = frozenset(("field", "value", "name", "item", "content", "attribute", "detail", "details", "", "information"))


def _line(line: str) -> Line:
    if match := _MARKED_HEAD.match(line):
        return Line(HEAD, _plain(match[2]), len(match[1]))
    if match := _BOLD.fullmatch(line.strip().lstrip("-*• ") if line.strip()[:1] in "-•" else line.strip()):
        if not match[2]:
            return Line(HEAD, _plain(match[1]), WEAK)
        return Line(TEXT, _plain(f"{match[1]}: {match[2]}"), cells=(_plain(match[1]), _plain(match[2])))
    if match := _BULLET.match(line):
        depth = 1 + len(match[1].expandtabs()) // 2 if len(match[1].expandtabs()) > 1 else 1
        if match[2] and match[2] in _INNER:
            depth = max(depth, 2)
        return Line(ITEM, _plain(match[4]), min(depth, 5), match[3] or "")
    return Line(TEXT, _plain(line))


def _plain(text: str) -> str:
    """Without the marks of links and bold; escapes stay, as the registry has them too."""
    text = _LINK.sub(r"\1", text)
    return _clean(re.sub(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1", r"\2", text))
