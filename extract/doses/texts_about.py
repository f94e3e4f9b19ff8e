"""Texts about an agent: how far they reach, and what in them is said of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from extract.doses.beside import ADDED_TO, is_observed, is_of_another_thing
from extract.doses.items import Item
from extract.doses.routes import find_routes
from extract.study import Study

_DOSING = re.compile(r" (?:oral |iv )?(?:dosing|doses?|treatment|administration|injections?|infusions?) (?:of|with)\b")
_MAX_PROSE = 4000
SENTENCE_END = re.compile(r"[.;\n](?:(?<=\n)|\s)")


def prose(study: Study) -> list[str]:
    """The running text of a study and of its arms."""
    texts = [field.text.norm[:_MAX_PROSE] for field in study.prose()]
    texts += [arm.description.text.norm[:600] for arm in study.arms if arm.description is not None]
    return texts


_BEFORE_NAME = re.compile(r"\s(?:\w+\s)?(?:of\s)?(?:the\s)?")
# "Adults who use lamivudine weekly will be enrolled": what they had before
_HAD = re.compile(
    r"\bwho (?:use|take|took|smoke|drink|received?|are on|have been|were|had)\b|\benroll?(?:s|ed)?\b|\brecruit"
)


def _is_of_others(phrase: str) -> bool:
    """Whether a phrase speaks of visits and samples, or of who may take part."""
    return is_observed(phrase) or _HAD.search(phrase.lower()) is not None


class Part(NamedTuple):
    """A text about an agent, whose name is at `name`; what begins at `reach` or later is read, but is not about it."""

    text: str
    reach: int
    name: int = -1

    def items(self, find: Callable[[str], list[Item]]) -> list[Item]:
        """What a finder finds in the part that is about the agent."""
        return [item for item in find(self.text) if item.start < self.reach]

    def behind_name(self, find: Callable[[str], list[Item]]) -> list[Item]:
        """What a finder finds behind the name, if anything: "A on day 1 and B on days 1-3"."""
        found = self.items(find)
        return [item for item in found if item.start > self.name] or found

    def routes(self) -> list[Item]:
        """The first two routes; but of `a sublingual dose of A in subjects on oral B` that which stands before A."""
        found = [
            i
            for i in self.items(find_routes)[:2]
            if not (ADDED_TO.search(self.text, i.end, max(i.end, self.name)) or self._of_another(i))
        ]
        found = [i for i in found if i.start < self.name or not self.text.startswith(":", i.end)]  # of what follows
        return [i for i in found if _BEFORE_NAME.fullmatch(self.text, i.end, max(i.end, self.name))][-1:] or found

    def _of_another(self, item: Item) -> bool:
        """Whether a route behind the agent's name is that of something unknown: `A + oral antidepressant`."""
        return item.start > self.name and is_of_another_thing(self.text, item)

    def given(self, find: Callable[[str], list[Item]]) -> list[Item]:
        """The same without those of phrases that speak of visits, samples and the like.

        What is assessed may be "the effect of once daily dosing with" the agent.
        """
        return [
            item
            for item in self.items(find)
            if (_DOSING.match(self.text, item.end) or not _is_of_others(self._phrase(item)))
            and not ADDED_TO.search(self.text, item.end, max(item.end, self.name))
        ]

    def _phrase(self, item: Item) -> str:
        """What stands before an item in its phrase, and right behind it ("weekly visits")."""
        ends = [match.end() for match in SENTENCE_END.finditer(self.text, 0, item.start)]
        return self.text[ends[-1] if ends else 0 : item.end + 12]

    def is_observed(self) -> bool:
        return is_observed(self.text[: self.reach])
