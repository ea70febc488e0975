"""A publish of many records: prepared in batches while others write, swept up after, taken back."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from fieldstone.engine import publish, records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.errors import Conflict, Invalid
from fieldstone.engine.installation import Installation
from fieldstone.engine.publish import Plan, layout_matches
from fieldstone.engine.publishing import physical, preparing
from fieldstone.engine.publishing import rows as batches
from fieldstone.engine.system_tables import JOB
from fieldstone.engine.transaction import Transaction
from fieldstone.engine.work import worker
from fieldstone.engine.work.tick import tick
from fieldstone.engine.workspaces import Workspace
from tests.engine.publish.conftest import NOW
from tests.engine.publish.shop import Shop, column, insert
from tests.engine.publish.test_every_statement import (
    CHANGES,
    MOST,
    Failed,
    add_entity,
    fail,
    failing,
    planned,
    published,
    revisions_of,
    state,
)

LATER = NOW + timedelta(hours=1)
Change = Callable[[Shop], None]
Write = Callable[[Transaction], object]


@pytest.fixture(autouse=True)
def _every_table_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows a batch, and nothing is left to the last transaction that need not be."""
    monkeypatch.setattr(preparing, "MOST_AT_ONCE", 0)
    monkeypatch.setattr(preparing, "_FEW", 0)
    monkeypatch.setattr(batches, "AT_ONCE", {"sqlite": 2, "postgresql": 2})


def bounds(shop: Shop) -> None:
    shop.field("customer", "staff")["max"] = 1000


def searched(shop: Shop) -> None:
    shop.field("customer", "name")["search"] = True


def sum_of_deals(shop: Shop) -> None:
    total = "sum(deals.amount)"
    shop.add("customer", name="total", type="formula", formula=total, stored=True)


def tags_by_default(shop: Shop) -> None:
    shop.add("customer", name="topics", type="tags", dimension="topic", default=["price"])


def default_by_formula(shop: Shop) -> None:
    shop.add("customer", name="people", type="integer", default={"expr": "staff"})


def number_to_text(shop: Shop) -> None:
    shop.field("customer", "staff")["type"] = "text"


ALL: Sequence[Change] = (
    *CHANGES,
    bounds,
    searched,
    sum_of_deals,
    tags_by_default,
    default_by_formula,
    number_to_text,
)


def more(number: int) -> Write:
    return lambda tx: records.create(
        tx, SYSTEM, "customer", {"name": f"New {number}", "code": "b", "staff": str(number)}
    )


def changed(tx: Transaction) -> None:
    there = records.get(tx, SYSTEM, "customer", 1)
    records.update(tx, SYSTEM, "customer", 1, there.version, {"staff": "77", "code": "b"})


def cleared(tx: Transaction) -> None:
    there = records.get(tx, SYSTEM, "customer", 3)
    records.update(tx, SYSTEM, "customer", 3, there.version, {"staff": None, "code": None})


def deleted(tx: Transaction) -> None:
    there = records.get(tx, SYSTEM, "customer", 2)
    records.delete(tx, SYSTEM, "customer", 2, there.version)


def moved(tx: Transaction) -> None:
    there = records.get(tx, SYSTEM, "deal", 1)
    values = {"customer": "3", "amount": "12.50"}
    records.update(tx, SYSTEM, "deal", 1, there.version, values)


WRITES: Sequence[Write] = (changed, more(1), cleared, moved, more(2), deleted, more(3))


@contextmanager
def between(
    writes: Sequence[Write], workspace: Workspace, *, late: bool = False
) -> Iterator[list[Write]]:
    """Let somebody else write before each transaction of this thread; what is left to write.

    If `late`, once it is noted what is written.
    """
    left, here = list(writes), threading.get_ident()
    begun: set[Any] = set()

    def write() -> None:
        with workspace.writing() as tx:
            if not late or "_touched" in physical.read(tx.connection).tables:
                left.pop(0)(tx)

    def look(connection: sa.Connection, _k: Any, statement: str, *_: Any) -> None:
        if threading.get_ident() != here or not statement.startswith("BEGIN"):
            return
        if left and not begun:
            other = threading.Thread(target=write)
            other.start()
            other.join()
        begun.add(connection)

    def ended(connection: sa.Connection) -> None:
        begun.discard(connection)

    ends = ("commit", "rollback")
    sa.event.listen(sa.engine.Engine, "before_cursor_execute", look)
    for one in ends:
        sa.event.listen(sa.engine.Engine, one, ended)
    try:
        yield left
    finally:
        sa.event.remove(sa.engine.Engine, "before_cursor_execute", look)
        for one in ends:
            sa.event.remove(sa.engine.Engine, one, ended)


def told(workspace: Workspace) -> Any:
    """What is in the records, with computed values, tags and what finds them."""
    with workspace.reading() as tx:
        assert layout_matches(tx) == ()
        found: dict[str, list[Any]] = {}
        for entity in tx.app.entities.values():
            if entity.system:
                continue
            wanted = [one.id for one in entity.fields if tx.layout.find(entity.id, one.id)]
            table = tx.tables.table(entity.id)
            columns = [tx.tables.column(table, entity.id, one) for one in wanted]
            order = tx.tables.column(table, entity.id, "id")
            rows = tx.connection.execute(sa.select(*columns).order_by(order))
            found[entity.id] = [dict(zip(wanted, row, strict=True)) for row in rows]
            link = tx.layout.link_table(entity.id)
            if link:
                tags = tx.connection.exec_driver_sql(
                    f'SELECT record_id, field_id, tag_id FROM "{link}" WHERE valid_to IS NULL'
                )
                found[link] = sorted(map(tuple, tags))
        search = "SELECT entity, field, record_id, folded FROM _search"
        found["_search"] = sorted(map(tuple, tx.connection.exec_driver_sql(search)))
        return found


