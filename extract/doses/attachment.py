"""Schedules and routes: which of them belongs to which amount."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from extract.doses.agents import Mention
from extract.doses.bound import Bound, Remark
from extract.doses.given import only_dilutes
from extract.doses.items import Item
from extract.doses.scanning import Scanner
from extract.doses.steps import begins_step, continues_steps, next_step
from extract.doses.vocabulary import DAYS_IN, one_of, one_of_lower, words
from extract.lower import holds_any, lowered

_AS_NEEDED = Scanner(words("as_needed"))
_OBSERVED = re.compile(rf"\b{one_of_lower('observed')}\b")
_WHEN = tuple(f"{when} {word}" for when in words("time_reference") for word in ("", "the "))
_KINDS = ("frequency", "days", "duration", "cycle_days", "cycles", "route")
_TIMES = ("frequency", "days")
_ADJECTIVE_GAP = re.compile(
    rf"[\s-]*(?:(?:{one_of('between_amount_and_agent')}|administration|use|treatment|dosing|with|at)[\s-]+)*\Z",
    re.IGNORECASE,
)
_NO_GAP = re.compile(r"[\s()]*\Z")
# "675 mg as 3 subcutaneous injections (225 mg each)": the route is of what stands before it
_AS_GAP = re.compile(
    r"\s*(?:\([a-zA-Z]+\))?[\s()]*(?:(?:given|administered|injected)\s)?(?:as|via|by)\s"
    r"(?:(?:an?|one|two|three|four|\d+)\s)?(?:single\s|separate\s)?\Z"
)
_PRODUCT_GAP = re.compile(r"[\s,:(]*(?:fixed[- ]dose\s)?(?:combination|FDC|tablets?|capsules?|pills?)?\)?[,:;]?\s\(?")
_ADMINISTRATION = re.compile(r"\)?\s(?:injection|infusion|bolus|administration|dose|route|tablet|capsule)")
_LABEL_END = re.compile(r"\)?(?:\s?only)?\s?:")  # "Day -1: 60 mg IV Days 2-21: 60 mg SC"
_LIST_GAP = re.compile(
    rf"(?:\s(?:{one_of('salts')}|elemental(?: \w+)?)\b)?"
    r"(?:\s*over (?:\d+|one|two|three|four)[- ](?:hours?|h|hrs?|minutes?|mins?)\b)?"
    r"[\s,+/&():\[\]*-]*(?:(?:and|plus|or|with|combined with|in combination with|(?:(?:is|are) )?followed by|matching|"
    r"matched|to match|the|a|an|then|oral|dose|of|active|either)\b[\s,+/&():-]*)*\Z",
    re.IGNORECASE,
)
# "50 mg once daily (twice daily if on rifampicin)"
_ON_CONDITION = re.compile(
    r"\s(?:if|when|whenever|in case|in (?:those|patients|participants|subjects)|for (?:those|patients))\b"
)
_MIXED = re.compile(
    r"[\s)\]]*(?:\((?:[^()]{0,25})\)\s*)?(?:[\d.,]+\s?%\s*)?"
    r"(?:\+|/|&|,\s?(?:and|as well as)?|and|plus|with|as well as|(?:combined|mixed|together|along) with)\s*"
    r"(?:(?:\(|an?|the|[\d.,]+\s?(?:%|m[lL]|cc)|of|inj\.?)\s*)*\Z",
    re.IGNORECASE,
)


# "300 mg for 40 to <60 kg, 600 mg for >=60 kg": for whom each amount is
_BAND = re.compile(
    r"[\s,;:(]*(?:\b(?:for|if|in|when|with|at)\b\s*)?"
    r"(?:(?:(?:adult|pediatric|paediatric)\s)?(?:patients|subjects|participants|children|adults|those)\b\s*)?"
    r"(?:(?:who\s)?(?:weigh(?:ing|t|s)?|body ?-?weight|bw|aged?)\b\s*)?"
    r"(?:(?:of|is|was|between|from|over|under|below|above|at least)\b\s*)*"
    r"(?:[<>]=?\s*)?\d[\d.]*\s?(?:kg)?(?:\s?(?:-|\bto\b|\band\b)\s?(?:[<>]=?\s*)?\d[\d.]*)?\s?(?:kg|years?|yrs?)\b"
    r"(?:\s(?:old|of age|of (?:body )?weight|and (?:over|above|older)|or (?:more|less|over|older)))?\)?",
    re.IGNORECASE,
)
_BAND_UNITS = ("kg", "year", "yr")


def _without_band(gap: str) -> str:
    """What stands between two amounts without the weights or ages that the first is for."""
    return _BAND.sub(" ", gap, count=1) if holds_any(gap, _BAND_UNITS) else gap


_AFTERWARDS = re.compile(r"\b(?:then|followed)\b", re.IGNORECASE)


@dataclass(slots=True)
class _Head:
    """What schedule items can belong to: amounts that were printed together, or an agent without an amount."""

    start: int
    end: int
    bounds: list[Bound]
    mention: Mention | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    timed: int = 0  # where the last frequency or days end that belong to it
    earlier: list[Bound] = field(default_factory=list)  # the steps before the one that is being said
    often: Item | None = None  # how often, where that is said before it
    ahead: list[Item] = field(default_factory=list)  # what is said before its amount


def attach(
    text: str, segment: tuple[int, int], bounds: list[Bound], items: list[Item], mentions: list[Mention]
) -> list[Remark]:
    """Give each item of a phrase to the head it belongs to; items before all heads are shared."""
    heads = _heads(text, bounds, mentions)
    leading: list[Item] = []
    items = [item for item in items if not _is_of_change(text, segment[0], item)]
    items = sorted([*items, *_repeated(text, items)], key=lambda item: item.start)
    labels = [i.start for i in items if heads and i.kind == "days" and _LABEL_END.match(text, i.end)]
    days_first = _give_days_first(heads, [item for item in items if item.kind == "days"])
    for item in items:
        if item.kind not in _KINDS or (days_first and item.kind == "days"):
            continue
        ahead = item.start in labels or _is_label(text, item)
        head = None if heads and ahead and item.start < heads[-1].start else _head_of(text, item, heads)
        if head is not None and is_observed(text[head.end : item.start]):
            continue
        if item.kind == "frequency" and text[item.start - 1] == "(" and _ON_CONDITION.match(text, item.end):
            continue
        if head is None:
            leading.append(item)
        elif begins_step(text, (head.timed, head.end), item, head.bounds):
            head.earlier += head.bounds
            head.bounds = next_step(bounds, head.bounds, item)
            _fill(head, item)
        elif not _is_of_what_follows(text, head, item):
            _note_ahead(head, item)
            _fill(head, item)
    _backfill(text, heads)
    _carry_routes(text, heads, [item for item in items if item.kind == "route"])

    _carry_along(text, heads)
    _carry_on([bound for head in heads for bound in head.bounds])
    for item in leading:
        for head in heads:
            if _leads(text, item, head, labels):
                _fill_missing(head, item, sure=item.start in labels or bool(_LABEL_END.match(text, item.end)))
    as_needed = bool(bounds) and any(_AS_NEEDED.find(lowered(text), *segment))
    for bound in bounds:
        if as_needed:
            bound.facts["as_needed"] = True
        often = bound.amount.frequency if "step" not in bound.facts else None
        if often and (often[0] > 1 or "frequency" not in bound.facts):
            bound.facts["frequency"] = often  # "3 x 500 mg daily" is no 500 mg once daily
    return [Remark(h.mention.agent, h.facts) for h in heads if h.mention is not None and h.facts]


def _note_ahead(head: _Head, item: Item) -> None:
    """Keep what is said before a head's amount: it may hold for what follows in an enumeration."""
    if item.kind in ("days", "frequency") and head.bounds and item.end <= head.bounds[0].amount.start:
        head.ahead.append(item)
    if item.kind == "frequency" and item.end <= head.start:
        head.often = item


