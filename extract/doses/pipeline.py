"""The spaCy pipeline of the dose extractor.

A blank English pipeline with a tokenizer for dose text (`500mg` is two tokens, `mg/m2` four, `10^6` three) and
components of our own. Each puts spans in `doc.spans` and what they mean in the `Reading` of the document; rules
and vocabularies are in `extract/data`. Run only on passages that hold a dose-like number (`doses.segments`).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.vocab import Vocab

from extract.doses.agents import Mention, Names, find_agents
from extract.doses.amount import Amount
from extract.doses.amounts import find_amounts
from extract.doses.context import mark_decoys
from extract.doses.items import Item
from extract.doses.routes import find_routes
from extract.doses.schedule import find_schedule
from extract.doses.segments import segments

_MAX_WORDS = 50_000
_TOKEN = re.compile(r"([^\W\d_]+|\d+(?:[.,]\d+)*|[^\w\s]|_|\s+)( ?)")
# The same for ASCII: the engine is much faster with ranges than with kinds of characters.
_PLAIN_TOKEN = re.compile(r"([A-Za-z]+|[0-9]+(?:[.,][0-9]+)*|[^A-Za-z0-9_\s]|_|\s+)( ?)")


@dataclass(slots=True)
class Reading:
    """What the components found in one passage; positions are characters of the passage."""

    text: str = ""
    names: Names | None = None
    segments: list[tuple[int, int]] = field(default_factory=list)
    amounts: list[Amount] = field(default_factory=list)
    agents: list[Mention] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)


class DoseTokenizer:
    """Letters, digits and signs are tokens of their own, so that every amount and unit is a span of tokens."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab
        self._known = _Known(vocab)

    def __call__(self, text: str) -> Doc:
        tokens = (_PLAIN_TOKEN if text.isascii() else _TOKEN).findall(text)
        known = self._known
        numbers: list[Any] = [known[word] for word, _ in tokens]  # the stubs know of words only
        return Doc(self.vocab, words=numbers, spaces=[bool(space) for _, space in tokens])


class _Known(dict[str, int]):
    """The vocabulary's numbers of words, by which it finds them faster than by their letters; filled as words come."""

    def __init__(self, vocab: Vocab) -> None:
        super().__init__()
        self._strings = vocab.strings

    def __missing__(self, word: str) -> int:
        if len(self) >= _MAX_WORDS:
            self.clear()
        number = self[word] = self._strings.add(word)
        return number


def _find_segments(reading: Reading) -> None:
    """Sentences, list items and phrases."""
    reading.segments = segments(reading.text)


def _find_amounts(reading: Reading) -> None:
    """Numbers with a unit."""
    if not reading.amounts:
        reading.amounts = find_amounts(_veiled(reading.text, reading.agents))


_IN_NAME = re.compile(r"\d|\b[dD]\b")
_MEASURE = re.compile(r"(?<=\d)\s?(?:%|(?:m?c?g|ug|kg|m[lL]|IU|U|c?Gy|mmol|x\s?10)\b)")


def _veiled(text: str, names: list[Mention]) -> str:
    """The text with letters for what is a number, or stands before one, in a name: "BAY 43-9006", "actinomycin D"."""
    for name in names:
        start, end = name.start, name.end
        if _IN_NAME.search(text, start, end) and not (_MEASURE.search(text, start, end) or _MEASURE.match(text, end)):
            text = text[:start] + _IN_NAME.sub("z", text[start:end]) + text[end:]
    return text


def _find_agents(reading: Reading) -> None:
    """Names of what is given."""
    if not reading.agents:
        reading.agents = find_agents(reading.text, reading.names)


def _find_schedule(reading: Reading) -> None:
    """Frequencies, days, durations, cycles and routes, in and around the phrases with doses."""
    found: list[Item] = []
    for start, end in _around_doses(reading):
        found += find_schedule(reading.text, start, end)
        found += find_routes(reading.text, start, end)
    if found:
        reading.items = sorted(_outside(found, reading), key=lambda item: item.start)


_SHORT = 40


