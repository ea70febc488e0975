"""Fixtures that every test may ask for: a data folder, databases, a broker and a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.database import Database
from tests.servers.postgres import PostgresServer, postgres_server


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return an empty data folder."""
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session", name="postgres")
def _postgres() -> Iterator[PostgresServer]:
    """Return this test process's PostgreSQL; `postgres.database()` makes more databases."""
    with postgres_server() as server:
        yield server


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> Iterator[str]:
    """Return the address of a new empty PostgreSQL database, dropped after the test."""
    with postgres.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """Return where the test's data goes: the test runs once on each kind of database."""
    if request.param == "sqlite":
        return Database("sqlite", None)
    return Database("postgresql", request.getfixturevalue("postgres_url"))
