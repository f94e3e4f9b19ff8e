"""Times of outcome measures."""

from __future__ import annotations

import pytest

from extract.endpoints.time_frames import read_time_frame, read_times_in_prose
from extract.text import normalise
from extract.time_units import DAYS_PER_UNIT, convert, in_days


def short(text: str) -> str:
    """A time frame's times in one line: `at 0`, `at 12 wk`, `from_to 0-12 wk`, `up_to 2 a`, `event`."""
    parts = []
    for time in read_time_frame(normalise(text).norm):
        if time.low is None or time.high is None:
            parts.append("event")
        else:
            numbers = f"{time.low:g}" if time.low == time.high else f"{time.low:g}..{time.high:g}"
            parts.append(" ".join(filter(None, [time.relation, numbers, time.unit])))
    return ", ".join(parts)


@pytest.mark.parametrize(("text", "expected"), [
    # points and lists
    ("3 months", "at 3 mo"),
    ("Day 28", "at 28 d"),
    ("Baseline, week 12", "at 0, at 12 wk"),
    ("Baseline; Weeks 3, 6, 9, and 15", "at 0, at 3 wk, at 6 wk, at 9 wk, at 15 wk"),
    ("1, 3 and 6 months after surgery", "at 1 mo, at 3 mo, at 6 mo"),
    ("10 minutes, 20 minutes, and 2 hours", "at 10 min, at 20 min, at 2 h"),
    ("6-weeks, 12-weeks", "at 6 wk, at 12 wk"),
    ("4-8-12 months", "at 4 mo, at 8 mo, at 12 mo"),
    ("every 4 months till the end of the trial (at 4-8-12-20 months)",
     "every 4 mo, at 4 mo, at 8 mo, at 12 mo, at 20 mo"),
    ("six weeks", "at 6 wk"),
    ("twenty-four months", "at 24 mo"),
    ("one and a half years", "at 1.5 a"),
    ("Two and one-half years", "at 2.5 a"),
    ("the 4th day", "at 4 d"),
    ("1st, 3rd, 6th and 12th months", "at 1 mo, at 3 mo, at 6 mo, at 12 mo"),
    ("D28, M6", "at 28 d, at 6 mo"),
    ("Day +100", "at 100 d"),
    ("at H0+6h, H0 + 24h", "at 6 h, at 24 h"),
    ("J0+90 days", "at 90 d"),
    ("6, 9, 12 and every 6 months up to 4 years", "at 6 mo, at 9 mo, at 12 mo, every 6 mo, up_to 4 a"),
    ("Day 0, 4 weeks, 12 weeks", "at 0 d, at 4 wk, at 12 wk"),
    ("90days", "at 90 d"),
    ("12 postoperative weeks", "at 12 wk"),
    ("3 hours, 18 hours post-dose", "at 3 h, at 18 h"),
    ("predose, 0.5, 1 and 2 hours post dose", "at 0, at 0.5 h, at 1 h, at 2 h"),
    ("before surgery, 3 and 6 months", "at 0, at 3 mo, at 6 mo"),
    ("20 months and 6 days", "at 20.1971 mo"),
    # spans
    ("Up to 2 years", "up_to 2 a"),
    ("up to approximately 5 years", "up_to 5 a"),
    ("for a maximum of 3 years", "up_to 3 a"),
    ("over 24 weeks", "up_to 24 wk"),
    ("up to a year", "up_to 1 a"),
    ("within 30 days of discharge", "within 30 d"),
    ("Within the first 100 days following transplant", "within 100 d"),
    ("Baseline up to 12 months", "up_to 12 mo"),
    ("From entry visit (week 0) until week 18", "from_to 0..18 wk"),
    ("From the first injection (baseline, day 0) to 6 weeks", "from_to 0..6 wk"),
    ("From the day of the first dose (baseline [week 0]) up to week 40", "from_to 0..40 wk"),
    ("Baseline up to week 12, week 24", "from_to 0..12 wk, from_to 0..24 wk"),
    ("Baseline up to the last visit (Week 44)", "from_to 0..44 wk"),
    ("Baseline through end of trial (about 3 years)", "from_to 0..3 a"),
    ("From baseline up to week 12", "up_to 12 wk"),
    ("Baseline, up to 12 months", "at 0, up_to 12 mo"),
    ("Through study completion, an average of 1 year", "up_to 1 a"),
    ("Through study completion (about 2 years)", "up_to 2 a"),
    ("From randomisation until progression or death, whichever came first, assessed up to 60 months", "up_to 60 mo"),
    ("From randomisation until death or 60 months", "up_to 60 mo"),
    ("Until progression (up to 2 years)", "up_to 2 a"),
    ("from the first dose (day 1) up to 40 weeks", "up_to 40 wk"),
    ("from the first dose (cycle 1 day 1) up to day 35", "up_to 35 d"),
    ("from consent to 30 days after the last dose", "up_to 30 d"),
    ("first dose (day 1) to 4 weeks after the end of treatment", "up_to 4 wk"),
    ("baseline through 30 days after the final visit", "up_to 30 d"),
    ("day 1 to 30 days after the last dose", "from_to 1..30 d"),
    # ranges
    ("Baseline to week 16", "from_to 0..16 wk"),
    ("Baseline (day 1) to week 12", "from_to 0..12 wk"),
    ("Between baseline and 12 weeks", "from_to 0..12 wk"),
    ("Baseline to end of treatment (8-10 weeks)", "from_to 0..10 wk"),
    ("Baseline through week 8", "from_to 0..8 wk"),
    ("Baseline to weeks 4, 8 and 12", "from_to 0..4 wk, from_to 0..8 wk, from_to 0..12 wk"),
    ("Baseline to week 4; week 8", "from_to 0..4 wk, at 8 wk"),
    ("week -2 (baseline) until week 10", "from_to -2..10 wk"),
    ("Baseline until relapse, assessed up to 12 months", "up_to 12 mo"),
    ("Month 0 versus month 4", "at 0 mo, at 4 mo"),
    ("20 ± 2 days after the start", "at 20 d"),
    ("5 weeks, 4-8-12 months", "at 5 wk, at 4 mo, at 8 mo, at 12 mo"),
    ("2 and 4 hours after the dose on day 1", "at 2 h, at 4 h, at 1 d"),
    ("predose, 3 and 9 hours postdose on Cycle 1 Day 4, Cycle 2 Day 1", "at 0, at 3 h, at 9 h, at 4 d, at 1 d"),
    ("C1D1, C1D11, C3D1", "at 1 d, at 11 d"),
    ("From Cycle 1 Day 1 until Cycle 1 Day 35 (Cycle 1 is 35 days)", "from_to 1..35 d"),
    ("Up to 35 days cycle 1", "up_to 35 d"),
    ("Day 1 to Day 25 of Cycle 1", "from_to 1..25 d"),
    ("Day 1 of Cycles 1, 4 and 7", "at 1 d, at 1 cycle, at 4 cycle, at 7 cycle"),
    ("After 3 treatment cycles, then every 4 months", "at 3 cycle, every 4 mo"),
    ("2 year visit/final visit", "at 2 a"),
    ("Average of weeks 2-5", "from_to 2..5 wk"),
    ("for 2-5 weeks", "up_to 2..5 wk"),
    ("Month 5 (first arm) and 11 (second arm)", "at 5 mo, at 11 mo"),
    ("2, 5, and 10, months", "at 2 mo, at 5 mo, at 10 mo"),
    ("Four samples throughout the study: day 2, day 9", "at 2 d, at 9 d"),
    ("At registration", "at 0"),
    ("Screening", "at 0"),
    ("2 and 4 weeks before surgery", "at -2 wk, at -4 wk"),
    ("45, 15 min predose; 15, 45 min postdose", "at -45 min, at -15 min, at 15 min, at 45 min"),
    ("2 and 4 hours after the dose, during cycle 3", "at 2 h, at 4 h"),
    ("before and 2 hours after the dose on each day", "at 0, at 2 h"),
    ("cycle 1 day 15", "at 15 d"),
    ("From enrolment to the end of treatment at 2 years", "from_to 0..2 a"),
    ("Day 5-9", "from_to 5..9 d"),
    ("Day 1 to Day 365", "from_to 1..365 d"),
    ("0 - 36 hours", "from_to 0..36 h"),
    ("day -10 to day -6 prior to transplant", "from_to -10..-6 d"),
    ("between 6 and 12 months", "from_to 6..12 mo"),
    ("From 60 days to 3 years after radiotherapy", "from_to 60..1095 d"),
    ("From up to 14 days before baseline, baseline, 45 days", "from_to -14..0 d, at 0, at 45 d"),
    ("Screening -30 d to baseline", "from_to -30..0 d"),
    ("Baseline period (week -4 to week 0), week 12", "from_to -4..0 wk, at 12 wk"),
    ("2 weeks before surgery", "at -2 wk"),
    # intervals
    ("every 3 months for 2 years", "every 3 mo, up_to 2 a"),
    ("every 3 months for 2 years, then every 6 months for 3 years", "every 3 mo, every 6 mo, up_to 3 a"),
    ("every 6 weeks for the first year and every 3 months thereafter", "every 6 wk, every 3 mo"),
    ("every 2 months, up to 2 years, and yearly", "every 2 mo, up_to 2 a, every 1 a"),
    ("Every 6 weeks until progression; up to 30 months", "every 6 wk, up_to 30 mo"),
    ("every other week", "every 2 wk"),
    ("weekly, up to 12 weeks", "every 1 wk, up_to 12 wk"),
    ("each cycle (each cycle is 21 days)", "every 1 cycle"),
    # what only looks like a time
    ("9 months (plus or minus 10 days) after infusion", "at 9 mo"),
    ("9 cycles (i.e., each cycle is 28 days)", "at 9 cycle"),
    ("Visit 4 after 10 weeks of treatment", "at 10 wk"),
    ("Day 28 (4 weeks)", "at 28 d"),
    ("over 1 year (0, 6 and 12 months)", "at 0 mo, at 6 mo, at 12 mo"),
    ("two years after day 0 of the first cycle", "at 2 a"),
    ("baseline and week 14 (Study 2 and Study 3)", "at 0, at 14 wk"),
    ("until data cut-off on 3 June 2019; up to 44 months", "up_to 44 mo"),
    ("18 months from day 0", "at 18 mo"),
    ("At the age of 2 years", "at 2 a"),
    ("children aged 2 years; week 6", "at 6 wk"),
    ("Change of the PHQ-9 at 3 months", "at 3 mo"),
    ("Screening, week 4", "at 0, at 4 wk"),
    ("screening period, week 4", "at 4 wk"),
    ("At screening", "at 0"),
    # a dash from the baseline, and what is counted from it
    ("Baseline - 45 days", "from_to 0..45 d"),
    ("Baseline-week 16", "from_to 0..16 wk"),
    ("basal-24 weeks", "from_to 0..24 wk"),
    ("baseline -12 weeks", "from_to 0..12 wk"),
    ("T0 baseline - T1 (4 weeks) - T2 (2 months)", "at 0, at 4 wk, at 2 mo"),
    ("From baseline through week 20", "from_to 0..20 wk"),
    ("From baseline (week 0) through the last visit (week 20)", "from_to 0..20 wk"),
    ("From pre-dose until 12 hours post-dose", "from_to 0..12 h"),
    ("From surgery through 10 days after surgery", "from_to 0..10 d"),
    ("Visit 1 (week 0) to visit 5 (week 24)", "from_to 0..24 wk"),
    ("Day 1 (pre-dose) to day 29", "from_to 1..29 d"),
    ("week 4 up to week 10", "from_to 4..10 wk"),
    ("V1 (day 0), V2 (day 10)", "at 0 d, at 10 d"),
    ("Baseline (day -1), day 14", "at 0, at 14 d"),
    ("10 days to 12 months after surgery", "from_to 10..365 d"),
    ("(- 24 hours to day 0)", "from_to -24..0 h"),
    ("4 weeks before and after the intervention", "from_to -4..4 wk"),
    ("Preoperative day 2, postoperative day 3", "at -2 d, at 3 d"),
    ("predose (within 30 min before dosing), 1 and 2 h", "from_to -30..0 min, at 1 h, at 2 h"),
    ("days -3 to +3", "from_to -3..3 d"),
    ("2 weeks pre-op to 6 weeks post-op", "from_to -2..6 wk"),
    ("30 days, 1 year and annually to 5 years", "at 30 d, at 1 a, every 1 a, up_to 5 a"),
    ("baseline (4 weeks before treatment), 10 weeks", "at 0, at 10 wk"),
    ("From baseline (2 weeks before surgery) to 5 months", "from_to 0..5 mo"),
    ("last 2 weeks of treatment (week 6 to week 8)", "from_to 6..8 wk"),
    # where a list begins
    ("Admission, 24 hours, 48 hours", "at 0, at 24 h, at 48 h"),
    ("Enrolment, 2 months and 4 months", "at 0, at 2 mo, at 4 mo"),
    ("before the start of chemotherapy, 3 and 6 weeks", "at 0, at 3 wk, at 6 wk"),
    ("before induction, 1 and 5 minutes after intubation", "at 0, at 1 min, at 5 min"),
    ("Measured before and after 10 weeks of exercise", "at 0, at 10 wk"),
    ("pre-, post- and 2-month follow-up", "at 0, at 2 mo"),
    ("before discharge and at 20 days", "event, at 20 d"),
    ("On admission", "event"),
    # numbers
    ("half an hour after the dose", "at 0.5 h"),
    ("1/2 hour", "at 0.5 h"),
    ("six (6) months", "at 6 mo"),
    ("30 (thirty) days", "at 30 d"),
    ("one hundred and eighty days", "at 180 d"),
    ("first, third and sixth month", "at 1 mo, at 3 mo, at 6 mo"),
    ("during the first and second weeks", "at 1 wk, at 2 wk"),
    ("first postoperative day", "at 1 d"),
    ("first postoperative 12 hours", "within 12 h"),
    ("day +20, +40, +80", "at 20 d, at 40 d, at 80 d"),
    ("2., 4. and 8. hours", "at 2 h, at 4 h, at 8 h"),
    ("1、2、3 weeks", "at 1 wk, at 2 wk, at 3 wk"),
    ("5+ years", "at 5 a"),
    ("a month after surgery", "at 1 mo"),
    ("20 seconds", "at 20 s"),
    ("1 second", "at 1 s"),
    ("second week", "at 2 wk"),
    ("at day-60", "at 60 d"),
    ("M 3, M 6", "at 3 mo, at 6 mo"),
    ("12, 24 and up to 36 months", "at 12 mo, at 24 mo, up_to 36 mo"),
    # intervals
    ("semi-annually for 3 years", "every 6 mo, up_to 3 a"),
    ("6-monthly", "every 6 mo"),
    ("3 monthly for a year", "every 3 mo, up_to 1 a"),
    ("12 weekly sessions", "every 1 wk"),
    ("at 6-month intervals up to 2 years", "every 6 mo, up_to 2 a"),
    ("q6mo", "every 6 mo"),
    ("at the end of each 21-day cycle", "every 21 d"),
    ("every cycle (every 3 weeks)", "every 3 wk"),
    ("every 3 months for 2 years, every 6 months for years 3 and 4", "every 3 mo, every 6 mo"),
    ("9 cycles of 28 days", "at 9 cycle"),
    ("3 cycles (each 28 days)", "at 3 cycle"),
    ("Day 1 of cycles 1 through 4", "at 1 d, from_to 1..4 cycle"),
    # ages that are times
    ("from birth to 9 months of age", "from_to 0..9 mo"),
    ("at 4, 8 and 12 months of age", "at 4 mo, at 8 mo, at 12 mo"),
    ("age 8 years and age 12 years", "at 8 a, at 12 a"),
    ("infants 6 months of age, week 4", "at 4 wk"),
    ("at 36+0 weeks", "at 36 wk"),
    # what only looks like a time
    ("follow-up period 20 weeks", "at 20 wk"),
    ("visit 2 week 4, visit 3 week 8", "at 4 wk, at 8 wk"),
    ("at the month 3 and month 9 visits", "at 3 mo, at 9 mo"),
    ("15 month follow up (1.25 years)", "at 15 mo"),
    ("weeks 5-6 (days 29-42)", "from_to 5..6 wk"),
    ("6 months (window: 5-7 months)", "at 6 mo"),
    ("8 [±2] days", "at 8 d"),
    ("5 days a week for 3 weeks", "up_to 3 wk"),
    ("the last 2 weeks of the 10-week period", "at 10 wk"),
    ("until January 15,2023", ""),
    ("End of treatment (EOT) (week 8)", "at 8 wk"),
    ("at discharge and at 10 days", "event, at 10 d"),
    ("8 months before admission until admission", "from_to -8..0 mo"),
    # events and nothing
    ("until disease progression", "event"),
    ("baseline to discharge", "event"),
    ("Baseline, discharge, month 3", "at 0, event, at 3 mo"),
    ("At the end of treatment", "event"),
    ("After every 3rd cycle; end of treatment", "every 3 cycle, event"),
    ("December 2017", ""),
    ("2023-2024", ""),
    ("Survival will be estimated by Kaplan-Meier", ""),
    ("", ""),
])  # fmt: skip
def test_time_frames(text: str, expected: str) -> None:
    assert short(text) == expected


