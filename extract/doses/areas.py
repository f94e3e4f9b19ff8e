"""Areas under the curve as doses: `AUC 5`, `carboplatin 5 AUC`."""

from __future__ import annotations

import re

from extract.doses.amount import Amount

_AUC = re.compile(
    r"\bAUC(?:\s?\([Aa]rea [^()]{5,40}\))?(?:[\s(:=)\[\]\\-]|\bof\b|\btarget(?:ed)?\b|\bequal to\b|"
    r"\bdose\b)*(?P<low>\d{1,2}(?:\.\d+)?)"
    r"(?:\s*(?P<joined>-|to|or|/)\s*(?P<high>\d{1,2}(?:\.\d+)?))?(?![\d.]*\d|\s?-\s?(?:inf|t\b|24)|\s?(?:h|hr|hours?)\b)"
    r"(?:\s*\(?mg/m[lL](?:[\s./*x]*min(?:ute)?s?)?\)?)?(?:\s*\(?min[*.]?mg/m[lL]\)?)?",
)
_AUC_WORDS = re.compile(
    r"area under (?:the )?(?:concentration[- ])?(?:time[- ])?(?:the )?curve\s*(?:\\?[(\[]AUC\\?[)\]])?\s*(?:[=:]|of|"
    r"to|target)*\s*(?P<low>\d{1,2}(?:\.\d+)?)"
    r"(?:\s*(?P<joined>-|to|or|/)\s*(?P<high>\d{1,2}(?:\.\d+)?))?(?![\d.]*\d|\s?-)",
    re.IGNORECASE,
)
_AUC_BEHIND = re.compile(
    r"(?<![\w.,-])(?P<low>\d(?:\.\d)?)(?:\s?(?P<joined>-)\s?(?P<high>\d(?:\.\d)?))?\s?AUC\b(?!\s?(?:\d|of\b|inf|[(_-]))"
)


def areas_under_curve(text: str) -> list[Amount]:
    """Every area under the curve that may be a dose, from 1 to 10 mg/mL·min."""
    found: list[Amount] = []
    if "AUC" not in text and "curve" not in text:
        return found
    for pattern in (_AUC, _AUC_WORDS, _AUC_BEHIND):
        for match in pattern.finditer(text):
            found += _area(match)
    return found


def _area(match: re.Match[str]) -> list[Amount]:
    """What a match says: one area, a range of them, or both of `AUC 5 or 6`."""
    low = float(match["low"])
    high = float(match["high"] or low)
    if not 1 <= low <= high <= 10:
        return []
    if match["joined"] == "or" and low < high:
        return [
            Amount(low, low, "{AUC}", "auc", match.start(), match.end("low")),
            Amount(high, high, "{AUC}", "auc", match.start("high"), match.end()),
        ]
    return [Amount(low, high, "{AUC}", "auc", match.start(), match.end())]
