"""Endpoint classes, instruments and metrics of registered outcomes."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest

from extract.endpoints import endpoint_classes, endpoint_path, extract_endpoints
from extract.endpoints.phrases import PhraseBook
from extract.endpoints.vocabulary import class_tables, load_toml
from extract.facts import Endpoint
from extract.study import Study


def outcome(measure: str, time_frame: str | None = None, description: str | None = None) -> dict[str, Any]:
    item = {"measure": measure, "timeFrame": time_frame, "description": description}
    return {key: value for key, value in item.items() if value is not None}


def study(*primary: dict[str, Any], conditions: tuple[str, ...] = (), secondary: list[Any] | None = None) -> Study:
    return Study.from_record(
        {
            "protocolSection": {
                "identificationModule": {"nctId": "NCT00000001"},
                "conditionsModule": {"conditions": list(conditions)},
                "outcomesModule": {"primaryOutcomes": list(primary), "secondaryOutcomes": secondary or []},
            }
        }
    )


def endpoint_of(measure: str, description: str | None = None, condition: str = "") -> Endpoint:
    (found,) = extract_endpoints(study(outcome(measure, "1 year", description), conditions=(condition,)))
    return found


@pytest.mark.parametrize(("measure", "expected"), [
    ("Overall survival (OS)", "overall_survival"),
    ("2-year OS", "overall_survival"),
    ("rPFS by central review", "progression_free_survival"),
    ("GVHD-free, relapse-free survival", "gvhd_relapse_free_survival"),
    ("Duration of objective response", "duration_of_response"),
    ("Median time to tumour progression", "time_to_progression"),
    ("MRD-negative complete remission at day 28", "mrd_response"),
    ("Patients in CR or CRi", "complete_response"),
    ("Incidence of treatment emergent adverse events", "adverse_events"),
    ("Adverse events, among them serious adverse events", "adverse_events"),
    ("Any SAE", "serious_adverse_events"),
    ("DLTs in the first cycle", "dose_limiting_toxicity"),
    ("AUC0-24 of the study drug", "pk_auc"),
    ("Apparent oral clearance (CL/F)", "pk_clearance"),
    ("Pharmacokinetics: terminal half-life", "pk_half_life"),
    ("Anti-drug antibodies", "immunogenicity"),
    ("Geometric mean titre on day 29", "antibody_titer"),
    ("Change in HbA1c", "hba1c"),
    ("Change in urinary albumin", "kidney_function"),
    ("Change from baseline in MADRS total score", "depression_anxiety"),
    ("EORTC QLQ-C30 global health status", "quality_of_life"),
    ("Pain on movement, VAS", "pain"),
    ("Worst itch of the last day, NRS", "symptom_score"),
    ("EASI-75", "skin_score"),
    ("Best corrected visual acuity", "visual_acuity"),
    ("Six-minute walk distance", "walking_mobility"),
    ("Probing pocket depth", "dental"),
    ("Onset of sensory block", "anesthesia_block"),
    ("Rescue morphine in the recovery room", "opioid_use"),
    ("Live birth rate", "fertility_pregnancy"),
    ("Length of hospital stay", "length_of_stay"),
    ("Days with heavy drinking", "alcohol_use"),
    ("Cotinine-confirmed abstinence from smoking", "smoking_cessation"),
    ("Number of monthly migraine days", "headache_frequency"),
    ("Sensitivity and specificity of the test", "diagnostic_accuracy"),
    ("Bony fusion of the treated level", "surgical_success"),
    ("Vertebral fractures", "fracture"),
    ("Mean intensity of the attacks", "pain"),
    ("Neutrophil engraftment", "engraftment"),
    ("Neutralizing titres against RSV", "antibody_titer"),
    ("Thickness of the carotid intima-media", "imaging"),
    ("Polyps found at colonoscopy", "surgical_success"),
    ("Sagittal imbalance of the spine", "surgical_success"),
    ("Hydration of the nucleus pulposus", "other"),
    ("Patients with retinitis pigmentosa", "other"),
    ("Pigmentation of the treated field", "skin_score"),
    ("Rating of the mobile application", "other"),
    ("Mobility after the operation", "walking_mobility"),
    ("Los Angeles grade", "other"),
    ("Downstaging of the tumour", "pathologic_complete_response"),
    ("Migrated disc on MR images", "imaging"),
    ("Cerebral blood flow at rest", "imaging"),
    ("Patient-reported outcomes: pain", "pain"),
    ("Patient-reported outcomes", "quality_of_life"),
    ("Pharmacodynamic effect: change in systolic pressure", "blood_pressure"),
    ("Area under the effect-time curve", "pharmacodynamics"),
    ("RAND-36 physical role", "quality_of_life"),
    ("Short Form-12", "quality_of_life"),
    ("Stretched penile length", "other"),
    ("Gain in penile circumference", "erectile_function"),
    ("IIEF orgasmic function domain", "sexual_function"),
    ("International Index of Erectile Function (IIEF), sexual desire", "sexual_function"),
    ("IIEF erectile function domain", "erectile_function"),
    ("Time to onset of rigidity", "erectile_function"),
    ("ACR30 response without fever", "response_other"),
    ("Number of swollen joints", "symptom_score"),
    ("Pulmonary vascular resistance at rest", "cardiac_function"),
    ("WHO functional class", "function_disability"),
    ("Orthostatic hypotension", "blood_pressure"),
    ("Days of vasopressors", "icu_ventilation"),
    ("QTcI at the third visit", "vital_signs_ecg"),
    ("Plasma concentrations of the study drug", "pk_concentration"),
    ("Tadalafil plasma concentrations", "pk_concentration"),
    ("Plasma concentrations of cytokines", "biomarker"),
    ("Chromosomal abnormalities", "biomarker"),
    ("Pupil diameter in the dark", "pharmacodynamics"),
    ("Dihydrotestosterone", "testosterone"),
    ("Qualitative ADAM questionnaire", "symptom_score"),
    ("Standing height", "body_composition"),
    ("Median time to platelet recovery", "engraftment"),
    ("Adverse events (AEs) meeting the criteria of a dose limiting toxicity", "dose_limiting_toxicity"),
    ("Use of pain medication", "opioid_use"),
    ("Time to distant relapse", "metastasis_free_survival"),
    ("Visual impairment", "visual_acuity"),
    ("AKI by RIFLE", "kidney_function"),
    ("Fasting TG", "lipids"),
    ("Duration (days) of hospitalisation", "length_of_stay"),
    ("Days on parenteral nutrition", "diet_intake"),
    ("Intervention Appropriateness Measure", "feasibility"),
    ("Completeness of resection", "surgical_success"),
    ("Attack abortion", "headache_frequency"),
    ("Return to normal activities", "function_disability"),
    ("Half time of gastric emptying", "other"),
    ("Tanner stage", "other"),
    ("Discontinuation of prednisone", "other"),
    ("Device breakage", "device_performance"),
    ("Ease of handling of the device", "satisfaction"),
    ("Renal vascular resistance", "kidney_function"),
    ("TRUS of the prostate", "imaging"),
    ("Vessel density around the fovea", "imaging"),
    ("Return of functional erections", "erectile_function"),
    ("Functional results", "function_disability"),
    ("Tolerance: drug tolerance", "adverse_events"),
    ("Patients at high risk", "other"),
    ("Pharmacokinetics and correlations with toxicities", "pk_other"),
    ("Disease activity score", "symptom_score"),
    ("Bloody stool", "symptom_score"),
    ("Global assessment at study completion", "symptom_score"),
    ("PROMIS sleep disturbance", "sleep"),
    ("PROMIS-29", "quality_of_life"),
    ("Patients who prefer the patch", "satisfaction"),
    ("Perforation of the tympanic membrane", "surgical_complications"),
    ("Tympanic temperature", "vital_signs_ecg"),
    ("Prolo scale", "function_disability"),
    ("Lightening of a port-wine stain", "other"),
    ("STAI-S", "depression_anxiety"),
    ("Ruminative Response Scale", "depression_anxiety"),
    ("Risk factors for a fall from bed", "balance_falls"),
    ("Risk factors", "other"),
    ("Perineal pain", "pain"),
    ("Perineal tears", "fertility_pregnancy"),
    ("Change in medications", "healthcare_use"),
    ("A tolerable dose", "maximum_tolerated_dose"),
    ("Socioeconomic factors", "other"),
    ("Sensory deficits of the hand", "function_disability"),
    ("Pelvic tilt", "surgical_success"),
    ("Methotrexate levels in the CSF", "pk_concentration"),
    ("Inactive disease", "remission_other"),
    ("Reversal of prediabetes", "other"),
    ("Reversal of neuromuscular block", "anesthesia_block"),
    ("Offered to candidates for a transplant", "other"),
    ("Oral candidiasis", "infection"),
    ("Intention-to-treat analysis", "other"),
    ("Intention to quit", "behaviour"),
    ("B-cell malignancies: progression-free survival", "progression_free_survival"),
    ("B-cell counts", "biomarker"),
    ("Translational motion of the segment", "other"),
    ("Adipose-derived cells", "other"),
    ("Mindful Attention Awareness Scale", "depression_anxiety"),
    ("Type of migraine medication", "other"),
    ("Need for rescue medication within an hour", "other"),
    ("Rescue analgesia", "opioid_use"),
    ("Satisfaction of the partner", "satisfaction"),
    ("Partner satisfaction", "satisfaction"),
    ("Bioavailability of the new tablet, by AUC", "pk_auc"),
    ("Systemic exposure as plasma concentrations of the free drug", "pk_concentration"),
    ("Duration of tumour shrinkage and tumour response duration", "duration_of_response"),
    ("Platelet to lymphocyte ratio", "biomarker"),
    ("Diversity of gut microbial species", "biomarker"),
    ("BASDAI at week 20", "symptom_score"),
    ("Hours of CGM wear", "adherence"),
    ("Straight leg raise, right side", "range_of_motion"),
    ("Odom's criteria at month 8", "surgical_success"),
    ("CGM satisfaction", "satisfaction"),
    ("Decline of the eGFR", "kidney_function"),
    ("EGFR gene mutations", "biomarker"),
    ("Days with NSAIDs", "opioid_use"),
    ("Aortic stiffness", "cardiac_function"),
    ("Early Treatment Diabetic Retinopathy Study letters", "visual_acuity"),
    ("Acceptable safety and tolerability", "adverse_events"),
    ("Acceptability of the programme", "satisfaction"),
    ("Cough stress test", "urinary_symptoms"),
    ("Total RNA profiling", "biomarker"),
    ("Epithelial cell proliferation", "other"),
    ("Time to epithelization", "wound_healing"),
    ("Inverse document frequency (IDF)", "other"),
    ("iDFS at 3 years", "disease_free_survival"),
    ("Heart rate at the onset of the seizure", "heart_rate"),
    ("Reduction of the intensity of cluster attacks", "pain"),
    ("Mean attack severity", "pain"),
    ("Index of islet β-cell function", "insulin"),
    ("Glycated albumin", "glucose"),
    ("Plasma Aβ42", "biomarker"),
    ("Treatment-emergent resistance", "virologic_response"),
    ("Time to recovery of lymphocytes", "engraftment"),
    ("Killing by CAR T cells", "other"),
    ("IIEF overall satisfaction domain", "sexual_function"),
    ("IIEF domains overall", "erectile_function"),
    ("Doctor visits", "healthcare_use"),
    ("Any analgesic treatment", "opioid_use"),
    ("Concentration in the nasal mucosa", "pk_concentration"),
    ("Serum lipase", "lab_safety"),
    ("Baroreflex sensitivity", "cardiac_function"),
    ("Test of articulation", "function_disability"),
    ("Days of criminal activity", "behaviour"),
    ("Resistivity index of the artery", "imaging"),
    ("Plasma concentration of cyclic GMP", "biomarker"),
    ("Pain at 6 mo", "pain"),
    ("Opioid consumption after discharge", "opioid_use"),
    ("Duration of molecular CR", "duration_of_response"),
    ("International Consultation on Incontinence Questionnaire", "urinary_symptoms"),
    ("Detection of tumour-specific memory T cells", "biomarker"),
    ("Success of blinding", "other"),
    ("OS defined as the time from randomisation to death of any cause", "overall_survival"),
    ("Time from randomisation to first documented progression or death", "progression_free_survival"),
    ("Sum of diameters of target lesions", "objective_response"),
    ("CR or CRi with MRD-negative marrow", "mrd_response"),
    ("Neutralising antibodies to the study drug", "immunogenicity"),
    ("Participants with treatment-emergent ADA", "immunogenicity"),
    ("Peanut-specific IgE", "antibody_titer"),
    ("Serum tobramycin level", "pk_concentration"),
    ("Plasma concentrations of IL-10", "biomarker"),
    ("Heart rate variability", "heart_rate"),
    ("Mean 24-h ambulatory SBP", "blood_pressure"),
    ("Composite of cardiovascular death, myocardial infarction and stroke", "mace"),
    ("Postpartum haemorrhage", "bleeding"),
    ("Stent thrombosis", "thrombosis"),
    ("PaO2/FiO2 ratio", "lung_function"),
    ("SOFA score", "symptom_score"),
    ("Duration of symptoms", "symptom_score"),
    ("Need for additional uterotonics", "other"),
    ("Date of birth", "other"),
    ("Complete response: no vomiting and no rescue drug", "nausea_vomiting"),
    ("Success of nasotracheal intubation", "surgical_success"),
    ("Adenoma detection rate", "diagnostic_accuracy"),
    ("Acceptability of Intervention Measure", "feasibility"),
    ("DAS28 remission", "remission_other"),
    ("Would you have the operation again?", "satisfaction"),
    ("Auditory verbal learning test", "cognition"),
    ("MRC sum score", "muscle_strength"),
    ("Tooth sensitivity after bleaching", "dental"),
    ("Time to recurrence or death", "disease_free_survival"),
    ("Time from first dose to first objective response", "time_to_response"),
    ("Death in first remission", "non_relapse_mortality"),
    ("Anti-adalimumab antibodies", "immunogenicity"),
    ("Four-fold rise in HI titre", "antibody_titer"),
    ("Levels of ropivacaine in plasma", "pk_concentration"),
    ("Persistence of genetically modified T cells", "cell_persistence"),
    ("Plasma renin activity", "biomarker"),
    ("Migraine-specific quality of life questionnaire", "quality_of_life"),
    ("Quality of analgesia after caesarean section", "pain"),
    ("Severity of hot flushes", "symptom_score"),
    ("Dynamic lung compliance", "lung_function"),
    ("Acquisition of HIV", "infection"),
    ("Episiotomy healing", "wound_healing"),
    ("Survival of ceramic crowns", "dental"),
    ("Admission to the neonatal intensive care unit", "neonatal_outcome"),
    ("Time needed for intubation", "operative_time"),
    ("Cumulative opioid use", "opioid_use"),
    ("Corticosteroid-free clinical remission", "remission_other"),
    ("Skindex-29", "quality_of_life"),
    ("Wong-Baker faces", "pain"),
    ("Wisconsin card sorting test", "cognition"),
    ("Jebsen-Taylor hand test", "function_disability"),
    ("Vanderbilt ADHD scale", "symptom_score"),
    ("Rate of response by PCDAI", "response_other"),
    ("One-leg stance", "balance_falls"),
    ("Air-bone gap closure", "hearing"),
    ("Minimum alveolar concentration", "anesthesia_block"),
    ("FFP units", "transfusion"),
    ("Interobserver reliability", "diagnostic_accuracy"),
    ("Number of drop attacks", "seizures"),
    ("Lumbar Z-score", "bone_density"),
    ("Colour of the box", "other"),
])  # fmt: skip
def test_the_title_gives_the_class(measure: str, expected: str) -> None:
    assert endpoint_of(measure).endpoint == expected


def test_of_several_things_the_one_named_first_counts() -> None:
    assert endpoint_of("Progression-free survival and overall survival").endpoint == "progression_free_survival"
    assert endpoint_of("Overall survival and progression-free survival").endpoint == "overall_survival"


def test_the_treatment_and_the_patients_named_in_a_title_are_not_its_endpoint() -> None:
    assert endpoint_of("Effect of physical activity on HbA1c").endpoint == "hba1c"
    assert endpoint_of("Safety in patients with chronic kidney disease").endpoint == "adverse_events"


def test_who_suffers_from_what_is_about_the_patients() -> None:
    assert endpoint_of("Safety of the cells in subjects experiencing chronic pain").endpoint == "adverse_events"
    assert endpoint_of("Pharmacokinetics in infants weighing less than 2 kg at birth").endpoint == "pk_other"


def test_an_uncertain_title_is_settled_by_its_description() -> None:
    found = endpoint_of("Visual analogue scale", "Knee function is rated with the WOMAC before and after training")
    assert found.endpoint == "function_disability"
    assert found.evidence.quote == "WOMAC"
    assert found.evidence.source_field.endswith("primaryOutcomes[0].description")


def test_an_antibody_that_is_the_treatment_says_nothing_of_the_outcome() -> None:
    found = endpoint_of("Safety", "To learn more about the safety of the radiolabelled monoclonal antibody")
    assert found.endpoint == "adverse_events"


def test_a_title_that_names_only_a_group_gives_way_to_what_the_description_names_of_it() -> None:
    assert endpoint_of("Pharmacokinetics of the tablet", "Maximum plasma concentration").endpoint == "pk_cmax"
    assert endpoint_of("Pharmacokinetics of the tablet", "Blood for adverse event checks").endpoint == "pk_other"
    assert endpoint_of("Volume of distribution of the tablet", "Cmax and Tmax").endpoint == "pk_other"


def test_a_title_that_several_outcomes_share_gives_way_to_their_descriptions() -> None:
    title = "Pain and daily function"
    parts = [outcome(title, "1 year", text) for text in ("Oswestry Disability Index", "SF-36", "Pain diary")]
    classes = [found.endpoint for found in extract_endpoints(study(*parts))]
    assert classes == ["function_disability", "quality_of_life", "pain"]
    visits = [outcome(title, when, "Oswestry Disability Index") for when in ("1 month", "2 months")]
    assert [found.endpoint for found in extract_endpoints(study(*visits))] == ["pain", "pain"]


def test_the_field_of_medicine_decides_what_a_response_is() -> None:
    assert endpoint_of("Response rate", condition="Follicular lymphoma").endpoint == "objective_response"
    assert endpoint_of("Response rate", condition="Major depression").endpoint == "response_other"


def test_in_oncology_a_kind_of_response_says_more_than_the_number_of_responses() -> None:
    cancer = "Breast cancer"
    assert endpoint_of("Number of participants with a response", condition=cancer).endpoint == "objective_response"
    assert (
        endpoint_of("Number of participants with complete response", condition=cancer).endpoint == "complete_response"
    )
    assert endpoint_of("Participant responses", "By ultrasound", condition=cancer).endpoint == "objective_response"


def test_abbreviations_of_two_letters_count_only_as_capitals() -> None:
    assert endpoint_of("OS at one year").endpoint == "overall_survival"
    assert endpoint_of("Dilatation of the cervical os").endpoint != "overall_survival"


def test_evidence_is_the_raw_slice_that_gave_the_class() -> None:
    record_study = study(outcome("Change in FEV\u2081 \\& peak flow", "Week 12"))
    (found,) = extract_endpoints(record_study)
    assert found.endpoint == "lung_function"
    raw = record_study.outcomes[0].measure.raw
    assert raw[found.evidence.start_char : found.evidence.end_char] == found.evidence.quote
    assert found.evidence.quote.startswith("FEV")


@pytest.mark.parametrize(("measure", "expected"), [
    ("Change in LVMI", "cardiac_function"),
    ("Paravalvular leak", "cardiac_function"),
    ("Mean PAP and PVR", "cardiac_function"),
    ("AF burden", "mace"),
    ("Recurrence of AF", "relapse_other"),
    ("Overall success at TOC", "clinical_cure"),
    ("Colonic transit time", "symptom_score"),
    ("Nasal colonization", "infection"),
    ("Speech in noise", "hearing"),
    ("Dental anxiety", "depression_anxiety"),
    ("Unplanned return to the operating room", "surgical_complications"),
    ("Atrial tachyarrhythmia after ablation", "mace"),
    ("Return of spontaneous circulation", "mace"),
    ("Hematoma at the access site", "bleeding"),
    ("Annualized bleeding rate (ABR)", "bleeding"),
    ("Device-related thrombus", "thrombosis"),
    ("Occlusion of the great saphenous vein", "surgical_success"),
    ("Left atrial appendage closure", "surgical_success"),
    ("Endoleak type II", "surgical_complications"),
    ("Hospital-free survival", "hospitalization"),
    ("Invasive breast cancer-free survival", "disease_free_survival"),
    ("Castration-free survival", "event_free_survival"),
    ("Time to castration-resistant prostate cancer", "time_to_progression"),
    ("Colposcopic regression of CIN2", "response_other"),
    ("JAK2 allele burden", "biomarker"),
    ("Cumulative incidence of CNS relapse", "relapse_incidence"),
    ("Work and Social Adjustment Scale", "function_disability"),
    ("Body image", "depression_anxiety"),
    ("Nightmare frequency", "sleep"),
    ("Internet addiction test", "behaviour"),
    ("Mother-infant bonding", "behaviour"),
    ("Glasgow Outcome Scale Extended", "function_disability"),
    ("Quantitative Myasthenia Gravis score", "function_disability"),
    ("Scale for the Assessment and Rating of Ataxia", "function_disability"),
    ("Cerebral performance category 1-2", "function_disability"),
    ("Duration of phototherapy", "neonatal_outcome"),
    ("Shoulder dystocia", "fertility_pregnancy"),
    ("Induction to delivery interval", "fertility_pregnancy"),
    ("Laryngospasm", "adverse_events"),
    ("Number of intubation attempts", "surgical_success"),
    ("Norepinephrine requirement", "blood_pressure"),
    ("Post-anesthesia care unit stay", "length_of_stay"),
    ("Incidence of hypothermia", "vital_signs_ecg"),
    ("Optic nerve sheath diameter", "imaging"),
    ("Lund-Mackay CT score", "imaging"),
    ("Bone age advancement", "imaging"),
    ("Vitreous haze score", "retinal_thickness"),
    ("Stereopsis", "visual_acuity"),
    ("Gain of 15 letters or more", "visual_acuity"),
    ("Investigator global assessment of acne", "skin_score"),
    ("Hirsutism by the Ferriman-Gallwey score", "skin_score"),
    ("Worst itch NRS", "symptom_score"),
    ("Postoperative endodontic pain", "pain"),
    ("Bleeding on probing", "dental"),
    ("Keratinized tissue width", "dental"),
    ("Pink esthetic score", "dental"),
    ("Incidence of malaria", "infection"),
    ("Sexually transmitted infections", "infection"),
    ("Wound infection", "infection"),
    ("HPV vaccine uptake", "behaviour"),
    ("Anti-HBs titer", "antibody_titer"),
    ("Egg reduction rate", "microbiologic_cure"),
    ("Intact PTH", "biomarker"),
    ("Fecal calprotectin", "biomarker"),
    ("Sweat chloride", "biomarker"),
    ("Urinary oxalate", "biomarker"),
    ("Serum bicarbonate", "lab_safety"),
    ("Arteriovenous fistula maturation", "surgical_success"),
    ("Boston Bowel Preparation Scale", "surgical_success"),
    ("Variceal bleeding", "bleeding"),
    ("Lille score", "liver_function"),
    ("Improvement of liver fibrosis", "liver_function"),
    ("Time to first flatus", "symptom_score"),
    ("Harvey-Bradshaw index", "symptom_score"),
    ("DAS28-CRP", "symptom_score"),
    ("SLEDAI", "symptom_score"),
    ("Simple Endoscopic Score for Crohn's Disease", "response_other"),
    ("Gout flares", "exacerbation"),
    ("Vaso-occlusive crises", "exacerbation"),
    ("Peanut desensitization", "response_other"),
    ("Seroma formation", "surgical_complications"),
    ("Bile leak", "surgical_complications"),
    ("Comprehensive Complication Index", "surgical_complications"),
    ("Oxford Knee Score", "function_disability"),
    ("Boston Carpal Tunnel Questionnaire", "function_disability"),
    ("Anterior knee laxity (KT-1000)", "range_of_motion"),
    ("Vertical jump height", "muscle_strength"),
    ("Craniovertebral angle", "balance_falls"),
    ("Fluid balance", "other"),
    ("Number of anti-VEGF injections", "other"),
    ("ICU mortality", "mortality"),
    ("COPD Assessment Test", "symptom_score"),
    ("Antibiotic-free days", "healthcare_use"),
    ("Linkage to HIV care", "healthcare_use"),
    ("Number of participants screened", "recruitment_retention"),
    ("Inter-reader agreement", "diagnostic_accuracy"),
    ("Contrast-to-noise ratio", "imaging"),
    ("AUC0-2h of glucose", "glucose"),
    ("AUC for pain", "pain"),
    ("Area under the curve (AUC) for the change in the MADRS", "depression_anxiety"),
    ("AUC0-24 of fentanyl", "pk_auc"),
    ("Wear of the antagonist tooth", "dental"),
    ("Modified Ryge criteria of the fillings", "dental"),
    ("Fusional vergence ranges", "visual_acuity"),
    ("Corneal epithelial defect size", "retinal_thickness"),
    ("Goldmann applanation tonometry", "intraocular_pressure"),
    ("AzBio sentences in quiet", "hearing"),
    ("Restricted neck movement", "range_of_motion"),
    ("Hamstring tightness", "range_of_motion"),
    ("Biering-Sorensen test", "muscle_strength"),
    ("Spatiotemporal parameters", "walking_mobility"),
    ("Mini-BESTest", "balance_falls"),
    ("Quebec Back Pain Disability Scale", "function_disability"),
    ("Two-point discrimination of the fingertip", "function_disability"),
    ("Controlled Oral Word Association", "cognition"),
    ("Letter-number sequencing", "cognition"),
    ("New mental disorders within a year", "depression_anxiety"),
    ("Acceptance and Action Questionnaire", "depression_anxiety"),
    ("Casual sex partners in the last month", "behaviour"),
    ("Eyberg inventory", "behaviour"),
    ("Urine leakage on coughing", "urinary_symptoms"),
    ("Urine leak after partial nephrectomy", "surgical_complications"),
    ("Anastomotic dehiscence", "surgical_complications"),
    ("Number of needle passes", "surgical_success"),
    ("Failed blood patch", "surgical_success"),
    ("Cross-clamp time", "operative_time"),
    ("Suicide-related admissions", "hospitalization"),
    ("Time to decannulation", "icu_ventilation"),
    ("Oxygenation index after surfactant", "lung_function"),
    ("Plateau pressure", "lung_function"),
    ("Sealing pressure of the laryngeal mask", "device_performance"),
    ("Leftover tablets of oxycodone", "opioid_use"),
    ("Patients who are opioid-free on day 14", "opioid_use"),
    ("Patients with any non-serious adverse event", "adverse_events"),
    ("Days on a respirator", "icu_ventilation"),
    ("Provocative concentration of methacholine causing a 20% fall in FEV1", "lung_function"),
    ("Oxygen desaturation index overnight", "sleep"),
    ("Knowledge of HIV and STD: HIV knowledge scale", "knowledge"),
    ("Change in minimum fibrous cap thickness", "imaging"),
    ("Plasma kallikrein during dialysis", "biomarker"),
    ("Opioid relapse", "drug_use_abstinence"),
    ("Two-segment regression", "anesthesia_block"),
    ("Bland-Altman plot of both readings", "diagnostic_accuracy"),
    ("Chest compression depth of the trainees", "knowledge"),
    ("Duration of the second stage", "fertility_pregnancy"),
    ("Cord blood pH", "neonatal_outcome"),
    ("Bleeding after polypectomy", "bleeding"),
    ("Post-polypectomy bleeding", "bleeding"),
    ("AIDS-defining illness", "infection"),
    ("Telomerase activity of the lymphocytes", "biomarker"),
    ("Survivin in the biopsies by IHC", "biomarker"),
    ("CD4 below 200", "biomarker"),
    ("Serotype 4 specific anti-capsular IgG", "antibody_titer"),
    ("Malonyl carnitine", "pharmacodynamics"),
    ("Share of attended appointments", "adherence"),
    ("Observance of the antiretroviral therapy", "adherence"),
    ("Surgeons' practices in the management of hernia", "healthcare_use"),
    ("Freedom from locoregional recurrence", "local_control"),
    ("Timing of the procedure", "other"),
])  # fmt: skip
def test_titles_of_many_specialities(measure: str, expected: str) -> None:
    assert endpoint_of(measure).endpoint == expected


@pytest.mark.parametrize(("measure", "time_frame", "differs"), [
    ("Response at day 28", "4 months", True),
    ("Response at week 52", "12 months", False),
    ("Response at week 12", "Baseline, week 12", False),
    ("Response", "4 months", False),
    ("Response at month 3", None, False),
])  # fmt: skip
def test_a_title_with_another_time_than_its_time_frame_is_flagged(
    measure: str, time_frame: str | None, differs: bool
) -> None:
    (found,) = extract_endpoints(study(outcome(measure, time_frame)))
    assert ("title_time_differs" in found.evidence.flags) is differs


def test_without_a_time_frame_the_title_gives_the_time() -> None:
    (found,) = extract_endpoints(study(outcome("Complete response at week 12")))
    (only,) = found.times
    assert (only.relation, only.low, only.high, only.unit) == ("at", 12, 12, "wk")
    assert only.evidence.source_field.endswith("primaryOutcomes[0].measure")
    assert only.evidence.quote == "week 12"


def test_other_quotes_the_whole_measure() -> None:
    found = endpoint_of("Colour of the box")
    assert (found.endpoint, found.endpoint_label, found.evidence.quote) == ("other", "Other", "Colour of the box")


@pytest.mark.parametrize(("measure", "description", "instrument"), [
    ("ORR by RECIST v1.1", None, "RECIST 1.1"),
    ("Adverse events (NCI CTCAE version 5.0)", None, "CTCAE v5.0"),
    ("Toxicity", "graded with CTCAE 4.03", "CTCAE v4.03"),
    ("Depressive symptoms", "17-item Hamilton Depression Rating Scale", "HAM-D"),
    ("Quality of life by QLQ-C30", None, "EORTC QLQ-C30"),
    ("Complete response by the Lugano classification", None, "Lugano 2014"),
    ("sCR by IMWG", None, "IMWG"),
    ("Pain on a visual analogue scale", None, "VAS"),
    ("Visual analogue scale", "together with the WOMAC", "WOMAC"),
    ("PHQ-9", None, "PHQ-9"),
    ("Serum sodium", None, None),
])  # fmt: skip
def test_instruments_have_one_name_each(measure: str, description: str | None, instrument: str | None) -> None:
    assert endpoint_of(measure, description).instrument == instrument


@pytest.mark.parametrize(("measure", "metric"), [
    ("Change from baseline in body weight", "change"),
    ("Percent change from baseline in LDL cholesterol", "percent_change"),
    ("Time to first relapse", "time_to_event"),
    ("Objective response rate", "rate"),
    ("Number of participants with adverse events", "incidence"),
    ("Duration of response", "duration"),
    ("Mean arterial pressure", "mean"),
    ("Nausea", None),
])  # fmt: skip
def test_metrics(measure: str, metric: str | None) -> None:
    assert endpoint_of(measure).metric == metric


def test_every_outcome_has_its_endpoint_in_order() -> None:
    found = extract_endpoints(
        study(outcome("A"), outcome("Pain"), secondary=[outcome("Death"), {"measure": None}, "?"])
    )
    assert [(e.outcome_type, e.outcome_no, e.endpoint) for e in found] == [
        ("primary", 1, "other"),
        ("primary", 2, "pain"),
        ("secondary", 1, "mortality"),
        ("secondary", 2, "other"),
        ("secondary", 3, "other"),
    ]


def test_no_outcomes_module_no_endpoints() -> None:
    assert extract_endpoints(Study.from_record({})) == []


def test_each_class_and_instrument_is_found_in_its_own_example() -> None:
    wrong = [
        (name, found.endpoint)
        for name, entry in endpoint_classes().items()
        if (found := endpoint_of(entry.example, condition="Leukaemia" if entry.parent == "tumour_response" else ""))
        .endpoint != name
    ]  # fmt: skip
    assert wrong == []


def test_the_vocabulary_is_well_formed() -> None:
    keys = {"label", "parent", "example", "strong", "phrases", "weak", "last", "umbrella"}
    fields = set(load_toml("endpoint_fields.toml"))
    for name, table in class_tables().items():
        for key in set(table) - keys:
            assert key.removeprefix("last_").removeprefix("phrases_").removeprefix("in_") in fields, (name, key)
        assert table["label"] and table["parent"] and table["example"]
    names = [table["name"] for table in load_toml("endpoint_instruments.toml")["instruments"]]
    assert len(names) == len(set(names))


def test_classes_stand_in_a_hierarchy() -> None:
    assert endpoint_path("overall_survival") == ["time_to_event", "survival", "overall_survival"]
    assert all(endpoint_path(name)[-1] == name for name in endpoint_classes())


@pytest.mark.parametrize("text", [
    "", " ", "\\", "\u2265", "(" * 500, "a" * 50_000, "Week " * 5_000, "1 " * 5_000, "-1-2-3-4-5 to to to",
    "effect of " * 400, "in patients with " * 400, "day 1 (" * 300, "\u0000\ud7ff\U0001f600 weeks 3\u20135",
])  # fmt: skip
def test_hostile_text_is_read_in_time(text: str) -> None:
    started = time.perf_counter()
    found = extract_endpoints(study(outcome(text, text, text), outcome("Pain", text)))
    assert len(found) == 2
    assert time.perf_counter() - started < 2


def test_random_scraps_never_fail() -> None:
    scraps = [
        "baseline", "up to", "week", "day -5", "(", ")", ";", "12", "months", "to", "or", "every", "from", "until",
        "after",
        "1.5", "cycle 2", "hours post-dose", "first", "±3", "-", "six", "a", "year", "progression",
    ]  # fmt: skip
    chance = random.Random(7)
    for _ in range(500):
        text = " ".join(chance.choices(scraps, k=chance.randint(1, 14)))
        (found,) = extract_endpoints(study(outcome("Pain", text)))
        for item in found.times:
            assert text[item.evidence.start_char : item.evidence.end_char] == item.evidence.quote
            assert (item.low is None) == (item.relation == "through_event")


def test_safety_tests_registered_in_parts_keep_their_class() -> None:
    title = "Participants with marked laboratory abnormalities (continued)"
    found = extract_endpoints(
        study(outcome(title, description="Serum sodium, low or high"), outcome(title, description="Creatine kinase"))
    )
    assert [item.endpoint for item in found] == ["lab_safety", "lab_safety"]


def test_a_phrase_with_more_variants_than_anybody_means_is_refused() -> None:
    with pytest.raises(ValueError, match="variants"):
        PhraseBook[str]().add(" ".join(["a|b c|d"] * 13), "class")