# "an epidural block added to paracetamol 1 g": how the first is given is not said of the second
ADDED_TO = re.compile(
    r"\b(?:during|"
    r"add(?:ed|-?on)(?:\s\w+)?\sto|adjunct(?:ive)?(?:\s\w+)?\sto|in addition to|compared (?:to|with)|versus|vs)\b",
    re.IGNORECASE,
)
_PLUS = re.compile(r"(?:\+|\bplus)\s?(?:(?:an?|the|new|open-label|standard)\s)*\Z", re.IGNORECASE)
_OTHER_THING = re.compile(
    r"\s(?!(?:and|or|on|at|in|for|every|once|twice|daily|doses?|route|administration|infusions?|injections?|tablets?"
    r"|capsules?|solution|over|with|then|after|before|days?|weekly|q\d)\b)[a-z]",
    re.IGNORECASE,
)


def is_of_another_thing(text: str, item: Item) -> bool:
    """Whether a route is that of something unknown which is added: `10 mg + oral antidepressant`."""
    before = _PLUS.search(text, max(0, item.start - 20), item.start)
    return before is not None and _OTHER_THING.match(text, item.end) is not None


_THEN = re.compile(r"\bfollowed by\b", re.IGNORECASE)
_STEP_BY = re.compile(
    r"\b(?:increas|titrat|escalat|rais|decreas|reduc|taper)\w*\s"
    r"(?:(?:\w+\s){0,3}?(?:by|in (?:steps|increments) of)\s|(?:in\s)?[\d.,-]+\s?(?:m?g|mcg|units?)\b)"
    r"(?:[^.;]|\.\d)*\Z",
    re.IGNORECASE,
)
# "Increased every 4 weeks", "gradually increased to 5 mg every 4 weeks", "increased to 5 mg, 10 mg and 20 mg weekly"
_CHANGED = r"\b(?:increas|titrat|up-?titrat|escalat|decreas|taper)\w*"
_STEP_AT = re.compile(
    rf"{_CHANGED}(?:\s(?:gradually|stepwise|up|down|upwards|as tolerated|in steps|incrementally))?\s\Z"
    rf"|\b(?:gradual|stepwise|step-wise|progressive|incremental|slow)(?:ly)?(?:\sdose)?\s{_CHANGED[2:]}"
    rf"(?:\s\w+)?\s(?:from|to)\s[^.;]*\Z|{_CHANGED}\sto\s(?:[\d.]+\s?\w+,\s){{1,6}}(?:[\d.]+\s?\w+,?\s)?(?:and|then)\s"
    r"(?:then\s)?[\d.]+\s?\w+\s\Z|\bthen by\s[\d.]+\s?\w+\s\Z",
    re.IGNORECASE,
)
_OF_STEPS = re.compile(
    r"\s(?:dos(?:e|age)\s)?(?:increments?|titrations?|up-?titrations?|escalations?|increases?|steps?)\b", re.IGNORECASE
)
_THEN_AT_ONCE = re.compile(r"\bfollowed by (?:an? |the )?\Z", re.IGNORECASE)