@pytest.mark.parametrize(
    "change", [one for one in ALL if one is not add_entity], ids=lambda one: one.__name__
)
def test_what_others_write_meanwhile_is_as_if_it_had_been_there_before(
    installation: Installation, workspace: Workspace, shop: Shop, change: Change
) -> None:
    other = installation.clone_workspace(workspace, "other", "Other", with_data=True)
    change(shop)
    plan = planned(workspace, shop)
    with between(WRITES, workspace) as left:
        published(workspace, plan)
    assert not left
    for write in WRITES:
        with other.writing() as tx:
            write(tx)
    published(other, planned(other, shop))
    assert told(workspace) == told(other)
    assert tables(workspace).isdisjoint({"_touched"})
    with workspace.reading() as tx:
        assert not any(one.startswith("_touch_") for one in triggers(tx))


def tables(workspace: Workspace) -> set[str]:
    with workspace.reading() as tx:
        return set(physical.read(tx.connection).tables)


def triggers(tx: Transaction) -> list[str]:
    sqlite = tx.tables.dialect == "sqlite"
    asked = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if sqlite
        else "SELECT tgname FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid"
        " WHERE c.relnamespace = current_schema()::regnamespace"
    )
    return list(tx.connection.exec_driver_sql(asked).scalars())


def test_numbers_go_on_where_the_preparation_ended(workspace: Workspace, shop: Shop) -> None:
    shop.add("customer", name="number", type="auto_number", pattern="C-{000}")
    plan = planned(workspace, shop)
    with between([more(1), more(2)], workspace):
        published(workspace, plan)
    with workspace.writing() as tx:
        records.create(tx, SYSTEM, "customer", {"name": "Last"})
    with workspace.reading() as tx:
        numbers = column(tx, "customer", "number")
    assert sorted(numbers) == [f"C-{n:03}" for n in range(1, 7)]


def test_who_breaks_the_new_rules_meanwhile_stands_against_them(
    workspace: Workspace, shop: Shop
) -> None:
    before = told(workspace)
    shop.field("customer", "staff")["max"] = 1000
    big = {"name": "Big", "staff": "5000"}
    plan = planned(workspace, shop)
    late = [lambda tx: records.create(tx, SYSTEM, "customer", big)]
    with between(late, workspace, late=True), pytest.raises(Invalid) as refused:
        published(workspace, plan)
    (problem,) = refused.value.problems
    assert problem.id == "publish.above_maximum"
    assert problem.params["rows"] == 1
    assert told(workspace)["deal"] == before["deal"]
    assert left_of(workspace) == []


def test_what_is_lost_meanwhile_has_to_be_accepted(workspace: Workspace, shop: Shop) -> None:
    options = [{"name": "a"}, {"name": "b"}]
    shop.field("customer", "code").update(type="choice", options=options)
    lost = {"name": "Lost", "code": "zzz"}
    plan = planned(workspace, shop)
    assert plan.losses == ()
    late = [lambda tx: records.create(tx, SYSTEM, "customer", lost)]
    with between(late, workspace, late=True), pytest.raises(Invalid) as refused:
        published(workspace, plan)
    assert [one.id for one in refused.value.problems] == ["publish.loss_not_accepted"]
    assert left_of(workspace) == []
    with workspace.reading() as tx:
        assert tx.revision == 1
        assert column(tx, "customer", "code") == ["A", "B", "A", "zzz"]


def test_values_that_become_equal_meanwhile_are_a_conflict(
    workspace: Workspace, shop: Shop
) -> None:
    shop.field("deal", "name")["unique"] = True
    twin = {"name": "One", "customer": "1"}
    plan = planned(workspace, shop)
    late = [lambda tx: records.create(tx, SYSTEM, "deal", twin)]
    with between(late, workspace, late=True), pytest.raises((Conflict, Invalid)) as refused:
        published(workspace, plan)
    assert refused.value.problems[0].id in ("publish.breaks_unique", "publish.unique_repeated")
    assert left_of(workspace) == []


def left_of(workspace: Workspace) -> list[str]:
    """What a publish that came to nothing left: jobs, tables, whatever does not fit."""
    with workspace.reading() as tx:
        kinds = ("publish", "sweep")
        jobs = sa.select(JOB.c.kind).where(JOB.c.kind.in_(kinds), JOB.c.state != "done")
        return [
            *tx.connection.scalars(jobs),
            *(one.id for one in layout_matches(tx)),
            *(one for one in physical.read(tx.connection).tables if one == "_touched"),
        ]


@pytest.mark.parametrize("change", ALL, ids=lambda one: one.__name__)
def test_whichever_statement_fails_everything_is_as_it_was(
    workspace: Workspace, shop: Shop, change: Change
) -> None:
    before = state(workspace)
    change(shop)
    plan = planned(workspace, shop)
    for number in range(1, MOST, STRIDE):
        try:
            with failing(number, fail):
                published(workspace, plan)
            break
        except Failed:
            assert state(workspace) == before, number
    else:
        raise AssertionError("it never came to its end")
    assert revisions_of(state(workspace)) == revisions_of(before) + 1
    assert planned(workspace, shop).empty


STRIDE = 1 if os.environ.get("FIELDSTONE_TEST_KILLS") else 5


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
