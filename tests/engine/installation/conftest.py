"""Fixtures of the installation's tests: settings, a clock that tests move, and control."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fieldstone.engine.clock import FixedClock
from fieldstone.engine.control import Control
from fieldstone.engine.database import databases
from fieldstone.engine.settings import Settings
from tests.servers.database import Database


@pytest.fixture
def clock() -> FixedClock:
    """Return a clock that stands still until the test moves it."""
    return FixedClock(datetime(2026, 3, 5, 9, tzinfo=UTC))


@pytest.fixture
def settings(home: Path, database: Database) -> Settings:
    """Return settings of an empty installation on either kind of database."""
    return Settings(home=home, database_url=database.url, env="test")


@pytest.fixture
def control(settings: Settings, clock: FixedClock) -> Iterator[Control]:
    """Return an empty control database."""
    stores = databases(settings)
    made = Control(stores, clock, idle=timedelta(hours=12), absolute=timedelta(days=7))
    made.upgrade()
    yield made
    stores.close()