_CHANGES = ("creas", "titrat", "escalat", "taper", "then by")  # nothing of the above holds without one of these


def _is_of_change(text: str, start: int, item: Item) -> bool:
    """Whether days, weeks or months say how often the amount changes, not how often it is given."""
    if item.kind != "frequency" or item.value[1] is None or item.value[1:] == (1.0, "d"):
        return False
    before = text[max(start, item.start - 90) : item.start]
    return holds_any(before.lower(), _CHANGES) and _STEP_AT.search(before) is not None


def _is_of_what_follows(text: str, head: _Head, item: Item) -> bool:
    """`10 mg followed by a titration phase for 8 weeks`, `400 mg followed by quarterly maintenance`.

    So is how often the amount changes: `5 mg/d and increased by 5 mg every week`; and `10 mg + oral antidepressant`.
    """
    if item.kind == "route":
        return is_of_another_thing(text, item)
    if item.kind == "frequency" and (_STEP_BY.search(text, head.end, item.start) or _OF_STEPS.match(text, item.end)):
        return True
    if item.kind == "duration":
        return _THEN.search(text, head.end, item.start) is not None
    return item.kind == "frequency" and _THEN_AT_ONCE.search(text, head.end, item.start) is not None


def _give_days_first(heads: list[_Head], days: list[Item]) -> bool:
    """`Day 1: A 5 mg; days 2-4: B 10 mg` in one phrase: where days stand before every dose, they are what follows'."""
    doses = [head for head in heads if head.bounds]
    ends = [*(item.start for item in days[1:]), sys.maxsize]
    groups = [[h for h in doses if item.end <= h.start < end] for item, end in zip(days, ends, strict=False)]
    if len(days) < 2 or not all(groups) or sum(map(len, groups)) < len(doses):
        return False
    for item, group in zip(days, groups, strict=True):
        for head in group:
            _fill(head, item)
    return True


