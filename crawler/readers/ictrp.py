"""Exports of the WHO's search portal ICTRP, XML and CSV: records of ChiCTR, DRKS, CTRI, ANZCTR, jRCT and others.

The portal prints every register's record with the same fields (`data/ictrp.tsv`): texts and lists in one cell, with
`;` or `<br>` between their parts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from xml.etree.ElementTree import Element

from crawler.readers import values
from crawler.readers.base import Draft, Found, Read, Refused, refused
from crawler.readers.ctgov_xml import age_groups
from crawler.readers.decode import decode
from crawler.readers.mapper import fill
from crawler.readers.registers import UTN, identify
from crawler.readers.rows import header_of, rows
from crawler.readers.xmltree import elements

Special = Callable[[Draft, str], None]

_KNOWN = frozenset(("TrialID", "Scientific_title", "Public_title"))
# In both exports a row begins with the portal's number or the trial's id.
_ROW_START = re.compile(r'(?<=\n)"?(?:\d{1,9}"?,"?)?[A-Za-z]{2,8}[\w/-]{6,30}"?,')
_BREAK = re.compile(r"\s*(?:<br\s*/?>|;)\s*", re.IGNORECASE)
_TAG = re.compile(r"<[a-zA-Z/][^<>]{0,200}>")


def is_header(text: str) -> bool:
    """True if a text begins with the header of the portal's CSV export."""
    found = header_of(text)
    return found is not None and len(_KNOWN & {_key(name) for name in found[0]}) >= 2


def _key(name: str) -> str:
    """Both exports name their fields nearly alike: `Public title`, `Public_title`."""
    return name.strip().replace(" ", "_")


def read_xml(body: bytes) -> Read:
    """The `<Trial>` elements of an export."""
    seen: set[str] = set()
    for place, element, guessed in elements(body, "Trial"):
        if isinstance(element, Refused):
            yield element
            continue
        fields: dict[str, str] = {}
        for child in element.iter():
            if child is not element and len(child) == 0:
                fields.setdefault(_key(child.tag), _text(child))
        yield _once(_record(fields, "ictrp_xml", place, guessed), seen)


def _text(element: Element) -> str:
    return (element.text or "").strip()


def read_csv(body: bytes) -> Read:
    """The rows of an export with a header line."""
    text, guessed = decode(body)
    seen: set[str] = set()
    for row in rows(text, _ROW_START):
        if isinstance(row, Refused):
            yield row
            continue
        fields = {_key(name): cell.strip() for name, cell in row.cells.items()}
        yield _once(_record(fields, "ictrp_csv", f"line {row.line}", guessed), seen)


def _once(item: Found | Refused, seen: set[str]) -> Found | Refused:
    if isinstance(item, Refused):
        return item
    nct_id = str(item.data["protocolSection"]["identificationModule"]["nctId"])
    if nct_id in seen:
        return refused(item.position, nct_id, f"{nct_id} a second time in one file: the first was kept")
    seen.add(nct_id)
    return item


def _record(fields: dict[str, str], form: str, place: str, guessed: bool) -> Found | Refused:
    raw = "\n".join(f"{name}: {text}" for name, text in fields.items())
    known = identify(fields.get("TrialID", ""))
    if known is None or known[0] == UTN:
        said = fields.get("TrialID", "")
        return refused(place, raw, f"TrialID {said[:40]!r} fits no register's pattern" if said else "no TrialID")
    fields = {name: text for name, text in fields.items() if text and text.lower() not in ("null", "none", "n/a", "na")}
    draft = Draft(form, known[0])
    if guessed:
        draft.flag("encoding_guessed")
    draft.put("identificationModule.nctId", known[1])
    fill(draft, {name: _TAG.sub(" ", text) if name not in _SPLIT else text for name, text in fields.items()}, "ictrp")
    for name, reader in _SPECIAL.items():
        if name in fields:
            reader(draft, fields[name])
    _criteria(draft, fields)
    low, high = draft.get("eligibilityModule.minimumAge"), draft.get("eligibilityModule.maximumAge")
    if low or high:
        draft.put("eligibilityModule.stdAges", age_groups(low, high))
    return draft.found(place)


def _parts(text: str) -> list[str]:
    return [part for piece in _BREAK.split(" ".join(text.split())) if (part := _TAG.sub(" ", piece).strip(" .,"))]


def _conditions(draft: Draft, text: str) -> None:
    draft.put("conditionsModule.conditions", list(dict.fromkeys(_parts(text))))


def _interventions(draft: Draft, text: str) -> None:
    """`Drug: x;Drug: y`, or the register's own words; `Group: what it gets` names arms in Chinese records."""
    found: list[dict[str, Any]] = []
    table = values.vocabulary()["intervention_type"]
    for part in _parts(text):
        kind, colon, name = part.partition(":")
        if colon and kind.strip().lower() in table:
            found.append({"type": table[kind.strip().lower()], "name": name.strip()})
        elif colon and re.search(r"group|arm|cohort", kind, re.IGNORECASE) and len(kind) < 60 and name.strip():
            draft.list("armsInterventionsModule.armGroups").append({"label": kind.strip(), "description": name.strip()})
            found.append({"name": name.strip(), "armGroupLabels": [kind.strip()]})
        elif len(part) > 200:
            found.append({"name": f"{part[:90].rsplit(' ', 1)[0]} …", "description": part})
        else:
            found.append({"name": part})
    draft.put("armsInterventionsModule.interventions", found)


def _outcomes(role: str) -> Special:
    def put(draft: Draft, text: str) -> None:
        draft.put(f"outcomesModule.{role}Outcomes", [{"measure": part} for part in _parts(text)])

    return put


