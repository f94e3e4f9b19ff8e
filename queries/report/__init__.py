"""The comparison of a field's trials as one page that needs no network."""

from queries.report.page import MAX_TRIALS, Report, make_report

__all__ = ["MAX_TRIALS", "Report", "make_report"]