def _leads(text: str, item: Item, head: _Head, labels: list[int]) -> bool:
    """Whether what is said before an amount may be said of it: the days of a label hold until the next label."""
    if item.start in labels:
        start = head.bounds[0].amount.start if head.bounds else head.start
        return item.end <= start < next((label for label in labels if label > item.start), len(text))
    if item.kind == "frequency" and _AFTER_IT.search(text, item.end, head.start):
        return False
    if _is_label(text, item) and head.start < item.start:
        return False
    return item.kind != "route" or not ADDED_TO.search(text, item.end, head.start)


# "stimulation daily, an hour after 5 mg of A": how often something else is done
_AFTER_IT = re.compile(r"\b(?:after|before|prior to|following) (?:(?:the|a|an|each|oral) )?\Z", re.IGNORECASE)


def _is_label(text: str, item: Item) -> bool:
    """Whether a route is the label of what follows: `A 400 mg bid + HAIC: B 85 mg/m2`."""
    return item.kind == "route" and _LABEL_END.match(text, item.end) is not None


def _only_when(text: str, mention: Mention) -> bool:
    """Whether a name only says when something else is given: "5 mg over two hours prior to B on day 1".

    What is not given has no schedule either: "a capsule without B weekly".
    """
    return text[max(0, mention.start - 14) : mention.start].lower().endswith((*_WHEN, "without ", "during "))


def is_observed(text: str) -> bool:
    """Whether a text, or what stands before a schedule, speaks of visits, samples and the like."""
    return len(text) > 1 and _OBSERVED.search(text.lower()) is not None


def _heads(text: str, bounds: list[Bound], mentions: list[Mention]) -> list[_Head]:
    heads: list[_Head] = []
    for bound in bounds:
        last = heads[-1] if heads else None
        if last and bound.amount.role == "maximum" and not bound.facts and _beside(text, last.end, bound.amount.start):
            last.end = max(last.end, bound.end)  # "1.4 mg/m2 (maximum 2 mg) IV day 1": the schedule is the dose's
        elif last and (
            last.bounds[-1].amount is bound.amount
            or (last.bounds[-1].amount.series == bound.amount.series >= 0)
            or (
                _is_speed(bound)
                and last.bounds[-1].agent is bound.agent
                and _AT_SPEED.match(text, last.end, bound.start)
            )
            or (bound.amount.role == "total" and _TOTAL_BESIDE.match(text, last.end, bound.amount.start))
        ):
            last.bounds.append(bound)
            last.end = max(last.end, bound.end)
        else:
            heads.append(_Head(bound.start, bound.end, [bound]))
    for mention in mentions:
        apart = not any(head.start <= mention.start < head.end for head in heads)
        if apart and not _only_when(text, mention) and not only_dilutes(text, mention):
            heads.append(_Head(mention.start, mention.end, [], mention))
    heads.sort(key=lambda head: head.start)
    return heads


