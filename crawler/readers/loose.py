"""Lines that no heading is over: told apart by their shape, each guess flagged."""

from __future__ import annotations

import re

from crawler.readers import cells, values
from crawler.readers.base import Draft
from crawler.readers.blocks import BLANK, HEAD, ITEM, ROW, TEXT, Line
from crawler.readers.labels import prose
from crawler.readers.sections import add_outcome, place_of
from crawler.readers.segments import LOOSE, Part, Segment

_TYPED = re.compile(r"([A-Za-z_ ]{3,22}):\s+\S")
_SENTENCE_END = (".", ":", ";", "!", "?")
_MANY = 3
_WORDS_OF_A_TRIAL = 5


def reads_like_a_trial(found: list[Segment]) -> bool:
    """True if lines without headings speak of a trial in most of the ways that records do, and hold criteria, cells
    of the registry's CSV, or labelled facts."""
    lines = [line for segment in found if segment.field == LOOSE for line in segment.lines]
    words = trial_words("\n".join(line.text for line in lines))
    listed = sum(line.kind == ITEM for line in lines) >= _MANY
    typed = any(_intervention_cell(line.text) for line in lines)
    named = len({segment.field for segment in found if segment.field and segment.content}) >= _MANY
    return words >= _WORDS_OF_A_TRIAL and (listed or typed or named)


def trial_words(text: str) -> int:
    """In how many of the ways that records of trials do (`page_labels.toml`, `trial_words`) a text speaks of one."""
    return sum(1 for pattern in prose("trial_words") if pattern.search(text[:100_000]))


def read(draft: Draft, found: list[Segment], first_title: str = "") -> None:
    """Sort the loose lines into what is still missing."""
    entries = [entry for segment in found if segment.field == LOOSE for entry in segment.content]
    lines = [entry for entry in entries if isinstance(entry, Part) or entry.kind != BLANK]
    headed = any(segment.field and segment.field not in ("skip", "related") and segment.content for segment in found)
    _title(draft, lines, first_title)
    _arms_in_prose(draft)
    lines = _timed_outcomes(draft, lines)
    texts = [line for line in lines if isinstance(line, Line)]
    texts = _cells(draft, texts)
    texts = _places(draft, texts)
    texts = _criteria(draft, texts)
    _prose(draft, texts, headed)


def _title(draft: Draft, lines: list[Line | Part], first_title: str) -> None:
    path = "identificationModule.briefTitle"
    first = next((line for line in lines if isinstance(line, Line) and line.kind in (TEXT, HEAD)), None)
    if first is not None and len(first.text) <= 300 and not first.text.endswith(_SENTENCE_END) and first is lines[0]:
        lines.remove(first)
        if not draft.get(path):
            draft.put(path, first.text)
    elif first_title and not draft.get(path):
        # A window's title ends in the site's name.
        draft.put(path, re.split(r"\s+[|·–—-]\s+(?=[^|·–—-]{2,40}$)", first_title)[0])


def _intervention_cell(text: str) -> bool:
    match = _TYPED.match(text)
    return match is not None and match[1].strip().lower() in values.vocabulary()["intervention_type"]


def _cells(draft: Draft, lines: list[Line]) -> list[Line]:
    """Cells of the registry's CSV that stand one a line: interventions, then outcomes by role; the short line before
    the interventions names the conditions."""
    roles = ["primary", "secondary", "other"]
    left: list[Line] = []
    seen = False
    for line in lines:
        if line.kind == TEXT and not seen and _intervention_cell(line.text):
            seen = True
            found, flags = cells.interventions(line.text)
            draft.put("armsInterventionsModule.interventions", found)
            for flag in flags:
                draft.flag(flag)
            if left and len(left[-1].text) < 200 and not left[-1].text.endswith(_SENTENCE_END):
                draft.put("conditionsModule.conditions", cells.parts(left.pop().text))
        elif seen and roles and line.kind == TEXT and _outcome_cell(line.text):
            outcomes, flags = cells.outcomes(line.text)
            draft.put(f"outcomesModule.{roles.pop(0)}Outcomes", outcomes)
            draft.flag("outcome_role_from_order")
            for flag in flags:
                draft.flag(flag)
        else:
            left.append(line)
    return left


def _outcome_cell(text: str) -> bool:
    """True for `measure, description, time frame|…`: every part ends in a short time."""
    parts = [cells.outcome_of(part)[0].get("timeFrame", "") for part in cells.parts(text)]
    return bool(parts) and all(0 < len(part) < 120 and not part.endswith(".") and cells.is_time(part) for part in parts)


def _timed_outcomes(draft: Draft, entries: list[Line | Part]) -> list[Line | Part]:
    """`measure`, its description, `Time frame: …`, one below the other."""
    left: list[Line | Part] = []
    waiting: list[Line] = []
    number = 0
    before = True
    for entry in entries:
        if isinstance(entry, Part):
            if entry.field == "time_frame" and waiting:
                # What stands before the first measure belongs elsewhere: the measure is the short line nearest above.
                start = _start(waiting) if before else 0
                left += waiting[:start]
                texts = [line.text for line in waiting[start + 1 :]]
                add_outcome(draft, "", {"name": waiting[start].text, "text": texts, "time_frame": entry.value}, number)
                number, waiting, before = number + 1, [], False
        else:
            waiting.append(entry)
    return left + waiting


