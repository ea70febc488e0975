"""Fixtures of publishing's tests: an empty workspace and one with the shop in force."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fieldstone.engine import publish
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.installation import Installation
from fieldstone.engine.publishing import preparing
from fieldstone.engine.publishing import rows as batches
from fieldstone.engine.settings import Settings
from fieldstone.engine.workspaces import Workspace
from tests.engine.publish.shop import Shop, insert
from tests.servers.database import Database

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)


@pytest.fixture
def installation(home: Path, database: Database) -> Iterator[Installation]:
    """Return an empty installation on either kind of database, its clock at NOW."""
    settings = Settings(home=home, database_url=database.url, env="test")
    with Installation.open(settings, FixedClock(NOW)) as opened:
        yield opened


@pytest.fixture
def empty(installation: Installation) -> Workspace:
    """Return a workspace without a revision."""
    return installation.create_workspace("acme", "Acme", ())


@pytest.fixture
def shop() -> Shop:
    """Return the shop's documents, to be changed."""
    return Shop()


@pytest.fixture
def workspace(empty: Workspace, shop: Shop) -> Workspace:
    """Return a workspace with the shop in force, three customers and two deals."""
    publish.publish(empty, SYSTEM, publish.preview(empty, SYSTEM, shop.documents()))
    with empty.writing() as tx:
        insert(
            tx,
            "customer",
            [
                {"name": "北京远望", "code": "A", "staff": 12, "size": "small"},
                {"name": "Baltic", "code": "B", "staff": None, "size": None},
                {"name": "Cassia", "code": "A", "staff": 700, "size": "large"},
            ],
        )
        deal = {"customer": 1, "stage": "open"}
        insert(tx, "deal", [{"name": "One", **deal}, {"name": "Two", **deal}])
    return empty


@pytest.fixture
def every_table_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows a batch, and nothing is left to the last transaction that need not be."""
    monkeypatch.setattr(preparing, "MOST_AT_ONCE", 0)
    monkeypatch.setattr(preparing, "_FEW", 0)
    monkeypatch.setattr(batches, "AT_ONCE", {"sqlite": 2, "postgresql": 2})
