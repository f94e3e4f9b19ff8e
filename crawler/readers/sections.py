"""Sections of a page that hold several things: criteria, arms, interventions, outcomes, sponsors, places, ids."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from crawler.readers import cells, values
from crawler.readers.base import Draft
from crawler.readers.blocks import BLANK, HEAD, ITEM, LABEL, ROW, Line
from crawler.readers.labels import countries, meaning
from crawler.readers.segments import Part, Segment

Item = dict[str, Any]
_HEADS = {"inclusion": "Inclusion Criteria:", "exclusion": "Exclusion Criteria:"}


def read_criteria(draft: Draft, found: list[Segment]) -> None:
    """The criteria as one text, split by the two headings that the registry uses, whatever the page's language."""
    parts: list[str] = []
    for segment in found:
        if segment.field in ("criteria", *_HEADS):
            text = bulleted(segment)
            head = _HEADS.get(segment.field, "")
            if text:
                parts.append(f"{head}\n\n{text}" if head else text)
    draft.put("eligibilityModule.eligibilityCriteria", "\n\n".join(parts))


def bulleted(segment: Segment) -> str:
    """The lines of a section as the registry writes lists: `* ` and numbers, four blanks a level."""
    parts: list[str] = []
    listed = False
    for line in segment.lines:
        item = line.kind == ITEM
        text = f"{'    ' * (line.level - 1)}{line.mark or '*'} {line.text}" if item else line.text
        parts.append(("\n" if listed and item else "\n\n" if parts else "") + text)
        listed = item
    return "".join(parts)


def list_of(segment: Segment) -> list[str]:
    """The entries of a section that is a list: one a line, or with `|` or `;` between them."""
    found: list[str] = []
    for line in segment.lines:
        found += [part.strip() for part in re.split(r"\s*[|;]\s*", line.text) if part.strip()]
    return found


# -- items with a name, and parts below it ---------------------------------------------------------------------


def items(segment: Segment, ends_after: str = "") -> list[Item]:
    """Things that a section lists: a name, then its text and parts. A table gives one thing a row.

    A thing ends where a heading, a list item of the same depth, or a name begins the next one; where nothing marks
    the names, after the part `ends_after`.
    """
    rows = [line for line in segment.lines if line.kind == ROW]
    if rows:
        return [_of_row(line, segment.field) for line in rows]
    marked = _mark(segment)
    found: list[Item] = []
    ended = True
    for entry in segment.content:
        if isinstance(entry, Part):
            if entry.field == "item_name":
                found.append({"name": entry.value})
            elif found:
                _part(found[-1], entry)
            ended = bool(found) and (marked is None and entry.field == ends_after)
        elif entry.kind == BLANK:
            continue
        elif entry.kind == marked or (marked is None and ended):
            found.append(_named(entry))
            ended = False
        elif found:
            found[-1].setdefault("text", []).append(entry.text)
    return found


def _mark(segment: Segment) -> str | None:
    """What kind of line the names are: headings, labels or list items; None where nothing marks them."""
    kinds = [line.kind for line in segment.lines]
    for kind in (HEAD, LABEL, ITEM):
        if kind in kinds and (kinds[0] == kind or kind != ITEM):
            return kind
    parts = [entry for entry in segment.content if isinstance(entry, Part)]
    if any(part.field == "item_name" for part in parts):
        return "parts"
    # One line a thing, if nothing else tells them apart.
    return None if parts else (kinds[0] if kinds else None)


_NAMED = re.compile(r"([^:]{2,150}?)\s*[:–—]\s+(\S.*)", re.DOTALL)


def _named(line: Line) -> Item:
    """A line that begins a thing: a bold beginning, or one with a colon after it, is its name."""
    if len(line.cells) == 2:
        return {"name": line.cells[0].rstrip(" :"), "text": [line.cells[1].lstrip(": –-")]}
    return {"name": line.text}


