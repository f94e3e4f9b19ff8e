"""What users ask: views and macros that compare trials, and the files that results are written to."""

from queries.catalogue import Query, install, queries

__all__ = ["Query", "install", "queries"]
