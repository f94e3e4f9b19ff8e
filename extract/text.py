"""Normalised text over untouched raw text.

Registry prose is CommonMark with escapes, Unicode superscripts, no-break spaces and a dozen kinds of dash.
Rules read a *normalised* copy; evidence always points into the *raw* field. `normalise` makes the copy and
keeps the map between the two, so that every span found can be given back in code points of the raw field.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾", "0123456789+-()")
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉₊₋", "0123456789+-")

# One entry a character that rules should never have to know about.
_SINGLE = {
    "\u00a0": " ", "\u202f": " ", "\u2007": " ", "\u2009": " ", "\u200a": " ", "\u2002": " ", "\u2003": " ",
    "\u2004": " ", "\u2005": " ", "\u2006": " ", "\u2008": " ", "\u3000": " ", "\t": " ",
    "\u200b": "", "\u200c": "", "\u200d": "", "\ufeff": "", "\u00ad": "",
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2015": "-", "\u2212": "-",
    "\uff0d": "-", "\ufe63": "-",
    "\u2265": ">=", "\u2267": ">=", "\u2a7e": ">=", "\u2264": "<=", "\u2266": "<=", "\u2a7d": "<=",
    "\u00d7": "x", "\u2715": "x", "\u2a2f": "x", "\u2217": "*", "\u22c5": "*", "\u2219": "*",
    "\u00b5": "u", "\u03bc": "u",
    "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2032": "'",
    "\u00b1": "+/-", "\u2026": "...",
    "\u00bd": "1/2", "\u00bc": "1/4", "\u00be": "3/4", "\u00b0": " deg ",
    "\u2122": "", "\u2022": "*", "\u25cf": "*", "\u00b7": "*", "\u2023": "*", "\u2043": "*", "\u25aa": "*",
}  # fmt: skip

_MIDDLE_DOTS = "\u00b7\u22c5\u2219"
_POWER_OF_TEN = re.compile(r"10(?:[⁰¹²³⁴⁵⁶⁷⁸⁹^(\\]|\d(?!\d)\s?(?:/|cells))")

# What a piece becomes wherever it stands: the characters above but middle dots, and the escapes but that of the tilde.
_ALWAYS = {
    **{k: v for k, v in _SINGLE.items() if k not in _MIDDLE_DOTS},
    **{"\\" + sign: sign for sign in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}"},
}

_PIECE = re.compile(
    r"(?P<escape>\\(?:[!-/:-@\[-`{-~]))"
    r"|(?P<super>[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾]+)"
    r"|(?P<sub>[₀₁₂₃₄₅₆₇₈₉₊₋]+)"
    r"|(?P<tilde>(?<=\d)\s?[~\u223c\uff5e\u301c]\s?(?=\d))"
    r"|(?P<other>[^\x00-\x7f]|\t)"
)
# The same without tildes. It begins with one set of characters, which the engine looks for many times faster than for
# one of several alternatives; a backslash that escapes nothing is found too, and stays as it is.
_QUICK_PIECE = re.compile(
    r"[^\x00-\x08\x0a-\x5b\x5d-\x7f]"
    r"(?:(?P<escape>(?<=\\)[!-/:-@\[-`{-~])"
    r"|(?P<super>(?<=[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾])[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾]*)"
    r"|(?P<sub>(?<=[₀₁₂₃₄₅₆₇₈₉₊₋])[₀₁₂₃₄₅₆₇₈₉₊₋]*)"
    r"|(?P<other>))"
)
_TILDES = "~\u223c\uff5e\u301c"
_TILDE_RANGE = re.compile(rf"\d\s?\\?[{_TILDES}]\s?\d")


@dataclass(slots=True)
class Text:
    """A raw field and its normalised form.

    `norm` is what rules read. `raw_span(start, end)` turns a span of `norm` into the span of `raw` that it came
    from, both in code points; what was replaced as one piece (an escape, a superscript run) is never cut.
    """

    raw: str
    norm: str
    _norm_starts: Sequence[int] = ()  # of the replaced pieces, ascending
    _norm_ends: Sequence[int] = ()
    _raw_starts: Sequence[int] = ()
    _raw_ends: Sequence[int] = ()

    def raw_span(self, start: int, end: int) -> tuple[int, int]:
        """The raw code points behind `norm[start:end]`."""
        if not self._norm_starts:
            return start, end
        raw_start = self._raw_at(start, opening=True)
        return raw_start, max(raw_start, self._raw_at(end, opening=False))

    def quote(self, start: int, end: int) -> str:
        """The raw slice behind `norm[start:end]`, exactly as the registry has it."""
        raw_start, raw_end = self.raw_span(start, end)
        return self.raw[raw_start:raw_end]

    def flags(self, start: int, end: int) -> list[str]:
        """What had to be normalised within the span: `escaped`, `tilde_range`."""
        return quote_flags(self.quote(start, end))

    def _raw_at(self, position: int, *, opening: bool) -> int:
        # An opening position at a piece's start takes the whole piece; a closing one at its end likewise.
        index = bisect_right(self._norm_starts, position if opening else position - 1) - 1
        if index < 0:
            return position
        start, end = self._norm_starts[index], self._norm_ends[index]
        if position < end or (opening and position == start):
            return self._raw_starts[index] if opening else self._raw_ends[index]
        return self._raw_ends[index] + position - end


def quote_flags(quote: str) -> list[str]:
    """What has to be normalised in a raw slice: `escaped`, `tilde_range`."""
    found = []
    if "\\" in quote:
        found.append("escaped")
    if ("~" in quote or not quote.isascii()) and _TILDE_RANGE.search(quote):
        found.append("tilde_range")
    return found


def normalise(raw: str) -> Text:
    """Return `raw` with a normalised copy and the map between the two.

    Markdown escapes lose their backslash; superscripts become `^6` after a digit and a plain digit after a
    letter (`10⁶` → `10^6`, `m²` → `m2`); tildes between digits and all dashes become `-`; `≥` becomes `>=`;
    `µ` becomes `u`; a middle dot between digits becomes a point; every kind of blank becomes a space. Line
    breaks are kept.
    """
    if raw.isascii() and "\\" not in raw and "\t" not in raw and "~" not in raw:
        return Text(raw, raw)
    norm_starts: list[int] = []
    norm_ends: list[int] = []
    raw_starts: list[int] = []
    raw_ends: list[int] = []
    out: list[str] = []
    norm_length = done = 0
    pattern = _PIECE if any(tilde in raw for tilde in _TILDES) else _QUICK_PIECE
    for match in pattern.finditer(raw):
        piece = match.group()
        replacement = _ALWAYS.get(piece)
        if replacement is None:
            replacement = _replacement(match, raw)
        if replacement == piece:
            continue
        start, end = match.span()
        out.append(raw[done:start])
        norm_length += start - done
        norm_starts.append(norm_length)
        raw_starts.append(start)
        raw_ends.append(end)
        out.append(replacement)
        norm_length += len(replacement)
        norm_ends.append(norm_length)
        done = end
    if not out:
        return Text(raw, raw)
    out.append(raw[done:])
    return Text(raw, "".join(out), norm_starts, norm_ends, raw_starts, raw_ends)


def _replacement(match: re.Match[str], raw: str) -> str:
    piece = match.group()
    kind = match.lastgroup
    if kind == "escape":
        escaped = piece[1]
        return "-" if escaped == "~" and _between_digits(raw, *match.span()) else escaped
    if kind == "super":
        digits = piece.translate(_SUPERSCRIPTS)
        return "^" + digits if raw[match.start() - 1 : match.start()].isdigit() else digits
    if kind == "sub":
        return piece.translate(_SUBSCRIPTS)
    if kind == "tilde":
        return "-"
    if piece in _MIDDLE_DOTS and _is_decimal_point(raw, *match.span()):
        return "."
    known = _SINGLE.get(piece)
    if known is not None:
        return known
    compatible = unicodedata.normalize("NFKC", piece).replace("\u03bc", "u")  # one sign for micrograms
    return compatible if compatible.isascii() else piece


def _is_decimal_point(raw: str, start: int, end: int) -> bool:
    """`0·25 mg` as some journals print it; the dot of `5·10⁶` multiplies."""
    digits = raw[start - 1 : start].isdigit() and raw[end : end + 1].isdigit()
    return digits and _POWER_OF_TEN.match(raw, end) is None


def _between_digits(raw: str, start: int, end: int) -> bool:
    before, after = raw[max(0, start - 2) : start].rstrip(), raw[end : end + 2].lstrip()
    return before[-1:].isdigit() and after[:1].isdigit()
