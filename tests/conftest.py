"""What tests share: a knowledge base of the bundled sample, and the way to records beside the checkout."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

import queries
from crawler.query import Query
from crawler.replica import Replica
from crawler.sample import sample_records
from crawler.settings import ClientSettings
from kb.refresh import refresh_from
from kb.store import Store

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real records beside the checkout; tests that need it are skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("needs real records in ../shared, which is not there")
    return SHARED


@pytest.fixture(scope="session")
def sample_store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """A knowledge base crawled over HTTP from a replica of the bundled sample. Read-only: do not write to it."""
    store = Store(tmp_path_factory.mktemp("sample") / "kb")
    with Replica(sample_records()).serve() as server, store.lock():
        settings = ClientSettings(base_url=server.base_url, requests_per_second=1000)
        refresh_from(store, settings, Query(everything=True), queries.install, workers=1)
    return store


@pytest.fixture
def sample(sample_store: Store) -> Iterator[duckdb.DuckDBPyConnection]:
    """A read-only connection to that knowledge base."""
    with sample_store.connect() as con:
        yield con
