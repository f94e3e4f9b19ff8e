"""By which route a dose is given: in its phrase, its arm, its title, other sentences, by its form."""

from __future__ import annotations

import pytest

from tests.dose_studies import one_arm, only, read


@pytest.mark.parametrize(
    ("text", "route"),
    [
        ("Zanfluril 5 mg for men after rectal cancer surgery.", None),
        ("Zanfluril 5 mg towards the otic ganglion.", None),
        ("Zanfluril 5 mg by the rectal route.", "rectal"),
        ("Zanfluril 5 mL is infused over two minutes into the left corpus cavernosum.", "other"),
        ("Zanfluril 5 mg, infused over two hours.", "iv"),
        ("Zanfluril 5 mg as an intra-cavernous injection.", "other"),
        ("Zanfluril 5 mg applied once a day.", "top"),
        ("Zanfluril 5 mg for those who had external beam radiotherapy.", None),
        ("Zanfluril 5 mg will be applied to all the patients.", None),
        ("Zanfluril 5 mg b.i.d. for a month.", None),
        ("Zanfluril 5 mg i.d. in the forearm.", "id"),
        ("Zanfluril 5 mg as orodispersible tablets.", "po"),
        ("Zanfluril 5 mg orally to prolong intravaginal ejaculatory latency.", "po"),
        ("Zanfluril 5 mg, two intracorporeal injections.", "other"),
        ("They received an IC injection of zanfluril 5 mg.", "other"),
        ("They were injected IC with zanfluril 5 mg.", "other"),
        ("Zanfluril 5 mg, injected into the penis.", "other"),
        ("Zanfluril 5 mg in advanced non-squamous disease.", None),
        ("Zanfluril 400 mg/12h v.o. on days 1 to 21.", "po"),
        ("Zanfluril 5 mg, smoked in a pipe.", "inh"),
        ("Zanfluril 1 mg, given intra-urethrally.", "other"),
    ],
)
def test_a_route_is_how_it_is_given_not_where_the_disease_is(text: str, route: str | None) -> None:
    assert only(text, "Zanfluril").route == route


def test_where_a_title_says_that_all_is_injected() -> None:
    facts = read(
        title="Caudal epidural injection for back pain",
        arms=[{"label": "A", "description": "5 mg of zanfluril and 2 mg of lamivudine. Abacavir 9 mg tablets."}],
        interventions=[{"name": "Zanfluril"}, {"name": "Lamivudine"}, {"name": "Abacavir"}],
    )
    assert [d.route for d in facts.doses] == ["epidural", "epidural", None]


def test_a_route_is_not_that_of_an_agent_with_another_schedule() -> None:
    facts = one_arm(
        "Zanfluril 850 mg twice daily + lamivudine 5 mg im injection every month.", "Zanfluril", "Lamivudine"
    )
    assert [d.route for d in facts.doses] == [None, "im"]


def test_a_radionuclide_gives_its_dose_from_within() -> None:
    facts = one_arm(
        "Iodine-131 antibody is given iv to a dose of 24 Gy. Radiotherapy to 50 Gy.", "Iodine-131", "Radiotherapy"
    )
    assert [(d.amount_low, d.route) for d in facts.doses] == [(24, "iv"), (50, "rt-external")]


@pytest.mark.parametrize(
    ("text", "route"),
    [
        ("Oral or IV zanfluril 60 mg.", "po"),
        ("Zanfluril 60 mg SC or IV daily.", "sc"),
        ("Zanfluril 60 mg subcutaneously (SC) or intramuscularly.", "sc"),
        ("Zanfluril 600 mg as 3 subcutaneous injections (200 mg/1.5 mL each).", "sc"),
        ("Zanfluril 500 mg diluted in 100 ml of 0.9% saline solution and given as an intravenous infusion.", "iv"),
        ("Zanfluril 5 mg will be given through a needle in your vein.", "iv"),
        ("Zanfluril 5 mg is injected into your muscle.", "im"),
        ("Subjects inhale zanfluril 5 mg.", "inh"),
    ],
)
def test_routes_as_they_are_written(text: str, route: str) -> None:
    assert {dose.route for dose in one_arm(text, "Zanfluril").doses if dose.agent_key == "zanfluril"} == {route}


def test_the_route_of_a_gel_is_not_that_of_the_tablet_beside_it() -> None:
    facts = one_arm("Zanfluril 1% transdermal gel 10 g + abacavir 5 mg orally.", "Zanfluril", "Abacavir")
    assert [d.route for d in facts.doses if d.unit != "%"] == ["top", "po"]


@pytest.mark.parametrize("between", ["as add-on therapy to", "compared with", "versus"])
def test_a_route_is_not_said_of_what_something_is_added_to(between: str) -> None:
    assert only(f"An epidural block {between} zanfluril 5 mg.", "Zanfluril").route is None


