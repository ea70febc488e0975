"""A publish of many records: prepared in batches while others write, swept up after, taken back."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from fieldstone.engine import records, stored
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.errors import Conflict, Invalid
from fieldstone.engine.installation import Installation
from fieldstone.engine.publish import layout_matches
from fieldstone.engine.publishing import physical
from fieldstone.engine.system_tables import JOB
from fieldstone.engine.transaction import Transaction
from fieldstone.engine.work import worker
from fieldstone.engine.work.tick import tick
from fieldstone.engine.workspaces import Workspace
from tests.engine.publish.conftest import NOW
from tests.engine.publish.shop import Shop, column
from tests.engine.publish.test_every_statement import (
    CHANGES,
    MOST,
    Failed,
    add_entity,
    fail,
    failing,
    fails_wholly,
    planned,
    published,
    stored_formula,
)

LATER = NOW + timedelta(hours=1)
Change = Callable[[Shop], None]
Write = Callable[[Transaction], object]


pytestmark = pytest.mark.usefixtures("every_table_is_large")


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


def staff(number: int) -> Write:
    def write(tx: Transaction) -> None:
        there = records.get(tx, SYSTEM, "customer", 1)
        records.update(tx, SYSTEM, "customer", 1, there.version, {"staff": str(number)})

    return write


def cleared(tx: Transaction) -> None:
    there = records.get(tx, SYSTEM, "customer", 3)
    records.update(
        tx, SYSTEM, "customer", 3, there.version, {"staff": None, "code": None, "size": "small"}
    )


def deleted(tx: Transaction) -> None:
    there = records.get(tx, SYSTEM, "customer", 2)
    records.delete(tx, SYSTEM, "customer", 2, there.version)


def moved(tx: Transaction) -> None:
    there = records.get(tx, SYSTEM, "deal", 1)
    values = {"customer": "3", "amount": "12.50", "topics": ["price"]}
    records.update(tx, SYSTEM, "deal", 1, there.version, values)


WRITES: Sequence[Write] = (changed, more(1), cleared, moved, more(2), deleted, more(3))


@contextmanager
def between(
    writes: Sequence[Write],
    workspace: Workspace,
    *,
    late: bool = False,
    then: Callable[[], None] = lambda: None,
) -> Iterator[list[Write]]:
    """Let somebody else write before each transaction of this thread; what is left to write.

    If `late`, once it is noted what is written. After each, `then` is done.
    """
    left, here = list(writes), threading.get_ident()
    begun: set[Any] = set()

    def write() -> None:
        with workspace.writing() as tx:
            if not late or "_touched" in physical.read(tx.connection).tables:
                left.pop(0)(tx)
        then()

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


def test_a_field_that_had_no_values_is_converted_with_those_it_gets(
    workspace: Workspace, shop: Shop
) -> None:
    with workspace.writing() as tx:
        tx.connection.execute(sa.text("UPDATE customer SET staff = NULL"))
    shop.field("customer", "staff")["type"] = "text"
    plan = planned(workspace, shop)
    with between([changed], workspace, late=True):
        published(workspace, plan)
    with workspace.reading() as tx:
        assert column(tx, "customer", "staff") == ["77", None, None]


def test_the_first_record_of_all_makes_another_plan(workspace: Workspace, shop: Shop) -> None:
    with workspace.writing() as tx:
        tx.connection.execute(sa.text("DELETE FROM deal"))
    shop.add("deal", name="hot", type="boolean", default=True)
    shop.field("customer", "staff")["type"] = "text"
    deal = {"name": "First", "customer": "1"}
    plan = planned(workspace, shop)
    late = [lambda tx: records.create(tx, SYSTEM, "deal", deal)]
    with between(late, workspace, late=True), pytest.raises(Conflict) as refused:
        published(workspace, plan)
    assert refused.value.problems[0].id == "publish.data_moved"
    assert left_of(workspace) == []


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
    change(shop)
    fails_wholly(workspace, shop, STRIDE)


def test_a_column_that_a_formula_left_is_given_back(workspace: Workspace, shop: Shop) -> None:
    stored_formula(shop)
    published(workspace, planned(workspace, shop))
    shop.field("customer", "twice")["formula"] = "staff * 3"
    published(workspace, planned(workspace, shop))
    before = told(workspace)
    shop.add("customer", name="children", type="integer", default=1)
    for number in range(1, MOST, STRIDE):
        try:
            with failing(number, fail):
                published(workspace, planned(workspace, shop))
            break
        except Failed:
            # What nobody reads may be emptied or gone by then.
            assert told(workspace) == before, number
            assert left_of(workspace) == [], number
    with workspace.reading() as tx:
        assert column(tx, "customer", "twice") == [36, None, 2100]
        assert column(tx, "customer", "children") == [1, 1, 1]


def test_what_too_many_records_read_is_computed_once_it_is_in_force(
    installation: Installation,
    workspace: Workspace,
    shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stored, "MOST_AT_ONCE", 1)
    formula = "customer.staff * 2"
    shop.add("deal", name="people", type="formula", formula=formula, stored=True)
    plan = planned(workspace, shop)

    def work() -> None:
        for workspace_id, job_id in tick(installation, everything=True):
            worker.do(installation, workspace_id, job_id)

    # A worker that comes before it is in force does not know the formula yet.
    writes = [staff(number) for number in range(100)]
    with between(writes, workspace, late=True, then=work) as left:
        published(workspace, plan)
    work()
    with workspace.reading() as tx:
        last = column(tx, "customer", "staff")[0]
        assert last == 99 - len(left)
        assert column(tx, "deal", "people") == [last * 2, last * 2]


STRIDE = 1 if os.environ.get("FIELDSTONE_TEST_KILLS") else 5