# "15 mg/kg as a slow push at 100 mg/min on days 0 and 5": the days are of the dose
_AT_SPEED = re.compile(
    r"(?![^.;]*\b(?:then|follow\w*|maint\w*|continu\w*)\b)[^.;]{0,40}\bat (?:an? )?(?:rate of )?\Z", re.IGNORECASE
)


def _is_speed(bound: Bound) -> bool:
    return bound.amount.per_time in ("min", "h")


# "50 mg/m2 (total 150 mg/m2) on days -7 to -5": of both
_TOTAL_BESIDE = re.compile(
    r"\s*(?:(?:IV|PO|SC|orally|intravenously)\s*)?(?:over \w+[- ](?:minutes?|mins?|hours?|hrs?|h)\s*)?"
    r"[(\[]\s?\w*total[^.;()]{0,20}\Z",
    re.IGNORECASE,
)


def _beside(text: str, end: int, start: int) -> bool:
    """Whether an amount stands right after another one, or in brackets after it."""
    return start - end < (45 if "(" in text[end:start] or "round" in text[end:start] else 25)


def _head_of(text: str, item: Item, heads: list[_Head]) -> _Head | None:
    previous = following = None
    for head in heads:  # in the order of their starts
        if item.start < head.start < item.end and item.kind == "frequency":
            return head  # "a single 600 mg infusion"
        if head.start <= item.start:
            previous = head
        elif head.start >= item.end:
            following = head
            break
        elif item.kind == "frequency":
            return head  # "a single 400 mg dose"
    if previous is not None and item.start < previous.end:
        return previous
    if following is not None and item.kind in ("route", "frequency"):
        gap = text[previous.end : item.start] if previous is not None else ""
        attached = (
            previous is not None
            and not _only_strong(previous)
            and bool(_NO_GAP.match(gap) or (_AS_GAP.match(gap) and _ADMINISTRATION.match(text, item.end)))
        )
        if not attached and _ADJECTIVE_GAP.match(text[item.end : following.start]):
            return following
    return previous


def _only_strong(head: _Head) -> bool:
    """Whether a head is how strong the product is: `1% transdermal gel 10 g`."""
    return bool(head.bounds) and head.bounds[0].amount.kind == "percent"


_DAILY = (1.0, 1.0, "d")


_TIMES_REPEATED = re.compile(
    r"\s*(?:x|\*)\s?(?P<count>\d{1,2})(?!\s?(?:d|day|w|week|wk|mo|h|mg|m|cycle|course|\d|-\s?\d|to\s\d)|\.\d|\w)",
    re.IGNORECASE,
)


def _repeated(text: str, items: list[Item]) -> list[Item]:
    """`weekly x 6` lasts six weeks; `every 21 days x 6` is six cycles."""
    found = []
    for item in items:
        match = _TIMES_REPEATED.match(text, item.end) if item.kind == "frequency" else None
        if match is not None and item.value[1] is not None and item.value[2] in ("d", "wk", "mo"):
            count = int(match["count"])
            if _is_cycle(item.value):
                found.append(Item("cycles", match.start(), match.end(), float(count)))
            else:
                length = (count * item.value[1] / item.value[0], item.value[2])
                found.append(Item("duration", match.start(), match.end(), length))
    return found


