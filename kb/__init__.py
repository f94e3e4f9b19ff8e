"""The knowledge base: one DuckDB file built from the raw archive, checked, and published without downtime."""

from kb.store import connect

__all__ = ["connect"]
