"""Which of the agents named in a phrase each of its amounts is of."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from extract.doses.agents import Mention
from extract.doses.amount import Amount
from extract.doses.unknown_names import name_after, name_before
from extract.doses.vocabulary import one_of

_TIGHT_RIGHT = re.compile(
    rf"\.?[\s\"'\u201c,]*(?:\((?:[^()]{{0,40}})\)\s*)?(?:{one_of('between_amount_and_agent')}[\s-]+)*[\"'(]?\s*\Z",
    re.IGNORECASE,
)
_OF = re.compile(
    r"\.?[\s)\]]*(?:\([^()]{0,40}\)\s*)?(?:\w+\s+){0,2}?of\s+(?:[\d.,]+\s?%\s*)?(?:\w+[\s-]+){0,3}?\Z", re.IGNORECASE
)
_TIGHT_LEFT = re.compile(
    r"[\s\"')\u00ae\u2122]*(?:\([^()]{0,60}\)?\s*)?"
    rf"(?:[:=,(\[\u2022*-]|\b{one_of('between_agent_and_amount')}\b|\s)*\Z",
    re.IGNORECASE,
)
_RESPECTIVELY = re.compile(r"\brespectively\b", re.IGNORECASE)
_EACH = re.compile(r"\b(?:respectively|each|both)\b", re.IGNORECASE)
_CONJUNCTION = re.compile(
    r"[\s\"'()]*(?:,|/|\+|&|and then|then|and|plus|or|combined with|followed by|,\s*and|-)?[\s\"'()]*\Z", re.IGNORECASE
)
_APART = re.compile(r",|\b(?:and|or|versus|vs|than|compared)\b", re.IGNORECASE)


# What stands between an agent and an amount is mostly a blank or a few words, the same in many studies.
@lru_cache(maxsize=5_000)
def _tight_right(gap: str) -> bool:
    return _TIGHT_RIGHT.match(gap) is not None


@lru_cache(maxsize=5_000)
def _tight_left(gap: str) -> bool:
    return _TIGHT_LEFT.match(gap) is not None


@lru_cache(maxsize=5_000)
def _of_it(gap: str) -> bool:
    return _OF.match(gap) is not None


def paired_by_wording(
    text: str, segment: tuple[int, int], doses: list[Amount], here: list[Mention]
) -> dict[int, list[Mention]] | None:
    """`A and B 30 mg and 500 mg, respectively`; `A and B, 5 mg each`; `100/25 mg A/B`."""
    phrase = text[segment[0] : segment[1]]
    if "espectively" in phrase:
        listed = [k for k, dose in enumerate(doses) if dose.role != "maximum"]  # "50 and 1.4 mg/m2 (max 2 mg)"
        if len(listed) < len(doses):
            pairs = paired_by_wording(text, segment, [doses[k] for k in listed], here) or {}
            return {listed[k]: mentions for k, mentions in pairs.items()}
    if len(here) >= 2 and len(doses) >= 2 and _RESPECTIVELY.search(phrase):
        before = [m for m in here if m.start < doses[0].start]
        if len(before) == len(doses):
            return {k: [m] for k, m in enumerate(before)}
        after = [m for m in here if m.start > doses[-1].start]
        if len(after) == len(doses):
            return {k: [m] for k, m in enumerate(after)}
        if len(doses) == 2 * len(here) and all(m.end <= doses[k].start for k, m in enumerate(here)):
            own = doses[: len(here)]  # "A 5 mg or B 10 mg, raised to 20 mg and 40 mg, respectively"
            if all(dose.end <= m.start for dose, m in zip(own, here[1:], strict=False)):
                return {k: [here[k % len(here)]] for k in range(len(doses))}
    if len(doses) == 1 and len(here) >= 2 and _EACH.search(text[doses[0].end : doses[0].end + 18]):
        before = [m for m in here if m.end <= doses[0].start]
        run = _run(text, before)
        if len(run) >= 2:
            return {0: run}
    if (either := _or_placebo(text, doses, here)) is not None:
        return either
    if len(doses) < 2 or len(here) < 2:
        return None
    slashed = _slashed(text, doses, here) if _STROKES.search(phrase) else None
    bracketed = _bracketed(text, doses, here)
    return {**slashed, **bracketed} if slashed and bracketed else slashed or bracketed


_OR = re.compile(r"[\s\w®()-]{0,14}(?:\bor\b|/)[\s\w-]{0,22}")
_PIECES_OF = re.compile(r"(?:[^.;,()]|\([^()]*\)){0,40}?\bof\s(?:either\s)?\Z")
_THEN = re.compile(r"[^.;]{0,60}\Z")


def _or_placebo(text: str, doses: list[Amount], here: list[Mention]) -> dict[int, list[Mention]] | None:
    """`A or matching placebo at 30 mg, then 20 mg`, `2 tablets of A or placebo`: so much of either."""
    for agent, placebo in pairwise(here):
        if placebo.agent.kind != "placebo" or agent.agent.kind == "placebo":
            continue
        if not _OR.fullmatch(text, agent.end, placebo.start):
            continue
        for index, dose in enumerate(doses):
            if dose.kind == "count" and dose.end <= agent.start and _PIECES_OF.match(text[dose.end : agent.start]):
                return {index: [agent, placebo]}
        after = [k for k, dose in enumerate(doses) if dose.start >= placebo.end]
        if after and follows_tightly(text, placebo, doses[after[0]]):
            own = doses[after[0]].kind == "count" and any(agent.end <= dose.start < placebo.start for dose in doses)
            return dict.fromkeys(_steps(text, doses, after, here), [placebo] if own else [agent, placebo])
    return None


def _steps(text: str, doses: list[Amount], indexes: list[int], here: list[Mention]) -> list[int]:
    """The first of some amounts with the steps that follow it: `30 mg/day for 2 weeks, 20 mg/day for a week`."""
    steps = indexes[:1]
    for index in indexes[1:]:
        last, dose = doses[steps[-1]], doses[index]
        alike = (last.unit, last.per, last.kind) == (dose.unit, dose.per, dose.kind)
        named = any(last.end <= m.start < dose.start for m in here) or any(0 <= m.start - dose.end < 25 for m in here)
        if dose.series != last.series and (not alike or named or not _THEN.match(text, last.end, dose.start)):
            break
        steps.append(index)
    return steps


_OPENS = re.compile(r"\s*\(\s*\Z")
_JOINED = re.compile(r"\s*(?:\+|/|,|and|plus)\s*\Z")


def _bracketed(text: str, doses: list[Amount], here: list[Mention]) -> dict[int, list[Mention]] | None:
    """`A + B (5 mg + 10 mg)`: as many amounts as names, in the same order."""
    run = _run(text, [m for m in here if m.end <= doses[0].start])
    if len(run) < 2 or len(run) > len(doses) or not _OPENS.match(text[run[-1].end : doses[0].start]):
        return None
    joined = all(_JOINED.match(text[doses[k].end : doses[k + 1].start]) for k in range(len(run) - 1))
    return {k: [mention] for k, mention in enumerate(run)} if joined else None


def _slashed(text: str, doses: list[Amount], here: list[Mention]) -> dict[int, list[Mention]] | None:
    """`A/B 100/25 mg or 50 mg/25 mg`, `100/25 mg A/B`: amounts joined by strokes are of as many names, in order."""
    paired: dict[int, list[Mention]] = {}
    names: list[Mention] = []
    for first, last in _joined_by_strokes(text, doses, here):
        count = last - first + 1
        names = _names_of(text, doses, here, first, count) or (names if len(names) == count else [])
        paired.update({first + k: [name] for k, name in enumerate(names)})
    return paired or None


_STROKES = re.compile("[/+&]")
_STROKE = re.compile(r"\s?[/+&]\s?\Z")


def _joined_by_strokes(text: str, doses: list[Amount], here: list[Mention]) -> list[tuple[int, int]]:
    """The first and the last of two or three amounts that stand together: `100/25 mg`, `100 mg/25 mg`."""
    found: list[tuple[int, int]] = []
    for index, (dose, following) in enumerate(pairwise(doses)):
        together = following.joined_by == "slash" and dose.series == following.series
        if not (together or _STROKE.match(text[dose.end : following.start])):
            continue
        if any(dose.end <= mention.start < following.start for mention in here):
            continue
        if found and found[-1][1] == index and index - found[-1][0] < _MOST:
            found[-1] = (found[-1][0], index + 1)
        elif not found or found[-1][1] < index:
            found.append((index, index + 1))
    return found


_MOST = 2


def _names_of(text: str, doses: list[Amount], here: list[Mention], first: int, count: int) -> list[Mention]:
    """The names right before some amounts, or behind, or those of as many amounts before: `A 5 mg/B 10 mg or …`."""
    before = [m for m in here if m.end <= doses[first].start]
    run = _run(text, before)
    if len(run) >= count:
        return run[-count:]
    end = doses[first + count - 1].end
    after = [m for m in here if m.start >= end][:count]
    # not of "boosted A (800/100 mg once daily), and to B or C"
    if len(after) == count and (_tight_right(gap := text[end : after[0].start]) or _of_it(gap)):
        return after
    last = before[-count:]
    apart = first >= count and len({m.agent.key for m in last}) == count
    own = zip(last, doses[first - count : first], strict=True) if apart else ()
    return last if apart and all(m.end <= dose.start and follows_tightly(text, m, dose) for m, dose in own) else []


def follows_tightly(text: str, mention: Mention, amount: Amount) -> bool:
    """Whether an amount follows an agent so closely that it is its own."""
    return _tight_left(text[mention.end : amount.start])


def _run(text: str, mentions: list[Mention]) -> list[Mention]:
    """The last mentions that stand in one enumeration."""
    run = mentions[-1:]
    for mention in reversed(mentions[:-1]):
        if not _CONJUNCTION.match(text[mention.end : run[0].start]):
            break
        run.insert(0, mention)
    return run


def names_amount_first(text: str, doses: list[Amount], here: list[Mention]) -> bool:
    """Whether the phrase names amounts before agents ("100 mg A and 20 mg B")."""
    first = next((m for m in here if m.start >= doses[0].start), None)
    if first is None:
        return False
    before = next((m for m in reversed(here) if m.start < doses[0].start), None)
    if before is not None and _opens_list_of_parts(text, doses, before, first):
        return True
    if before is not None and (
        len(doses) < 3 or first.end > doses[1].start or not _apart(text[before.end : doses[0].start])
    ):
        return False  # "A 100 mg B 20 mg"; but "a tablet of A, which holds 100 mg B, 20 mg C and 5 mg D"
    gap = text[doses[0].end : first.start]
    return _tight_right(gap) or _of_it(gap)


_PART_OF = re.compile(r"\s(?:of\s)?\Z")


def _opens_list_of_parts(text: str, doses: list[Amount], product: Mention, part: Mention) -> bool:
    """Whether brackets behind a product say how much of what is in it: `A (1 mg B and 2 mg C)`."""
    if text[product.end : doses[0].start].strip() != "(" or len(doses) < 2:
        return False
    return (
        part.end <= doses[1].start
        and ")" not in text[part.end : doses[1].start]
        and (_PART_OF.match(text[doses[0].end : part.start]) is not None)
    )


# "A 15 mg/kg with B and C for 6 cycles, then maintained at 7.5 mg/kg": still of A
_GOES_ON_AT = re.compile(
    r"\b(?:maintain|continu|increas|decreas|reduc|escalat|titrat)\w*\s(?:at|to)(?:\sa\sdose\sof)?\s\Z", re.IGNORECASE
)
_ADDED = re.compile(r"\s*(?:\([^()]*\)\s*)?(?:\+|(?:with|and|plus)\s)")


def _apart(gap: str) -> bool:
    """Whether an agent stands so far before an amount that it may be of another, which follows."""
    return not _tight_left(gap) and len(gap.split()) > 2


_PLACEBO_PIECE = re.compile(
    r"\s(?:tablet|capsule|pill|caplet|softgel|patch|injection|solution|cream|gel)", re.IGNORECASE
)


def choose(
    text: str, index: int, doses: list[Amount], here: list[Mention], previous: Mention | None, amount_first: bool
) -> Mention | None:
    """The agent of one amount of a phrase; None if the phrase does not say."""
    amount = doses[index]
    overlapping = next((m for m in here if m.start < amount.end and m.end > amount.start), None)
    if overlapping is not None:
        return overlapping
    after = index + 1
    if after < len(doses) and _is_in_brackets_behind(text, amount, doses[after]):
        after += 1  # "8 mg (2 ml) of A"
    if previous is not None and _GOES_ON_AT.search(text, doses[index - 1].end, amount.start):
        return previous
    right_limit = doses[after].start if after < len(doses) else 1 << 60
    left = _left_neighbour(text, index, doses, here, previous)
    right = next((m for m in here if m.start >= amount.end and m.start < right_limit), None)
    right_gap = text[amount.end : right.start] if right else ""
    left_gap = text[left.end : amount.start] if left else ""
    if right is not None and right.agent.kind == "placebo" and not right_gap.strip() and _tight_left(left_gap):
        return right  # "A 70 mg placebo"
    right_of = right is not None and _of_it(right_gap) and len(right_gap) < 45
    beside = right_gap.lstrip(")") if amount_first else right_gap  # "2 mL (8 mg) dexamethasone"
    right_tight = right is not None and _tight_right(beside) and "," not in right_gap
    left_tight = left is not None and _tight_left(left_gap)
    if not right_of and not left_tight and (named_after := name_after(text, amount)) is not None:
        return named_after
    if right_of and not (left_tight and len(left_gap) <= 3):
        return right
    touching = not right_gap.strip()
    if touching and right is not None and right.agent.kind == "placebo" and _PLACEBO_PIECE.match(text, right.end):
        return right  # "A 70 mg placebo tablets"
    alone = touching and bool(left_gap.strip(" (,:")) and not left_tight
    if right_tight and (amount_first or alone or (touching and amount.kind == "percent")):
        return right
    if right_tight and not left_tight and previous is not None and _heads_its_own(text, doses, index, right):
        return previous
    if left_tight or right_tight:
        return left if left_tight else right
    if left is not None and not _owned(text, doses, index, left, amount_first):
        return left
    if previous is not None or left is not None:
        return previous or left
    following = doses[index + 1] if index + 1 < len(doses) else None
    if right is not None and following is not None and follows_tightly(text, right, following):
        right = None  # "200 mg day 2 Fludarabine: 30 mg"
    return _farther(text, amount, here, right, right_gap)


def _is_in_brackets_behind(text: str, amount: Amount, following: Amount) -> bool:
    """Whether an amount is said again in brackets, by another measure."""
    gap = text[amount.end : following.start]
    return gap.strip() == "(" and text.startswith(")", following.end) and amount.kind != following.kind


def is_strength_of(text: str, left: Mention, amount: Amount) -> bool:
    """`10 mL of bupivacaine 0.25% with fentanyl`: the percentage is of the name right before it."""
    beside = not text[left.end : amount.start].strip()
    return beside and _ADDED.match(text, amount.end) is not None


def _left_neighbour(
    text: str, index: int, doses: list[Amount], here: list[Mention], previous: Mention | None
) -> Mention | None:
    """The agent between an amount and the one before it; where that is a placebo, what it stands beside."""
    amount, limit = doses[index], doses[index - 1].end if index else -1
    left = next((m for m in reversed(here) if m.end <= amount.start and m.start >= limit), None)
    if left is None or left.agent.kind != "placebo":
        return left
    left = _instead_of_placebo(text, here, left)
    if left.agent.kind == "placebo" and _APART.search(text[left.end : amount.start]):
        return previous if previous is not None and previous.end <= amount.start else None
    return left


def _heads_its_own(text: str, doses: list[Amount], index: int, mention: Mention | None) -> bool:
    """`A: 60 mg injections B: 600 mg`: a name with a colon and an amount after it is a heading for what follows."""
    if mention is None or index + 1 >= len(doses) or not text.startswith(":", mention.end):
        return False
    return follows_tightly(text, mention, doses[index + 1])


# "0.5 ug/kg added to A" is of another agent than A
_NOT_ITS = re.compile(r"[,;)]\s|[.]|\b(?:with|(?:added|adjuvant|adjunct|addition) to)\s+(?:the\s)?\Z", re.IGNORECASE)


def _farther(text: str, amount: Amount, here: list[Mention], right: Mention | None, right_gap: str) -> Mention | None:
    far = next((m for m in reversed(here) if m.end <= amount.start and m.agent.kind != "placebo"), None)
    if far is not None:
        return far
    if (guessed := name_before(text, amount)) is not None:
        return guessed
    if right is not None and len(right_gap) < 60 and not _NOT_ITS.search(right_gap):
        return right
    return None


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
    return _tight_right(gap) or _of_it(gap)