def _fill(head: _Head, item: Item) -> None:
    targets = [bound.facts for bound in head.bounds] or [head.facts]
    for facts in targets:
        if item.kind not in facts:
            facts[item.kind] = item.value
        elif item.kind == "days" and item.start - head.end < 14:
            facts["days"] = sorted({*facts["days"], *item.value})
        elif item.kind == "frequency" and facts["frequency"] == _DAILY and item.value[1:] == _DAILY[1:]:
            facts["frequency"] = item.value  # "daily on days 2-19 at 400 mg bid"
        elif item.kind == "frequency" and facts["frequency"][1] is None and item.value[1] is not None:
            facts["frequency"] = item.value  # "once Q2W"
        elif item.kind == "frequency":
            facts.setdefault("second_frequency", item.value)
    for bound in head.earlier if item.kind in ("route", "cycle_days") else ():
        bound.facts.setdefault(item.kind, item.value)
    for bound in head.bounds:
        if item.end > bound.end and item.end - bound.end < 160:
            bound.end = item.end
    head.end = max(head.end, item.end)
    if item.kind in _TIMES:
        head.timed = item.end


def _fill_missing(head: _Head, item: Item, *, sure: bool) -> None:
    """Say of a head what is said before it; `sure` of days that are a label, whatever else is said."""
    for facts in [bound.facts for bound in head.bounds] or [head.facts]:
        if item.kind in _KINDS and item.kind not in facts and (sure or not _clashes(item, facts)):
            facts[item.kind] = item.value


def _has_days_of_cycle(bound: Bound) -> bool:
    return "days" in bound.facts and "cycle_days" not in bound.facts and bound.amount.role != "loading"


def _is_cycle(frequency: tuple[float, float | None, str | None] | None) -> bool:
    """Whether a frequency is that of cycles: "every 3 weeks"."""
    if frequency is None or frequency[1] is None:
        return False
    return frequency[2] == "cycle" or frequency[1] * DAYS_IN.get(str(frequency[2]), 0) >= 14


def _clashes(item: Item, facts: dict[str, Any]) -> bool:
    """Whether how often or on which days, said before all amounts, cannot be said of one that has the other."""
    if item.kind == "frequency":
        return "days" in facts
    repeated = facts.get("frequency", (1, None, None))[1] is not None
    return item.kind == "days" and len(item.value) == 1 and repeated  # "On day 48, patients begin A 300 mg bid"


def _timed(bound: Bound) -> bool:
    return bool("frequency" in bound.facts or "days" in bound.facts or bound.amount.per_time or bound.amount.frequency)


def _backfill(text: str, heads: list[_Head]) -> None:
    """`A 10 mg and B 20 mg once daily`: what stands at the end of an enumeration holds for all of it."""
    for k in range(len(heads) - 2, -1, -1):
        head, following = heads[k], heads[k + 1]
        source = (following.earlier or following.bounds)[0].facts if following.bounds else following.facts
        gap = _without_band(text[head.end : following.start])
        if not source or not (_LIST_GAP.match(gap) or _counts(following, gap)):
            continue
        if not head.bounds and not head.facts:
            head.facts = {kind: source[kind] for kind in _KINDS if kind in source}  # an agent without an amount
        for bound in head.bounds:
            timed = _timed(bound) or bound.amount.role == "loading"
            # "A 850 mg twice daily + B 1000 mg IM each month for a year": only the length is said of both
            apart = "frequency" in bound.facts and source.get("frequency") not in (None, bound.facts["frequency"])
            apart = apart or "cycle_days" in bound.facts.keys() & source.keys()  # each has its own
            often = "frequency" in bound.facts
            cyclic, then = _is_cycle(source.get("frequency")), _AFTERWARDS.search(gap) is not None
            repeated = cyclic and _has_days_of_cycle(bound) and not then
            # "A 5 mg followed by B 6 mg every 3 weeks" is repeated as a whole; else what follows has its own schedule
            cyclic = cyclic or ("cycle_days" in source and min(source.get("days", [1])) > 0)
            later = then and not (cyclic and bound.agent not in [other.agent for other in following.bounds])
            for kind in _KINDS:
                if apart and kind != "duration":
                    continue
                if kind == "route" and _is_of_next(bound, following, source, gap, timed=timed):
                    continue
                held = (kind == "frequency" and timed and not repeated) or (kind == "days" and often)
                held = held or (later and kind in ("frequency", "days"))
                held = held or (kind == "days" and _lasts_otherwise(bound, source))
                held = held or (kind == "route" and gap.strip() == "," and _goes_otherwise(bound, source))
                if kind in source and kind not in bound.facts and not held:
                    bound.facts[kind] = source[kind]