def _part(item: Item, part: Part) -> None:
    if part.field == "item_description":
        item.setdefault("text", []).append(part.value)
    else:
        item.setdefault(part.field, part.value)


def _of_row(line: Line, section: str) -> Item:
    item: Item = {}
    for name, cell in zip(line.names, line.cells, strict=True):
        known = meaning(name, section)
        if not cell:
            continue
        if known is None or known.field in ("item_description", "description"):
            item.setdefault("text", []).append(cell)
        elif (
            known.field in ("item_name", section, "arms", "interventions", "outcomes", "primary_outcomes")
            and "name" not in item
        ):
            item["name"] = cell
        else:
            item.setdefault(known.field, cell)
    if "name" not in item:
        item["name"] = line.cells[0]
    return item


# -- arms and interventions ------------------------------------------------------------------------------------

_TYPED = re.compile(r"([^:(]{3,30}?)\s*:\s*(.+)", re.DOTALL)


def read_arms(draft: Draft, segment: Segment) -> None:
    """Arms: label, type, description; interventions named within them are linked."""
    arms = draft.list("armsInterventionsModule.armGroups")
    for item in _with_types(segment, "arm_type", ("intervention_type",)):
        if item.get("of") == "intervention_type":
            _intervention(draft, item, arms[-1]["label"] if arms else None)
            continue
        arm: dict[str, Any] = {"label": item["name"]}
        kind, text = _typed_name(item["name"], "arm_type")
        if kind:
            arm["label"] = text
        said = item.get("arm_type") or item.get("item_type")
        code = values.known_code(said, "arm_type") if said else kind
        if code:
            arm["type"] = code
        if text := "\n\n".join(item.get("text", [])):
            arm["description"] = text
        arms.append(arm)
        for name in _names(item.get("arm_interventions") or item.get("interventions") or ""):
            _intervention(draft, {"name": name}, arm["label"])
    if not arms:
        draft.data["protocolSection"]["armsInterventionsModule"].pop("armGroups")


def _names(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"\s*[|;]\s*", text) if part.strip()]


def _with_types(segment: Segment, first: str, others: tuple[str, ...]) -> list[Item]:
    """Where nothing marks names but a type stands after each thing (`Group Type X`), the lines since the last one
    are the thing: a name and its text."""
    parts = [entry.field for entry in segment.content if isinstance(entry, Part)]
    if _mark(segment) is not None or not {first, *others} & set(parts):
        return items(segment, ends_after="item_type")
    found: list[Item] = []
    waiting: list[str] = []
    for entry in segment.content:
        if isinstance(entry, Line):
            if entry.kind != BLANK:
                waiting.append(entry.text)
        elif entry.field in (first, *others) and waiting:
            found.append({"name": waiting[0], "text": waiting[1:], entry.field: entry.value, "of": entry.field})
            waiting = []
        elif found:
            _part(found[-1], entry)
    # A text after its type: the form puts the type between the name and the text.
    if waiting and found:
        texts = found[-1].setdefault("text", [])
        texts += waiting
    return found


def _typed_name(name: str, table: str) -> tuple[str | None, str]:
    match = _TYPED.fullmatch(name)
    code = values.known_code(match[1], table) if match else None
    return (code, match[2]) if match and code else (None, name)


def read_interventions(draft: Draft, segment: Segment) -> None:
    """Interventions: type, name, description, other names."""
    for item in _with_types(segment, "intervention_type", ()):
        _intervention(draft, item, None)


