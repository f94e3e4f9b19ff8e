"""The bundled sample: well formed, complete, true to its own text, and nobody else's words."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.errors import UsageError
from crawler.sample import load_expected, load_record, load_records, sample_expected, sample_records

Json = dict[str, Any]
Value = Any  # whatever JSON holds
ROOT = Path(__file__).resolve().parents[1]
REAL_RECORDS = ROOT.parent / "shared" / "data" / "ctgov_v2.jsonl.gz"
README = ROOT / "crawler" / "sample" / "README.md"

RECORDS = {record["protocolSection"]["identificationModule"]["nctId"]: record for record in load_records()}
EXPECTED = load_expected()


def at(record: Value, path: str) -> Value:
    """The value at a dotted path (`a.b[0].c`), or None where something on the way is missing."""
    for key in re.findall(r"\w+|\[\d+\]", path):
        if key.startswith("["):
            index = int(key[1:-1])
            record = record[index] if isinstance(record, list) and index < len(record) else None
        else:
            record = record.get(key) if isinstance(record, dict) else None
    return record


def protocol(record: Json, path: str) -> Value:
    return at(record["protocolSection"], path)


def strings(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, str):
        yield value


def prose(record: Json) -> str:
    return "\n".join(strings(record["protocolSection"]))


# ---- well formed and complete


def test_there_are_enough_records_and_ids_match_their_files() -> None:
    files = sample_records()
    records = [json.loads(path.read_text(encoding="utf-8")) for path in files]
    ids = [protocol(record, "identificationModule.nctId") for record in records]
    assert len(ids) >= 44
    assert len(set(ids)) == len(ids)
    assert ids == [path.stem for path in files]
    assert all(re.fullmatch(r"NCT99\d{6}", nct_id) for nct_id in ids)
    assert all(path.stat().st_size < 300_000 for path in files)


def test_every_record_has_expected_facts_and_nothing_else_does() -> None:
    assert [path.name for path in sample_expected()] == [path.name for path in sample_records()]
    assert all(facts["nct_id"] == nct_id for nct_id, facts in EXPECTED.items())


def test_one_record_is_loaded_by_its_id_and_an_unknown_id_says_so() -> None:
    assert load_record("NCT99000001")["protocolSection"]["identificationModule"]["nctId"] == "NCT99000001"
    with pytest.raises(UsageError, match="NCT00000000"):
        load_record("NCT00000000")


@pytest.mark.parametrize("nct_id", EXPECTED)
def test_expected_arms_and_outcomes_are_those_of_the_record(nct_id: str) -> None:
    record, facts = RECORDS[nct_id], EXPECTED[nct_id]
    labels = [arm["label"] for arm in protocol(record, "armsInterventionsModule.armGroups") or []]
    assert [arm["label"] for arm in facts["arms"]] == labels
    assert all(set(dose["arms"]) <= set(labels) for dose in facts["doses"])
    outcomes = [
        (role, ordinal)
        for role in ("primary", "secondary", "other")
        for ordinal in range(len(protocol(record, f"outcomesModule.{role}Outcomes") or []))
    ]
    assert [(endpoint["role"], endpoint["ordinal"]) for endpoint in facts["endpoints"]] == outcomes


@pytest.mark.parametrize("nct_id", EXPECTED)
def test_every_quote_stands_in_the_named_field(nct_id: str) -> None:
    record, facts = RECORDS[nct_id], EXPECTED[nct_id]
    for fact in [*facts["doses"], *facts["ages"]]:
        field = protocol(record, fact["field"])
        assert fact["text"] == field[fact["start_char"] : fact["end_char"]]
    for figure in facts["design_stats"]:
        assert figure["text"] in prose(record)


@pytest.mark.parametrize("nct_id", EXPECTED)
def test_every_dosed_agent_is_among_the_agents_of_its_arms(nct_id: str) -> None:
    facts = EXPECTED[nct_id]
    agents = {arm["label"]: arm["agents"] for arm in facts["arms"]}
    for dose in facts["doses"]:
        assert all(dose["agent"] in agents[label] for label in dose["arms"])


@pytest.mark.parametrize("nct_id", RECORDS)
def test_arms_and_interventions_name_each_other(nct_id: str) -> None:
    module = protocol(RECORDS[nct_id], "armsInterventionsModule") or {}
    arms, interventions = module.get("armGroups", []), module.get("interventions", [])
    by_arm = {(arm["label"], n.split(": ", 1)[1]) for arm in arms for n in arm.get("interventionNames", [])}
    by_intervention = {(label, i["name"]) for i in interventions for label in i.get("armGroupLabels", [])}
    assert by_arm == by_intervention


def test_personal_data_are_invented() -> None:
    text = "\n".join(prose(record) for record in RECORDS.values())
    assert set(re.findall(r"@([\w.-]+\.\w+)", text)) == {"example.org"}
    contacts = re.findall(r'"phone": "([^"]*)"', json.dumps(list(RECORDS.values())))
    assert contacts
    assert all(re.fullmatch(r"\+1-555-01\d\d", phone) for phone in contacts)


# ---- every phenomenon of the README's table is there

Predicate = Callable[[Json, Json], bool]


def has(path: str) -> Predicate:
    return lambda record, facts: protocol(record, path) not in (None, [], "")


def lacks(path: str) -> Predicate:
    return lambda record, facts: protocol(record, path) is None


def says(pattern: str) -> Predicate:
    return lambda record, facts: re.search(pattern, prose(record)) is not None


def criteria(pattern: str) -> Predicate:
    path = "eligibilityModule.eligibilityCriteria"
    return lambda record, facts: re.search(pattern, protocol(record, path)) is not None


def dose(**wanted: object) -> Predicate:
    return lambda record, facts: any(all(d[k] == v for k, v in wanted.items()) for d in facts["doses"])


def flagged(flag: str) -> Predicate:
    return lambda record, facts: any(flag in d["flags"] for d in facts["doses"])


def repeated(times: int, every: int | None, unit: str | None) -> Predicate:
    return dose(frequency={"times": times, "every": every, "every_unit": unit})


def any_date(pattern: str) -> Predicate:
    return lambda record, facts: any(
        re.fullmatch(pattern, struct["date"])
        for struct in protocol(record, "statusModule").values()
        if isinstance(struct, dict) and "date" in struct
    )


def endpoint(name: str) -> Predicate:
    return lambda record, facts: any(e["class"] == name for e in facts["endpoints"])


def age_bound(unit: str) -> Predicate:
    path = "eligibilityModule."
    return lambda record, facts: any(
        re.fullmatch(rf"\d+ {unit}s?", protocol(record, path + bound) or "") for bound in ("minimumAge", "maximumAge")
    )


def both(*predicates: Predicate) -> Predicate:
    return lambda record, facts: all(p(record, facts) for p in predicates)


def result(pattern: str) -> Predicate:
    return lambda record, facts: any(re.fullmatch(pattern, s) for s in strings(record.get("resultsSection", {})))


def is_null(path: str) -> Predicate:
    module, _, key = path.rpartition(".")
    return lambda record, facts: key in (protocol(record, module) or {}) and protocol(record, path) is None


def observational(record: Json, facts: Json) -> bool:
    design = protocol(record, "designModule")
    info = design.get("designInfo", {})
    return design["studyType"] == "OBSERVATIONAL" and not {"allocation", "maskingInfo", "primaryPurpose"} & set(info)


def only_given(record: Json, facts: Json) -> bool:
    interventions = protocol(record, "armsInterventionsModule.interventions") or []
    said = [item.get("description") or "" for item in interventions]
    return bool(said) and all(re.fullmatch("Given (IV|PO)", text) for text in said)


def upload_has_a_time(record: Json, facts: Json) -> bool:
    uploaded = at(record, "documentSection.largeDocumentModule.largeDocs[0].uploadDate")
    return re.fullmatch(r".{10}T\d\d:\d\d", uploaded or "") is not None


def foreign_names(record: Json, facts: Json) -> bool:
    modules = ("sponsorCollaboratorsModule", "contactsLocationsModule")
    return any(not text.isascii() for module in modules for text in strings(protocol(record, module)))


def awkward_labels(record: Json, facts: Json) -> bool:
    labels = " ".join(arm["label"] for arm in facts["arms"])
    return '"' in labels and "," in labels and ";" in labels


DETAILED = "descriptionModule.detailedDescription"
CELLS = says(r"(?i)CAR[- ]?T|lymphocytes|NK cells|stromal cells|virus-specific T cells")

PHENOMENA: dict[str, Predicate] = {
    "cell therapy with an amount": both(CELLS, lambda r, f: any(d["unit"] == "{cells}" for d in f["doses"])),
    "lymphodepletion with cyclophosphamide and fludarabine": both(
        dose(agent="fludarabine"), dose(agent="cyclophosphamide")
    ),
    "cells a kilogram": dose(unit="{cells}", per="kg"),
    "cells a square metre": dose(unit="{cells}", per="m2"),
    "superscript in Unicode": says(r"10[⁰¹²³⁴⁵⁶⁷⁸⁹]+"),
    "superscript escaped": says(r"10\\\^\d"),
    "superscript as an escaped star": says(r"x ?10\\\*\d|\d\\\*10"),
    "superscript lost": flagged("lost_superscript"),
    "superscript lost in a threshold": criteria(r"x109/L"),
    "superscript in brackets": says(r"10\(\d+\)"),
    "power of ten as 10E6": says(r"×10E\d"),
    "power of ten as 1e6": says(r"\b\d[eE]\d+ "),
    "range with a tilde": flagged("tilde_range"),
    "tolerance with plus-minus": flagged("plus_minus"),
    "one amount for two agents (respectively)": says("respectively"),
    "misspelled agent": flagged("misspelled_agent"),
    "amount whose unit stands further on": flagged("unit_inherited"),
    "dose levels": dose(role="level"),
    "loading dose": dose(role="loading"),
    "maintenance dose": dose(role="maintenance"),
    "maximum": dose(role="maximum"),
    "concentration without an amount": dose(role="concentration", unit="%"),
    "radiation totals and fractions": both(
        dose(role="total", route="rt-external"), dose(role="fraction", route="rt-external")
    ),
    "radiation boost": dose(role="boost"),
    "centigray": dose(unit="cGy"),
    "AUC dosing": dose(unit="{AUC}"),
    "international units": dose(unit="[IU]"),
    "micrograms": dose(unit="ug"),
    "tablets": dose(unit="{tablet}"),
    "capsules": dose(unit="{capsule}"),
    "drops": dose(unit="{drop}"),
    "puffs": dose(unit="{puff}"),
    "sachets": dose(unit="{sachet}"),
    "vector genomes": dose(unit="{vg}"),
    "colony-forming units": dose(unit="{cfu}"),
    "radioactivity": both(dose(unit="MBq"), dose(unit="mCi")),
    "infusion rate": lambda r, f: any(d["per_time"] in ("h", "min") for d in f["doses"]),
    "placebo with an amount": dose(agent="placebo"),
    "every 8 hours": repeated(1, 8, "h"),
    "twice a day": repeated(2, 1, "d"),
    "every 2 weeks": repeated(1, 2, "wk"),
    "every 3 weeks": repeated(1, 3, "wk"),
    "days 1, 8 and 15": dose(days=[1, 8, 15]),
    "21-day cycles": dose(cycle_days=21),
    "vaccine": both(endpoint("antibody_titer"), dose(route="im")),
    "topical": dose(route="top"),
    "ophthalmic": dose(route="ophth"),
    "inhaled": dose(route="inh"),
    "intrathecal": dose(route="it"),
    "intravesical": dose(route="intravesical"),
    "intravitreal": dose(route="intravitreal"),
    "intranasal": dose(route="intranasal"),
    "rectal": dose(route="rectal"),
    "perineural": dose(route="perineural"),
    "intra-articular": dose(route="intra-articular"),
    "hepatic artery": dose(route="ia"),
    "thresholds that are no doses": criteria(r"(?i)(platelets?|ANC|hemoglobin|WBC|haemoglobin)[^\n]{0,12}\d"),
    "drug amounts that are no doses": criteria(r"(?i)(prednisone|methadone|steroids?|opioids?)[^\n]{0,30}\d"),
    "doses in the arm description, intervention says only Given IV": only_given,
    "doses only in the detailed description": both(
        has("armsInterventionsModule.interventions"), lambda r, f: {d["field"] for d in f["doses"]} == {DETAILED}
    ),
    "design figures": lambda r, f: {"alpha", "power"} <= {s["kind"] for s in f["design_stats"]},
    "age with an exclusive bound": lambda r, f: any(
        a["min_incl"] is False or a["max_incl"] is False for a in f["ages"]
    ),
    "age in mixed units": lambda r, f: any(a["min_unit"] != a["max_unit"] for a in f["ages"]),
    "donor age": lambda r, f: any(a["cohort"] == "donor" for a in f["ages"]),
    "ages of cohorts": lambda r, f: sum(bool(a["cohort"]) and a["cohort"] != "donor" for a in f["ages"]) >= 2,
    "age bound in years": age_bound("Year"),
    "age bound in months": age_bound("Month"),
    "age bound in weeks": age_bound("Week"),
    "age bound in days": age_bound("Day"),
    "age bound in hours": age_bound("Hour"),
    "no age bound at all": both(lacks("eligibilityModule.minimumAge"), lacks("eligibilityModule.maximumAge")),
    "no upper age": both(has("eligibilityModule.minimumAge"), lacks("eligibilityModule.maximumAge")),
    "date of a year": any_date(r"\d{4}"),
    "date of a month": any_date(r"\d{4}-\d\d"),
    "date of a day": any_date(r"\d{4}-\d\d-\d\d"),
    "date with a time": upload_has_a_time,
    "two phases": lambda r, f: len(protocol(r, "designModule.phases") or []) == 2,
    "phase not applicable": lambda r, f: protocol(r, "designModule.phases") == ["NA"],
    "observational, without allocation, masking and purpose": observational,
    "healthyVolunteers null": is_null("eligibilityModule.healthyVolunteers"),
    "healthyVolunteers absent": lambda r, f: "healthyVolunteers" not in protocol(r, "eligibilityModule"),
    "healthy volunteers": lambda r, f: protocol(r, "eligibilityModule.healthyVolunteers") is True,
    "null where no null is expected": is_null("designModule.phases"),
    "no arms": lacks("armsInterventionsModule.armGroups"),
    "no interventions": lacks("armsInterventionsModule.interventions"),
    "no outcomes": lacks("outcomesModule"),
    "no locations": lacks("contactsLocationsModule.locations"),
    "over 1,100 locations": lambda r, f: len(protocol(r, "contactsLocationsModule.locations") or []) > 1_100,
    "CommonMark escapes": says(r"\\[<>\[\]*^&~]"),
    "enrolment sentinel": lambda r, f: protocol(r, "designModule.enrollmentInfo.count") == 99_999_999,
    "nobody enrolled": lambda r, f: protocol(r, "designModule.enrollmentInfo.count") == 0,
    "results posted": lambda r, f: r["hasResults"] and len(r.get("resultsSection", {})) == 5,
    "results submitted but not posted": lambda r, f: r["hasResults"] and "resultsSection" not in r,
    "result NA": result("NA"),
    "result with a sign": result(r"<\s?0\.0+1"),
    "result with a thousands comma": result(r"1,234"),
    "units analysed other than participants": lambda r, f: (
        at(r, "resultsSection.participantFlowModule.typeUnitsAnalyzed") == "eyes"
    ),
    "annotation of unposted results": lambda r, f: bool(at(r, "annotationSection.annotationModule.unpostedAnnotation")),
    "annotation of a violation": lambda r, f: bool(at(r, "annotationSection.annotationModule.violationAnnotation")),
    "documents": lambda r, f: bool(at(r, "documentSection.largeDocumentModule.largeDocs")),
    "delayed posting": has("statusModule.delayedPosting"),
    "retraction": lambda r, f: any("retractions" in x for x in protocol(r, "referencesModule.references") or []),
    "expanded access study": lambda r, f: protocol(r, "designModule.studyType") == "EXPANDED_ACCESS",
    "obsolete id (alias)": has("identificationModule.nctIdAliases"),
    "junk secondary id": says(r"^N/A$|\nN/A\n|\nnot applicable\n"),
    "contacts": has("contactsLocationsModule.centralContacts"),
    "names beyond ASCII": foreign_names,
    "very long criteria": lambda r, f: len(protocol(r, "eligibilityModule.eligibilityCriteria")) > 10_000,
    "quotes, commas and semicolons in labels": awkward_labels,
    "quotes, commas and line breaks in prose": both(says('"'), says(r"\w, \w"), says("\n")),
    "Windows line ends": says("\r\n"),
    "status unknown with the last known one": has("statusModule.lastKnownStatus"),
    "stopped, with the reason": has("statusModule.whyStopped"),
    "MeSH terms with ancestors": lambda r, f: bool(at(r, "derivedSection.conditionBrowseModule.ancestors")),
    "MeSH terms of interventions": lambda r, f: bool(at(r, "derivedSection.interventionBrowseModule.meshes")),
    "version holder": lambda r, f: bool(at(r, "derivedSection.miscInfoModule.versionHolder")),
    "nothing dosed": lambda r, f: not f["doses"],
    "behavioural trial": says(r"(?m)^BEHAVIORAL$"),
    "diabetes": endpoint("hba1c"),
    "psychiatry": endpoint("depression_anxiety"),
    "dermatology": endpoint("skin_score"),
    "urology": endpoint("urinary_symptoms"),
    "headache": endpoint("headache_frequency"),
    "obstetrics": both(says("(?i)pregnan"), lambda r, f: protocol(r, "eligibilityModule.sex") == "FEMALE"),
    "dental": says("(?i)endodontic"),
}


def listed_phenomena() -> list[tuple[str, str]]:
    rows = re.findall(r"^\| ([^|]+) \| ((?:NCT99\d{6}(?:, )?)+) \|$", README.read_text(encoding="utf-8"), flags=re.M)
    return [(name, nct_id) for name, ids in rows for nct_id in ids.split(", ")]


def test_the_readme_lists_every_phenomenon_and_every_record() -> None:
    assert {name for name, _ in listed_phenomena()} == set(PHENOMENA)
    assert set(re.findall(r"NCT99\d{6}", README.read_text(encoding="utf-8"))) >= set(RECORDS)


@pytest.mark.parametrize(("phenomenon", "nct_id"), listed_phenomena())
def test_phenomenon_is_really_there(phenomenon: str, nct_id: str) -> None:
    assert PHENOMENA[phenomenon](RECORDS[nct_id], EXPECTED[nct_id])


def test_cell_therapy_trials_answer_the_main_question_richly() -> None:
    with_cells = [facts for facts in EXPECTED.values() if any(d["unit"] == "{cells}" for d in facts["doses"])]
    assert len(with_cells) >= 12
    assert sum(any(d["per"] == "kg" and d["unit"] == "{cells}" for d in facts["doses"]) for facts in with_cells) >= 8
    assert all(any(e["role"] == "primary" and e["times"] for e in facts["endpoints"]) for facts in with_cells)


@pytest.mark.parametrize("escape", ["\\<", "\\>", "\\[", "\\]", "\\*", "\\^", "\\&", "\\~"])
def test_every_escape_occurs(escape: str) -> None:
    assert any(escape in prose(record) for record in RECORDS.values())


# ---- own words


def sentences(record: Json) -> Iterator[str]:
    for section in ("protocolSection", "resultsSection"):
        for text in strings(record.get(section)):
            plain = re.sub(r"[ \t]+", " ", text.replace("\\", "")).lower()
            for sentence in re.split(r"(?<=[.;:!?])\s+|[\r\n]+", plain):
                if len(sentence.strip(" *-")) >= 60:
                    yield sentence.strip(" *-")


def test_no_sentence_is_shared_with_a_real_record() -> None:
    if not REAL_RECORDS.exists():
        pytest.skip("no real records beside the checkout")
    ours = {sentence: nct_id for nct_id, record in RECORDS.items() for sentence in sentences(record)}
    with gzip.open(REAL_RECORDS, "rt", encoding="utf-8") as lines:
        shared = {s for line in lines for s in sentences(json.loads(line)) if s in ours}
    assert not shared
