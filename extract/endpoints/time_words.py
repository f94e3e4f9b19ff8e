"""A time frame while it is read: its tokens, what has been made of them, and what stands where."""

from __future__ import annotations

from extract.endpoints.time_items import Item
from extract.endpoints.time_numbers import Quantity
from extract.endpoints.time_tokens import Token

_MAX_WORDS = 7  # between a relation and its number
AFTER = {"after", "post", "following", "since"}
_BEFORE_NUMBER = {
    "maximum",
    "max",
    "maximally",
    "average",
    "estimated",
    "expected",
    "anticipated",
    "averaging",
    "less than",
}
THROUGH = {"through", "throughout", "thru"}
UNTIL = {"until", "untill", "till", "up to", "upto", "up until"}


class TimeWords:
    """The tokens of one time frame, and the times read of them so far."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.kinds = [token.kind for token in tokens]  # one search tells whether there is any of a kind
        self.brackets = _bracket_numbers(tokens) if "mark" in self.kinds else [0] * len(tokens)
        self.openings = [-1, *[index for index, token in enumerate(tokens) if token.name == "("]]
        self.consumed: set[int] = set()  # tokens of kind baseline that only say from where a span is counted
        self.done: list[Item] = []
        self.anchors: list[Quantity] = []

    def left_of_bracket(self, index: int) -> int:
        """The token left of a bracket that ends at `index`: "baseline (week 0) through week 12"."""
        if index < 0 or self.tokens[index].name != ")" or not self.brackets[index]:
            return index
        return self.openings[self.brackets[index]] - 1

    def keyword_before(self, index: int) -> int | None:
        """The nearest relation to the left within the same piece of the sentence."""
        words = 0
        for position in range(index - 1, -1, -1):
            token = self.tokens[position]
            if token.kind == "keyword":
                if token.name == "before" or (token.text.endswith("first") and words):
                    return None
                return position
            if token.kind in ("word", "letter"):
                words += 1
                if words > _MAX_WORDS:
                    return None
            elif token.kind not in ("fill", "between") and not (token.kind == "mark" and token.name in "-/:"):
                return None
            elif token.name == ":" and position and self.tokens[position - 1].kind != "keyword":
                return None  # "throughout the study: day 1, day 8"
        return None

    def left_stop(self, index: int) -> int:
        position = index - 1
        while position >= 0 and self.tokens[position].kind in ("fill", "between", "word"):
            position -= 1
        return position

    def follows_item(self, bracket: int) -> bool:
        return any(item.last == bracket - 1 for item in self.done)

    def open_relation(self, stop: int) -> int | None:
        """The nearest span word left of `stop` that has no number yet."""
        for position in range(stop - 1, -1, -1):
            token = self.tokens[position]
            if token.kind == "mark" and token.name in ";.()":
                return None
            if token.kind in ("number", "unit") or any(item.first <= position <= item.last for item in self.done):
                return None
            if token.kind == "keyword" and token.name in ("to", "up_to", "within") and not _needs_number(token):
                return position
        return None


def _needs_number(token: Token) -> bool:
    """Words that relate only to a number that follows at once: "first 30 days", "maximum 2 years"."""
    return token.text.endswith("first") or token.text in _BEFORE_NUMBER


def _bracket_numbers(tokens: list[Token]) -> list[int]:
    numbers, current, count = [], 0, 0
    for token in tokens:
        if token.name == "(":
            count += 1
            current = count
        numbers.append(current)
        if token.name == ")":
            current = 0
    return numbers
