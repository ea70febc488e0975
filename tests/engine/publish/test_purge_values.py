"""Purging an option, a stage, a tag or a band: the value goes out of the records that have it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from fieldstone.engine import publish
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.system_tables import CHECKLIST_TICK, TIER_RANK, TRANSITION
from fieldstone.engine.workspaces import Workspace
from tests.engine.publish.conftest import NOW
from tests.engine.publish.shop import Shop, column
from tests.engine.publish.test_purge import left, purge, put_in_force, remembered, tagged


def test_an_option_goes_out_of_the_records_that_hold_it(workspace: Workspace, shop: Shop) -> None:
    small = "entity/customer#/fields/size/options/small"
    shop.field("customer", "size")["options"].pop(0)
    put_in_force(workspace, shop)
    plan = purge(workspace, small)
    assert [(one.key, one.rows) for one in plan.losses] == [(small, 1)]
    with workspace.reading() as tx:
        assert column(tx, "customer", "size") == [None, None, "large"]


def test_an_option_stays_where_a_record_must_have_one(workspace: Workspace, shop: Shop) -> None:
    with workspace.writing() as tx:
        table = tx.tables.table("customer")
        tx.connection.execute(sa.update(table).where(table.c.id == 2).values(size="small"))
    shop.field("customer", "size")["options"].pop(0)
    shop.field("customer", "size")["required"] = True
    put_in_force(workspace, shop)
    plan = publish.purge_plan(workspace, SYSTEM, ["entity/customer#/fields/size/options/small"])
    (problem,) = plan.problems
    assert (problem.id, problem.params["rows"]) == ("publish.purge_needed", 2)
    for locale in ("en", "zh-CN"):
        assert "{" not in problem.line(locale)


def test_a_stage_goes_when_no_record_is_in_it(workspace: Workspace, shop: Shop) -> None:
    opened = "entity/deal#/pipeline/stages/open"
    with workspace.writing() as tx:
        remembered(tx)
    stages = shop.entity("deal")["pipeline"]["stages"]
    stages.insert(1, {"name": "lead"})
    put_in_force(workspace, shop)
    stages.pop(0)
    put_in_force(workspace, shop)
    plan = publish.purge_plan(workspace, SYSTEM, [opened])
    assert [one.id for one in plan.problems] == ["publish.purge_needed"]
    with workspace.writing() as tx:
        tx.connection.execute(sa.update(tx.tables.table("deal")).values(stage="won"))
    purge(workspace, opened)
    assert left(workspace, CHECKLIST_TICK, "stage") == []
    assert len(left(workspace, TRANSITION, "id")) == 1


def test_a_tag_goes_out_of_the_records_that_carry_it(workspace: Workspace, shop: Shop) -> None:
    with workspace.writing() as tx:
        tagged(tx, (1, "price"), (1, "quality"), (2, "price"))
    shop.data["topic"]["tags"].pop(0)
    put_in_force(workspace, shop)
    plan = purge(workspace, "tag_dimension/topic#/tags/price")
    assert [one.rows for one in plan.losses] == [2]
    with workspace.reading() as tx:
        tags = tx.connection.scalars(sa.select(tx.tables.tags("deal").c.tag_id)).all()
    assert tags == ["quality"]


def with_tiers(shop: Shop) -> None:
    shop.add("customer", name="grade", type="tier", scheme="abc")
    bands: list[dict[str, Any]] = [
        {"name": "A", "min": 100},
        {"name": "B", "min": 10},
        {"name": "C", "rest": True},
    ]
    shop.put(kind="tier_scheme", name="abc", entity="customer", field="grade", measure="staff",
             method="threshold", bands=bands)  # fmt: skip


def test_a_band_goes_out_of_the_records_that_have_it(workspace: Workspace, shop: Shop) -> None:
    with_tiers(shop)
    put_in_force(workspace, shop)
    with workspace.writing() as tx:
        table = tx.tables.table("customer")
        tx.connection.execute(sa.update(table).values(grade="B", grade_before="B"))
    shop.data["abc"]["bands"].pop(1)
    put_in_force(workspace, shop)
    purge(workspace, "tier_scheme/abc#/bands/B")
    with workspace.reading() as tx:
        assert (
            column(tx, "customer", "grade") == column(tx, "customer", "grade_before") == [None] * 3
        )


def test_a_scheme_goes_with_its_field_and_its_reasons(workspace: Workspace, shop: Shop) -> None:
    with_tiers(shop)
    put_in_force(workspace, shop)
    rank = {"scheme": "abc", "record_id": 1, "scale": 0, "position": 1, "ranked": 3, "at": NOW}
    with workspace.writing() as tx:
        tx.connection.execute(sa.insert(TIER_RANK).values(rank))
    del shop.data["abc"]
    shop.drop("customer", "grade")
    put_in_force(workspace, shop)
    purge(workspace, "tier_scheme/abc", "entity/customer#/fields/grade")
    assert left(workspace, TIER_RANK, "record_id") == []


def test_values_that_were_purged_leave_stored_formulas_too(
    workspace: Workspace, shop: Shop
) -> None:
    shop.add("customer", name="sized", type="formula", stored=True,
             formula="1 if size is None else 2")  # fmt: skip
    shop.field("customer", "size")["options"].pop(0)
    put_in_force(workspace, shop)
    with workspace.reading() as tx:
        assert column(tx, "customer", "sized") == [2, 1, 2]
    purge(workspace, "entity/customer#/fields/size/options/small")
    with workspace.reading() as tx:
        assert column(tx, "customer", "sized") == [1, 1, 2]
