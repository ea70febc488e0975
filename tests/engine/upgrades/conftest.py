"""Fixtures of the tests of upgrades: an installation on either kind of database, and the shop."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldstone.engine.clock import FixedClock
from fieldstone.engine.installation import Installation
from fieldstone.engine.settings import Settings
from fieldstone.engine.workspaces import Workspace
from tests.engine.publish.conftest import NOW
from tests.engine.publish.shop import Shop, insert
from tests.servers.database import Database


@pytest.fixture
def installation(home: Path, database: Database) -> Iterator[Installation]:
    """Return an empty installation."""
    settings = Settings(home=home, database_url=database.url, env="test")
    with Installation.open(settings, FixedClock(NOW)) as opened:
        yield opened


@pytest.fixture
def shop() -> Shop:
    """Return the shop's documents as its template has them, to be changed."""
    return Shop()


@pytest.fixture
def workspace(installation: Installation, shop: Shop) -> Workspace:
    """Return a workspace made from version 1.0.0 of the shop, with one customer."""
    made = installation.create_workspace("acme", "Acme", shop.documents())
    with made.writing() as tx:
        insert(tx, "customer", [{"name": "Stone", "code": "7", "staff": 12, "size": "small"}])
    return made
