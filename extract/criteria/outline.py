"""Cutting an eligibility text into its criteria, with their nesting.

Sponsors number, bullet, indent or glue criteria together as they please; the registry keeps what they typed.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field

from extract.eligibility import OTHER, Heading, Sections, read_sections
from extract.text import Text
from extract.vocabulary import any_of, load_toml

_LAYOUT = load_toml("criteria.toml")
_MARKER = re.compile(
    "|".join(
        rf"(?P<{marker['kind']}>(?:{marker['pattern']})(?={'[ ]|[A-Za-z(<>=]' if marker['glued'] else '[ ]'}))"
        for marker in _LAYOUT["markers"]
    )
)
_NESTED_SIGNS = frozenset(_LAYOUT["nested"]["signs"])
_LONGEST_LABEL: int = _LAYOUT["labels"]["longest"]
_ORDERED = ("number", "letter", "roman")
_INLINE_NUMBER = re.compile(r"(?:^|(?<=[\s.;,)]))\(?(\d{1,2})[.)]\s*(?=[A-Za-z(<>=])")
_INLINE_LABEL = re.compile(rf"\s+(?={any_of(_LAYOUT['labels']['inline'])}:\s)")
_MAYBE_NUMBERED = re.compile(r"[.)](?<=\d[.)])\s*[A-Za-z(<>=]")  # a sign is looked for faster than a digit
_INLINE_BULLET = re.compile(r"(?<=[.;:,)\w])\s+[*]\s+(?=\S)|(?<=[.;:])\s*-\s+(?=[A-Z])")
_SENTENCE_END = re.compile(r"(?<=[a-z)\d%][.;])\s+(?=[A-Z(<>=])|;\s*(?=\S)")
_SECOND_MARKER = re.compile(r"[ \t]*(?:\d{1,2}[.)](?=[ ]|[A-Z])|[*-](?=\s))[ \t]*")
_NUMBERED_WORDS = frozenset(_LAYOUT["numbered"]["words"])
_WORDY = re.compile(r"[^\W_]")
_ROMAN = {
    "i": 1,
    "ii": 2,
    "iii": 3,
    "iv": 4,
    "v": 5,
    "vi": 6,
    "vii": 7,
    "viii": 8,
    "ix": 9,
    "x": 10,
    "xi": 11,
    "xii": 12,
}


@dataclass(slots=True)
class Item:
    """A criterion in the normalised text: its span without the marker, its place in the outline."""

    start: int
    end: int
    kind: str
    heading: str | None
    level: int = 0
    parent: int | None = None  # position of the parent in the list of items
    marked: bool = False  # it began with a bullet or a number
    number: int = 0  # the number it began with


@dataclass(slots=True)
class _Level:
    """One open level of the outline."""

    indent: int
    marker: str
    number: int
    item: int
    level: int


@dataclass(slots=True)
class _Outline:
    nested_signs: bool = False  # the raw text holds some
    items: list[Item] = field(default_factory=list)
    stack: list[_Level] = field(default_factory=list)
    blank_before: bool = False
    section: str | None = None  # the heading above, of inclusion or exclusion
    heading: str | None = None  # with the label below it, if there is one


def read_outline(text: Text) -> list[Item]:
    """The criteria of an eligibility text, in order."""
    norm = text.norm
    sections = read_sections(norm)
    outline = _Outline(nested_signs=not text.raw.isascii() and any(sign in text.raw for sign in _NESTED_SIGNS))
    for start, end, heading in _parts(norm, sections):
        outline.stack.clear()
        outline.section = outline.heading = heading.text or None if heading else None
        outline.blank_before = True
        for line_start, line_end in _lines(norm, start, end):
            _read_line(text, outline, line_start, line_end, heading)
    return _split_glued(norm, outline.items)


def _parts(norm: str, sections: Sections) -> Iterator[tuple[int, int, Heading | None]]:
    """The stretches between headings, each with the heading above it."""
    position, current = 0, None
    for heading in sections.headings:
        yield position, heading.start, current
        position, current = heading.end, heading
    yield position, len(norm), current


def _lines(norm: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        stop = norm.find("\n", start, end)
        stop = end if stop < 0 else stop
        yield start, stop
        start = stop + 1


def _read_line(text: Text, outline: _Outline, start: int, end: int, heading: Heading | None) -> None:
    """Begin a criterion, go on with the last one, or take the line for a label."""
    norm = text.norm
    begin = start
    while begin < end and norm[begin] in " \t\r":
        begin += 1
    if begin == end or not (norm[begin].isalnum() or _WORDY.search(norm, begin, end)):
        outline.blank_before = outline.blank_before or not norm[begin:end].strip()
        return
    indent = begin - start
    marker = _MARKER.match(norm, begin, end)
    if marker is None:
        _read_unmarked(norm, outline, begin, end, indent, heading)
    else:
        kind = marker.lastgroup or "star"
        if outline.nested_signs and kind in ("star", "dash") and _raw_sign(text, begin) in _NESTED_SIGNS:
            kind = "nested"
        begin = marker.end()
        if not norm[begin + 1 : begin + 2].isalpha():  # behind a marker and a blank nearly always a letter stands
            inner = _SECOND_MARKER.match(norm, begin, end)
            begin = inner.end() if inner else begin
        _open_item(norm, outline, (begin, end), indent, (kind, _ordinal(marker.group(), kind)), heading)
    outline.blank_before = False


def _raw_sign(text: Text, position: int) -> str:
    return text.quote(position, position + 1)[-1:]


def _ordinal(marker: str, kind: str) -> int:
    inner = marker.strip("(). ")
    if kind == "number":
        return (
            int(inner.split(".")[-1].split(")")[-1] or 0) if inner.replace(".", "").replace(")", "").isdecimal() else 0
        )
    if kind == "letter":
        return ord(inner.lower()) - ord("a") + 1
    return _ROMAN.get(inner.lower(), 0) if kind == "roman" else 0


def _read_unmarked(norm: str, outline: _Outline, begin: int, end: int, indent: int, heading: Heading | None) -> None:
    line = norm[begin:end].rstrip()
    last = outline.items[-1] if outline.items and outline.stack else None
    if line.endswith(":") and len(line) <= _LONGEST_LABEL and indent == 0 and not _is_wrapped(norm, last, line):
        label = line.rstrip(": ")
        outline.heading = " / ".join(name for name in (outline.section, label) if name) or None
        outline.stack.clear()
        return
    if last is not None and _goes_on(norm, outline, last, line, indent):
        last.end = end
        return
    _open_item(norm, outline, (begin, end), indent, ("plain", 0), heading)


def _is_wrapped(norm: str, last: Item | None, line: str) -> bool:
    """Whether a line is the end of a long line before it."""
    if last is None or not line[0].isupper():
        return last is not None
    previous = norm[last.start : last.end].rstrip()
    return previous[-1:] not in ".;:" and len(previous) - previous.rfind("\n") > _LONGEST_LABEL


def _goes_on(norm: str, outline: _Outline, last: Item, line: str, indent: int) -> bool:
    """Whether an unmarked line belongs to the criterion before it."""
    top = outline.stack[-1]
    if outline.blank_before:
        return indent > top.indent and top.marker != "plain"
    if line[0].islower() or line[0].isdigit() or line[0] in "(<>=,/":
        return True
    previous = norm[last.start : last.end].rstrip()
    ends = previous[-1:] in (".", ";", ":")
    wrapped = len(previous) - (previous.rfind("\n") + 1) >= 60
    return not ends and (wrapped or top.marker != "plain")


def _open_item(
    norm: str, outline: _Outline, span: tuple[int, int], indent: int, marker: tuple[str, int], heading: Heading | None
) -> None:
    kind, number = marker
    level = _place(norm, outline, indent, kind, number)
    parent = outline.stack[-1].item if outline.stack else None
    item = Item(
        *span,
        heading.kind if heading else OTHER,
        outline.heading,
        level,
        parent,
        kind != "plain",
        number if kind == "number" else 0,
    )
    outline.items.append(item)
    outline.stack.append(_Level(indent, kind, number, len(outline.items) - 1, level))


def _place(norm: str, outline: _Outline, indent: int, kind: str, number: int) -> int:
    """Close the levels that a new criterion ends; its own level."""
    stack = outline.stack
    while stack and stack[-1].indent > indent:
        stack.pop()
    if not stack:
        return 0
    if indent > stack[-1].indent + 1:
        return stack[-1].level + 1
    same = _same_marker(stack, indent, kind, number)
    if same is not None:
        top = stack[-1]
        restarts = kind in _ORDERED and number == 1 and top.number >= 1 and same == len(stack) - 1
        if restarts and _expects_more(norm, outline.items[top.item]):
            return top.level + 1
        del stack[same:]
        return stack[-1].level + 1 if stack else 0
    top = stack[-1]
    deeper = kind == "nested" or (kind in ("letter", "roman") and top.marker in _ORDERED)
    if deeper or _expects_more(norm, outline.items[top.item]):
        return top.level + 1
    stack.pop()
    return stack[-1].level + 1 if stack else 0


def _same_marker(stack: list[_Level], indent: int, kind: str, number: int) -> int | None:
    """The open level that a marker goes on with: of its kind and, if it counts, with the number before it."""
    found = None
    for index in range(len(stack) - 1, -1, -1):
        open_level = stack[index]
        if abs(open_level.indent - indent) > 1:
            break
        if open_level.marker == kind:
            if kind not in _ORDERED or open_level.number == number - 1:
                return index
            found = index if found is None else found
    return found


def _expects_more(norm: str, item: Item) -> bool:
    return norm[item.start : item.end].rstrip().endswith(":")


def _split_glued(norm: str, items: list[Item]) -> list[Item]:
    """Take criteria apart that stand in one paragraph; positions of parents follow."""
    split: list[Item] = []
    moved: list[int] = []
    numbers = [match.start() - 1 for match in _MAYBE_NUMBERED.finditer(norm)]
    for item in items:
        moved.append(len(split))
        parent = None if item.parent is None else moved[item.parent]
        level = item.level
        pieces = _pieces(norm, item, numbers)
        if len(pieces) == 1:
            item.start, item.end = start, end = pieces[0]
            item.parent = parent
            if start < end and (norm[start].isalnum() or _WORDY.search(norm, start, end)):
                split.append(item)
            continue
        for start, end in pieces:
            if _WORDY.search(norm, start, end):
                split.append(Item(start, end, item.kind, item.heading, level, parent, item.marked))
                if level == item.level and _expects_more(norm, split[-1]):
                    level, parent = level + 1, len(split) - 1  # "... all of: (1) ... (2) ..."
    return split


def _pieces(norm: str, item: Item, numbers: list[int]) -> list[tuple[int, int]]:
    """The spans of the criteria that an item holds; `numbers` are where such as "2. A" stands in the whole text."""
    start, end = item.start, item.end
    if end - start < 40:
        return [(start, end)]
    following = bisect_left(numbers, start)
    if following < len(numbers) and numbers[following] < end:
        numbered = _numbered(norm, start, end, item.number)
        if numbered:
            return numbered
    cuts: list[tuple[int, int]] = []
    if norm.find("- ", start, end) >= 0 or norm.find(" * ", start, end) >= 0:
        cuts = [match.span() for match in _INLINE_BULLET.finditer(norm, start, end)]
    if len(cuts) < 2 and norm.find(": ", start, end) >= 0:
        cuts = [match.span() for match in _INLINE_LABEL.finditer(norm, start, end)]
    if len(cuts) < 2:
        if item.marked or end - start < 150:
            return [(start, end)]
        cuts = _sentence_cuts(norm, start, end)
    starts = [start, *(stop for _, stop in cuts)]
    ends = [*(begin for begin, _ in cuts), end]
    return list(zip(starts, ends, strict=True))


def _numbered(norm: str, start: int, end: int, number: int) -> list[tuple[int, int]]:
    """Pieces of "1. … 2. … 3. …" in one line; none unless the numbers count up."""
    matches = list(_INLINE_NUMBER.finditer(norm, start, end))
    found = _counting(matches, number + 1) if number else []
    if len(found) == 1 and not _begins_criterion(norm, found[0]):
        found = []
    if not found:
        found = next((run for first in (1, 2) if len(run := _counting(matches, first)) > first), [])
    if not found:
        return []
    pieces = [(start, found[0].start())] if found[0].start() > start else []
    stops = [*(match.start() for match in found[1:]), end]
    return pieces + [(match.end(), stop) for match, stop in zip(found, stops, strict=True)]


def _counting(matches: list[re.Match[str]], expected: int) -> list[re.Match[str]]:
    """The numbers that count up from `expected`."""
    found = []
    for match in matches:
        if int(match[1]) == expected:
            found.append(match)
            expected += 1
    return found


def _begins_criterion(norm: str, match: re.Match[str]) -> bool:
    """Whether a number alone in its line begins a criterion ("... consent. 3. Age ...") rather than ends "grade 3)"."""
    if not norm[match.end() : match.end() + 1].isupper():
        return False
    before = norm[max(0, match.start() - 30) : match.start()].split()
    if not before or before[-1][-1] in ".;:,)":
        return True
    return "." in match.group() and before[-1].lower() not in _NUMBERED_WORDS


def _sentence_cuts(norm: str, start: int, end: int) -> list[tuple[int, int]]:
    """Cuts between short sentences or parts, where a paragraph is plainly a list of them."""
    cuts = [match.span() for match in _SENTENCE_END.finditer(norm, start, end)]
    if len(cuts) < 3 or (end - start) / (len(cuts) + 1) > 110:
        return []
    return cuts
