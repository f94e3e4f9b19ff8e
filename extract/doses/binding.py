"""Binding: which agent an amount belongs to, and which schedule and route belong to it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from extract.doses.agents import Agent, Mention
from extract.doses.amounts import Amount
from extract.doses.schedule import Item


@dataclass(slots=True)
class Bound:
    """An amount with its agent (None: not named nearby) and what is said of it; positions in the passage."""

    amount: Amount
    agent: Agent | None
    named: str | None
    start: int
    end: int
    segment: tuple[int, int]
    facts: dict[str, Any] = field(default_factory=dict)
    sure: bool = True
    misspelled: bool = False


@dataclass(slots=True)
class Remark:
    """What is said of an agent where no amount is given."""

    agent: Agent
    facts: dict[str, Any]


_ADJECTIVES = (
    r"oral|orally|intravenous|iv|i\.v\.|subcutaneous|sc|po|im|intramuscular|inhaled|topical|intravitreal|intrathecal|epidural|nebuli[sz]ed|the|study|drug|investigational|matching|matched|active|single|of|a|an"
    r"|low-dose|high-dose|dose|doses|daily|once|twice|hyperbaric|isobaric|heavy|plain|tablets?|capsules?|"
    r"injections?|infusions?|solution|intravenously|standard|dosage|bolus|equivalent|total|autologous|"
    r"allogeneic|generic|branded|commercial|each|either|local|viable|cells|per|dose|study|oral|"
    r"recombinant|human|pure|elemental|body weight|injectable|infused|with|powder|extract|cream|gel|"
    r"ointment|strength|film-coated|extended|release|er|xr|sr|liquid|weekly|monthly"
)
_TIGHT_RIGHT = re.compile(
    rf"[\s\"'\u201c,]*(?:\((?:[^()]{{0,40}})\)\s*)?(?:(?:{_ADJECTIVES})[\s-]+)*[\"'(]?\s*\Z", re.IGNORECASE
)
_OF = re.compile(r"[\s)\]]*(?:\([^()]{0,40}\)\s*)?(?:\w+\s+){0,2}?of\s+(?:\w+[\s-]+){0,3}?\Z", re.IGNORECASE)
_TIGHT_LEFT = re.compile(
    r"[\s\"')\u00ae\u2122]*(?:\([^()]{0,60}\)?\s*)?(?:[:=,(\[\u2022*-]|\b(?:at|a|an|the|dose|doses|dosage|dosed|of|is|was|were|are|will|be|been|given|administered|daily|once|twice|oral|orally|iv|i\.v\.|intravenous(?:ly)?|injections?|tablets?|capsules?|infusions?|infused|sc|subcutaneous(?:ly)?|im|po|cells?|therapy|treatment|starting|fixed|total|target|initial|as|hydrochloride|sodium|sulfate|po|per|os|by|mouth|single|bolus|loading|maintenance|low|high|up|to|about|approximately|cream|gel|ointment|solution|dose:|\d%)\b|\s)*\Z",
    re.IGNORECASE,
)
_RESPECTIVELY = re.compile(r"\brespectively\b", re.IGNORECASE)
_EACH = re.compile(r"\b(?:respectively|each|both)\b", re.IGNORECASE)
_CONJUNCTION = re.compile(
    r"[\s\"'()]*(?:,|/|\+|&|and then|then|and|plus|or|combined with|followed by|,\s*and|-)?[\s\"'()]*\Z", re.IGNORECASE
)
_NOT_GIVEN = re.compile(
    r"\b(?:prior|previous(?:ly)?|without|no|not|except|than|compared (?:to|with)|versus|vs\.?|"
    r"in contrast to|instead of|after|before|following|allerg\w+ to|resistan\w+ to|failed|intoleran\w+ to|"
    r"refractory to|if|until)\s+(?:\w+\s+){0,2}\Z",
    re.IGNORECASE,
)
_FORGETS = frozenset(("group",))


def bind(
    text: str,
    segments: list[tuple[int, int]],
    amounts: list[Amount],
    agents: list[Mention],
    items: list[Item],
    default: Agent | None,
) -> tuple[list[Bound], list[Remark]]:
    """Bind every amount that is no decoy.

    `default` is whose text this is (the intervention's agent); it is used where a phrase names no agent.
    """
    bounds: list[Bound] = []
    remarks: list[Remark] = []
    topic: Mention | None = None  # who the next phrase is about if it names nobody
    phase: str | None = None
    for segment in segments:
        inside = [a for a in amounts if segment[0] <= a.start < segment[1]]
        here = [m for m in agents if segment[0] <= m.start < segment[1]]
        parts = [i for i in items if segment[0] <= i.start < segment[1]]
        doses = [a for a in inside if not a.decoy]
        if doses:
            new = _bind_segment(text, segment, doses, here, topic, default)
            remarks += _attach(text, segment, new, parts, here)
            phase = _set_phases(text, new, parts, phase)
            bounds += new
            last = next((b for b in reversed(new) if b.agent is not None), None)
            if last is not None and here:
                topic = next((m for m in reversed(here) if m.agent is last.agent), topic)
        else:
            phase = _heading_phase(text, segment, parts) or phase
            if here and default is None:
                topic = _topic(text, here) or topic
            elif here and topic is not None and default in [m.agent for m in here]:
                topic = None
            if parts and bounds and not inside and not OBSERVED.search(text[segment[0] : segment[1]]):
                _attach_later(segment, bounds, parts, here)
            if parts and here:
                remarks += _attach(text, segment, [], parts, here)
    return bounds, remarks


_HEADING = re.compile(r"[^.;]{0,90}:\s*\Z")


_LATER = re.compile(r"\b(?:after|following|prior to|before|until|post|completion of|since)\b", re.IGNORECASE)
_PAST = re.compile(r"\b(?:after|following|since|completion of|end of|post)[\s-]+(?:\w+[\s-]+){0,3}\Z", re.IGNORECASE)
_WITH = re.compile(
    r"[\s\w-]{0,30}\b(?:with|consist\w*|includ\w*|compris\w*|of|using|by)\b|\s*(?:\w+\s)?\(|\s*:", re.IGNORECASE
)


def _is_past(text: str, phase: Item) -> bool:
    """`After induction, …` is not said of what follows; `after lymphodepletion with A 30 mg` is."""
    return bool(_PAST.search(text[max(0, phase.start - 40) : phase.start])) and not _WITH.match(text, phase.end)


def _set_phases(text: str, bounds: list[Bound], items: list[Item], current: str | None) -> str | None:
    """The phase of each amount: the last one named before it in its phrase, else after it, else the heading's."""
    phases = [item for item in items if item.kind == "phase"]
    for bound in bounds:
        before = [p for p in phases if p.start < bound.amount.start and not _is_past(text, p)]
        after = [
            p for p in phases if p.start > bound.amount.start and not _LATER.search(text[bound.amount.end : p.start])
        ]
        value = before[-1].value if before else after[0].value if after else current
        if value:
            bound.facts["phase"] = value
    return current


def _heading_phase(text: str, segment: tuple[int, int], items: list[Item]) -> str | None:
    phases = [item.value for item in items if item.kind == "phase"]
    phrase = text[segment[0] : segment[1]]
    return phases[-1] if phases and (len(phrase) < 60 or _HEADING.match(phrase)) else None


def _topic(text: str, mentions: list[Mention]) -> Mention | None:
    given = [
        m
        for m in mentions
        if not _NOT_GIVEN.search(text[max(0, m.start - 40) : m.start]) and m.agent.kind not in _FORGETS
    ]
    return given[-1] if len(given) == 1 else (given[0] if given else None)


def _bind_segment(
    text: str,
    segment: tuple[int, int],
    doses: list[Amount],
    here: list[Mention],
    topic: Mention | None,
    default: Agent | None,
) -> list[Bound]:
    here = [m for m in here if m.agent.kind not in _FORGETS] or _subject(text, segment)
    paired = _respectively(text, segment, doses, here) or {}
    amount_first = _amount_first(text, doses, here)
    bounds: list[Bound] = []
    previous: Mention | None = None
    floor = segment[0]
    for index, amount in enumerate(doses):
        chosen = None if index in paired else _choose(text, index, doses, here, previous, amount_first)
        mentions = paired.get(index) or ([chosen] if chosen else [])
        for mention in mentions:
            own = mention is not previous and floor <= mention.start < amount.start
            start = mention.start if own else amount.start
            end = max(amount.end, mention.end)
            bounds.append(
                Bound(amount, mention.agent, mention.text, start, end, segment, misspelled=mention.misspelled)
            )
        if not mentions:
            bounds.append(_inherited(amount, segment, previous, topic, default))
        previous = mentions[-1] if mentions else previous
        floor = amount.end
    _look_ahead(text, bounds, topic, default)
    return bounds


_SUBJECT = re.compile(
    r"[\W\d]*(?P<name>[A-Z][\w-]{4,}) (?:(?:will be|was|is|were|are|shall be) )?(?:given|administered|"
    r"infused|injected|started|initiated|dosed|taken|delivered)\b"
)
_NO_SUBJECT = re.compile(
    r"(?:treatments?|patients?|participants?|subjects?|medications?|chemotherapy|therapy|vaccines?|vaccination|cells|infusions?|injections?|doses?|dosing|drugs?|study|tablets?|capsules?|women|children|infants|controls?|groups?|induction|maintenance|conditioning|thereafter|solution|product|agents?|radiation|radiotherapy|irradiation|intervention|placebo|each|participant|medicine|volunteers)\Z",
    re.IGNORECASE,
)


def _subject(text: str, segment: tuple[int, int]) -> list[Mention]:
    """`Streptokinase was given …`: the subject of a phrase that names no known agent."""
    match = _SUBJECT.match(text, segment[0], segment[1])
    if match is None or _NO_SUBJECT.match(match["name"]):
        return []
    name = match["name"]
    return [Mention(Agent(name.lower(), name), match.start("name"), match.end("name"), name)]


def _inherited(
    amount: Amount, segment: tuple[int, int], previous: Mention | None, topic: Mention | None, default: Agent | None
) -> Bound:
    """An amount whose phrase names no agent: that of the amount before it, of the phrase before, or the field's."""
    mention = previous or topic
    if mention is not None and (default is None or mention is previous or mention.agent is not default):
        return Bound(amount, mention.agent, mention.text, amount.start, amount.end, segment, sure=mention is previous)
    return Bound(amount, default, None, amount.start, amount.end, segment, sure=False)


def _look_ahead(text: str, bounds: list[Bound], topic: Mention | None, default: Agent | None) -> None:
    """`5 mg, then 3 mg of A`: what has no agent before it takes that of the next amount."""
    for k in range(len(bounds) - 2, -1, -1):
        bound, following = bounds[k], bounds[k + 1]
        if bound.sure or following.named is None or following.amount.start - bound.end > 70:
            continue
        if (topic is None and default is None) or following.start >= following.amount.start:
            bound.agent, bound.named, bound.sure = following.agent, following.named, True


def _respectively(
    text: str, segment: tuple[int, int], doses: list[Amount], here: list[Mention]
) -> dict[int, list[Mention]] | None:
    """`A and B 30 mg and 500 mg, respectively`; `A and B, 5 mg each`; `100/25 mg A/B`."""
    phrase = text[segment[0] : segment[1]]
    if len(here) >= 2 and len(doses) >= 2 and _RESPECTIVELY.search(phrase):
        before = [m for m in here if m.start < doses[0].start]
        if len(before) == len(doses):
            return {k: [m] for k, m in enumerate(before)}
        after = [m for m in here if m.start > doses[-1].start]
        if len(after) == len(doses):
            return {k: [m] for k, m in enumerate(after)}
    if len(doses) == 1 and len(here) >= 2 and _EACH.search(text[doses[0].end : doses[0].end + 18]):
        before = [m for m in here if m.end <= doses[0].start]
        run = _run(text, before)
        if len(run) >= 2:
            return {0: run}
    if len(doses) >= 2 and len(here) >= 2 and any(d.joined_by == "slash" for d in doses):
        return _slashed(text, doses, here)
    return None


def _slashed(text: str, doses: list[Amount], here: list[Mention]) -> dict[int, list[Mention]] | None:
    paired: dict[int, list[Mention]] = {}
    for index in range(len(doses) - 1):
        if doses[index + 1].joined_by != "slash" or doses[index].series != doses[index + 1].series or index in paired:
            continue
        count = 2 + (index + 2 < len(doses) and doses[index + 2].joined_by == "slash")
        before = _run(text, [m for m in here if m.end <= doses[index].start])
        after = [m for m in here if m.start >= doses[index + count - 1].end][:count]
        names = before[-count:] if len(before) >= count else after
        if len(names) == count:
            paired.update({index + k: [names[k]] for k in range(count)})
    return paired or None


def _run(text: str, mentions: list[Mention]) -> list[Mention]:
    """The last mentions that stand in one enumeration."""
    run = mentions[-1:]
    for mention in reversed(mentions[:-1]):
        if not _CONJUNCTION.match(text[mention.end : run[0].start]):
            break
        run.insert(0, mention)
    return run


def _amount_first(text: str, doses: list[Amount], here: list[Mention]) -> bool:
    """Whether the phrase names amounts before agents ("100 mg A and 20 mg B")."""
    if not here or here[0].start < doses[0].start:
        return False
    gap = text[doses[0].end : here[0].start]
    return bool(_TIGHT_RIGHT.match(gap) or _OF.match(gap))


def _choose(
    text: str, index: int, doses: list[Amount], here: list[Mention], previous: Mention | None, amount_first: bool
) -> Mention | None:
    amount = doses[index]
    left_limit = doses[index - 1].end if index else -1
    right_limit = doses[index + 1].start if index + 1 < len(doses) else 1 << 60
    left = next((m for m in reversed(here) if m.end <= amount.start and m.start >= left_limit), None)
    right = next((m for m in here if m.start >= amount.end and m.start < right_limit), None)
    overlapping = next((m for m in here if m.start < amount.end and m.end > amount.start), None)
    if overlapping is not None:
        return overlapping
    right_gap = text[amount.end : right.start] if right else ""
    left_gap = text[left.end : amount.start] if left else ""
    if left is not None and left.agent.kind == "placebo":
        left = _instead_of_placebo(text, here, left)
        left_gap = text[left.end : amount.start]
    if left is not None and left.agent.kind == "placebo" and _APART.search(left_gap):
        left = previous if previous is not None and previous.end <= amount.start else None
        left_gap = text[left.end : amount.start] if left else ""
    right_of = right is not None and bool(_OF.match(right_gap)) and len(right_gap) < 45
    right_tight = right is not None and bool(_TIGHT_RIGHT.match(right_gap)) and "," not in right_gap
    left_tight = left is not None and bool(_TIGHT_LEFT.match(left_gap))
    if not right_of and not left_tight and (named_after := _name_after(text, amount)) is not None:
        return named_after
    if right_of and not (left_tight and len(left_gap) <= 3):
        return right
    touching = not right_gap.strip()
    alone = touching and bool(left_gap.strip(" (,:")) and not left_tight
    if right_tight and (amount_first or alone or (touching and amount.kind == "percent")):
        return right
    if left_tight or right_tight:
        return left if left_tight else right
    if left is not None and not _owned(text, doses, index, left, amount_first):
        return left
    if previous is not None or left is not None:
        return previous or left
    return _farther(text, amount, here, right, right_gap)


def _farther(text: str, amount: Amount, here: list[Mention], right: Mention | None, right_gap: str) -> Mention | None:
    far = next((m for m in reversed(here) if m.end <= amount.start and m.agent.kind != "placebo"), None)
    if far is not None:
        return far
    if (guessed := _unknown_name(text, amount)) is not None:
        return guessed
    if right is not None and len(right_gap) < 60 and not re.search(r"[,;)]\s|[.]", right_gap):
        return right
    return None


_NAME_BEFORE = re.compile(r"(?<![\w-])(?P<name>[A-Za-z][\w/-]*(?:[A-Z0-9][\w/-]*|-[A-Za-z]+))\s*\((?:dose[: ]*|at )?\Z")
_WORD_BEFORE = re.compile(
    r"\b(?:oral|orally|plus|\+|with|receiv(?:e|ed|ing)|then|taking|intravenous|iv)\s+(?P<name>[a-z]{6,}(?<!ing)(?<!ed)(?<!tion)(?<!ment)(?<!ly)(?<!ous)(?<!al)(?<!ary))\s\Z"
)
_NO_NAME = re.compile(
    r"(?:day|arm|group|cohort|part|phase|cycle|week|step|level|dose|stage|period|visit|study|table|DL|BSA|BID|TID|QD|IV|PO|SC|IM)[\w-]*\Z",
    re.IGNORECASE,
)


_APART = re.compile(r",|\b(?:and|or|versus|vs|than|compared)\b", re.IGNORECASE)
_NAME_AFTER = re.compile(
    r"\s*of\s+(?P<name>[A-Za-z][\w-]{3,}(?:\s(?:extract|oil|acid|powder|vaccine|root|seed|leaf|gum|juice|protein|sulfate|nitrate|chloride))?)\b"
)
_NO_NAME_AFTER = re.compile(
    r"(?:the|each|study|drug|body|their|this|that|these|active|placebo|medication|treatment|total|daily|energy|ideal|actual|patients?|subjects?|oral|either|both|which|trial|investigational|same|blood|plasma|serum|dose|doses|solution|product|test|weight|volume|body\w*|radiation|infusion|injection|lean|estimated|recipient|water|local|anesthetic|fluid|liquid|food|meal|standard|liver|tumou?r|mucosal|mixture|study|pure|elemental)\b",
    re.IGNORECASE,
)


def _name_after(text: str, amount: Amount) -> Mention | None:
    """`200 mg of quercetin`: what "of" names is an agent although nobody knows it."""
    match = _NAME_AFTER.match(text, amount.end) if amount.kind != "percent" else None
    if match is None or _NO_NAME_AFTER.match(match["name"]):
        return None
    name = match["name"]
    return Mention(Agent(name.lower(), name), match.start("name"), match.end("name"), name)


def _unknown_name(text: str, amount: Amount) -> Mention | None:
    """`Id-KLH (0.5 mg)`: a code name right before a bracketed amount is an agent although nobody knows it."""
    before = max(0, amount.start - 40)
    match = _NAME_BEFORE.search(text, before, amount.start) or _WORD_BEFORE.search(text, before, amount.start)
    if match is None or _NO_NAME.match(match["name"]) or amount.kind in ("percent", "count"):
        return None
    name = match["name"]
    return Mention(Agent(name.lower(), name), match.start("name"), match.end("name"), name)


def _instead_of_placebo(text: str, here: list[Mention], placebo: Mention) -> Mention:
    """`A or matching placebo at 30 mg` is said of A."""
    before = [m for m in here if m.end <= placebo.start and m.agent.kind != "placebo"]
    if before and re.fullmatch(r"[\s\w-]{0,12}\bor\b[\s\w-]{0,14}", text[before[-1].end : placebo.start]):
        return Mention(before[-1].agent, before[-1].start, placebo.end, before[-1].text)
    return placebo


def _owned(text: str, doses: list[Amount], index: int, mention: Mention, amount_first: bool) -> bool:
    """Whether the mention to the left is the agent of the amount before it ("100 mg A, 20 mg ...")."""
    if not index or not amount_first:
        return False
    gap = text[doses[index - 1].end : mention.start]
    return bool(_TIGHT_RIGHT.match(gap) or _OF.match(gap))


# ---- schedules -----------------------------------------------------------------------------------------------------

_AS_NEEDED = re.compile(
    r"\b(?:on demand|p\.?r\.?n\b|as needed|as required|when needed|if needed|(?:prior to|"
    r"before) (?:sexual|intercourse))",
    re.IGNORECASE,
)
OBSERVED = re.compile(
    r"\b(?:samples?|sampling|measure\w*|assess\w*|obtained|visits?|follow(?:ed)?[- ]?up|monitor\w*|"
    r"evaluat\w*|scans?|record\w*|collected|drawn|questionnaires?|screening|wash-?out|examin\w*|surgery|"
    r"observ\w*|imaging|tested)\b",
    re.IGNORECASE,
)
_KINDS = ("frequency", "days", "duration", "cycle_days", "cycles", "route")
_ADJECTIVE_GAP = re.compile(rf"[\s-]*(?:(?:{_ADJECTIVES}|administration|use|treatment|with)[\s-]+)*\Z", re.IGNORECASE)
_NO_GAP = re.compile(r"[\s()]*\Z")
_LIST_GAP = re.compile(
    r"[\s,+/&():\[\]*-]*(?:(?:and|plus|or|with|combined with|in combination with|followed by|matching|"
    r"matched|the|a|an|then|oral|dose|of|active|either)\b[\s,+/&():-]*)*\Z",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Head:
    """What schedule items can belong to: amounts that were printed together, or an agent without an amount."""

    start: int
    end: int
    bounds: list[Bound]
    mention: Mention | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def _attach(
    text: str, segment: tuple[int, int], bounds: list[Bound], items: list[Item], mentions: list[Mention]
) -> list[Remark]:
    """Give each item of a phrase to the head it belongs to; items before all heads are shared."""
    heads = _heads(bounds, mentions)
    leading: list[Item] = []
    for item in items:
        if item.kind not in _KINDS:
            continue
        head = _head_of(text, item, heads)
        if head is not None and OBSERVED.search(text[min(head.end, item.start) : item.start]):
            continue
        if head is None:
            leading.append(item)
        else:
            _fill(head, item)
    _backfill(text, heads)
    for item in leading:
        for head in heads:
            _fill_missing(head, item)
    as_needed = _AS_NEEDED.search(text, segment[0], segment[1]) is not None
    for bound in bounds:
        if as_needed:
            bound.facts["as_needed"] = True
        if bound.amount.frequency:
            bound.facts.setdefault("frequency", bound.amount.frequency)
    return [Remark(h.mention.agent, h.facts) for h in heads if h.mention is not None and h.facts]


def _heads(bounds: list[Bound], mentions: list[Mention]) -> list[_Head]:
    heads: list[_Head] = []
    for bound in bounds:
        last = heads[-1] if heads else None
        if last and bound.amount.role == "maximum" and bound.amount.start - last.end < 25 and not bound.facts:
            last.end = max(last.end, bound.end)  # "1.4 mg/m2 (maximum 2 mg) IV day 1": the schedule is the dose's
        elif last and (
            last.bounds[-1].amount is bound.amount or (last.bounds[-1].amount.series == bound.amount.series >= 0)
        ):
            last.bounds.append(bound)
            last.end = max(last.end, bound.end)
        else:
            heads.append(_Head(bound.start, bound.end, [bound]))
    for mention in mentions:
        if not any(head.start <= mention.start < head.end for head in heads):
            heads.append(_Head(mention.start, mention.end, [], mention))
    heads.sort(key=lambda head: head.start)
    return heads


def _head_of(text: str, item: Item, heads: list[_Head]) -> _Head | None:
    previous = next((h for h in reversed(heads) if h.start <= item.start), None)
    following = next((h for h in heads if h.start >= item.end), None)
    if previous is not None and item.start < previous.end:
        return previous
    if following is not None and item.kind in ("route", "frequency"):
        attached = previous is not None and bool(_NO_GAP.match(text[previous.end : item.start]))
        if not attached and _ADJECTIVE_GAP.match(text[item.end : following.start]):
            return following
    return previous


_DAILY = (1.0, 1.0, "d")


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
    for bound in head.bounds:
        if item.end > bound.end and item.end - bound.end < 160:
            bound.end = item.end
    head.end = max(head.end, item.end)


def _fill_missing(head: _Head, item: Item) -> None:
    for facts in [bound.facts for bound in head.bounds] or [head.facts]:
        timed = "frequency" in facts or "days" in facts
        if item.kind in _KINDS and item.kind not in facts and not (timed and item.kind in ("frequency", "days")):
            facts[item.kind] = item.value


def _timed(bound: Bound) -> bool:
    return bool("frequency" in bound.facts or "days" in bound.facts or bound.amount.per_time or bound.amount.frequency)


def _backfill(text: str, heads: list[_Head]) -> None:
    """`A 10 mg and B 20 mg once daily`: what stands at the end of an enumeration holds for all of it."""
    for k in range(len(heads) - 2, -1, -1):
        head, following = heads[k], heads[k + 1]
        source = following.bounds[0].facts if following.bounds else following.facts
        if not source or not head.bounds or not _LIST_GAP.match(text[head.end : following.start]):
            continue
        for bound in head.bounds:
            timed = _timed(bound) or bound.amount.role == "loading"
            for kind in _KINDS:
                if kind in source and kind not in bound.facts and not (timed and kind in ("frequency", "days")):
                    bound.facts[kind] = source[kind]


def _attach_later(segment: tuple[int, int], bounds: list[Bound], items: list[Item], here: list[Mention]) -> None:
    """A phrase without amounts says how the amounts before it are given ("Cycles repeat every 21 days")."""
    agents = [m.agent.key for m in here]
    last = bounds[-1].segment
    for bound in bounds:
        if agents and (bound.agent is None or bound.agent.key not in agents):
            continue
        near = bound.segment == last and segment[0] - bound.segment[1] < 200
        for item in items:
            if item.kind not in _KINDS or (item.kind not in ("cycle_days", "cycles") and not near):
                continue
            if item.kind in ("frequency", "days") and (_timed(bound) or bound.amount.role == "loading"):
                continue
            if item.kind == "frequency" and not agents and "route" not in [i.kind for i in items]:
                continue
            bound.facts.setdefault(item.kind, item.value)