def _intervention(draft: Draft, item: Item, arm: str | None) -> None:
    kind, name = _typed_name(item["name"], "intervention_type")
    texts = list(item.get("text", []))
    if kind and (match := re.fullmatch(r"(.{2,80}?)\s[–—-]\s(.+)", name)) and not texts:
        name, texts = match[1], [match[2]]
    found = draft.list("armsInterventionsModule.interventions")
    known = next((other for other in found if other["name"] == name), None)
    if known is None:
        known = {"name": name}
        found.append(known)
    said = item.get("intervention_type") or item.get("item_type")
    code = (values.known_code(said, "intervention_type") if said else None) or kind
    if code:
        known.setdefault("type", code)
    if texts:
        known.setdefault("description", "\n\n".join(texts))
    if names := _names((item.get("other_names") or "").replace(",", ";")):
        known.setdefault("otherNames", names)
    if arm:
        labels = known.setdefault("armGroupLabels", [])
        if arm not in labels:
            labels.append(arm)


# -- outcomes --------------------------------------------------------------------------------------------------

_BRACKET = re.compile(r"[\[(]\s{0,9}(?:time ?frame|timeframe|zeitrahmen|délai)\s{0,9}:", re.IGNORECASE)
_BRACKET_END = re.compile(r"[\])]")
_ROLES = {
    "primary": "primary",
    "primär": "primary",
    "principal": "primary",
    "secondary": "secondary",
    "sekundär": "secondary",
    "secondaire": "secondary",
    "other": "other",
}


def read_outcomes(role: str) -> Callable[[Draft, Segment], None]:
    """A reader of a section of outcomes of one role; `""`: each says its own, or none does."""

    def read(draft: Draft, segment: Segment) -> None:
        for number, item in enumerate(items(segment, ends_after="time_frame")):
            said = str(item.get("item_type", "")).lower()
            own = next((known for word, known in _ROLES.items() if said.startswith(word)), role)
            add_outcome(draft, own, item, number)

    return read


def _time_frame_within(text: str) -> tuple[str, str, str] | None:
    """(what stands before, the time frame, what stands behind) of `Survival [Time Frame: 2 years]`."""
    start = _BRACKET.search(text)
    end = _BRACKET_END.search(text, start.end()) if start else None
    if start is None or end is None:
        return None
    return text[: start.start()].rstrip(), text[start.end() : end.start()].strip(), text[end.end() :].lstrip()


def add_outcome(draft: Draft, role: str, item: Item, number: int = 0) -> None:
    """Put an outcome where its role says. Without one the first is primary, as registries print them first."""
    if not role:
        draft.flag("outcome_role_unsure")
        role = "secondary" if draft.get("outcomesModule.primaryOutcomes") else "primary"
    name = str(item["name"])
    outcome = {
        "measure": name,
        "timeFrame": item.get("time_frame", ""),
        "description": "\n\n".join(item.get("text", [])),
    }
    if found := _time_frame_within(name):
        outcome["measure"], outcome["timeFrame"] = found[:2]
        outcome["description"] = "\n\n".join(filter(None, (found[2], outcome["description"])))
    elif not outcome["timeFrame"] and (found := _time_frame_within(outcome["description"])):
        outcome["timeFrame"] = found[1]
        outcome["description"] = "\n\n".join(filter(None, (found[0], found[2])))
    elif not outcome["timeFrame"] and not outcome["description"] and ", " in name:
        split, sure = cells.outcome_of(name)
        if sure and "timeFrame" in split:
            outcome |= split
    kept = {key: value for key, value in outcome.items() if value}
    listed = draft.list(f"outcomesModule.{role}Outcomes")
    if kept not in listed:
        listed.append(kept)


# -- sponsors, places, ids -------------------------------------------------------------------------------------

_CLASS = re.compile(r"OTHER|INDUSTRY|NIH|FED|NETWORK|INDIV|OTHER_GOV|UNKNOWN")


def read_sponsor(draft: Draft, segment: Segment) -> None:
    """Sponsors: a name, its class in capitals below it; the one whose role is lead, else the first, leads."""
    found: list[dict[str, str]] = []
    for entry in segment.content:
        if isinstance(entry, Part):
            if entry.field == "sponsor_role" and found:
                found[-1]["role"] = entry.value.lower()
        elif entry.kind != BLANK:
            if _CLASS.fullmatch(entry.text) and found:
                found[-1]["class"] = entry.text
            else:
                found.append({"name": entry.text})
    lead = next((item for item in found if item.get("role") == "lead"), found[0] if found else None)
    for item in found:
        kept = {key: item[key] for key in ("name", "class") if key in item}
        if item is lead:
            draft.put("sponsorCollaboratorsModule.leadSponsor", kept)
        else:
            draft.list("sponsorCollaboratorsModule.collaborators").append(kept)


