"""The difference of two values as one readable line: `Fludarabine [-30-] {+50+} mg/m2 …`."""

from __future__ import annotations

import difflib
import re

import orjson

# Unchanged words shown on either side of a change.
CONTEXT_WORDS = 6
# Texts of up to so many words are shown whole, before and after: a status, a date, a short title.
SHORT_WORDS = 6
_WORDS = re.compile(r"\S+|\n\s*\n")


def readable(old: str | None, new: str | None) -> str:
    """What changed between two values given as JSON; None: absent."""
    before, after = _plain(old), _plain(new)
    if old is None:
        return f"new: {after}"
    if new is None:
        return f"gone: {before}"
    if len(before.split()) <= SHORT_WORDS and len(after.split()) <= SHORT_WORDS:
        return f"{before} → {after}"
    return word_difference(before, after)


def word_difference(before: str, after: str) -> str:
    """Both texts in one: words that went as `[-…-]`, words that came as `{+…+}`, few of those that stayed."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    # Without `autojunk=False` a word of a long text would count as junk for being common.
    steps = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    shown = [
        _step(tag, old[i1:i2], new[j1:j2], first=not number, last=number == len(steps) - 1)
        for number, (tag, i1, i2, j1, j2) in enumerate(steps)
    ]
    return " ".join(" ".join(shown).split()) or "only blanks differ"


def _step(tag: str, old: list[str], new: list[str], *, first: bool, last: bool) -> str:
    if tag == "equal":
        return _shortened(old, first=first, last=last)
    gone = f"[-{' '.join(old)}-]" if old else ""
    come = f"{{+{' '.join(new)}+}}" if new else ""
    return f"{gone} {come}".strip()


def _shortened(words: list[str], *, first: bool, last: bool) -> str:
    if first and last:
        return ""
    if first:
        return ("… " if len(words) > CONTEXT_WORDS else "") + " ".join(words[-CONTEXT_WORDS:])
    if last:
        return " ".join(words[:CONTEXT_WORDS]) + (" …" if len(words) > CONTEXT_WORDS else "")
    if len(words) <= 2 * CONTEXT_WORDS:
        return " ".join(words)
    return " ".join([*words[:CONTEXT_WORDS], "…", *words[-CONTEXT_WORDS:]])


def _plain(value: str | None) -> str:
    """A JSON value as people read it."""
    loaded = orjson.loads(value) if value is not None else ""
    return loaded if isinstance(loaded, str) else value or ""
