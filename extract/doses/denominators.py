"""What an amount is counted against: per kg, per m², per day, per tablet, per mL."""

from __future__ import annotations

import re

from extract.doses.amount import Amount
from extract.doses.vocabulary import TIME_UNITS, one_of

_BODY_WEIGHT = (
    r"(?:\s*(?:of\s+)?\(?(?:(?:ideal|actual|lean|adjusted|total|recipient|patient|dry|estimated|real|current|the)['s]*[\s-]*)*"
    r"(?:body[\s-]*(?:weight|wt|mass)|(?<![a-z])bw\b|(?<=kg)bw\b|bodyweight|b\.w\.|\bweight\b|ffm|lbm)\)?)?"
)
_PER_KG = rf"(?:kg|kilograms?|kgs){_BODY_WEIGHT}"
# "mg/m3" is a misprint: nobody takes a drug by the volume of a room.
_PER_M2 = (
    r"(?:m\s?\^?\s?2|(?<=mg/)m\^?3|m\(2\)|sq\.?\s?m(?:et(?:er|re)s?)?|square[\s-]met(?:er|re)s?|bsa"
    r"|m\s?sq(?:uared)?|meters? squared?|m \(2\))(?!\d)"
    r"(?:\s*(?:of\s+)?\(?\s?body[\s-]surface(?:[\s-]area)?\)?|\s?\(?bsa\)?)?"
)
_FRACTION = r"fractions?|fx|fr|f\b|exposure"
_CONCENTRATION = rf"(?:\d+(?:\.\d+)?\s*)?{one_of('concentration_denominator')}"
_TIME = (
    r"(?:(?P<n>\d+(?:\.\d+)?)[\s-]*)?(?P<time>days?|die|d|hours?|hrs?|hr|h|minutes?|mins?|min|weeks?|wks?|wk|"
    r"w|months?|mo|years?|yr|night)"
)
_TIME_WORD = r"(?:days?|d|hours?|hrs?|h|minutes?|mins?|weeks?|wks?|wk)\s"  # "5 mg/h infusion" is a rate
_DENOMINATOR = re.compile(
    rf"\s*(?:/|\bper\b|\beach\b|\ba\b(?=\s*(?:day|week|night|month))|\ban\b(?=\s*hour))\s*(?:of\s+)?(?:the\s+)?"
    rf"(?:(?P<kg>{_PER_KG})|(?P<m2>{_PER_M2})|(?P<fraction>{_FRACTION})|(?P<strength>{one_of('strength_denominator')})"
    rf"|(?P<concentration>{_CONCENTRATION})|(?P<skipped>(?:(?!{_TIME_WORD})\w+\s)?{one_of('skipped_denominator')}s?)|{_TIME})"
    r"(?![A-WYZa-wyz]|[xX](?!\s?\d))"  # "25mg/m2x3d"
    rf"|\s?/\s?\((?:(?P<kg_in>{_PER_KG})|(?P<m2_in>{_PER_M2}))\s?[/.*\u2022]\s?(?P<time_in>min|h|hr|d|day)\)"
    r"|(?:(?<=kg)|(?<=m2)|(?<=m\^2))[.*\u2022](?P<rate>min|h|hr|d|day)(?![a-z])"
    r"|[\s.*\u2022]*(?P<inverse>(?:kg|m|min|h|hr)(?=\^?\s?-)|(?<!/kg )(?<!/m2 )(?<!/kg)(?<!/m2)(?:d|day|wk)(?=\^?-1))"
    r"\^?\s?-(?P<power>[12])(?!\d)"  # "10 mg day-1" is so much a day, "200 cGy day -1" and "2 mg/kg d-1" are days
    r"|[\s.*\u2022]?(?P<inverse_volume>[md]?l)\s?\^?-1(?!\d)",
    re.IGNORECASE,
)
_LIST_OF_AMOUNTS = re.compile(
    r"(?:(?<=mg)\s?/\s?\d+(?:\.\d+)?\s?mg|(?<=ug)\s?/\s?\d+(?:\.\d+)?\s?ug|(?<=[\s\d]g)\s?/\s?\d+(?:\.\d+)?\s?g)\b",
    re.IGNORECASE,
)
# "1000 mg/4 ml im": so much is given, in 4 ml.
_VOLUME_OF_SEVERAL = re.compile(r"\s?/\s?(?:[2-9]|1[\d.]|0?\.)[\d.]*\s?m", re.IGNORECASE)
# "1 g/250 mL": no product is that thin; "40 mg/0.4 mL": what a syringe holds is given.
_INFUSED_VOLUME = re.compile(r"\s?/\s?(?:(?:1[5-9]|[2-9]\d)\d|0?\.\d+)\s?m", re.IGNORECASE)
_GIVEN_NEXT = re.compile(
    r"\)?,?\s*(?:i\.?m\b|i\.?v\b|s\.?c\b|inject|intra|subcut|every|once|twice|daily|weekly)", re.IGNORECASE
)
_IN_PARENTHESES = re.compile(
    r"\s*\((?:mg|ug|mcg|g|ml|IU|U|Gy|cGy|mg/kg|mg/m\^?2|mcg/kg|mg/day|VP|vg|CFU|PFU|AUC)\)", re.IGNORECASE
)
# "0.5 g of ethanol per kg": so much by weight, though the agent stands between.
_PER_AFTER_AGENT = re.compile(
    r"(?:\s*of\s+(?:[A-Za-z][\w-]*\s+){1,3}?(?:\([\w -]{1,30}\)\s)?(?:per\s|/\s?)"
    r"|\s(?!and\b|or\b|then\b|in\b|with\b)[A-Za-z][\w-]{3,}\s?/\s?)"
    rf"(?:(?P<kg>{_PER_KG})|(?P<m2>{_PER_M2}))(?![A-Za-z])",
    re.IGNORECASE,
)
# "2 x 10^6 autologous CD19-directed CAR T-cells/kg"
_PER_AFTER_CELLS = re.compile(
    r"(?:[\s-](?!(?:and|or|then|in|with|at|to|per|over|followed|plus|x)\b)[A-Za-z][\w+/-]*){0,6}?(?:\s?/\s?|\sper\s)"
    rf"(?:(?P<kg>{_PER_KG})|(?P<m2>{_PER_M2}))(?![A-Za-z])",
    re.IGNORECASE,
)
# "172.5 mg zanfluril citrate (150 mg base) per ml": how strong a solution is.
_PER_ML_AFTER_AGENT = re.compile(
    r"(?:\s+of)?(?:\s+(?!in\b|and\b|or\b|then\b|with\b|at\b|per\b)[A-Za-z][\w-]*){1,4}(?:\s?\([^()]{0,40}\))?\)?\s*"
    r"(?:per|/|in (?:each|every|1|one))\s?(?:1\s?)?(?:m[lL]|millilit(?:er|re)|cc)\b",
)
_ELEMENT = re.compile(r"\s(?:Gd|I|Fe|Ca|Mg|elemental \w+)(?=\s?/\s?(?:kg|m))")
_TOLERANCE_AFTER = re.compile(r"\s*\(\s*\+/-\s*\d{1,2}\s*%\)(?=\s*/)")