def read_collaborators(draft: Draft, segment: Segment) -> None:
    """Collaborators, one a line."""
    listed = [{"name": name} for name in list_of(segment)]
    if listed:
        draft.list("sponsorCollaboratorsModule.collaborators").extend(listed)


def read_locations(draft: Draft, segment: Segment) -> None:
    """Places: a facility, then `city, state, country`; or all on one line."""
    waiting: list[str] = []
    places = draft.list("contactsLocationsModule.locations")
    for entry in segment.content:
        if isinstance(entry, Part):
            status = values.known_code(entry.value, "overall_status")
            if entry.field == "site_status" and places and status:
                places[-1]["status"] = status
            continue
        if entry.kind == BLANK:
            continue
        if entry.kind == ROW:
            places.append(_place_of_row(entry))
        elif (place := place_of(entry.text)) is not None:
            if waiting and "facility" not in place:
                place = {"facility": waiting[-1], **place}
            places.append(place)
            waiting = []
        else:
            waiting.append(entry.text)
    if not places:
        for name in waiting:
            places.append({"facility": name})
    if not places:
        draft.data["protocolSection"]["contactsLocationsModule"].pop("locations")


_PLACE_COLUMNS = {
    "facility": "facility", "site": "facility", "hospital": "facility", "standort": "facility", "klinik": "facility",
    "centre": "facility", "city": "city", "stadt": "city", "ort": "city", "ville": "city", "state": "state",
    "zip": "zip", "country": "country", "land": "country", "pays": "country",
}  # fmt: skip


def _place_of_row(line: Line) -> dict[str, str]:
    named = zip(line.names, line.cells, strict=True)
    return {_PLACE_COLUMNS[name.lower()]: cell for name, cell in named if name.lower() in _PLACE_COLUMNS and cell}


def place_of(text: str) -> dict[str, str] | None:
    """`[facility,] city, [state,] country` as a place; None if no country ends the line."""
    pieces = [piece.strip() for piece in text.rstrip(".").split(",")]
    if len(text) > 200 or len(pieces) < 2 or pieces[-1].casefold() not in countries():
        return None
    if len(pieces) == 2:
        return {"city": pieces[0], "country": pieces[1]}
    if len(pieces) == 3:
        return {"city": pieces[0], "state": pieces[1], "country": pieces[2]}
    return cells.location(", ".join(pieces))[0]


def read_ids(draft: Draft, segment: Segment) -> None:
    """Other ids, each with its type and source below it."""
    found: list[dict[str, str]] = []
    for entry in segment.content:
        if isinstance(entry, Part):
            if found:
                found[-1][entry.field] = entry.value
        elif entry.kind != BLANK:
            found += [{"id": part} for part in re.split(r"\s*[|;,]\s*", entry.text) if part]
    for item in found:
        if item.get("id_source") == "org_study_id":
            draft.put("identificationModule.orgStudyIdInfo.id", item["id"])
        else:
            draft.list("identificationModule.secondaryIdInfos").append({"id": item["id"]})


ARMS_READERS: dict[str, Callable[[Draft, Segment], None]] = {
    "arms": read_arms,
    "interventions": read_interventions,
    "primary_outcomes": read_outcomes("primary"),
    "secondary_outcomes": read_outcomes("secondary"),
    "other_outcomes": read_outcomes("other"),
    "outcomes": read_outcomes(""),
    "sponsor": read_sponsor,
    "collaborators": read_collaborators,
    "locations": read_locations,
    "other_ids": read_ids,
}
