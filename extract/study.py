"""The part of a registry record that extraction reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from extract.text import Text, normalise

OUTCOME_TYPES = (("primary", "primaryOutcomes"), ("secondary", "secondaryOutcomes"), ("other", "otherOutcomes"))


@dataclass(slots=True, eq=False)
class Field:
    """One free-text field: its JSON path in the record and its text, raw and normalised.

    `arm_no` and `intervention_no` (1-based) say whose text it is, where it is somebody's.
    """

    path: str
    raw: str
    arm_no: int | None = None
    intervention_no: int | None = None
    _text: Text | None = None

    @property
    def text(self) -> Text:
        """The text with its normalised form, made on first use and kept."""
        if self._text is None:
            self._text = normalise(self.raw)
        return self._text


@dataclass(slots=True, eq=False)
class Arm:
    """An arm group. `intervention_nos` are the registered links, 1-based."""

    arm_no: int
    label: Field
    description: Field | None
    type: str | None
    intervention_nos: list[int]


@dataclass(slots=True, eq=False)
class Intervention:
    """An intervention with its other names. `arm_nos` are the registered links, 1-based."""

    intervention_no: int
    type: str | None
    name: Field
    description: Field | None
    other_names: list[Field]
    arm_nos: list[int]


@dataclass(slots=True, eq=False)
class Outcome:
    """A registered outcome measure; `outcome_no` is 1-based within its type."""

    outcome_type: str
    outcome_no: int
    measure: Field
    time_frame: Field | None
    description: Field | None


class Study:
    """A study's free text and the few structured facts that help to read it.

    Build it with `Study.from_record` from a record in the registry's JSON shape, whole or reduced to the
    paths read here. Fields that are missing, null or of a wrong type count as absent.
    """

    def __init__(self, nct_id: str, record: Mapping[str, Any]) -> None:
        self.nct_id = nct_id
        self._protocol = _mapping(record.get("protocolSection"))

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Study:
        """A study from a registry record; its id is `""` where the record has none."""
        identification = _mapping(_mapping(record.get("protocolSection")).get("identificationModule"))
        return cls(str(identification.get("nctId") or ""), record)

    def _module(self, name: str) -> Mapping[str, Any]:
        return _mapping(self._protocol.get(name))

    def _field(self, module: str, key: str) -> Field | None:
        value = self._module(module).get(key)
        return Field(f"protocolSection.{module}.{key}", value) if isinstance(value, str) and value else None

    @cached_property
    def brief_title(self) -> Field | None:
        return self._field("identificationModule", "briefTitle")

    @cached_property
    def official_title(self) -> Field | None:
        return self._field("identificationModule", "officialTitle")

    @cached_property
    def brief_summary(self) -> Field | None:
        return self._field("descriptionModule", "briefSummary")

    @cached_property
    def detailed_description(self) -> Field | None:
        return self._field("descriptionModule", "detailedDescription")

    @cached_property
    def eligibility_criteria(self) -> Field | None:
        return self._field("eligibilityModule", "eligibilityCriteria")

    @cached_property
    def study_population(self) -> Field | None:
        return self._field("eligibilityModule", "studyPopulation")

    @property
    def minimum_age(self) -> str | None:
        """The structured bound as registered, e.g. `18 Years`; None means no limit."""
        return _string(self._module("eligibilityModule").get("minimumAge"))

    @property
    def maximum_age(self) -> str | None:
        """The structured bound as registered, e.g. `65 Years`; None means no limit."""
        return _string(self._module("eligibilityModule").get("maximumAge"))

    @property
    def study_type(self) -> str | None:
        return _string(self._module("designModule").get("studyType"))

    @property
    def conditions(self) -> list[str]:
        return [name for name in _sequence(self._module("conditionsModule").get("conditions")) if isinstance(name, str)]

    @cached_property
    def arms(self) -> list[Arm]:
        base = "protocolSection.armsInterventionsModule.armGroups"
        arms = []
        for index, group in enumerate(_sequence(self._module("armsInterventionsModule").get("armGroups"))):
            group = _mapping(group)
            arm_no = index + 1
            label = Field(f"{base}[{index}].label", _string(group.get("label")) or "", arm_no=arm_no)
            description = _optional(f"{base}[{index}].description", group.get("description"), arm_no=arm_no)
            linked = [i.intervention_no for i in self.interventions if arm_no in i.arm_nos]
            arms.append(Arm(arm_no, label, description, _string(group.get("type")), linked))
        return arms

    @cached_property
    def interventions(self) -> list[Intervention]:
        module = self._module("armsInterventionsModule")
        base = "protocolSection.armsInterventionsModule.interventions"
        links = [_links(_mapping(group)) for group in _sequence(module.get("armGroups"))]
        names = [_mapping(item).get("name") for item in _sequence(module.get("interventions"))]
        found = []
        for index, item in enumerate(_sequence(module.get("interventions"))):
            item = _mapping(item)
            number = index + 1
            path = f"{base}[{index}]"
            name = Field(f"{path}.name", _string(item.get("name")) or "", intervention_no=number)
            other_names = [
                Field(f"{path}.otherNames[{k}]", other, intervention_no=number)
                for k, other in enumerate(_sequence(item.get("otherNames")))
                if isinstance(other, str) and other
            ]
            description = _optional(f"{path}.description", item.get("description"), intervention_no=number)
            arm_nos = _linked_arms(item, links, name.raw, shared=names.count(name.raw) > 1)
            found.append(Intervention(number, _string(item.get("type")), name, description, other_names, arm_nos))
        return found

    @cached_property
    def outcomes(self) -> list[Outcome]:
        found = []
        for outcome_type, key in OUTCOME_TYPES:
            base = f"protocolSection.outcomesModule.{key}"
            for index, item in enumerate(_sequence(self._module("outcomesModule").get(key))):
                item = _mapping(item)
                path = f"{base}[{index}]"
                measure = Field(f"{path}.measure", _string(item.get("measure")) or "")
                time_frame = _optional(f"{path}.timeFrame", item.get("timeFrame"))
                description = _optional(f"{path}.description", item.get("description"))
                found.append(Outcome(outcome_type, index + 1, measure, time_frame, description))
        return found

    def prose(self) -> Iterator[Field]:
        """Titles and descriptions: the running text about the study as a whole."""
        yield from self.titles()
        for item in (self.brief_summary, self.detailed_description):
            if item is not None:
                yield item

    def titles(self) -> Iterator[Field]:
        """The brief and the official title."""
        for item in (self.brief_title, self.official_title):
            if item is not None:
                yield item


def _links(group: Mapping[str, Any]) -> tuple[str | None, set[str]]:
    """An arm's label, and the names of the interventions that it is linked to from its side."""
    label = group.get("label")
    # The arm's side prints the type before the name: "Drug: Fludarabine".
    names = {n.split(": ", 1)[-1] for n in _sequence(group.get("interventionNames")) if isinstance(n, str)}
    return label if isinstance(label, str) else None, names


def _linked_arms(
    item: Mapping[str, Any], links: Sequence[tuple[str | None, set[str]]], name: str, *, shared: bool
) -> list[int]:
    """Arms that an intervention is linked to, from either side of the link.

    The arms' side tells by the name only, which two interventions may share: then only their own side counts.
    """
    labels = {label for label in _sequence(item.get("armGroupLabels")) if isinstance(label, str)}
    by_name = bool(name) and not (shared and labels)
    return [arm_no for arm_no, (label, names) in enumerate(links, 1) if label in labels or (by_name and name in names)]


def _optional(path: str, value: object, arm_no: int | None = None, intervention_no: int | None = None) -> Field | None:
    return Field(path, value, arm_no, intervention_no) if isinstance(value, str) and value else None


def _string(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _mapping(value: object) -> Mapping[str, Any]:
    # Nearly all are plain dicts, which are seen at once; the general question takes many times longer.
    return value if type(value) is dict or isinstance(value, Mapping) else {}


def _sequence(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else []
