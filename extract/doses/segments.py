"""Where a text is worth reading for doses, and where its phrases begin and end."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from extract.doses.vocabulary import read_toml
from extract.doses.worded import worded_like
from extract.lower import lowered
from extract.sentences import find_all

_ABBREVIATION = re.compile(
    r"(?:\b(?:i\.?v|i\.?m|s\.?c|p\.?o|e\.?g|i\.?e|vs|approx|inj|tab|tabs|cap|max|min|dr|no|resp|etc|fig|ca|incl|wt|st|q|b\.?i\.?d|t\.?i\.?d|mg|kg|ml|hr|hrs|[a-z]))\Z",
    re.IGNORECASE,
)
# "5 mg/kg. Group B" and "10 mg p.o. Patients" end a sentence, "5 mg p.o. Day 1" does not.
_UNIT_BEFORE = re.compile(
    r"(?:\d\s?|/|per )(?:mg|kg|ml|mcg|ug|hr|hrs|min|m2|d|h)\Z"
    r"|\b(?:i\.?v|p\.?o|s\.?c|i\.?m|b\.?i\.?d|t\.?i\.?d|max|etc)\Z",
    re.IGNORECASE,
)
_NEW_SENTENCE = re.compile(
    r"\s+(?!(?:Days?|On|Over|For|Every|Once|Twice|Daily|Weekly|Push|Bolus|Infusion|Injection|Then|Until|From|To)\b)(?:[A-Z][a-z]|A\s)"
)
_BULLET = re.compile(r"\s*(?:[-*>\u2043]\s|\d{1,2}[.)]\s|[a-zA-Z][.)]\s)")
# One set of characters first, which the engine looks for fastest; bullets within a line only where there are stars.
_BREAK = re.compile(
    r"[\n;.!?\u3002](?:(?<=\n)(?:\s*\n)?|(?<=[;\u3002])|(?<=[.!?])(?=\s+[A-Z0-9*(\"\[-])|(?<=[a-z)\]]\.)(?=[A-Z0-9])"
    r"|(?<=[a-z]{5}\.)(?=\s[a-z]{4}))"
)
_BREAK_OR_STAR = re.compile(rf"{_BREAK.pattern}|\s\*\s(?=[A-Z])")


# A number with what may be a unit; much cheaper than the real grammar, and true wherever that finds an amount.
# Lower case, one alternative a letter, beginning with it: so the engine can skip most of them at once.
_MAYBE_UNIT = (
    r"m(?:[glcebi]|mol|o(?:l|nthly)|u(?:\b|nit)|\s(?:iu|units?)\b)|n(?:g|mol|ano)|u(?:[gl]|ci|mol|nit|\b|i\b|\.i|sp|fc)"
    r"|g(?:\b|[mry]|s\b|c\b|tt|enom|bq|iga)|c(?:g[ye]|c\b|\.c|ell|fu|enti|olony|cid|ap(?:s|l|\b))"
    r"|l(?:\b|pm|it(?:er|re)|ozenge)|k(?:bq|ilo|aps|\s?iu\b|\s?units?\b|u\b)|rad|b(?:illion|au)"
    r"|f(?:fu|ocus)|d(?:rop|oses? of)|i(?:us?\b|\.u|n(?:t(?:ernational|ra)|fectious|hal|jection))"
    r"|t(?:rillion|ab|housand|cid|il)"
    r"|p(?:ill|uff|mol|ico|a(?:tch|cket)|ellet|laque|fu)|a(?:pplic|ctuat|mp|nti-?xa|xa)|v(?:i(?:al|able|rus|ral)|ector|g\b|p\b|\.g)"
    r"|s(?:ubcut|achet|pray|upposit|oftgel|oft c|tick|q-u|c inj)|hard c|oral c|gelatin c|vegetable c"
)
_NOT_AFTER_PERCENT = (
    r"of\b|ci\b|conf|redu|incr|impr|decr|power|patients|chance|risk|probab|drop|and\b|in\b|to\b|with\b|for\b|at\b|or\b|on\b"
    r"|from\b|were\b|are\b|is\b|was\b|had\b|have\b|after\b|by\b|when\b|two|one|among|level|signif|based|loss|follow|surviv"
    r"|respon|differ|compar|attrition|will|would|lost|lower|higher|more|less|versus|vs"
)
_MAYBE = re.compile(  # one set of characters first, which the engine looks for fastest where it has no \d in it
    rf"[0-9x*](?:(?<=\d)(?:(?:\*\s|\)(?=\s?(?:m[gcl]|ug|g\b|iu|unit|tab|cap|puff|drop)))?[\s-]{{0,2}}+(?:{_MAYBE_UNIT})"
    rf"|\s?(?:%|per ?cent)\s?(?:[\w/()]{{0,5}}\s)?(?!{_NOT_AFTER_PERCENT})[a-z]{{3}}"
    r"|e\d|\s?/\s?m(?:\^?2|g/)|(?<=1)0(?:\s?\^|\s?\(\d|\s?[5-9]\s?(?:/|c))|\s?%\s?(?:\0|\Z)|\.10[5-9][,)\s]|(?<=,000,000)\s[a-z]|(?<=,000)\s(?:[a-z-]{0,7}(?:sc|mnc)s?\b|vsel|til))|(?<=[x*])\s?10)"
)
_PERCENT_AFTER = re.compile(r" (?<=[a-z]{5} )\d{1,2}(?:\.\d+)?\s?%(?! of\b| ci| conf)")
_PIECES: list[str] = read_toml("dose_forms.toml")["forms"]["openings"]
_COUNT_WORD = re.compile(
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half|[1-9]) "
    rf"(?:[\w()-]+ ){{0,3}}?(?:{'|'.join(_PIECES)})"
)
_LONGEST_PIECE = max(map(len, _PIECES))
_LONGEST_WORD = len("twelve")
_AREA = re.compile(r"\bauc|under the (?:conc|time|plasma|curve)")


def dose_like(text: str) -> list[int]:
    """Positions of numbers that may be amounts."""
    low = lowered(text)
    found = [match.start() for match in _MAYBE.finditer(low)]
    if "%" in low:
        found += [match.start() - 5 for match in _PERCENT_AFTER.finditer(low)]
    if "auc" in low or "under the" in low:
        found += [match.start() for match in _AREA.finditer(low)]
    found += worded_like(low)
    pieces = [piece for piece in _PIECES if piece in low]
    if pieces:
        found += _counts(low, pieces)
    return sorted(found)


def _counts(low: str, pieces: list[str]) -> list[int]:
    """Where countable forms have a number before them; it is looked for only in the few words before each form."""
    found: list[int] = []
    done = 0
    for end in find_all(low, pieces):
        start = end
        for _ in range(4):
            start = max(low.rfind(" ", done, start), done)
        for match in _COUNT_WORD.finditer(low, max(done, start - _LONGEST_WORD), end + _LONGEST_PIECE):
            found.append(match.start())
            done = match.end()
    return found


def dose_like_in(texts: list[str]) -> Iterator[tuple[int, list[int]]]:
    """The texts that hold numbers that may be amounts, by their place in the list, with the positions in each.

    All are searched as one: a study has many short texts, and most hold nothing.
    """
    hits = dose_like("\0".join(texts))
    first = start = 0
    for index, text in enumerate(texts):
        if first == len(hits):
            return
        end = start + len(text)
        last = bisect_right(hits, end, first)
        if last > first:
            yield index, [hit - start for hit in hits[first:last]]
        first, start = last, end + 1


def passages(text: str, hits: list[int], before: int = 360, after: int = 360) -> list[tuple[int, int]]:
    """The parts of a text around `hits`, cut at the ends of sentences; a short text is one passage."""
    if not hits:
        return []
    if len(text) <= 1000:
        return [(0, len(text))]
    merged: list[tuple[int, int]] = []
    for hit in hits:
        start = max(0, hit - before)
        if start:
            cut = max(text.rfind(". ", start, hit), text.rfind("\n", start, hit - 0))
            first = _first_break(text, start, hit)
            start = first if first is not None else (cut + 1 if cut >= 0 else start)
        end = min(len(text), hit + after)
        if end < len(text):
            stop = max(text.rfind(". ", hit, end), text.rfind("\n", hit, end))
            end = stop + 1 if stop > hit else _word_end(text, end)
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _first_break(text: str, start: int, hit: int) -> int | None:
    candidates = [position for position in (text.find(". ", start, hit), text.find("\n", start, hit)) if position >= 0]
    return min(candidates) + 1 if candidates else None


def _word_end(text: str, position: int) -> int:
    while position < len(text) and not text[position].isspace():
        position += 1
    return position


def segments(text: str) -> list[tuple[int, int]]:
    """Phrases: sentences, list items and parts between semicolons, as (start, end)."""
    found: list[tuple[int, int]] = []
    start = 0
    for match in (_BREAK_OR_STAR if "*" in text else _BREAK).finditer(text):
        position = match.start()
        if position < start or not _is_break(text, match, start):
            continue
        found.append((start, position))
        start = match.end()
    found.append((start, len(text)))
    return [(_skip_blanks(text, a, b), b) for a, b in found if text[a:b].strip(" .-*\n")]


def _skip_blanks(text: str, start: int, end: int) -> int:
    while start < end and text[start].isspace():
        start += 1
    return start


_WRAPPED = 72  # what would have fitted into a line was not wrapped
_WORD = re.compile(r"\S+")


def _following_word(text: str, position: int) -> int:
    """The length of the word that stands there, with the blank before it."""
    match = _WORD.match(text, position)
    return 0 if match is None else match.end() - position + 1


def _is_break(text: str, match: re.Match[str], start: int) -> bool:
    mark = match.group()
    if mark.startswith("\n"):
        if len(mark) > 1 or _BULLET.match(text, match.end()):
            return True
        # Old records wrap their lines at about 95 characters: such a line end means nothing.
        line_start = text.rfind("\n", 0, match.start()) + 1
        following = text[match.end() : match.end() + 1]
        continues = following.islower() or following.isdigit() or following in "(+"
        length = match.start() - line_start + _following_word(text, match.end())
        return length < _WRAPPED or (not continues and text[match.start() - 1] in ".:;")
    if mark == ";":
        # A semicolon within brackets separates remarks, not phrases.
        return text.count("(", start, match.start()) <= text.count(")", start, match.start())
    if mark == ".":
        if text[match.end() : match.end() + 1].isdigit() and text[match.start() - 1 : match.start()].isdigit():
            return False
        if _NEW_SENTENCE.match(text, match.end()) and _UNIT_BEFORE.search(
            text, max(start, match.start() - 8), match.start()
        ):
            return True
        return not _ABBREVIATION.search(text, max(start, match.start() - 8), match.start())
    return True
