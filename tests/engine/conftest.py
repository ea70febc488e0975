"""Fixtures of records and queries: a company on either kind of database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.crm_like import Company, company
from tests.servers.database import Database
from tests.servers.postgres import PostgresServer


@pytest.fixture
def sales(home: Path, database: Database) -> Iterator[Company]:
    """Return a company with an empty workspace."""
    with company(home, database.url) as made:
        yield made


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    postgres: PostgresServer,
) -> Iterator[Company]:
    """Return a company that the tests of a module share; it takes seconds to make."""
    home = tmp_path_factory.mktemp("shared")
    if request.param == "sqlite":
        with company(home, None) as made:
            yield made
        return
    with postgres.database() as url, company(home, url) as made:
        yield made