def test_the_route_before_a_name_counts_not_that_of_another_drug() -> None:
    facts = read(
        arms=[{"label": "Treatment", "description": "Zanfluril 5 mg."}],
        interventions=[{"name": "Zanfluril"}, {"name": "Abacavir"}],
        summary="How people react to a sublingual dose of zanfluril in subjects on oral abacavir.",
    )
    assert facts.doses[0].route == "other"


def test_brachytherapy_is_no_beam() -> None:
    facts = read(
        arms=[{"label": "Implant", "description": "Brachytherapy delivering 144 Gy."}],
        interventions=[{"name": "Brachytherapy", "type": "RADIATION"}],
    )
    assert [d.route for d in facts.doses] == ["other"]


@pytest.mark.parametrize(
    "text",
    [
        "For stage IV disease, zanfluril 5 mg.",
        "Zanfluril 5 mg in stages IIIB/IV or III and IV.",
        "Arm IV: zanfluril 5 mg.",
        "III. Describe the toxicity. IV. Compare the survival with zanfluril 5 mg.",
    ],
)
def test_a_roman_four_is_no_vein(text: str) -> None:
    assert only(text, "Zanfluril").route is None


def test_a_route_before_another_name_is_not_of_the_names_before_it() -> None:
    facts = read(
        arms=[{"label": "Conditioning", "description": "Zanfluril 5 mg/kg. Abacavir 3 mg/kg."}],
        interventions=[{"name": "Zanfluril"}, {"name": "Abacavir"}],
        summary="Zanfluril/IV abacavir is used before transplantation.",
    )
    assert [d.route for d in facts.doses] == [None, "iv"]


def test_the_route_of_a_title_is_not_of_what_prose_gives_beside_the_treatment() -> None:
    facts = read(
        title="Epidural injection for back pain",
        arms=[{"label": "A", "description": "Ropivacaine 10 mL"}, {"label": "B"}],
        interventions=[{"name": "Ropivacaine", "armGroupLabels": ["A"]}],
        description="All patients take ibuprofen 600 mg.",
    )
    assert {d.agent_key: d.route for d in facts.doses} == {"ropivacaine": "epidural", "ibuprofen": None}


def test_the_place_of_a_mass_is_not_that_of_a_volume() -> None:
    facts = read(
        arms=[{"label": "A", "description": "Bupivacaine 20 mL of 0.25%"}],
        interventions=[{"name": "Bupivacaine"}],
        description="Spinal anesthesia is done with bupivacaine 10 mg.",
    )
    assert [(d.unit, d.route) for d in facts.doses] == [("mL", None), ("mg", "it")]


def test_what_is_taken_daily_does_not_go_where_the_title_says() -> None:
    facts = read(
        title="Epidural injection for back pain",
        arms=[{"label": "A"}],
        interventions=[{"name": "Epidural injection", "type": "PROCEDURE"}],
        description="80 mg methylprednisolone was injected. All used pregabalin 75 mg bid.",
    )
    assert {d.agent_key: d.route for d in facts.doses} == {"methylprednisolone": "epidural", "pregabalin": None}


def test_the_route_of_what_is_given_before_a_drug_is_not_that_drugs() -> None:
    facts = read(
        arms=[{"label": "A", "description": "Pemetrexed 500 mg/m2 every 3 weeks"}],
        interventions=[
            {"name": "Pemetrexed", "description": "IV infusion"},
            {"name": "Dexamethasone", "description": "Oral 4 mg twice a day the day before and after pemetrexed"},
        ],
    )
    assert {d.agent_key: d.route for d in facts.doses} == {"pemetrexed": "iv", "dexamethasone": "po"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hepatic artery infusion:\nZanfluril 500 mg, days 1-2; lumatrix 1 mg", ["ia", "ia"]),
        ("Intrathecal:\n* Zanfluril 12 mg\n* Lumatrix 30 mg\n\nQuentamab 5 mg daily", ["it", "it", None]),
        ("Intravenous: zanfluril 5 mg on day 1; lumatrix 1 mg on day 2. Quentamab 5 mg daily", ["iv", "iv", None]),
        ("Intrathecal:\nZanfluril 12 mg\nSystemic drugs:\nQuentamab 5 mg daily", ["it", None]),
        ("Oral drugs: zanfluril 5 mg; lumatrix 2 mg SC weekly", ["po", "sc"]),
    ],
)
def test_a_heading_tells_the_route_of_what_stands_under_it(text: str, expected: list[str | None]) -> None:
    assert [dose.route for dose in one_arm(text, "Zanfluril", "Lumatrix", "Quentamab").doses] == expected
