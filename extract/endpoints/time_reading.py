"""How the quantities of a time frame are meant: points, spans, intervals, and what they are counted from."""

from __future__ import annotations

from extract.endpoints.time_items import (
    Item,
    with_shared_starts,
    without_cycle_days,
    without_phases,
    without_restatements,
    without_starts,
)
from extract.endpoints.time_numbers import Quantity, quantities, span
from extract.endpoints.time_tokens import Token

_MAX_WORDS = 7  # between a relation and its number
_AFTER = {"after", "post", "following", "since"}
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
_LAST = {"last", "final", "end", "completion", "discontinuation", "cessation", "stopping", "finishing"}
_THROUGH = {"through", "throughout", "thru"}
_AVERAGE = {"average", "average of", "an average of", "mean of", "median of"}
_UNTIL = {"until", "untill", "till", "up to", "upto", "up until"}


class Reading:
    """The interpretation of one time frame's tokens."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.kinds = [token.kind for token in tokens]  # one search tells whether there is any of a kind
        self.brackets = _bracket_numbers(tokens) if "mark" in self.kinds else [0] * len(tokens)
        self.openings = [-1, *[index for index, token in enumerate(tokens) if token.name == "("]]
        self.consumed: set[int] = set()  # tokens of kind baseline that only say from where a span is counted
        self.done: list[Item] = []
        self.anchors: list[Quantity] = []

    def items(self) -> list[Item]:
        """Points, spans and intervals in the order of the text."""
        found = quantities(self.tokens)
        implicit = self._implicit(found)
        if implicit:
            found = sorted([*found, *implicit], key=lambda q: q.first)
        for quantity in found:
            if not self._is_anchor(quantity):
                self._add(quantity)
        self._add_intervals()
        self._add_baselines()
        items = with_shared_starts(sorted(self.done, key=lambda item: item.first), self.tokens)
        items = without_phases(without_restatements(items, self.tokens, self.openings), self.tokens)
        return without_starts(without_cycle_days(items, self.tokens), self.tokens)

    def introduced(self, item: Item) -> bool:
        """Does a relation or a preposition stand before the item?"""
        return item.relation != "at" or (item.first > 0 and self.tokens[item.first - 1].kind in ("keyword", "fill"))

    def introduced_by_at(self, item: Item) -> bool:
        """`at baseline`."""
        return item.first > 0 and self.tokens[item.first - 1].text == "at"

    def goes_on(self, before: Item, item: Item) -> bool:
        """Does an item go on with the list of the one before: "at 5, 19 and 33 minutes"?"""
        between = self.tokens[before.last + 1 : item.first]
        return bool(between) and all(token.name in (",", "and", "&", "/", "-") for token in between)

    def _implicit(self, found: list[Quantity]) -> list[Quantity]:
        """Units without a number: "up to a year", "every week", "every other cycle", "in the first year"."""
        added: list[Quantity] = []
        if "unit" not in self.kinds:
            return added
        taken = {index for q in found for index in range(q.first, q.last + 1)}
        for index, token in enumerate(self.tokens):
            if token.kind != "unit" or index in taken or not index:
                continue
            value = self._implied_value(index)
            if value:
                added.append(Quantity(value, value, token.name, index, index))
        return added

    def _implied_value(self, index: int) -> float | None:
        before, second = self.tokens[index - 1], self.tokens[index - 2] if index > 1 else None
        if before.kind == "keyword" and before.name == "every":
            return None if second is not None and second.text == "on" else 1  # "on each day of sampling"
        if before.text in ("other", "alternate") and second is not None and second.name == "every":
            return 2
        if before.kind == "keyword" and before.text.endswith("first"):
            return 1
        if before.text in ("a", "an", "one") and (before.start == 0 if second is None else second.kind == "keyword"):
            return 1
        return None

    def _is_anchor(self, quantity: Quantity) -> bool:
        """`two years after day 0 of the first cycle`: what stands straight after "after" is the zero point."""
        if not self.done and not self.anchors:
            return False  # nothing stands before it
        position, after = quantity.first - 1, self._is_origin(quantity)
        position -= after  # the word "from"
        while position >= 0 and (
            self.tokens[position].kind in ("fill", "between")
            or self.tokens[position].text in _AFTER
            or self.tokens[position].text.endswith("first")
        ):
            after = after or self.tokens[position].text in _AFTER
            position -= 1
        if position >= 0 and self.tokens[position].name == "-" and after:
            position -= 1
        left = any(item.last == position for item in self.done) or any(q.last == position for q in self.anchors)
        of_day = quantity.unit == "cycle" and not quantity.prefixed and self.tokens[position + 1].text == "of"
        if left and (after or of_day):
            self.anchors.append(quantity)
            return True
        return False

    def _is_origin(self, quantity: Quantity) -> bool:
        """`48 months from day 0`, at the end of the text."""
        begins = quantity.prefixed and quantity.unit == "d" and quantity.low in (0, 1)
        at_end = quantity.first > 0 and quantity.last + 1 == len(self.tokens)
        return begins and at_end and self.tokens[quantity.first - 1].name == "from"

    def _add(self, quantity: Quantity) -> None:
        item = Item("at", quantity.low, quantity.high, quantity.unit, quantity.first, quantity.last,
                     self.brackets[quantity.first], prefixed=quantity.prefixed)  # fmt: skip
        self._count_back(item)
        following = self.tokens[item.last + 1].text if item.last + 1 < len(self.tokens) else ""
        if following in ("interval", "intervals"):
            item.relation, item.own_relation = "every", True  # "at 3-month intervals"
        elif quantity.range:
            self._relate_range(item)
        else:
            self._relate(item)
        self.done.append(item)

    def _count_back(self, item: Item) -> None:
        """`Preoperative day 1` is day -1."""
        before = self.tokens[item.first - 1] if item.first else None
        if before is None or not item.prefixed or item.unit != "d" or before.kind != "baseline":
            return
        if before.text.startswith("pre") and ("op" in before.text or "surg" in before.text):
            self.consumed.add(item.first - 1)
            item.low, item.high = (-abs(item.high) or 0.0), (-abs(item.low) or 0.0)

    def _relate_range(self, item: Item) -> None:
        """`8-10 weeks`, with "up to" or "every" before it, or as the end of a span ("to discharge (8-10 days)")."""
        item.relation, item.own_relation = "from_to", True
        keyword = self._keyword_before(item.first)
        name = self.tokens[keyword].name if keyword is not None else ""
        named = item.prefixed and keyword is not None and self.tokens[keyword].text not in _UNTIL | _THROUGH
        if name in ("every", "within") or (name == "up_to" and not named):  # "during weeks 8-10" names them
            item.relation = name
        elif keyword is None:
            pending = Item("at", item.high, item.high, item.unit, item.first, item.last, item.bracket)
            self._relate_pending(pending)
            if pending.relation == "from_to":
                item.low = pending.low
        self._negate_before(item)

    def _relate(self, item: Item) -> None:
        keyword = self._keyword_before(item.first)
        before = self._negate_before(item)
        if before:
            if keyword is not None and self.tokens[keyword].name in ("up_to", "within") and item.relation == "at":
                item.relation, item.high, item.own_relation = "from_to", 0.0, True
            return
        if keyword is None:
            if not self._is_dashed_to_baseline(item):
                self._relate_pending(item)
            return
        name = self.tokens[keyword].name
        item.own_relation = True
        if name in ("up_to", "within", "every"):
            item.relation = name
            if name == "up_to" and self._begins(item, keyword):
                item.relation, item.low = "from_to", 0.0
            elif item.prefixed and self.tokens[keyword].text in _AVERAGE:
                item.relation = "at"  # "average of weeks 10, 11 and 12"
            elif name == "up_to":
                self._consume_left(keyword)
                self._join_left(item, keyword, self.tokens[keyword].text)
        elif name == "to":
            self._to(item, keyword)
        else:
            item.own_relation = name == "at" and self.tokens[keyword].text in ("at", "by")
            self._relate_pending(item, keyword)

    def _is_dashed_to_baseline(self, item: Item) -> bool:
        """`Baseline - 30 days`, `baseline-week 12`: from one to the other, unless the dashes go on."""
        dash, following = item.first - 1, item.last + 1
        if dash < 1 or self.tokens[dash].name != "-" or self.tokens[dash - 1].kind != "baseline":
            return False
        if following < len(self.tokens) and self.tokens[following].name in ("-", ",", "and", "/"):
            return False
        item.relation, item.low, item.own_relation = "from_to", 0.0, True
        self.consumed.add(dash - 1)
        return True

    def _begins(self, item: Item, keyword: int) -> bool:
        """Does the text say where a span that ends at the item begins, so that it is a range from zero?"""
        return self._begins_at_baseline(item, keyword) or self._ends_after_its_start(item, keyword)

    def _begins_at_baseline(self, item: Item, keyword: int) -> bool:
        """`Baseline through 12 weeks`, `baseline up to week 12`, which say where the span begins as `baseline to` does.

        `Baseline up to 12 weeks` says no more than how long.
        """
        before = self._left_of_bracket(keyword - 1)
        if before < 0 or self.tokens[before].kind != "baseline" or self._is_after_the_last(item):
            return False
        if self.tokens[before].text.startswith("pre") and self.tokens[keyword].text in ("until", "till"):
            self.consumed.add(before)
            return True  # "from pre-dose until 24 hours post-dose"
        if self.tokens[keyword].text not in _THROUGH and (
            not item.prefixed
            or self.tokens[keyword].text != "up to"
            or (before > 0 and self.tokens[before - 1].name == "from")
        ):
            return False
        self.consumed.add(before)
        return True

    def _ends_after_its_start(self, item: Item, keyword: int) -> bool:
        """`From surgery through 7 days after surgery`."""
        words = [token.text for token in self.tokens[:keyword] if token.kind != "fill"]
        following = [token.text for token in self.tokens[item.last + 1 :] if token.kind != "fill"]
        if self.tokens[keyword].text not in _THROUGH or "from" not in words or len(following) < 2:
            return False
        start = words[words.index("from") + 1 :]
        return bool(start) and following[0] in _AFTER and following[1] == start[0]

    def _left_of_bracket(self, index: int) -> int:
        """The token left of a bracket that ends at `index`: "baseline (week 0) through week 12"."""
        if index < 0 or self.tokens[index].name != ")" or not self.brackets[index]:
            return index
        return self.openings[self.brackets[index]] - 1

    def _negate_before(self, item: Item) -> bool:
        """`1 week before surgery` is week -1; `30 days before baseline` uses up the word baseline."""
        index = item.last + 1
        while index < len(self.tokens) and self.tokens[index].kind in ("fill", "between") and index < item.last + 3:
            index += 1
        if index >= len(self.tokens) or item.prefixed:
            return self._ends_at_baseline(item)
        token = self.tokens[index]
        if token.name == "before" and self._and_after(index):
            item.relation, item.low, item.own_relation = "from_to", -item.low, True
            self.consumed.add(index)
            return True
        backwards = token.name == "before" or (token.kind == "baseline" and token.text.startswith(("before", "pr")))
        if not backwards:
            return self._ends_at_baseline(item)
        self.consumed.add(index)
        if index + 1 < len(self.tokens) and self.tokens[index + 1].kind == "baseline":
            self.consumed.add(index + 1)
        if item.low > 0:
            self._negate_list(item)
            item.low, item.high = (-item.high or 0.0), (-item.low or 0.0)
        return True

    def _and_after(self, index: int) -> bool:
        """`8 weeks before and after surgery`."""
        following = [token for token in self.tokens[index + 1 : index + 4] if token.name != "-"]
        return len(following) > 1 and following[0].text == "and" and following[1].text in ("after", "post")

    def _negate_list(self, item: Item) -> None:
        """`2 and 4 weeks before surgery`: the numbers that share the unit are before it, too."""
        first = item.first
        for earlier in reversed(self.done):
            between = self.tokens[earlier.last + 1 : first]
            alone = earlier.first == earlier.last and self.tokens[earlier.first].kind == "number"
            if not alone or earlier.low <= 0 or any(token.name not in (",", "and", "&") for token in between):
                return
            earlier.low = earlier.high = -earlier.low
            first = earlier.first

    def _ends_at_baseline(self, item: Item) -> bool:
        """`-30 days to baseline`."""
        index = item.last + 1
        if item.low >= 0 or index + 1 >= len(self.tokens):
            return False
        if self.tokens[index].name not in ("to", "up_to") or self.tokens[index + 1].kind != "baseline":
            return False
        self.consumed.add(index + 1)
        item.relation, item.high, item.own_relation = "from_to", 0.0, True
        return True

    def _keyword_before(self, index: int) -> int | None:
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

    def _relate_pending(self, item: Item, keyword: int | None = None) -> None:
        """A bare number at the end of a span: "from enrolment to the end of treatment at 2 years", "until death or 5
        years", "through study completion (about 2 years)"."""
        stop = keyword if keyword is not None else self._left_stop(item.first)
        if stop < 0:
            return
        token = self.tokens[stop]
        if token.name == "(" and not self._follows_item(stop):
            self._inherit(item, stop)
        elif token.name == "and" and stop > 1 and self._between_baseline(stop):
            item.relation, item.low, item.own_relation = "from_to", 0.0, True
            self.consumed.add(stop - 1)
        elif (token.name == "and" and token.text == "or") or token.name == ",":
            earlier = self._open_relation(stop)
            if (
                earlier is not None
                and self.tokens[earlier].text in _UNTIL
                and (token.name != "," or self._or_follows(stop))
            ):
                item.relation = "up_to"
        elif token.kind == "keyword" and token.text == "at":
            self._inherit(item, stop)

    def _between_baseline(self, conjunction: int) -> bool:
        before = self.tokens[conjunction - 1]
        return before.kind == "baseline" and self.tokens[conjunction - 2].text == "between"

    def _left_stop(self, index: int) -> int:
        position = index - 1
        while position >= 0 and self.tokens[position].kind in ("fill", "between", "word"):
            position -= 1
        return position

    def _or_follows(self, comma: int) -> bool:
        return comma + 1 < len(self.tokens) and self.tokens[comma + 1].text == "or"

    def _follows_item(self, bracket: int) -> bool:
        return any(item.last == bracket - 1 for item in self.done)

    def _inherit(self, item: Item, stop: int) -> None:
        earlier = self._open_relation(stop)
        if earlier is None:
            return
        token = self.tokens[earlier]
        counted = any(point.bracket and point.last == earlier - 2 for point in self.done)  # "visit 2 (week 0) to …"
        if token.name == "to" and (
            counted or any(t.name == "from" or t.kind == "baseline" for t in self.tokens[:earlier])
        ):
            self._to(item, earlier)
        elif token.name == "up_to" and (self.tokens[stop].name == "(" or token.text in _UNTIL | _THROUGH):
            item.relation = "up_to"
            if token.name == "up_to" and self._begins_at_baseline(item, earlier):
                item.relation, item.low = "from_to", 0.0
            self._consume_left(earlier)
        elif token.name == "within":
            item.relation = "within"

    def _open_relation(self, stop: int) -> int | None:
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

    def _to(self, item: Item, keyword: int) -> None:
        """`… to 12 weeks`: from the point, the baseline or the event on the left; without one, up to."""
        item.own_relation = True
        left = self._left_operand(keyword)
        if self._is_after_the_last(item) and (not isinstance(left, Item) or left.bracket):
            item.relation = "up_to"
            if isinstance(left, Item):
                self.done.remove(left)  # "first dose (day 1) to 30 days after the last dose"
        elif isinstance(left, Item):
            self._merge(left, item)
        elif left is None:
            item.relation = "up_to"
        else:
            item.relation, item.low = "from_to", 0.0

    def _is_after_the_last(self, item: Item) -> bool:
        """`to 30 days after the last dose`: counted from there, not from where the span begins."""
        following = self.tokens[item.last + 1 : item.last + 4]
        if not following or following[0].text not in _AFTER:
            return False
        return any(token.text in _LAST for token in following[1:])

    def _left_operand(self, keyword: int) -> Item | str | None:
        words = False
        for position in range(keyword - 1, -1, -1):
            token = self.tokens[position]
            point = next((item for item in self.done if item.last == position), None)
            if point is not None and point.relation == "at" and not self._defines_baseline(point):
                return point
            if token.kind == "interval" or token.name == "every":
                return None  # "annually to 5 years"
            if token.kind == "baseline" and position in self.consumed:
                continue  # "2 weeks pre-op to 6 weeks post-op"
            if token.kind == "baseline":
                self.consumed.add(position)
                return self._called_baseline(position) or "baseline"
            if token.name == "from":
                return "from"
            if token.kind == "mark" and token.name in ",;." and not self._from_ahead(position):
                break
            words = words or token.kind in ("word", "keyword", "between", "baseline")
        return "event" if words else None

    def _called_baseline(self, position: int) -> Item | None:
        """The point that a bracket calls the baseline: "day 1 (pre-dose) to day 29"."""
        opening = self.openings[self.brackets[position]]
        return next((item for item in self.done if item.relation == "at" and item.last == opening - 1), None)

    def _defines_baseline(self, point: Item) -> bool:
        """`Baseline (day 1) to week 12`."""
        opening = self.openings[point.bracket]
        return opening > 0 and self.tokens[opening - 1].kind == "baseline" and point.low <= 1

    def _from_ahead(self, position: int) -> bool:
        """Is there a `from` to the left, in the same sentence, that a comma does not close?"""
        for token in reversed(self.tokens[:position]):
            if token.name in ";." or token.kind in ("number", "unit"):
                return False
            if token.name == "from":
                return True
        return False

    def _merge(self, left: Item, item: Item) -> None:
        joined = span(
            Quantity(left.low, left.high, left.unit or "d", left.first, left.last),
            Quantity(item.low, item.high, item.unit or "d", item.first, item.last),
        )
        if joined is None:
            item.relation = "at"
            return
        self.done.remove(left)
        item.relation, item.low, item.high, item.unit = "from_to", joined.low, joined.high, joined.unit
        item.first, item.bracket = left.first, left.bracket

    def _join_left(self, item: Item, keyword: int, text: str) -> None:
        """`from day 0 through 3 years`, `6 weeks … until 3 years`: the point on the left begins the span."""
        if text not in ("until", "till", "untill", "through", "thru", "up to", "an average of", "up until"):
            return
        left = next((i for i in reversed(self.done) if i.last < keyword and i.relation == "at"), None)
        if left is None or left is not self.done[-1] or left.bracket != item.bracket:
            return
        between = [token for token in self.tokens[left.last + 1 : keyword] if token.kind != "baseline"]
        if [token.name for token in between] == ["(", ")"]:
            between = []  # "week -1 (baseline) until week 8"
        if any(token.name in ";.()" for token in between):
            return
        opened = any(token.name == "from" for token in self.tokens[max(0, left.first - 6) : left.first])
        if opened and left.low in (0, 1) and left.unit == "d":
            self.done.remove(left)
        elif (
            text in ("until", "till", "through", "thru", "up to")
            and not any(token.name in (",", "and") for token in between)
            and (text != "up to" or not between)
        ) or (
            text in ("until", "till")
            and any(token.text == "after" for token in self.tokens[max(0, left.first - 2) : left.first])
        ):
            self._merge(left, item)

    def _consume_left(self, keyword: int) -> None:
        """`Baseline up to 12 months`, `from baseline through week 12`: the baseline only begins the span."""
        for position in range(keyword - 1, -1, -1):
            token = self.tokens[position]
            if token.kind == "baseline":
                self.consumed.add(position)
                return
            if token.kind == "mark" and token.name in ",;.":
                return
            if token.name == "and" or token.kind in ("number", "unit"):
                return

    def _add_intervals(self) -> None:
        if "interval" not in self.kinds:
            return
        for index, token in enumerate(self.tokens):
            if token.kind == "interval":
                self.done.append(
                    Item("every", token.value, token.value, token.name, index, index, self.brackets[index])
                )

    def _add_baselines(self) -> None:
        if "baseline" not in self.kinds:
            return
        for index, token in enumerate(self.tokens):
            if token.kind == "baseline" and index not in self.consumed and self._counts(index, token):
                self.done.append(Item("at", 0.0, 0.0, None, index, index, self.brackets[index]))

    def _counts(self, index: int, token: Token) -> bool:
        before = self.tokens[index - 1] if index else None
        following = self.tokens[index + 1 : index + 3]
        if len(following) == 2 and following[0].name == "(" and following[1].kind == "baseline":
            return index + 2 not in self.consumed  # "Baseline (pre-op) to 12 months"
        if before is not None and (
            (before.name in ("from", "before") and before.text != "between")
            or before.text in ("post", "after", "following", "since", "to", "of")
        ):
            return False
        leads = bool(following) and following[0].name in ("up_to", "to")
        if leads and (not self.done or any(item.is_span for item in self.done)):
            return False  # "Screening through study completion, an average of 2 years", "baseline to discharge"
        if token.text.startswith("screening") and self._is_no_point(index):
            return False
        if len(self.openings) > 1 and following and self._is_spelled_out(index + 1):
            return False
        if before is not None and before.text == "-" and index > 1 and self.tokens[index - 2].text == "post":
            return False
        if before is not None and before.name == "(" and any(item.last == index - 2 for item in self.done):
            return False  # "Week 1 (baseline)"
        if token.text.replace("-", " ").replace(" ", "") in ("predose", "beforedosing"):
            return not self.done or any(item.unit in ("min", "h") for item in self.done)
        return True

    def _is_spelled_out(self, index: int) -> bool:
        """`Baseline period (week -4 to week 0)`."""
        period = self.tokens[index].kind in ("word", "fill")
        index += period
        if index >= len(self.tokens) or self.tokens[index].name != "(":
            return False
        inside = [item for item in self.done if item.bracket == self.brackets[index]]
        return any(item.low < 0 and item.high <= 0 and (period or item.relation != "at") for item in inside)

    def _is_no_point(self, index: int) -> bool:
        """In "screening -30 d to baseline" its time is given; "screening until discharge" is a span."""
        if not self.done:
            return any(token.kind != "fill" for token in self.tokens[index + 1 :])
        return any(item.low < 0 and index < item.first <= index + 2 for item in self.done)


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
