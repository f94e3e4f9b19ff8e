"""Doses and ages as one line of text each, for comparing what two versions of a record state."""

from __future__ import annotations

from extract.facts import AgeRange, Dose

_AGE_UNITS = {"a": "years", "mo": "months", "wk": "weeks", "d": "days", "h": "hours"}


def dose_text(dose: Dose, arm_labels: dict[int, str]) -> str:
    """`fludarabine 30 mg/m2 iv, days -5, -4, -3 (Arm A)`."""
    amount = _range(dose.amount_low, dose.amount_high)
    per = "".join(f"/{part}" for part in (dose.per, dose.per_time) if part)
    words = [dose.agent_key, amount, f"{dose.unit}{per}" if amount else "", dose.route or ""]
    parts = [" ".join(word for word in words if word)]
    if dose.role != "dose":
        parts.append(dose.role)
    if dose.frequency_times is not None:
        parts.append(_frequency(dose))
    if dose.days:
        parts.append("days " + ", ".join(map(str, dose.days)))
    if dose.duration_value is not None:
        parts.append(f"for {_number(dose.duration_value)} {dose.duration_unit}")
    if dose.cycle_days is not None:
        parts.append(f"cycle of {_number(dose.cycle_days)} d")
    if dose.cycles is not None:
        parts.append(f"{_number(dose.cycles)} cycles")
    arms = "; ".join(arm_labels[arm_no] for arm_no in dose.arm_nos if arm_no in arm_labels)
    return ", ".join(parts) + (f" ({arms})" if arms else "")


def age_text(age: AgeRange) -> str:
    """`from 18 years to below 65 years (cohort B)`; an absent bound is no limit."""
    parts = []
    if age.min_value is not None:
        word = "above" if age.min_inclusive is False else "from"
        parts.append(f"{word} {_number(age.min_value)} {_AGE_UNITS.get(age.min_unit or 'a', age.min_unit)}")
    if age.max_value is not None:
        word = "below" if age.max_inclusive is False else "to"
        parts.append(f"{word} {_number(age.max_value)} {_AGE_UNITS.get(age.max_unit or 'a', age.max_unit)}")
    return (" ".join(parts) or "no limit") + (f" ({age.cohort})" if age.cohort else "")


def _frequency(dose: Dose) -> str:
    times = _number(dose.frequency_times or 0)
    if dose.frequency_every_unit is None:
        return f"{times} times" if times != "1" else "once"
    every = _number(dose.frequency_every or 1)
    return f"{times} each {dose.frequency_every_unit if every == '1' else f'{every} {dose.frequency_every_unit}'}"


def _range(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return ""
    if low == high or high is None or low is None:
        return _number(low if low is not None else high or 0)
    return f"{_number(low)} to {_number(high)}"


def _number(value: float) -> str:
    return f"{value:.12g}"
