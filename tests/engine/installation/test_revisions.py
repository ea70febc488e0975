"""Revisions keep every published state; equal states are stored and built once."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from fieldstone.engine import publish, revisions
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.document_tables import DOCUMENT
from fieldstone.engine.errors import NotFound
from fieldstone.engine.installation import Installation
from fieldstone.engine.settings import Settings
from fieldstone.engine.workspaces import Workspace
from fieldstone.metadata.documents import document_of

APP: dict[str, Any] = {"kind": "app", "name": "desk"}
THING: dict[str, Any] = {
    "kind": "entity",
    "name": "thing",
    "title": "name",
    "fields": [
        {"name": "name", "type": "text"},
        {"name": "price", "type": "decimal", "scale": 3, "max": Decimal("0.100")},
    ],
}


@pytest.fixture
def installation(settings: Settings, clock: FixedClock) -> Iterator[Installation]:
    """Return an installation without workspaces."""
    with Installation.open(settings, clock) as opened:
        yield opened


@pytest.fixture
def workspace(installation: Installation) -> Workspace:
    """Return a workspace at its first revision."""
    return installation.create_workspace("acme", "Acme", documents())


def test_the_first_revision(workspace: Workspace, clock: FixedClock) -> None:
    with workspace.reading() as tx:
        (first,) = revisions.listed(tx.connection)
        assert tx.revision == first.id
        assert (first.parent, first.author, first.created_at) == (None, None, clock.now())
        assert set(first.manifest) == {"app/desk", "entity/thing"}
        assert first.product_version == revisions.product_version()
        assert tx.app.entity("thing").field("price").max == Decimal("0.1")
        assert tx.layout.find("thing", "price") is not None


def test_a_second_revision_and_the_way_back(workspace: Workspace) -> None:
    with workspace.reading() as tx:
        before = tx.app
    change(workspace, {**THING, "label": "Thing"})
    with workspace.reading() as tx:
        second, first = revisions.listed(tx.connection)
        assert (second.parent, second.reason) == (first.id, "because")
        assert tx.revision == second.id and tx.app != before
        assert revisions.load(tx.connection, first.id).app == before
        assert revisions.load(tx.connection, 0).app == revisions.NO_APP
        with pytest.raises(NotFound):
            revisions.load(tx.connection, 99)
        with pytest.raises(NotFound):
            revisions.documents(tx.connection, 99)
        bodies = tx.connection.execute(sa.select(sa.func.count()).select_from(DOCUMENT)).scalar()
    assert bodies == 3


def test_equal_workspaces_share_one_app(installation: Installation, workspace: Workspace) -> None:
    other = installation.create_workspace("beta", "Beta", documents())
    with workspace.reading() as mine, other.reading() as theirs:
        assert mine.app is theirs.app
        assert mine.tables is theirs.tables


def test_stored_documents_build_the_same_app(workspace: Workspace) -> None:
    from fieldstone.metadata.build import build

    with workspace.reading() as tx:
        assert build(revisions.documents(tx.connection, tx.revision)) == tx.app


def documents(*changed: dict[str, Any]) -> list[Any]:
    """Return the documents of the app, some of them changed."""
    found = {one["kind"]: one for one in (APP, THING, *changed)}
    return [document_of(one) for one in found.values()]


def change(workspace: Workspace, changed: dict[str, Any]) -> None:
    """Publish the documents with one of them changed."""
    plan = publish.preview(workspace, SYSTEM, documents(changed))
    publish.publish(workspace, SYSTEM, plan, "because")