_AGE = re.compile(r"\s*(\d+)\s*([A-Za-z]*)")


def _age(side: str) -> Special:
    def put(draft: Draft, text: str) -> None:
        match = _AGE.match(text)
        if (
            match
            and not (side == "maximum" and int(match[1]) in (0, 999))
            and not (side == "minimum" and int(match[1]) == 0)
        ):
            unit = {"y": "years", "m": "months", "w": "weeks", "d": "days", "h": "hours"}.get(
                match[2][:1].lower(), "years"
            )
            draft.put(f"eligibilityModule.{side}Age", values.age(f"{match[1]} {unit}"))

    return put


def _sex(draft: Draft, text: str) -> None:
    plain = text.lower()
    female, male = (
        bool(re.search(r"\bfemale:?\s*(?!no)|\bwom[ae]n", plain)),
        bool(re.search(r"(?<!fe)\bmale:?\s*(?!no)|\bmen\b", plain)),
    )
    if re.search(r"female:\s*no", plain):
        female = False
    if re.search(r"(?<!fe)male:\s*no", plain):
        male = False
    code = values.known_code(text, "sex") or (
        "ALL" if female and male else "FEMALE" if female else "MALE" if male else None
    )
    draft.put("eligibilityModule.sex", code)


def _countries(draft: Draft, text: str) -> None:
    draft.put("contactsLocationsModule.locations", [{"country": name} for name in dict.fromkeys(_parts(text))])


def _ids(draft: Draft, text: str) -> None:
    own = draft.get("identificationModule.nctId")
    entries = [part.strip() for piece in _parts(text) for part in piece.split(",") if part.strip()]
    draft.put("identificationModule.secondaryIdInfos", [{"id": item} for item in dict.fromkeys(entries) if item != own])


def _design(draft: Draft, text: str) -> None:
    """`Allocation: Randomized. Intervention model: Parallel …`, or words that say as much."""
    plain = text.lower()
    for words, code in ((r"non-?\s?randomi[sz]ed", "NON_RANDOMIZED"), (r"randomi[sz]ed", "RANDOMIZED")):
        if re.search(words, plain):
            draft.put("designModule.designInfo.allocation", code)
            break
    for words, code in (
        ("single (?:group|arm)", "SINGLE_GROUP"),
        ("cross-?over", "CROSSOVER"),
        ("factorial", "FACTORIAL"),
        ("parallel", "PARALLEL"),
    ):
        if re.search(words, plain):
            draft.put("designModule.designInfo.interventionModel", code)
            break
    for words, code in (
        ("quadruple", "QUADRUPLE"),
        ("triple", "TRIPLE"),
        ("double[- ]?(?:blind|mask)|masking: double", "DOUBLE"),
        ("single[- ]?(?:blind|mask)|masking: single", "SINGLE"),
        ("open[- ]?(?:label)?|masking: none|not blinded", "NONE"),
    ):
        if re.search(words, plain):
            draft.put("designModule.designInfo.maskingInfo.masking", code)
            break
    if match := re.search(r"(?:primary )?purpose: ([\w /-]+)", plain):
        draft.put("designModule.designInfo.primaryPurpose", values.known_code(match[1], "primary_purpose"))
    draft.field("Study_design", text)


def _type(draft: Draft, text: str) -> None:
    kind = "OBSERVATIONAL" if "observ" in text.lower() else "INTERVENTIONAL" if "interven" in text.lower() else None
    draft.put("designModule.studyType", kind)
    if kind is None:
        draft.field("Study_type", text)


def _status(draft: Draft, text: str) -> None:
    draft.put("statusModule.overallStatus", values.known_code(text, "overall_status"))
    draft.field("Recruitment_Status", text)


def _criteria(draft: Draft, fields: dict[str, str]) -> None:
    """Inclusion and exclusion stand in two fields, the second often inside the first."""
    parts: list[str] = []
    for name, head in (("Inclusion_Criteria", "Inclusion Criteria:"), ("Exclusion_Criteria", "Exclusion Criteria:")):
        text = _lines(fields.get(name, ""))
        if text:
            text = re.sub(rf"^{head[:-1]}\s*:?\s*", "", text, flags=re.IGNORECASE)
            parts.append(f"{head}\n\n{text}")
    draft.put("eligibilityModule.eligibilityCriteria", "\n\n".join(parts))


def _lines(text: str) -> str:
    """Line breaks of the portal as real ones; a line a criterion."""
    pieces = (" ".join(_TAG.sub(" ", piece).split()) for piece in re.split(r"<br\s*/?>|\n", text, flags=re.IGNORECASE))
    return "\n".join(piece for piece in pieces if piece)


_SPECIAL: dict[str, Special] = {
    "Condition": _conditions,
    "Intervention": _interventions,
    "Primary_outcome": _outcomes("primary"),
    "Secondary_outcome": _outcomes("secondary"),
    "Agemin": _age("minimum"),
    "Agemax": _age("maximum"),
    "Inclusion_agemin": _age("minimum"),
    "Inclusion_agemax": _age("maximum"),
    "Gender": _sex,
    "Inclusion_gender": _sex,
    "Countries": _countries,
    "Secondary_ID": _ids,
    "SecondaryIDs": _ids,
    "Secondary_IDs": _ids,
    "Study_design": _design,
    "Study_type": _type,
    "Recruitment_Status": _status,
}
_SPLIT = frozenset(_SPECIAL) | {"Inclusion_Criteria", "Exclusion_Criteria"}