def _goes_otherwise(bound: Bound, source: dict[str, Any]) -> bool:
    """`A 3 mg/kg on days 1-5, B 5 mg/kg orally`: each has a schedule of its own; an infusion is mostly all of them."""
    route = source.get("route")
    return route not in (None, "iv") and ("days" in bound.facts or (route != "po" and "frequency" in bound.facts))


def _lasts_otherwise(bound: Bound, source: dict[str, Any]) -> bool:
    """`A 100 mg/m2 x 5 days and B 60 mg/m2 days 1 and 2`: the days are not those of what lasts five."""
    length = bound.facts.get("duration")
    return length is not None and length[1] == "d" and len(source.get("days", ())) not in (0, length[0])


# "A 5 mg and oral B 10 mg": the route is of B
_ROUTE_OF_NEXT = re.compile(
    r"\b(?:oral|iv|sc|intravenous|subcutaneous|inhaled|nebuli[sz]ed|topical)\s*\Z", re.IGNORECASE
)


def _is_of_next(bound: Bound, following: _Head, source: dict[str, Any], gap: str, *, timed: bool) -> bool:
    """Whether a route is of the drug that follows alone."""
    if timed and _before_rate(source):
        return True
    again = bound.agent in [other.agent for other in following.bounds]
    return not again and _ROUTE_OF_NEXT.search(gap) is not None


def _before_rate(facts: dict[str, Any]) -> bool:
    """Whether a route was said before how often: "A 100 mg daily and B 40 mg SC twice daily" is of B alone."""
    kinds = [kind for kind in facts if kind in ("route", "frequency")]
    return kinds == ["route", "frequency"] and facts["route"] not in ("iv", "po")  # those may be said of all


_ALTERNATIVE_GAP = re.compile(r"[^.;:]{0,40}?\b(?:or|and) |[^.;:]{0,40}, ")


def _untold(previous: _Head, head: _Head) -> bool:
    """Whether another amount of the same agent has no schedule of its own: "on day 1 (2 mg/kg if <20 kg or 40 mg)"."""
    agents = {id(bound.agent) for bound in (*previous.bounds, *head.bounds)}
    dose = all(bound.amount.role in ("dose", "level") for bound in head.bounds)
    return len(agents) == 1 and dose and not any(map(_timed, head.bounds))


def _carry_along(text: str, heads: list[_Head]) -> None:
    """`Daily A 60 mg + 0.4 mg B`: what stands before an enumeration holds for all of it."""
    for previous, head in pairwise(heads):
        gap = text[previous.end : head.start]
        if previous.ahead and head.bounds and _ALTERNATIVE_GAP.fullmatch(gap) and _untold(previous, head):
            head.ahead = previous.ahead
            for item in head.ahead:
                _fill_missing(head, item, sure=False)
        if previous.often is None or not _LIST_GAP.match(gap) or _AFTERWARDS.search(gap) or not gap.strip():
            continue
        if head.often is None and head.bounds and all(b.amount.kind == "mass" and not _timed(b) for b in head.bounds):
            head.often = previous.often
            for bound in head.bounds:
                bound.facts["frequency"] = head.often.value


def _counts(head: _Head, gap: str) -> bool:
    """Whether a head is only in how many pieces the amount before it is given: "675 mg as 3 injections".

    Also behind a comma, or what the product is: "300 mg / 300 mg fixed-dose combination, one tablet once daily".
    """
    if not head.bounds or head.bounds[0].amount.kind != "count":
        return False
    return _AS_GAP.match(gap) is not None or _PRODUCT_GAP.fullmatch(gap) is not None


