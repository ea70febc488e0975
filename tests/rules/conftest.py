"""Both databases with the company's tables, for tests that compare them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.rules.fuzz.agreement import Place
from tests.rules.world import Tables, postgresql, sqlite
from tests.servers.postgres import PostgresServer


@pytest.fixture(scope="module")
def places(postgres: PostgresServer) -> Iterator[tuple[Place, Place]]:
    """Return both databases."""
    with ExitStack() as stack:
        here = stack.enter_context(sqlite())
        there = stack.enter_context(postgresql(stack.enter_context(postgres.database())))
        yield Place.of(here, Tables("sqlite")), Place.of(there, Tables("postgresql"))
