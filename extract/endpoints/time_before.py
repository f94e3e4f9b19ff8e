"""Times before zero: `1 week before surgery` is week -1, `30 days to baseline` begins at -30."""

from __future__ import annotations

from extract.endpoints.time_items import Item
from extract.endpoints.time_words import TimeWords


def count_back(frame: TimeWords, item: Item) -> None:
    """`Preoperative day 1` is day -1."""
    before = frame.tokens[item.first - 1] if item.first else None
    if before is None or not item.prefixed or item.unit != "d" or before.kind != "baseline":
        return
    if before.text.startswith("pre") and ("op" in before.text or "surg" in before.text):
        frame.consumed.add(item.first - 1)
        item.low, item.high = (-abs(item.high) or 0.0), (-abs(item.low) or 0.0)


def negate_before(frame: TimeWords, item: Item) -> bool:
    """`1 week before surgery` is week -1; `30 days before baseline` uses up the word baseline."""
    index = item.last + 1
    while index < len(frame.tokens) and frame.tokens[index].kind in ("fill", "between") and index < item.last + 3:
        index += 1
    if index >= len(frame.tokens) or item.prefixed:
        return _ends_at_baseline(frame, item)
    token = frame.tokens[index]
    if token.name == "before" and _and_after(frame, index):
        item.relation, item.low, item.own_relation = "from_to", -item.low, True
        frame.consumed.add(index)
        return True
    backwards = token.name == "before" or (token.kind == "baseline" and token.text.startswith(("before", "pr")))
    if not backwards:
        return _ends_at_baseline(frame, item)
    frame.consumed.add(index)
    if index + 1 < len(frame.tokens) and frame.tokens[index + 1].kind == "baseline":
        frame.consumed.add(index + 1)
    if item.low > 0:
        _negate_list(frame, item)
        item.low, item.high = (-item.high or 0.0), (-item.low or 0.0)
    return True


def _and_after(frame: TimeWords, index: int) -> bool:
    """`8 weeks before and after surgery`."""
    following = [token for token in frame.tokens[index + 1 : index + 4] if token.name != "-"]
    return len(following) > 1 and following[0].text == "and" and following[1].text in ("after", "post")


def _negate_list(frame: TimeWords, item: Item) -> None:
    """`2 and 4 weeks before surgery`: the numbers that share the unit are before it, too."""
    first = item.first
    for earlier in reversed(frame.done):
        between = frame.tokens[earlier.last + 1 : first]
        alone = earlier.first == earlier.last and frame.tokens[earlier.first].kind == "number"
        if not alone or earlier.low <= 0 or any(token.name not in (",", "and", "&") for token in between):
            return
        earlier.low = earlier.high = -earlier.low
        first = earlier.first


def _ends_at_baseline(frame: TimeWords, item: Item) -> bool:
    """`-30 days to baseline`."""
    index = item.last + 1
    if item.low >= 0 or index + 1 >= len(frame.tokens):
        return False
    if frame.tokens[index].name not in ("to", "up_to") or frame.tokens[index + 1].kind != "baseline":
        return False
    frame.consumed.add(index + 1)
    item.relation, item.high, item.own_relation = "from_to", 0.0, True
    return True