# "1000 mg daily in two divided doses" is what is taken in a day, not at once.
_DAILY_IN_PARTS = re.compile(
    r"\s(?:PO |orally )?(?:daily|a day),?\s(?:\(?in\s(?:\(?[2-6]\)?|two|three|four|[2-4](?:-|\sto\s|\sor\s)[2-6])?\s?"
    r"(?:equally )?(?:equal|divided|separate|split)|divided|split)\b",
    re.IGNORECASE,
)


def is_per_body(text: str, position: int) -> bool:
    """Whether `per kg` or `per m²` stands at a position."""
    match = _DENOMINATOR.match(text, position)
    return match is not None and bool(match["kg"] or match["m2"])


def read_behind_agent(text: str, amount: Amount) -> None:
    """Read `per kg` or `per m²`, and a time, or `per mL`, where the agent stands between an amount and them."""
    match = (_PER_AFTER_CELLS if amount.kind == "cells" else _PER_AFTER_AGENT).match(text, amount.end)
    if match is None:
        amount.concentration = amount.concentration or bool(_PER_ML_AFTER_AGENT.match(text, amount.end))
        return
    amount.per = "kg" if match["kg"] else "m2"
    following = _DENOMINATOR.match(text, match.end())
    if following is not None and following["time"]:
        _apply_denominator(amount, following)


def read_denominators(text: str, amount: Amount) -> None:
    """Read everything that follows an amount's unit into it, and move its end behind that."""
    if match := _IN_PARENTHESES.match(text, amount.end):
        amount.end = match.end()
    if (match := _TOLERANCE_AFTER.match(text, amount.end)) is not None:
        amount.end = match.end()
    if (match := _ELEMENT.match(text, amount.end)) is not None:
        amount.end = match.end()
    for _ in range(4):
        match = _DENOMINATOR.match(text, amount.end)
        if match is None or (match["inverse"] and match["inverse"] == "m" and match["power"] != "2"):
            if amount.per_time is None and _DAILY_IN_PARTS.match(text, amount.end):
                amount.per_time = "d"
            return
        if match["concentration"] and _LIST_OF_AMOUNTS.match(text, amount.end):
            return
        _apply_denominator(amount, match)
        amount.end = match.end()
        if match := _IN_PARENTHESES.match(text, amount.end):
            amount.end = match.end()


def _apply_denominator(amount: Amount, match: re.Match[str]) -> None:
    inverse = (match["inverse"] or "").lower()
    if match["time_in"]:  # "30 mg/(m2*d)"
        amount.per = "kg" if match["kg_in"] else "m2"
        unit = TIME_UNITS[match["time_in"].lower()]
        amount.per_time = unit if unit in ("d", "h", "min") else None
    elif match["kg"] or inverse == "kg":
        amount.per = "kg"
    elif match["m2"] or inverse == "m":
        amount.per = "m2"
    elif match["fraction"]:
        amount.role = "fraction" if amount.kind == "radiation" else amount.role
    elif match["strength"]:
        amount.role = "strength"
    elif match["inverse_volume"]:  # "2 mg.mL-1"
        amount.concentration = True
    elif match["concentration"]:
        denominator = match.group()
        amount.concentration = not _INFUSED_VOLUME.match(denominator) and not (
            _VOLUME_OF_SEVERAL.match(denominator) and _GIVEN_NEXT.match(match.string, match.end())
        )
    elif match["time"] or match["rate"] or inverse:
        unit = TIME_UNITS[(match["time"] or match["rate"] or inverse).lower()]
        count = float(match["n"]) if match["n"] else 1.0
        if count == 24 and unit == "h":
            unit, count = "d", 1.0
        if count == 1 and unit in ("d", "h", "min", "wk"):
            amount.per_time = unit
        elif unit != "min":
            amount.frequency = (1.0, count, unit)