def _start(waiting: list[Line]) -> int:
    if len(waiting) > 1 and (len(waiting[-1].text) > 60 or waiting[-1].text[:1].islower()):
        return len(waiting) - 2
    return len(waiting) - 1


def _places(draft: Draft, lines: list[Line]) -> list[Line]:
    left: list[Line] = []
    for line in lines:
        place = place_of(line.text) if line.kind == TEXT else None
        if place is None:
            left.append(line)
            continue
        if left and len(left[-1].text) < 120 and not left[-1].text.endswith(_SENTENCE_END) and "facility" not in place:
            place = {"facility": left.pop().text, **place}
        draft.list("contactsLocationsModule.locations").append(place)
    return left


def _criteria(draft: Draft, lines: list[Line]) -> list[Line]:
    """A list of several items with no heading is the criteria, if nothing else is."""
    listed = [line for line in lines if line.kind == ITEM]
    if len(listed) < _MANY or draft.get("eligibilityModule.eligibilityCriteria"):
        return [line for line in lines if line.kind != ROW]
    text = "\n".join(f"{'    ' * (line.level - 1)}{line.mark or '*'} {line.text}" for line in listed)
    draft.put("eligibilityModule.eligibilityCriteria", text)
    draft.flag("criteria_without_heading")
    return [line for line in lines if line.kind not in (ITEM, ROW)]


def _prose(draft: Draft, lines: list[Line], headed: bool) -> None:
    """Paragraphs: the first is the summary; one that says what is given describes the arm; the rest is description."""
    left: list[str] = []
    arms = draft.get("armsInterventionsModule.armGroups")
    for line in lines:
        text = line.text
        if line.kind == HEAD or len(text) < 60:
            if len(text) >= 20:
                left.append(text)
        elif not draft.get("descriptionModule.briefSummary"):
            draft.put("descriptionModule.briefSummary", text)
        elif not arms and sum(1 for pattern in prose("giving") if pattern.search(text)) > 1:
            arms = [_arm(draft, text)]
        else:
            left.append(text)
    if left and not draft.get("descriptionModule.detailedDescription") and not headed:
        draft.put("descriptionModule.detailedDescription", "\n\n".join(left))
        draft.flag("text_without_heading")
    elif left:
        for text in left:
            draft.field("text without heading", text)


def _arm(draft: Draft, text: str) -> dict[str, object]:
    """An arm of which only the text is printed. It has no label: none is invented."""
    interventions = draft.get("armsInterventionsModule.interventions") or []
    names = [f"{str(item.get('type', '')).replace('_', ' ').title()}: {item['name']}" for item in interventions]
    arm: dict[str, object] = {"description": text}
    if len(names) == 1:
        arm["interventionNames"] = names
    draft.list("armsInterventionsModule.armGroups").append(arm)
    draft.flag("arm_without_label")
    return arm


_PRIMARY = re.compile(
    r"primary (?:end ?points?|outcomes?)\s*:\s*(.+?)(?=\s*(?:secondary (?:end ?points?|outcomes?)\s*:|$))",
    re.IGNORECASE,
)
_SECONDARY = re.compile(
    r"secondary (?:end ?points?|outcomes?)\s*:\s*(.+?)(?=\s*primary (?:end ?points?|outcomes?)\s*:|$)", re.IGNORECASE
)
_AT = re.compile(
    r"(.{5,}?)\s+(?:at|within|over|after)\s+((?:\d+|one|two|three|six|twelve)[\s-](?:days?|weeks?|months?|years?)\b.*)",
    re.IGNORECASE,
)
# A line so long is no sentence that lists endpoints.
_LONG_LINE = 4_000
_LEADING = re.compile(r"(\d+)-(day|week|month|year)\b", re.IGNORECASE)


def _arms_in_prose(draft: Draft) -> None:
    """Arms and endpoints that only the lines of the description name, e.g. `Control group: …`."""
    text = draft.get("descriptionModule.detailedDescription") or ""
    if not text or len(text) > 100_000:
        return
    if not draft.get("armsInterventionsModule.armGroups"):
        for line in text.split("\n"):
            match = prose("arms")[0].match(line.strip(" *"))
            if match:
                label = match[1]
                described = line.strip(" *")[match.end(1) :].lstrip(" :")
                arm = {"label": label, "description": described}
                if label.lower().startswith("experimental"):
                    arm["type"] = "EXPERIMENTAL"
                draft.list("armsInterventionsModule.armGroups").append(arm)
                draft.flag("from_prose:arms")
    if not draft.get("outcomesModule"):
        for role, pattern in (("primary", _PRIMARY), ("secondary", _SECONDARY)):
            for line in text.split("\n"):
                if len(line) < _LONG_LINE and (match := pattern.search(line)):
                    for part in _listed(match[1]):
                        add_outcome(draft, role, _timed(part))
                        draft.flag("from_prose:outcomes")


def _listed(text: str) -> list[str]:
    """`a, b (c, d), and e.` as its parts; commas within brackets divide nothing."""
    parts = re.split(r",\s+(?:and\s+)?(?![^()]*\))", text.strip().rstrip("."))
    return [part.strip() for part in parts if len(part.strip()) > 2]


def _timed(part: str) -> dict[str, object]:
    if match := _AT.fullmatch(part):
        return {"name": match[1], "time_frame": match[2]}
    if match := _LEADING.match(part):
        return {"name": part, "time_frame": match[0]}
    return {"name": part}
