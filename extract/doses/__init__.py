"""Doses and regimens: every planned amount of every agent, bound to its schedule, route and arms."""

from extract.doses.extraction import extract_doses

__all__ = ["extract_doses"]
