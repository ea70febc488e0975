"""Purging from large tables: nobody reads it any more at once, and then it is swept up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from fieldstone.engine import publish, records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.errors import Conflict
from fieldstone.engine.installation import Installation
from fieldstone.engine.publishing import physical
from fieldstone.engine.transaction import Transaction
from fieldstone.engine.work import worker
from fieldstone.engine.work.tick import tick
from fieldstone.engine.workspaces import Workspace
from tests.engine.publish.shop import Shop, column
from tests.engine.publish.test_every_statement import (
    MOST,
    Failed,
    fail,
    failing,
    planned,
    published,
    state,
)
from tests.engine.publish.test_large import (
    LATER,
    STRIDE,
    Write,
    between,
    changed,
    deleted,
    left_of,
    more,
    told,
)
from tests.engine.publish.test_purge import tagged
from tests.engine.publish.test_purge_values import with_tiers

pytestmark = pytest.mark.usefixtures("every_table_is_large")


@dataclass(frozen=True)
class Purged:
    """What is archived first and purged then, and a text that nothing has afterwards."""

    addresses: Sequence[str]
    archive: Callable[[Shop], object]
    gone: str


def without_option(shop: Shop) -> None:
    shop.field("customer", "size")["options"].pop(0)


def without_tag(shop: Shop) -> dict[str, dict[str, Any]]:
    shop.data["topic"]["tags"].pop(0)
    return shop.data


def without_band(shop: Shop) -> None:
    del shop.data["abc"]["bands"][1]


PURGES: Mapping[str, Purged] = {
    "option": Purged(["entity/customer#/fields/size/options/small"], without_option, "small"),
    "tag": Purged(["tag_dimension/topic#/tags/price"], without_tag, "price"),
    "band": Purged(["tier_scheme/abc#/bands/bronze"], without_band, "bronze"),
    "field": Purged(
        ["entity/customer#/fields/code"], lambda shop: shop.drop("customer", "code"), "secret"
    ),
    "tags": Purged(
        ["entity/deal#/fields/topics"], lambda shop: shop.drop("deal", "topics"), "quality"
    ),
    "tag and its entity": Purged(
        ["tag_dimension/topic#/tags/price", "entity/deal"],
        lambda shop: without_tag(shop).pop("deal"),
        "price",
    ),
    "option and its field": Purged(
        ["entity/customer#/fields/size/options/small", "entity/customer#/fields/size"],
        lambda shop: shop.drop("customer", "size"),
        "small",
    ),
    "field and its entity": Purged(
        ["entity/deal#/fields/topics", "entity/deal"], lambda shop: shop.data.pop("deal"), "Two"
    ),
    "entity": Purged(["entity/deal"], lambda shop: shop.data.pop("deal"), "Two"),
}
WRITES: Sequence[Write] = (changed, more(1), deleted, more(2))


@pytest.fixture(params=list(PURGES.values()), ids=list(PURGES))
def purged(request: pytest.FixtureRequest, workspace: Workspace, shop: Shop) -> Purged:
    """Return what is purged, archived in a workspace whose records have it."""
    one: Purged = request.param
    with_tiers(shop)
    shop.data["abc"]["bands"][1]["name"] = "bronze"
    shop.field("customer", "code")["search"] = True
    published(workspace, planned(workspace, shop))
    with workspace.writing() as tx:
        tagged(tx, (1, "price"), (1, "quality"), (2, "price"))
        for number in (1, 3):
            there = records.get(tx, SYSTEM, "customer", number)
            values = {"code": f"secret {number}"}
            records.update(tx, SYSTEM, "customer", number, there.version, values)
        graded = {"grade": "bronze", "grade_before": "bronze"}
        table = tx.tables.table("customer")
        named = {tx.tables.column(table, "customer", key): at for key, at in graded.items()}
        tx.connection.execute(sa.update(table).values(named))
    one.archive(shop)
    published(workspace, planned(workspace, shop))
    return one


def plan_of(workspace: Workspace, purged: Purged) -> publish.Plan:
    plan = publish.purge_plan(workspace, SYSTEM, purged.addresses)
    assert [problem.line() for problem in plan.problems] == []
    return plan


def kept(tx: Transaction) -> str:
    """Everything that is kept of records."""
    tables = physical.read(tx.connection).tables
    mine = [one for one in tables if not one.startswith("_") or one.startswith("_tags_")]
    mine += ["_field_change", "_transition", "_search"]
    return repr([tx.connection.exec_driver_sql(f'SELECT * FROM "{one}"').all() for one in mine])


def test_nothing_of_it_is_left(workspace: Workspace, purged: Purged) -> None:
    with workspace.reading() as tx:
        assert purged.gone in kept(tx)
    published(workspace, plan_of(workspace, purged))
    with workspace.reading() as tx:
        assert purged.gone not in kept(tx)
    assert left_of(workspace) == []


def test_what_others_write_meanwhile_is_as_if_it_had_been_there_before(
    installation: Installation, workspace: Workspace, purged: Purged
) -> None:
    other = installation.clone_workspace(workspace, "other", "Other", with_data=True)
    plan = plan_of(workspace, purged)
    known = "code" not in purged.addresses[0]
    writes = WRITES if known else WRITES[2:3]
    with between(writes, workspace) as left:
        published(workspace, plan)
    assert not left
    for write in writes:
        with other.writing() as tx:
            write(tx)
    published(other, plan_of(other, purged))
    assert told(workspace) == told(other)


def test_whichever_statement_fails_it_is_wholly_old_or_wholly_new(
    installation: Installation, workspace: Workspace, shop: Shop, purged: Purged
) -> None:
    before, plan = state(workspace), plan_of(workspace, purged)
    for number in range(1, MOST, STRIDE):
        try:
            with failing(number, fail):
                published(workspace, plan)
            break
        except Failed:
            with workspace.reading() as tx:
                in_force = tx.revision
            if in_force != before[0]:
                break
            assert state(workspace) == before, number
    with Installation.open(installation.settings, FixedClock(LATER)) as later:
        for workspace_id, job_id in tick(later, everything=True):
            worker.do(later, workspace_id, job_id)
    assert left_of(workspace) == []
    with workspace.reading() as tx:
        assert tx.revision > before[0]
        assert purged.gone not in kept(tx)
    shop.add("customer", name="memo", type="text", default="m")
    published(workspace, planned(workspace, shop))
    with workspace.reading() as tx:
        assert column(tx, "customer", "memo") == ["m"] * 3


def test_who_gets_a_purged_option_back_meanwhile_makes_another_plan(
    workspace: Workspace, shop: Shop
) -> None:
    with workspace.writing() as tx:
        tx.connection.execute(sa.text("UPDATE customer SET size = NULL"))
    without_option(shop)
    published(workspace, planned(workspace, shop))
    plan = publish.purge_plan(workspace, SYSTEM, PURGES["option"].addresses)

    def again(tx: Transaction) -> None:
        tx.connection.execute(sa.text("UPDATE customer SET size = 'small' WHERE id = 2"))

    with between([again], workspace, late=True), pytest.raises(Conflict) as refused:
        publish.publish(workspace, SYSTEM, plan, accept_loss=PURGES["option"].addresses)
    assert refused.value.problems[0].id == "publish.data_moved"
    assert left_of(workspace) == []