@pytest.mark.parametrize(("text", "anchor"), [
    ("28 days after infusion", "infusion"),
    ("8 hours post-dose", "dose"),
    ("12 weeks post-op", "surgery"),
    ("From randomization until death, up to 60 months", "randomization"),
    ("Baseline to week 8", "baseline"),
    ("3 months", None),
])  # fmt: skip
def test_the_zero_point_is_kept_as_anchor(text: str, anchor: str | None) -> None:
    assert [time.anchor for time in read_time_frame(text)] == [anchor]


def test_prose_gives_times_only_with_a_preposition() -> None:
    assert [(t.high, t.unit) for t in read_times_in_prose("Survival at 2 years")] == [(2, "a")]
    assert [(t.high, t.unit) for t in read_times_in_prose("Response at week 12")] == [(12, "wk")]
    assert read_times_in_prose("Number of relapses") == ()


def test_prose_gives_every_time_of_a_list() -> None:
    assert [t.high for t in read_times_in_prose("Blood flow at 5, 10, & 20 minutes")] == [5, 10, 20]
    assert [t.high for t in read_times_in_prose("Pain at baseline, 2 months, and 6 months")] == [0, 2, 6]
    assert [t.high for t in read_times_in_prose("Change from baseline to 6 months")] == [6]


def test_units_are_those_of_the_knowledge_base() -> None:
    assert DAYS_PER_UNIT["a"] == 365.25
    assert DAYS_PER_UNIT["mo"] == 30.4375
    assert in_days(2, "wk") == 14
    assert in_days(3, "cycle") is None
    assert in_days(0, None) == 0
    assert in_days(None, "d") is None
    assert convert(2, "a", "d") == 730
    assert convert(1, "cycle", "d") is None


@pytest.mark.parametrize("text", ["From day -7 to day 0", "Week 44 to week 52", "From month 2 to month 6"])
def test_a_counted_time_is_no_zero_point(text: str) -> None:
    assert [time.anchor for time in read_time_frame(text)] == [None]
