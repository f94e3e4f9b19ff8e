"""Records in the registry's retired XML format, reduced to the paths that extraction reads.

Only for measuring: the archive does not hold this format. Paragraphs keep their hard line breaks, without the
indentation that the format adds.

    python -m bench.old_records ctgov_xml.tar.gz old_records.jsonl
    trialkb ingest old_records.jsonl --kb KB
"""

from __future__ import annotations

import sys
import tarfile
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import orjson

Record = dict[str, Any]


def read_old_records(path: Path) -> Iterator[Record]:
    """The records of a .tar.gz of XML files, each in the registry's JSON shape."""
    with tarfile.open(path) as archive:
        for item in archive:
            file = archive.extractfile(item)
            if file is not None:
                yield {"protocolSection": _protocol(ElementTree.parse(file).getroot())}


def _protocol(root: ElementTree.Element) -> Record:
    return {
        "identificationModule": {
            "nctId": _text(root, "id_info/nct_id"),
            "briefTitle": _text(root, "brief_title"),
            "officialTitle": _text(root, "official_title"),
        },
        "descriptionModule": {
            "briefSummary": _text(root, "brief_summary/textblock"),
            "detailedDescription": _text(root, "detailed_description/textblock"),
        },
        "conditionsModule": {"conditions": [item.text for item in root.iterfind("condition")]},
        "designModule": {"studyType": (_text(root, "study_type") or "").upper()},
        "armsInterventionsModule": {
            "armGroups": [_arm(item) for item in root.iterfind("arm_group")],
            "interventions": [_intervention(item) for item in root.iterfind("intervention")],
        },
        "outcomesModule": {f"{kind}Outcomes": _outcomes(root, kind) for kind in ("primary", "secondary", "other")},
        "eligibilityModule": {
            "eligibilityCriteria": _text(root, "eligibility/criteria/textblock"),
            "studyPopulation": _text(root, "eligibility/study_pop/textblock"),
            "minimumAge": _age(root, "minimum_age"),
            "maximumAge": _age(root, "maximum_age"),
        },
    }


def _arm(item: ElementTree.Element) -> Record:
    return {
        "label": _text(item, "arm_group_label"),
        "type": _text(item, "arm_group_type"),
        "description": _text(item, "description"),
    }


def _intervention(item: ElementTree.Element) -> Record:
    return {
        "type": (_text(item, "intervention_type") or "").upper(),
        "name": _text(item, "intervention_name"),
        "description": _text(item, "description"),
        "armGroupLabels": [label.text for label in item.iterfind("arm_group_label")],
        "otherNames": [name.text for name in item.iterfind("other_name")],
    }


def _outcomes(root: ElementTree.Element, kind: str) -> list[Record]:
    return [
        {
            "measure": _text(item, "measure"),
            "timeFrame": _text(item, "time_frame"),
            "description": _text(item, "description"),
        }
        for item in root.iterfind(f"{kind}_outcome")
    ]


def _age(root: ElementTree.Element, name: str) -> str | None:
    age = _text(root, f"eligibility/{name}")
    return None if age == "N/A" else age


def _text(item: ElementTree.Element, path: str) -> str | None:
    text = item.findtext(path)
    return textwrap.dedent(text.replace("\r", "")).strip() if text else None


def main() -> None:
    """Write the records of an archive as JSON lines, for `trialkb ingest`."""
    source, target = map(Path, sys.argv[1:3])
    target.write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in read_old_records(source)))


if __name__ == "__main__":
    main()
