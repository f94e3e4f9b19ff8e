"""What is said once and holds for several amounts: the schedule at the end of a list, the route before a mixture."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from extract.doses.bound import Bound
from extract.doses.filling import KINDS, fill_missing, is_cycle, is_timed, timed_in_a_day
from extract.doses.heads import ADJECTIVE_GAP, AS_GAP, Head, only_strong
from extract.doses.items import DAILY, Item
from extract.doses.vocabulary import one_of
from extract.lower import holds_any

_PRODUCT_GAP = re.compile(r"[\s,:(]*(?:fixed[- ]dose\s)?(?:combination|FDC|tablets?|capsules?|pills?)?\)?[,:;]?\s\(?")
_LIST_GAP = re.compile(
    rf"(?:\s(?:{one_of('salts')}|elemental(?: \w+)?)\b)?"
    r"(?:\s*(?:over |in |for )?(?:\d+|one|two|three|four)[- ]?(?:hours?|h|hrs?|minutes?|mins?)\b)?"
    r"(?:\s(?:iv )?bolus\b)?(?:\s\((?:with |plus )?[^()\d]{4,40}\)(?=\s(?:plus|and|\+)))?"
    r"[\s,+/&():\[\]*-]*(?:(?:and|plus|or|with|combined with|in combination with|(?:(?:is|are) )?followed by|matching|"
    r"matched|to match|the|a|an|then|oral|dose|of|active|either|vaccines?|cells|bolus|(?:wo)?men|(?:fe)?males?|"
    r"boys|girls|"
    r"(?:(?:\d+[ -]?(?:h|hours?|hrs?) )?(?:continuous )?infusion of))\b[\s,+/&():-]*)*(?:d?l-)?\Z",
    re.IGNORECASE,
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


_OVER = re.compile(r"\s*over (?:\d+|one|two|three)[- ](?:hours?|h|hrs?|minutes?|mins?)\b", re.IGNORECASE)
_AFTERWARDS = re.compile(r"\b(?:then|followed)\b", re.IGNORECASE)


def _has_days_of_cycle(bound: Bound) -> bool:
    return "days" in bound.facts and "cycle_days" not in bound.facts and bound.amount.role != "loading"


def share_backwards(text: str, heads: list[Head]) -> None:
    """`A 10 mg and B 20 mg once daily`: what stands at the end of an enumeration holds for all of it."""
    for k in range(len(heads) - 2, -1, -1):
        head, following = heads[k], heads[k + 1]
        source = (following.earlier or following.bounds)[0].facts if following.bounds else following.facts
        gap = _without_band(text[head.end : following.start])
        if not source or not (_LIST_GAP.match(gap) or _counts(following, gap)):
            continue
        if _cells_after_drugs(head, following):
            continue
        if not head.bounds and not head.facts:
            head.facts = {kind: source[kind] for kind in KINDS if kind in source}  # an agent without an amount
        for bound in head.bounds:
            timed = is_timed(bound) or bound.amount.role == "loading"
            # "A 850 mg twice daily + B 1000 mg IM each month for a year": only the length is said of both
            apart = "frequency" in bound.facts and source.get("frequency") not in (None, bound.facts["frequency"])
            apart = apart or "cycle_days" in bound.facts.keys() & source.keys()  # each has its own
            often = "frequency" in bound.facts
            cyclic, then = is_cycle(source.get("frequency")), _AFTERWARDS.search(gap) is not None
            # "400 mg/m2 bolus, then 2400 mg/m2 every 2 weeks", "A over 1 hour followed by B on day 1": of one day
            then = then and not ("bolus" in gap or _OVER.match(gap))
            repeated = cyclic and _has_days_of_cycle(bound) and not then
            # "A 5 mg followed by B 6 mg every 3 weeks" is repeated as a whole; else what follows has its own schedule
            cyclic = cyclic or ("cycle_days" in source and min(source.get("days", [1])) > 0)
            later = then and not (cyclic and bound.agent not in [other.agent for other in following.bounds])
            for kind in KINDS:
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


def _cells_after_drugs(head: Head, following: Head) -> bool:
    """`After A 25 mg/m2, CAR-T cells are infused on day 0`: what prepares for cells is not given as they are."""
    cells = following.mention is not None and following.mention.agent.kind == "cells"
    return cells and any(bound.amount.kind != "cells" for bound in head.bounds)


def _goes_otherwise(bound: Bound, source: dict[str, Any]) -> bool:
    """`A 3 mg/kg on days 1-5, B 5 mg/kg orally`: each has a schedule of its own; an infusion is mostly all of them."""
    route = source.get("route")
    return route not in (None, "iv") and ("days" in bound.facts or (route != "po" and "frequency" in bound.facts))


def _lasts_otherwise(bound: Bound, source: dict[str, Any]) -> bool:
    """`A 100 mg/m2 x 5 days and B 60 mg/m2 days 1 and 2`: the days are not those of what lasts five."""
    length = bound.facts.get("duration")
    return length is not None and length[1] == "d" and len(source.get("days", ())) not in (0, length[0])


# "A 5 mg and oral B 10 mg": the route is of B
_ROUTE = r"\b(?:oral|iv|sc|intravenous|subcutaneous|inhaled|nebuli[sz]ed|topical)\s*"
_ROUTE_OF_NEXT = re.compile(rf"{_ROUTE}\Z", re.IGNORECASE)
# "5 mg of A + an IV dose of 20 ug": the route is of the second, whatever it is of
_ROUTE_OF_ONE = re.compile(rf"\ban?\s(?:single\s)?{_ROUTE}(?:dose|infusion|injection|bolus)\sof\s*\Z", re.IGNORECASE)


def _is_of_next(bound: Bound, following: Head, source: dict[str, Any], gap: str, *, timed: bool) -> bool:
    """Whether a route is of the drug that follows alone."""
    if (timed and _before_rate(source)) or _ROUTE_OF_ONE.search(gap):
        return True
    again = bound.agent in [other.agent for other in following.bounds]
    return not again and _ROUTE_OF_NEXT.search(gap) is not None


def _before_rate(facts: dict[str, Any]) -> bool:
    """Whether a route was said before how often: "A 100 mg daily and B 40 mg SC twice daily" is of B alone."""
    kinds = [kind for kind in facts if kind in ("route", "frequency")]
    return kinds == ["route", "frequency"] and facts["route"] not in ("iv", "po")  # those may be said of all


_ALTERNATIVE_GAP = re.compile(r"[^.;:]{0,40}?\b(?:or|and) |[^.;:]{0,40}, ")


def _untold(previous: Head, head: Head) -> bool:
    """Whether another amount of the same agent has no schedule of its own: "on day 1 (2 mg/kg if <20 kg or 40 mg)"."""
    agents = {id(bound.agent) for bound in (*previous.bounds, *head.bounds)}
    dose = all(bound.amount.role in ("dose", "level") for bound in head.bounds)
    return len(agents) == 1 and dose and not any(map(is_timed, head.bounds))


def carry_along(text: str, heads: list[Head]) -> None:
    """`Daily A 60 mg + 0.4 mg B`: what stands before an enumeration holds for all of it."""
    for previous, head in pairwise(heads):
        gap = text[previous.end : head.start]
        if previous.ahead and head.bounds and _ALTERNATIVE_GAP.fullmatch(gap) and _untold(previous, head):
            head.ahead = previous.ahead
            for item in head.ahead:
                fill_missing(head, item, sure=False)
        if previous.often is None or not _LIST_GAP.match(gap) or _AFTERWARDS.search(gap) or not gap.strip():
            continue
        if head.often is None and head.bounds and all(b.amount.kind == "mass" and not is_timed(b) for b in head.bounds):
            head.often = previous.often
            for bound in head.bounds:
                bound.facts["frequency"] = head.often.value


def _counts(head: Head, gap: str) -> bool:
    """Whether a head is only in how many pieces the amount before it is given: "675 mg as 3 injections".

    Also behind a comma, or what the product is: "300 mg / 300 mg fixed-dose combination, one tablet once daily".
    """
    if not head.bounds or head.bounds[0].amount.kind != "count":
        return False
    return AS_GAP.match(gap) is not None or _PRODUCT_GAP.fullmatch(gap) is not None


def carry_routes(text: str, heads: list[Head], routes: list[Item]) -> None:
    """`Spinal anesthesia with A 10 mg plus B 20 ug`: the route before a mixture's first part is that of the others."""
    for route in routes:
        mixture = [head for head in heads if head.start >= route.end]
        if not mixture or not ADJECTIVE_GAP.match(text[route.end : mixture[0].start]):
            continue
        for before, head in pairwise(mixture):
            if only_strong(head):
                continue  # "A 10 mg (0.5%) plus B"
            strength = only_strong(before) and not text[before.end : head.start].strip(" (,")  # "A 0.5% 10 mg"
            if strength and head.bounds and "route" not in head.bounds[0].facts:
                head.bounds[0].facts["route"] = route.value
                continue
            if not _MIXED.match(text, before.end, head.start) or any("route" in bound.facts for bound in head.bounds):
                break
            for bound in head.bounds:
                bound.facts["route"] = route.value


def carry_on(bounds: list[Bound]) -> None:
    """`Once daily (100 mg d1, 200 mg d2, 400 mg d3-28)`: the route, and how often in a day, hold for what follows."""
    for previous, bound in pairwise(bounds):
        alike = previous.agent is bound.agent and (previous.amount.kind == "cells") == (bound.amount.kind == "cells")
        if "route" in previous.facts and alike:
            bound.facts.setdefault("route", previous.facts["route"])  # "5 mg SC on day 1, 45 mg on day 8"
        rate = previous.facts.get("frequency")
        steps = "days" in previous.facts and "days" in bound.facts and previous.agent is bound.agent
        if steps and rate and rate[1:] == DAILY[1:] and not timed_in_a_day(bound):
            bound.facts["frequency"] = rate