def _carry_routes(text: str, heads: list[_Head], routes: list[Item]) -> None:
    """`Spinal anesthesia with A 10 mg plus B 20 ug`: the route before a mixture's first part is that of the others."""
    for route in routes:
        mixture = [head for head in heads if head.start >= route.end]
        if not mixture or not _ADJECTIVE_GAP.match(text[route.end : mixture[0].start]):
            continue
        for before, head in pairwise(mixture):
            if _only_strong(head):
                continue  # "A 10 mg (0.5%) plus B"
            strength = _only_strong(before) and not text[before.end : head.start].strip(" (,")  # "A 0.5% 10 mg"
            if strength and "route" not in head.bounds[0].facts:
                head.bounds[0].facts["route"] = route.value
                continue
            if not _MIXED.match(text, before.end, head.start) or any("route" in bound.facts for bound in head.bounds):
                break
            for bound in head.bounds:
                bound.facts["route"] = route.value


def _carry_on(bounds: list[Bound]) -> None:
    """`Once daily (100 mg d1, 200 mg d2, 400 mg d3-28)`: the route, and how often in a day, hold for what follows."""
    for previous, bound in pairwise(bounds):
        if "route" in previous.facts and previous.agent is bound.agent:
            bound.facts.setdefault("route", previous.facts["route"])  # "5 mg SC on day 1, 45 mg on day 8"
        rate = previous.facts.get("frequency")
        steps = "days" in previous.facts and "days" in bound.facts and previous.agent is bound.agent
        if steps and rate and rate[1:] == _DAILY[1:] and not _timed_in_a_day(bound):
            bound.facts["frequency"] = rate


def _timed_in_a_day(bound: Bound) -> bool:
    return bool("frequency" in bound.facts or bound.amount.per_time or bound.amount.frequency)


def _several_days(item: Item, bound: Bound) -> bool:
    """Whether days said in the next phrase may be those of an amount: one of which no single dose or day is said."""
    every = bound.facts.get("frequency", (1, None, None))[1]
    return not _timed(bound) or (len(item.value) > 1 and (every is not None or "frequency" not in bound.facts))


_NEXT_PHRASE = 4  # a semicolon or a full stop, and blanks


def _attach_step(text: str, segment: tuple[int, int], bounds: list[Bound], items: list[Item]) -> bool:
    """A phrase without amounts may be the next step of the one amount of the phrase before it."""
    last = bounds[-1]
    alone = len(bounds) < 2 or bounds[-2].segment != last.segment or bounds[-2].amount.start == last.amount.start
    first = next((item for item in items if item.kind in ("frequency", "days")), None)
    beside = segment[0] - last.segment[1] < _NEXT_PHRASE
    if first is None or not (alone and beside and continues_steps(text, segment[0], last, first)):
        return False
    (step,) = next_step(bounds, [last], first)
    step.segment = segment
    for item in items:
        if item.kind in _KINDS:
            step.facts.setdefault(item.kind, item.value)
            step.end = max(step.end, item.end)
    return True


def attach_later(
    text: str, segment: tuple[int, int], bounds: list[Bound], items: list[Item], here: list[Mention]
) -> None:
    """A phrase without amounts says how the amounts before it are given ("Cycles repeat every 21 days")."""
    if not here and _attach_step(text, segment, bounds, items):
        return
    agents = [m.agent.key for m in here]
    last = bounds[-1].segment
    for bound in bounds:
        if agents and (bound.agent is None or bound.agent.key not in agents):
            continue
        near = bound.segment == last and segment[0] - bound.segment[1] < 200
        for item in items:
            if item.kind not in _KINDS or (item.kind not in ("cycle_days", "cycles") and not near):
                continue
            if item.kind == "frequency" and (_timed(bound) or bound.amount.role == "loading"):
                continue
            if item.kind == "days" and (bound.amount.role == "loading" or not _several_days(item, bound)):
                continue
            if item.kind == "frequency" and not agents and "route" not in [i.kind for i in items]:
                continue
            bound.facts.setdefault(item.kind, item.value)
