"""A trial's record from a page, a saved text or Markdown, by what its headings and labels say."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable

from bs4 import BeautifulSoup
from bs4.exceptions import ParserRejectedMarkup

from crawler.readers import jsonld, loose, values
from crawler.readers.base import MAX_TEXT, UNKNOWN, Draft, Found, Read, Refused, refused
from crawler.readers.blocks import ITEM, Line, of_page, of_text
from crawler.readers.ctgov_xml import age_groups
from crawler.readers.decode import decode
from crawler.readers.labels import prose
from crawler.readers.registers import anywhere, identify, is_record_id
from crawler.readers.sections import ARMS_READERS, list_of, read_criteria
from crawler.readers.segments import LOOSE, PROSE, Segment, segments

PAGE, TEXT = "page", "text"
# What makes a page a record: so many different fields of these must be headed or labelled.
_TELLING = frozenset((
    "criteria", "inclusion", "exclusion", "arms", "interventions", "primary_outcomes", "secondary_outcomes",
    "outcomes", "phase", "enrollment", "study_type", "allocation", "masking", "minimum_age", "maximum_age", "healthy",
    "conditions", "nct_id", "official_title", "sponsor", "summary", "description",
))  # fmt: skip
_CORE = frozenset((
    "criteria", "inclusion", "arms", "interventions", "primary_outcomes", "outcomes", "phase", "nct_id", "enrollment",
    "study_type",
))  # fmt: skip
_LEAST = 3
_LEAST_WORDS = 3


def read_page(body: bytes) -> Read:
    """The record of an HTML page."""
    if len(body) > MAX_TEXT // 4:
        yield refused("", body, f"a page of more than {MAX_TEXT // 4:,} bytes")
        return
    text, guessed = decode(body)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            soup = BeautifulSoup(text, "html.parser")
            structured = jsonld.find(soup)
            title = soup.find("h1") or soup.find("title")
            heading = " ".join(title.get_text(" ").split()) if title else ""
            lines = of_page(soup)
    except (RecursionError, ParserRejectedMarkup, AssertionError, ValueError) as error:
        yield refused("", body, f"cannot be read as a page: {type(error).__name__}")
        return
    draft = Draft(PAGE, UNKNOWN)
    if guessed:
        draft.flag("encoding_guessed")
    yield _finished(draft, lines, True, heading, structured, body)


def read_text(body: bytes) -> Read:
    """The record of a saved text or of Markdown."""
    if len(body) > MAX_TEXT // 4:
        yield refused("", body, f"a text of more than {MAX_TEXT // 4:,} bytes")
        return
    text, guessed = decode(body)
    if not text.strip():
        return
    if "\x00" in text or text.count("\ufffd") > 20:
        yield refused("", body, "not JSON, CSV, XML or text: it holds bytes that are no text")
        return
    draft = Draft(TEXT, UNKNOWN)
    if guessed:
        draft.flag("encoding_guessed")
    yield _finished(draft, of_text(text), False, "", {}, body)


def _finished(
    draft: Draft, lines: list[Line], page: bool, title: str, structured: jsonld.Trial, body: bytes
) -> Found | Refused:
    found = segments(lines, page=page)
    named = {segment.field for segment in found if segment.field in _TELLING and segment.content}
    speaks = loose.trial_words("\n".join([title, *(line.text for line in lines)]))
    enough = speaks >= _LEAST_WORDS or "nct_id" in named or len(named) >= 2 * _LEAST
    headed = len(named) >= _LEAST and bool(named & _CORE) and enough
    if not (headed or structured or loose.reads_like_a_trial(found)):
        said = ", ".join(sorted(named)) or "none"
        return refused("", body, f"not a trial record: fields of one that it heads or labels: {said}")
    jsonld.fill(draft, structured)
    _values(draft, found)
    read_criteria(draft, found)
    for segment in found:
        reader = ARMS_READERS.get(segment.field)
        if reader is not None:
            reader(draft, segment)
    loose.read(draft, found, first_title=title)
    _from_prose(draft)
    _derived(draft)
    _identified(draft, found, title, structured)
    return draft.found("")


_TEXTS = {
    "title": "identificationModule.briefTitle", "official_title": "identificationModule.officialTitle",
    "acronym": "identificationModule.acronym",
}  # fmt: skip
_DATES = {
    "start_date": "startDateStruct.date", "primary_completion_date": "primaryCompletionDateStruct.date",
    "completion_date": "completionDateStruct.date", "last_update": "lastUpdatePostDateStruct.date",
}  # fmt: skip
_CODES = {
    "status": ("statusModule.overallStatus", "overall_status"), "study_type": ("designModule.studyType", "study_type"),
    "allocation": ("designModule.designInfo.allocation", "allocation"),
    "model": ("designModule.designInfo.interventionModel", "intervention_model"),
    "purpose": ("designModule.designInfo.primaryPurpose", "primary_purpose"),
    "sex": ("eligibilityModule.sex", "sex"),
}  # fmt: skip


def _values(draft: Draft, found: list[Segment]) -> None:
    for segment in found:
        text = segment.first
        if not text:
            continue
        name = segment.field
        if name in _TEXTS and not draft.get(_TEXTS[name]):
            draft.put(_TEXTS[name], text)
        elif name in _DATES and not draft.get(f"statusModule.{_DATES[name]}"):
            day, flag = values.date(values.without_brackets(text))
            draft.put(f"statusModule.{_DATES[name]}", day)
            if flag:
                draft.flag(flag)
                draft.field(f"{name} as printed", text)
        elif name in _CODES:
            _code(draft, name, text)
        elif name in _OTHERS:
            _OTHERS[name](draft, text)
        elif name in PROSE:
            path = "briefSummary" if name == "summary" else "detailedDescription"
            if not draft.get(f"descriptionModule.{path}"):
                draft.put(f"descriptionModule.{path}", paragraphs(segment))
    for name, path in (("conditions", "conditions"), ("keywords", "keywords")):
        entries = [item for segment in found if segment.field == name for item in list_of(segment)]
        if entries:
            draft.put(f"conditionsModule.{path}", list(dict.fromkeys(entries)))


def paragraphs(segment: Segment) -> str:
    """The lines of a section as running text, list items with their marks."""
    parts: list[str] = []
    listed = False
    for line in segment.lines:
        text = f"{'    ' * (line.level - 1)}{line.mark or '*'} {line.text}" if line.kind == ITEM else line.text
        parts.append(("\n" if listed and line.kind == ITEM else "\n\n" if parts else "") + text)
        listed = line.kind == ITEM
    return "".join(parts)


def _code(draft: Draft, name: str, text: str) -> None:
    path, table = _CODES[name]
    found = values.known_code(values.without_brackets(text), table) or values.known_code(text, table)
    if text.strip().upper() == "NA" and name == "allocation":
        found = "NA"
    if found is None:
        draft.flag(f"{name}_unreadable")
        draft.field(f"{name} as printed", text)
    elif not draft.get(path):
        draft.put(path, found)


def _masking(draft: Draft, text: str) -> None:
    depth, people = values.in_brackets(text)
    found = values.known_code(text, "masking") or values.known_code(depth, "masking")
    draft.put("designModule.designInfo.maskingInfo.masking", found)
    if people and found not in (None, "NONE"):
        who = [code for name in re.split(r"[,;]", people) if (code := values.known_code(name, "who_masked"))]
        draft.put("designModule.designInfo.maskingInfo.whoMasked", who)
    if found is None:
        draft.field("masking as printed", text)


_KINDS = (("estimated", "ESTIMATED"), ("anticipated", "ESTIMATED"), ("actual", "ACTUAL"))


def _enrollment(draft: Draft, text: str) -> None:
    draft.put("designModule.enrollmentInfo.count", values.count(text))
    kind = next((code for word, code in _KINDS if word in text.lower()), None)
    draft.put("designModule.enrollmentInfo.type", kind)


_RANGE = re.compile(r"(\d+)\s*([^\W\d]*)\s*(?:to|-|–|bis|à|until|through|and)\s*(\d+)\s*([^\W\d]*)", re.IGNORECASE)
_FROM = re.compile(
    r"(?:from |ab |over |dès |≥\s*|at least )?(\d+)\s*([^\W\d]+)?\s*"
    r"(?:and (?:older|over|above|up)|or older|\+|und älter|et plus|or above)?",
    re.IGNORECASE,
)
_TO = re.compile(r"(?:up to|bis zu|bis|under|jusqu'à|≤)\s*(\d+)\s*([^\W\d]*)", re.IGNORECASE)


def _age_range(draft: Draft, text: str) -> None:
    text = values.without_brackets(values.short(text))
    low = high = None
    if match := _RANGE.search(text):
        low = f"{match[1]} {match[2] or match[4] or 'years'}"
        high = f"{match[3]} {match[4] or match[2] or 'years'}"
    elif match := _TO.search(text):
        high = f"{match[1]} {match[2] or 'years'}"
    elif (match := _FROM.match(text)) and re.search(r"older|over|above|up|\+|≥|älter|plus|at least|from|ab ", text):
        low = f"{match[1]} {match[2] or 'years'}"
    else:
        groups = [
            code for part in re.split(r"[,|/]", text) if (code := values.known_code(part.strip(" ()"), "std_age"))
        ]
        draft.put("eligibilityModule.stdAges", groups)
        if not groups:
            draft.field("age as printed", text)
    for side, said in (("minimum", low), ("maximum", high)):
        if said and not draft.get(f"eligibilityModule.{side}Age"):
            draft.put(f"eligibilityModule.{side}Age", values.age(said))


def _phase(draft: Draft, text: str) -> None:
    draft.put("designModule.phases", values.phases(text))


_OTHERS: dict[str, Callable[[Draft, str], None]] = {
    "phase": _phase,
    "masking": _masking,
    "enrollment": _enrollment,
    "age_range": _age_range,
    "minimum_age": lambda draft, text: draft.put("eligibilityModule.minimumAge", values.age(text)),
    "maximum_age": lambda draft, text: draft.put("eligibilityModule.maximumAge", values.age(text)),
    "healthy": lambda draft, text: draft.put("eligibilityModule.healthyVolunteers", values.yes_no(text)),
}


def _from_prose(draft: Draft) -> None:
    """Facts that only running text states."""
    summary = draft.get("descriptionModule.briefSummary") or ""
    text = f"{summary}\n{draft.get('descriptionModule.detailedDescription') or ''}"[:50_000]
    if draft.get("designModule.enrollmentInfo.count") is None:
        for pattern in prose("enrollment"):
            if match := pattern.search(text):
                draft.put("designModule.enrollmentInfo.count", int(match[1]))
                draft.flag("from_prose:enrollment")
                break
    for name, path, value in (
        ("allocation_randomized", "designModule.designInfo.allocation", "RANDOMIZED"),
        ("masking_none", "designModule.designInfo.maskingInfo.masking", "NONE"),
        ("model_parallel", "designModule.designInfo.interventionModel", "PARALLEL"),
        ("model_single", "designModule.designInfo.interventionModel", "SINGLE_GROUP"),
    ):
        if not draft.get(path) and any(pattern.search(text) for pattern in prose(name)):
            draft.put(path, value)
            draft.flag(f"from_prose:{name.split('_')[0]}")


def _derived(draft: Draft) -> None:
    low, high = draft.get("eligibilityModule.minimumAge"), draft.get("eligibilityModule.maximumAge")
    if (low or high) and not draft.get("eligibilityModule.stdAges"):
        draft.put("eligibilityModule.stdAges", age_groups(low, high))


def _identified(draft: Draft, found: list[Segment], title: str, structured: jsonld.Trial) -> None:
    """The record's id: one that is labelled as such, or else the only one that the page's head prints."""
    labelled = [line.text for segment in found if segment.field == "nct_id" for line in segment.lines]
    labelled += structured.get("ids", [])
    ids = [known for text in labelled for match in anywhere().findall(text) if (known := identify(match))]
    if not ids:
        head = [line.text for line in _head(found)] + [title]
        printed = {match for text in head for match in anywhere().findall(text) if is_record_id(match)}
        ids = [known for text in printed if (known := identify(text))] if len(printed) == 1 else []
    if not ids:
        return
    draft.registry, nct_id = ids[0]
    draft.put("identificationModule.nctId", nct_id)
    others = [{"id": text} for name, text in dict.fromkeys(ids[1:]) if text != nct_id]
    if others:
        draft.list("identificationModule.secondaryIdInfos").extend(others)


def _head(found: list[Segment]) -> list[Line]:
    first = next((segment for segment in found if segment.field == LOOSE), None)
    return first.lines[:5] if first is not None and found[0] is first else []
