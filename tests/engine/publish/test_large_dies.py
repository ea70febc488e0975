"""A process that publishes many records and dies: gone on from, taken back, or swept up after."""

from __future__ import annotations

import os
import signal
from typing import Any

import pytest
import sqlalchemy as sa

from fieldstone.engine import publish
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.errors import Conflict
from fieldstone.engine.installation import Installation
from fieldstone.engine.publish import Plan, layout_matches
from fieldstone.engine.work import worker
from fieldstone.engine.work.tick import tick
from fieldstone.engine.workspaces import Workspace
from tests.engine.publish.conftest import NOW
from tests.engine.publish.shop import Shop, column, insert
from tests.engine.publish.test_every_statement import (
    MOST,
    Failed,
    fail,
    failing,
    fails_wholly,
    planned,
    published,
    revisions_of,
    state,
)
from tests.engine.publish.test_large import LATER, STRIDE, left_of, searched

pytestmark = pytest.mark.usefixtures("every_table_is_large")


@pytest.mark.parametrize("then", ["again", "worker", "other"])
@pytest.mark.parametrize(
    "point",
    [
        "publish.watched:1",
        "publish.batch:1",
        "publish.batch:3",
        "publish.prepared_step:2",
        "publish.caught_up:1",
        "publish.indexed:1",
        "publish.before_commit:1",
    ],
)
def test_whoever_comes_after_one_that_died_goes_on_or_takes_it_back(
    installation: Installation, workspace: Workspace, shop: Shop, point: str, then: str
) -> None:
    before = state(workspace)
    everything_at_once(shop)
    plan = planned(workspace, shop)
    assert died(installation, plan, point)
    with workspace.reading() as tx:
        assert tx.revision == 1
        assert layout_matches(tx) == ()
    assert planned(workspace, shop).steps == plan.steps
    with pytest.raises(Conflict) as busy:
        published(workspace, plan)
    assert busy.value.problems[0].id == "publish.busy"
    with Installation.open(installation.settings, FixedClock(LATER)) as later:
        there = later.workspace("acme")
        if then == "again":
            published(there, plan)
            assert revisions_of(state(there)) == revisions_of(before) + 1
            assert planned(there, shop).empty
        elif then == "worker":
            for workspace_id, job_id in tick(later, everything=True):
                worker.do(later, workspace_id, job_id)
            assert without_jobs(state(there)) == without_jobs(before)
        else:
            other = Shop()
            other.add("customer", name="note", type="text")
            published(there, planned(there, other))
            assert planned(there, other).empty
        assert left_of(there) == []


def test_who_goes_on_does_not_begin_anew(
    installation: Installation, workspace: Workspace, shop: Shop
) -> None:
    everything_at_once(shop)
    plan = planned(workspace, shop)
    assert died(installation, plan, "publish.indexed:1")
    written: list[str] = []

    def note(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        if statement.startswith("UPDATE") and "customer" in statement.split()[1]:
            written.append(statement)

    with Installation.open(installation.settings, FixedClock(LATER)) as later:
        sa.event.listen(sa.engine.Engine, "before_cursor_execute", note)
        try:
            published(later.workspace("acme"), plan)
        finally:
            sa.event.remove(sa.engine.Engine, "before_cursor_execute", note)
    assert written == []


def everything_at_once(shop: Shop) -> None:
    shop.add("customer", name="web", type="url", search=True)
    shop.add("customer", name="vip", type="boolean", default=True)
    shop.add("customer", name="topics", type="tags", dimension="topic", default=["price"])
    shop.add("customer", name="number", type="auto_number", pattern="C-{000}")
    shop.add("customer", name="total", type="formula", formula="count(deals)", stored=True)
    shop.field("customer", "name")["search"] = True
    shop.field("customer", "staff").update(type="decimal", scale=1)
    shop.field("customer", "code").update(type="choice", options=[{"name": "a"}, {"name": "b"}])
    shop.put(
        kind="entity",
        name="visit",
        title="name",
        fields=[
            {"name": "name", "type": "text"},
            {"name": "customer", "type": "reference", "to": "customer", "inverse": "visits"},
        ],
    )
    shop.add("deal", name="visit", type="reference", to="visit")


def without_jobs(found: Any) -> Any:
    return (*found[:-1], {name: rows for name, rows in found[-1].items() if name != "_job"})


def died(installation: Installation, plan: Plan, point: str) -> bool:
    """Whether a process that publishes was killed at a fail point."""
    child = os.fork()
    if child == 0:
        os.environ.update(FIELDSTONE_ENV="test", FIELDSTONE_FAIL_AT=point)
        try:
            clock = FixedClock(NOW)
            with Installation.open(installation.settings, clock) as opened:
                published(opened.workspace("acme"), plan)
            os._exit(0)
        except BaseException:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 128 + signal.SIGKILL


def test_what_a_dying_process_did_not_sweep_up_a_worker_does(
    installation: Installation, workspace: Workspace, shop: Shop
) -> None:
    searched(shop)
    published(workspace, planned(workspace, shop))
    shop.field("customer", "name")["search"] = False
    assert died(installation, planned(workspace, shop), "publish.flipped:1")
    with workspace.reading() as tx:
        assert tx.revision == 3
        assert tx.connection.exec_driver_sql("SELECT count(*) FROM _search").scalar_one() == 3
    with Installation.open(installation.settings, FixedClock(LATER)) as later:
        there = later.workspace("acme")
        for workspace_id, job_id in tick(later, everything=True):
            worker.do(later, workspace_id, job_id)
        with there.reading() as tx:
            assert tx.connection.exec_driver_sql("SELECT count(*) FROM _search").scalar_one() == 0
        assert left_of(there) == []


def test_a_purged_field_is_unreadable_at_once_and_swept_up(
    workspace: Workspace, shop: Shop
) -> None:
    with workspace.writing() as tx:
        insert(tx, "customer", [{"name": "More", "code": "secret"} for _ in range(5)])
    shop.drop("customer", "code")
    published(workspace, planned(workspace, shop))
    plan = publish.purge_plan(workspace, SYSTEM, ["entity/customer#/fields/code"])
    published(workspace, plan)
    assert left_of(workspace) == []
    with workspace.reading() as tx:
        rows = tx.connection.exec_driver_sql("SELECT * FROM customer").all()
        assert "secret" not in repr(rows)
        assert len(rows) == 8


def test_whichever_statement_of_a_purge_fails_it_is_wholly_old_or_wholly_new(
    installation: Installation, workspace: Workspace, shop: Shop
) -> None:
    shop.drop("customer", "code")
    published(workspace, planned(workspace, shop))
    before, plan = (
        state(workspace),
        publish.purge_plan(workspace, SYSTEM, ["entity/customer#/fields/code"]),
    )
    for number in range(1, MOST):
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
        assert "'A'" not in repr(tx.connection.exec_driver_sql("SELECT * FROM customer").all())
    shop.data["customer"]["fields"].append({"name": "memo", "type": "text", "default": "m"})
    fails_wholly(workspace, shop, STRIDE)
    with workspace.reading() as tx:
        assert column(tx, "customer", "memo") == ["m"] * 3
