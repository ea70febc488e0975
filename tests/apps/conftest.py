"""Fixtures of the template's tests: a workspace of the CRM template with its sample."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fieldstone.engine.clock import FixedClock
from fieldstone.engine.installation import Installation
from fieldstone.engine.settings import Settings
from fieldstone.engine.workspaces import Workspace
from tests.servers.database import Database

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)


@pytest.fixture
def installation(home: Path, database: Database) -> Iterator[Installation]:
    """Return an empty installation on either kind of database, its clock standing at `NOW`."""
    settings = Settings(home=home, database_url=database.url, env="test")
    with Installation.open(settings, FixedClock(NOW)) as opened:
        yield opened


@pytest.fixture
def workspace(installation: Installation) -> Workspace:
    """Return a new workspace of the CRM template, without records."""
    return installation.create_workspace("stone", "石田仪表", "crm")