def _around_doses(reading: Reading) -> list[tuple[int, int]]:
    """Phrases with doses, the one before (a heading) and the two after ("Cycles repeat every 21 days"), joined.

    Of short phrases it is three after: "Dose: 5 mg; route: oral; frequency: twice daily; duration: 7 days".
    """
    doses = [amount.start for amount in reading.amounts if not amount.decoy]
    wanted: set[int] = set()
    for index, (start, end) in enumerate(reading.segments):
        if any(start <= position < end for position in doses):
            short = all(last - first < _SHORT for first, last in reading.segments[index + 1 : index + 4])
            wanted.update(range(index - 1, index + (4 if short else 3)))
    joined: list[tuple[int, int]] = []
    for index, (start, end) in enumerate(reading.segments):
        if index in wanted:
            if joined and index - 1 in wanted:
                joined[-1] = (joined[-1][0], end)
            else:
                joined.append((start, end))
    return joined


def _outside(items: list[Item], reading: Reading) -> list[Item]:
    """Without "D3" of vitamin D3 and the like, and without "per day" of 5 mg per day."""
    text, names = reading.text, reading.agents
    within = [(a.start, a.end) for a in reading.amounts] if " day" in text else []
    return [
        item
        for item in items
        if item.kind in ("route", "phase")
        or not (
            any(m.start < item.end and item.start < m.end for m in names)
            or (item.kind == "frequency" and text.startswith(("per ", "a "), item.start) and _inside(item, within))
        )
    ]


def _inside(item: Item, spans: list[tuple[int, int]]) -> bool:
    return any(start < item.start < end for start, end in spans)


def _find_context(reading: Reading) -> None:
    """Which amounts are not doses, and the roles of those that are."""
    if reading.amounts:
        mark_decoys(reading.text, reading.amounts, reading.segments, reading.agents)


_STEPS: dict[str, Callable[[Reading], None]] = {
    "dose_segments": _find_segments,
    "dose_agents": _find_agents,
    "dose_amounts": _find_amounts,
    "dose_context": _find_context,
    "dose_schedule": _find_schedule,
}


def _component(step: Callable[[Reading], None]) -> Callable[[Doc], Doc]:
    def component(doc: Doc) -> Doc:
        step(doc.user_data.get("reading") or reading_of(doc))
        return doc

    return component


for _name, _step in _STEPS.items():
    Language.component(_name, func=_component(_step))


@Language.component("dose_spans")
def spans(doc: Doc) -> Doc:
    """What was found as spans of the document, for those who look at it; extraction itself runs without."""
    reading = reading_of(doc)
    _put(doc, "segments", reading.segments)
    _put(doc, "amounts", ((amount.start, amount.end) for amount in reading.amounts))
    _put(doc, "agents", ((mention.start, mention.end) for mention in reading.agents))
    _put(doc, "schedule", ((item.start, item.end) for item in reading.items))
    return doc


def reading_of(doc: Doc) -> Reading:
    """The document's `Reading`, made on first use."""
    found = doc.user_data.get("reading")
    if found is None:
        found = doc.user_data["reading"] = Reading(text=doc.text)
    assert isinstance(found, Reading)
    return found


def _put(doc: Doc, name: str, places: Iterable[tuple[int, int]]) -> None:
    starts = [token.idx for token in doc]
    doc.spans[name] = [
        Span(doc, max(0, bisect_right(starts, start) - 1), max(1, bisect_left(starts, end)), label=name)
        for start, end in places
        if end > start
    ]


@cache
def pipeline() -> Language:
    """The pipeline, built once a process."""
    nlp = spacy.blank("en")
    # Shape, prefix and the like of every new word cost more than the rest of the tokenizer; no rule here reads them.
    nlp.vocab.lex_attr_getters = {}  # type: ignore[attr-defined]  # missing in the stubs
    nlp.tokenizer = DoseTokenizer(nlp.vocab)
    for name in (*_STEPS, "dose_spans"):
        nlp.add_pipe(name)
    return nlp


@cache
def _components() -> list[Callable[[Doc], Doc]]:
    """The pipeline's components without the spans: what `Language.__call__` runs, less its checks of every step."""
    return [component for name, component in pipeline().pipeline if name in _STEPS]


def read(text: str, names: Names | None = None, *, cells: bool = False) -> Reading | None:
    """What the pipeline's components find in a normalised passage; None if it holds no amount at all.

    `names` are the study's own agents; `cells` reads a bare power of ten as a number of cells. Amounts are looked
    for before the document is made, since most passages have none; and the document is made without tokens, which
    only spans need.
    """
    agents = find_agents(text, names)
    found = find_amounts(_veiled(text, agents), cells=cells)
    if all(amount.concentration for amount in found):
        return None
    doc = Doc(pipeline().vocab, user_data={"reading": Reading(text=text, names=names, agents=agents, amounts=found)})
    for component in _components():
        doc = component(doc)
    return reading_of(doc)
