"""Lines sorted under the fields that their headings and labels name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field as made

from crawler.readers.blocks import BLANK, HEAD, ITEM, LABEL, ROW, TEXT, Line
from crawler.readers.labels import Meaning, bare, is_boilerplate, meaning
from crawler.readers.values import known_code

# Lines that no heading is over, and lines under a heading that says nothing to us.
LOOSE, UNKNOWN = "", "unknown"
PROSE = ("summary", "description")


@dataclass(frozen=True, slots=True)
class Part:
    """A label within a section, with its value."""

    field: str
    value: str


@dataclass(slots=True)
class Segment:
    """The lines under one heading or label, with labels that belong to them as parts."""

    field: str
    level: int = 0
    content: list[Line | Part] = made(default_factory=list)

    @property
    def lines(self) -> list[Line]:
        """The lines that say something."""
        return [item for item in self.content if isinstance(item, Line) and item.kind != BLANK]

    @property
    def first(self) -> str:
        """The first line's text, `""` for none."""
        return next((line.text for line in self.lines), "")


def segments(lines: Iterable[Line], page: bool) -> list[Segment]:
    """`page`: the lines come from a page, whose headings are marked as such, known to us or not."""
    sorter = _Sorter(page)
    for line in lines:
        if line.kind == BLANK or not is_boilerplate(line.text):
            sorter.take(line)
    return sorter.found


class _Sorter:
    def __init__(self, page: bool) -> None:
        self.page = page
        self.found: list[Segment] = [Segment(LOOSE)]
        self.open: list[Segment] = []  # sections that a one-line value interrupts
        self.pending: str | None = None  # a part whose value is the next line

    @property
    def now(self) -> Segment:
        return self.found[-1]

    def take(self, line: Line) -> None:
        if line.kind == BLANK:
            if self.now.content:
                self.now.content.append(line)
            return
        if self.pending is not None and line.kind in (TEXT, ITEM):
            if self._heading(line) is None:
                self.now.content.append(Part(self.pending, line.text))
                self.pending = None
                return
        elif line.kind in (HEAD, LABEL):
            self.pending = None
        found = None if self._answers(line) else self._heading(line)
        if found is not None:
            self._begin(*found, line)
        elif line.kind in (HEAD, LABEL) and not self._belongs(line):
            self.found.append(Segment(UNKNOWN, line.level))
        else:
            self._add(line)

    def _answers(self, line: Line) -> bool:
        """True if a label waits for its value and this is one of its values, though it may head a section elsewhere:
        `Treatment` below `Primary Purpose`."""
        table = _TABLES.get(self.now.field)
        if table is None or self.now.content or line.kind not in (TEXT, ITEM):
            return False
        if known_code(line.text, table) is None:
            return False
        if self.now.field == "summary":
            self.now.field = "purpose"
        return True

    def _heading(self, line: Line) -> tuple[Meaning, str] | None:
        """(what a line heads or labels, its value if that stands on the same line)."""
        section = self.now.field
        if line.kind in (HEAD, LABEL):
            known = meaning(line.text, section)
            if known is None and ":" in line.text:
                return _with_colon(line.text, section)
            return (known, "") if known else None
        if line.kind == ROW or (line.kind == ITEM and line.mark):
            return None
        if len(line.cells) == 2 and (known := meaning(line.cells[0], section)):
            return known, line.cells[1].lstrip(": ")
        known = meaning(line.text, section)
        if known is not None:
            marked = line.kind == ITEM or line.text.rstrip().endswith(":")
            # Within running text a marked line is a heading of the text's own, if it is not of the criteria.
            if marked and section in PROSE and known.field not in ("inclusion", "exclusion", "criteria"):
                return None
            if line.kind == ITEM and section in ("inclusion", "exclusion", "criteria"):
                return None
            if self.page and line.kind == TEXT and known.section and not marked and section not in (LOOSE, UNKNOWN):
                return None
            return known, ""
        if section in (*PROSE, "inclusion", "exclusion", "criteria") and not _opens_age(line.text):
            return None
        return _with_colon(line.text, section) or bare(line.text, section)

    def _begin(self, known: Meaning, value: str, line: Line) -> None:
        if known.inside:
            if value:
                self.now.content.append(Part(known.field, value))
            else:
                self.pending = known.field
            return
        if self.now.field == "related" and not known.section:
            self._add(line)
            return
        level = line.level if line.kind in (HEAD, LABEL) else 9
        segment = Segment(known.field, level)
        if value:
            segment.content.append(Line(TEXT, value))
        self.found.append(segment)
        if value and not known.section:
            self.found.append(Segment(LOOSE))

    def _belongs(self, line: Line) -> bool:
        """True if an unknown heading stands within the section that is open: below its level, or a label in it."""
        section = self.now
        if section.field in (LOOSE, UNKNOWN, "skip", "related"):
            return section.field == LOOSE and not any(item.field for item in self.found)
        return line.level > section.level or not self.page

    def _add(self, line: Line) -> None:
        self.now.content.append(line)
        if self.now.field not in (LOOSE, UNKNOWN) and not _is_section(self.now.field) and line.kind != BLANK:
            self.found.append(Segment(LOOSE))


# Sites head a summary with "Purpose", too: then the line below is no value of that table.
_TABLES = {
    "status": "overall_status", "study_type": "study_type", "allocation": "allocation", "model": "intervention_model",
    "masking": "masking", "purpose": "primary_purpose", "summary": "primary_purpose", "sex": "sex",
}  # fmt: skip
_VALUE = re.compile(r"([^:]{2,60}):\s+(\S.*)", re.DOTALL)


def _with_colon(text: str, section: str) -> tuple[Meaning, str] | None:
    match = _VALUE.fullmatch(text)
    known = meaning(match[1], section) if match else None
    return (known, match[2]) if known and match else None


def _opens_age(text: str) -> bool:
    """Labels of ages and sex often close the criteria; few criteria read like one: `Minimum Age: 18 Years`."""
    match = _VALUE.fullmatch(text)
    known = meaning(match[1] if match else text, "")
    return known is not None and known.field in ("minimum_age", "maximum_age", "sex", "healthy", "age_range")


def _is_section(name: str) -> bool:
    return name in _SECTIONS


_SECTIONS = frozenset((
    *PROSE, "criteria", "inclusion", "exclusion", "arms", "interventions", "primary_outcomes", "secondary_outcomes",
    "other_outcomes", "outcomes", "conditions", "keywords", "sponsor", "collaborators", "locations", "other_ids",
    "skip", "related",
))  # fmt: skip
