"""A transaction that fails in the middle of reading leaves nothing behind for the next one."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from fieldstone.engine import publish
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.installation import Installation
from fieldstone.engine.settings import Settings
from fieldstone.engine.workspaces import Workspace
from tests.engine.publish.shop import Shop, insert
from tests.servers.database import Database


class Stopped(Exception):
    """What somebody fails with who has not read to the end; it holds what was being read."""


def half_read(workspace: Workspace, *, writing: bool) -> Stopped:
    """Fail after the first of many rows; the cursor lives on in what is returned."""
    try:
        with workspace.writing() if writing else workspace.reading() as tx:
            rows = tx.connection.execute(sa.text("SELECT id FROM customer"))
            rows.fetchone()
            raise Stopped(rows)
    except Stopped as error:
        return error


@pytest.mark.parametrize("writing", [True, False])
def test_a_cursor_that_was_left_open_keeps_nothing_locked(
    home: Path, database: Database, writing: bool
) -> None:
    settings = Settings(home=home, database_url=database.url, env="test")
    shop = Shop()
    shop.field("customer", "code")["unique"] = True
    with Installation.open(settings) as installation:
        workspace = installation.create_workspace("acme", "Acme", shop.documents())
        with workspace.writing() as tx:
            insert(tx, "customer", [{"name": f"{n}", "code": f"{n}"} for n in range(500)])
        error = half_read(workspace, writing=writing)
        del shop.field("customer", "code")["unique"]
        plan = publish.preview(workspace, SYSTEM, shop.documents())
        assert "drop_index" in [one.kind for one in plan.steps]
        publish.publish(workspace, SYSTEM, plan)
        assert error.args
