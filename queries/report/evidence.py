"""The last section of the page: the words that facts were read from, highlighted in the text around them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from queries.report.context import Texts
from queries.report.facts import Evidence

_AROUND = 160  # characters before and after a quote: about two lines


@dataclass(slots=True)
class _Passage:
    """Quotes of one field that stand so near each other that the reader needs the text only once."""

    items: list[Evidence]
    start: int
    end: int


def evidence_list(nct_id: str, items: list[Evidence], texts: Texts) -> str:
    """The evidence of a trial as an HTML list: facts, the words with their surroundings, the field."""
    by_field: dict[str, list[Evidence]] = {}
    for item in items:
        by_field.setdefault(item.place.source_field, []).append(item)
    parts = []
    for path, found in by_field.items():
        text = texts.field(nct_id, path)
        for passage in _passages(found, text):
            parts.append(_passage(passage, text, path))
    return f"<ul>{''.join(parts)}</ul>"


def _passages(items: list[Evidence], text: str | None) -> Iterator[_Passage]:
    current: _Passage | None = None
    for item in sorted(items, key=lambda item: (item.place.start, item.place.end)):
        place = item.place
        if text is None or text[place.start : place.end] != place.quote:
            # The field is not at hand: the quote stands alone.
            yield _Passage([item], place.start, place.end)
        elif current and place.start <= current.end + 2 * _AROUND:
            current.items.append(item)
            current.end = max(current.end, place.end)
        else:
            if current:
                yield current
            current = _Passage([item], place.start, place.end)
    if current:
        yield current


def _passage(passage: _Passage, text: str | None, path: str) -> str:
    first = passage.items[0].place
    if text is None or text[first.start : first.end] != first.quote:
        words = f'<mark id="{passage.items[0].anchor}">{escape(first.quote)}</mark>'
    else:
        words = _words(passage, text)
    facts = "".join(
        f'<li><a href="#{item.anchor}">{escape(fact)}</a></li>' for item in passage.items for fact in item.facts
    )
    where = escape(path.removeprefix("protocolSection."))
    return f'<li><ul class="facts">{facts}</ul><blockquote>{words}</blockquote><span class="quiet">{where}</span></li>'


def _words(passage: _Passage, text: str) -> str:
    """The text from a little before the first quote to a little after the last, with the quotes marked."""
    start, end = max(0, passage.start - _AROUND), min(len(text), passage.end + _AROUND)
    before, after = text[start : passage.start], text[passage.end : end]
    parts = ["…" + escape(before.partition(" ")[2]) if start else escape(before)]
    here = passage.start
    for low, high, anchors in _marks(passage.items):
        others = "".join(f'<span id="{anchor}"></span>' for anchor in anchors[1:])
        mark = f'<mark id="{anchors[0]}">{others}{escape(text[low:high])}</mark>'
        parts += [escape(text[here:low]), mark]
        here = high
    parts.append(escape(after.rpartition(" ")[0]) + " …" if end < len(text) else escape(after))
    return "".join(parts)


def _marks(items: list[Evidence]) -> list[tuple[int, int, list[str]]]:
    """Stretches of text to highlight with their anchors: quotes that overlap become one."""
    marks: list[tuple[int, int, list[str]]] = []
    for item in items:
        if marks and item.place.start < marks[-1][1]:
            low, high, anchors = marks[-1]
            marks[-1] = (low, max(high, item.place.end), [*anchors, item.anchor])
        else:
            marks.append((item.place.start, item.place.end, [item.anchor]))
    return marks
