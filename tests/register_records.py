"""Records of other registers as their interfaces send them, made up for the tests."""

from __future__ import annotations

from typing import Any

import orjson

Json = Any


def ctis_trial(number: str, title: str, **changes: Json) -> dict[str, Json]:
    """A whole record of the EU portal; `changes` are of its top level."""
    information = {
        "trialCategory": {"trialPhase": "4", "isLowIntervention": False},
        "medicalCondition": {
            "partIMedicalConditions": [{"medicalCondition": "Gout of the big toe"}],
            "meddraConditionTerms": [{"termName": "Gout", "level": "PT"}],
        },
        "trialObjective": {
            "mainObjective": "To learn whether sorelin calms an attack of gout",
            "secondaryObjectives": [{"number": 1, "secondaryObjective": "To learn how it is tolerated"}],
        },
        "eligibilityCriteria": {
            "principalInclusionCriteria": [{"number": 1, "principalInclusionCriteria": "An attack since yesterday"}],
            "principalExclusionCriteria": [{"number": 1, "principalExclusionCriteria": "Dialysis"}],
        },
        "endPoint": {
            "primaryEndPoints": [{"number": 1, "endPoint": "Pain after 24 hours"}],
            "secondaryEndPoints": [{"number": 1, "endPoint": "Swelling after 7 days"}],
        },
        "trialDuration": {"estimatedRecruitmentStartDate": "2031-02-01", "estimatedEndDate": "2033-06-30"},
        "populationOfTrialSubjects": {
            "ageRanges": [{"ageRangeCategoryCode": "3"}, {"ageRangeCategoryCode": "4"}],
            "clinicalTrialGroups": [{"code": "2", "name": "Patients"}],
            "isFemaleSubjects": True, "isMaleSubjects": True,
        },
    }  # fmt: skip
    part_1 = {
        "rowSubjectCount": 40,
        "sponsors": [
            {"primary": False, "publicContacts": [{"organisation": {"name": "Second University"}}]},
            {"primary": True, "isCommercial": True, "publicContacts": [{"organisation": {"name": "Alpine Pharma"}}]},
        ],
        "products": [
            {
                "productName": "Sorelin 5 mg capsules", "productDictionaryInfo": {"activeSubstanceName": "SORELIN"},
                "part1MpRoleTypeCode": "1", "routes": ["ORAL USE"], "maxDailyDoseAmount": 15,
                "doseUom": "mg milligram(s)",
            }
        ],
        "partOneTherapeuticAreas": [{"therapeuticArea": {"code": 5, "name": "Musculoskeletal Diseases"}}],
        "rowCountriesInfo": [{"name": "Brazil"}],
        "trialDetails": {
            "clinicalTrialIdentifiers": {
                "fullTitle": f"{title}: a randomised trial", "publicTitle": title,
                "secondaryIdentifyingNumbers": {"nctNumber": {"number": "NCT99900001"}},
            },
            "trialInformation": information,
            "protocolInformation": {
                "studyDesign": {
                    "periodDetails": [
                        {"allocationMethod": "1", "armDetails": [
                            {"title": "Sorelin", "description": "Sorelin 5 mg three times a day for 5 days"},
                            {"title": "Placebo", "description": "Capsules without sorelin"},
                        ]}
                    ]
                }
            },
        },
    }  # fmt: skip
    site = {
        "organisation": {"name": "Clinic on the Hill"},
        "address": {"city": "Graz", "postcode": "8010", "countryName": "Austria"},
    }
    parts_2 = [
        {"mscInfo": {"mscName": "Austria"}, "recruitmentSubjectCount": 60,
         "trialSites": [{"organisationAddressInfo": site}]},
        {"mscInfo": {"mscName": "Italy"}, "recruitmentSubjectCount": 20, "trialSites": []},
    ]  # fmt: skip
    return {
        "ctNumber": number, "ctStatus": "Authorised", "ctPublicStatusCode": 4, "startDateEU": "2031-03-05",
        "decisionDate": "2031-01-20T00:00:00", "publishDate": "2031-04-01T08:00:00",
        "authorizedApplication": {
            "authorizedPartI": part_1, "authorizedPartsII": parts_2,
            "eudraCt": {"isTransitioned": True, "eudraCtCode": "2019-099999-42"},
        },
        **changes,
    }  # fmt: skip


def ctis_file(*trials: Json) -> bytes:
    """A file of such records."""
    return orjson.dumps(list(trials))


def isrctn_trial(number: str, title: str, edited: str = "2031-04-01") -> bytes:
    """A `<fullTrial>` of the ISRCTN register; `number` has eight digits."""
    return f"""<fullTrial><trial lastUpdated="{edited}T09:00:00.000Z" version="1"
publicIdentifierCanonical="ISRCTN{number}"><isrctn dateAssigned="2031-01-05T00:00:00.000Z">{number}</isrctn>
<trialDescription><title>{title}</title><scientificTitle>{title}: a trial in three towns</scientificTitle>
<plainEnglishSummary>People sleep badly. This study looks at warm milk.</plainEnglishSummary>
<primaryOutcomes><outcomeMeasure><variable>Hours of sleep</variable><method>a diary</method>
<timepoints>6 weeks</timepoints></outcomeMeasure></primaryOutcomes>
<secondaryOutcomes><outcomeMeasure><variable>Mood</variable><timepoints>12 weeks</timepoints></outcomeMeasure>
</secondaryOutcomes></trialDescription>
<externalRefs><doi>10.1186/ISRCTN{number}</doi><clinicalTrialsGovNumber>Nil known</clinicalTrialsGovNumber>
<secondaryNumbers><secondaryNumber id="a1" numberType="nct">NCT99900002</secondaryNumber></secondaryNumbers>
</externalRefs>
<trialDesign><primaryStudyDesign>Interventional</primaryStudyDesign>
<secondaryStudyDesign>Randomised controlled trial</secondaryStudyDesign>
<trialTypes><trialType>Treatment</trialType></trialTypes>
<overallEndDate>2032-01-31T00:00:00.000Z</overallEndDate></trialDesign>
<participants><recruitmentCountries><country>England</country><country>Malta</country></recruitmentCountries>
<trialCentres><trialCentre id="c1"><name>Lakeside Clinic</name><city>Leeds</city><country>England</country>
</trialCentre></trialCentres><participantTypes><participantType>Patient</participantType></participantTypes>
<inclusion>Sleeps less than 5 hours</inclusion><exclusion>Night work</exclusion><gender>All</gender>
<lowerAgeLimit unit="Years" value="18">18 Years</lowerAgeLimit><targetEnrolment>64</targetEnrolment>
<totalFinalEnrolment>61</totalFinalEnrolment><recruitmentStart>2031-02-01T00:00:00.000Z</recruitmentStart></participants>
<conditions><condition><description>Insomnia</description>
<diseaseClass1>Mental and Behavioural Disorders</diseaseClass1></condition></conditions>
<interventions><intervention><description>Warm milk, 200 ml at night for 6 weeks</description>
<interventionType>Supplement</interventionType></intervention></interventions></trial>
<sponsor id="s1"><organisation>Lakeside Trust</organisation><sponsorType>Hospital</sponsorType></sponsor>
</fullTrial>""".encode()


def isrctn_file(*trials: bytes) -> bytes:
    """A file of such records."""
    return b'<allTrials xmlns="http://www.67bricks.com/isrctn">' + b"".join(trials) + b"</allTrials>"
