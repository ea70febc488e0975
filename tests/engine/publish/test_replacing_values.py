"""Stages and tiers that are archived, and what the records get that had them."""

from __future__ import annotations

import sqlalchemy as sa

from fieldstone.engine.system_tables import TRANSITION
from fieldstone.engine.workspaces import Workspace
from tests.engine.publish.shop import Shop
from tests.engine.publish.test_purge import put_in_force
from tests.engine.publish.test_purge_values import with_tiers
from tests.engine.publish.test_replacing import change, held, restore, revision_of


def test_stages_are_replaced_and_nobody_moved(workspace: Workspace, shop: Shop) -> None:
    """The application changed, not the records: no transition, and the time there goes on."""
    stages = shop.entity("deal")["pipeline"]["stages"]
    stages.insert(1, {"name": "quote", "probability": 0.5})
    put_in_force(workspace, shop)
    first = revision_of(workspace)
    change(workspace, 1, "deal", stage="quote")
    entered = held(workspace, "deal", "stage_entered_at")
    stages[1].update(archived=True, replaced_by="open")
    put_in_force(workspace, shop)
    assert held(workspace, "deal", "stage") == ["open", "open"]
    assert held(workspace, "deal", "stage_entered_at") == entered
    with workspace.reading() as tx:
        moves = tx.connection.execute(sa.select(TRANSITION.c.after)).scalars().all()
        assert moves == ["quote"]
    restore(workspace, first)
    assert held(workspace, "deal", "stage") == ["quote", "open"]


def test_bands_are_replaced_and_the_tier_of_before_stays(workspace: Workspace, shop: Shop) -> None:
    with_tiers(shop)
    put_in_force(workspace, shop)
    first = revision_of(workspace)
    with workspace.writing() as tx:
        table = tx.tables.table("customer")
        tx.connection.execute(sa.update(table).values(grade="B", grade_before="B"))
    shop.data["abc"]["bands"][1].update(archived=True, replaced_by="A")
    put_in_force(workspace, shop)
    assert held(workspace, field="grade") == ["A"] * 3
    assert held(workspace, field="grade_before") == ["B"] * 3
    restore(workspace, first)
    assert held(workspace, field="grade") == ["B"] * 3
