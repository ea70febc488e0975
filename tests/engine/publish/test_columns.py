"""Columns that nothing needs any more: PostgreSQL gives them to new fields, SQLite drops them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from fieldstone.engine import publish
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.workspaces import Workspace
from tests.engine.publish.shop import Shop, column, insert
from tests.engine.publish.test_purge import assert_sound, purge, put_in_force

CODE = "entity/customer#/fields/code"
STAFF = "entity/customer#/fields/staff"


def purged(workspace: Workspace, shop: Shop, *names: str) -> None:
    """Archive and purge fields of customers."""
    for name in names:
        shop.drop("customer", name)
    put_in_force(workspace, shop)
    purge(workspace, *(f"entity/customer#/fields/{one}" for one in names))


def columns_had(workspace: Workspace, table: str) -> int:
    """How many columns a table has had, where PostgreSQL counts those that it dropped."""
    with workspace.reading() as tx:
        if workspace.dialect == "sqlite":
            found = tx.connection.exec_driver_sql(f"PRAGMA table_info({table})").all()
            return len(found)
        query = sa.text(
            "SELECT relnatts FROM pg_class WHERE relname = :name"
            " AND relnamespace = current_schema()::regnamespace"
        )
        return int(tx.connection.execute(query, {"name": table}).scalar_one())


def kinds(plan: publish.Plan, *fields: str) -> list[str]:
    return [one.kind for one in plan.steps if one.field in fields and one.kind.endswith("column")]


def test_a_new_field_takes_a_free_column_of_its_type(workspace: Workspace, shop: Shop) -> None:
    purged(workspace, shop, "code", "staff")
    had = columns_had(workspace, "customer")
    shop.add("customer", name="motto", type="long_text")
    shop.add("customer", name="floors", type="integer")
    shop.add("customer", name="since", type="date")
    plan = put_in_force(workspace, shop)
    if workspace.dialect == "sqlite":
        assert kinds(plan, "motto", "floors", "since") == ["add_column"] * 3
        return
    assert kinds(plan, "motto", "floors", "since") == [
        "reuse_column", "reuse_column", "add_column"
    ]  # fmt: skip
    assert columns_had(workspace, "customer") == had + 1
    with workspace.writing() as tx:
        for one in ("motto", "floors", "since"):
            assert column(tx, "customer", one) == [None] * 3
        tx.connection.execute(sa.update(tx.tables.table("customer")).values(motto="x", floors=2))
    with workspace.reading() as tx:
        assert column(tx, "customer", "motto") == ["x"] * 3
        assert column(tx, "customer", "floors") == [2] * 3


def test_what_a_column_held_is_gone_when_it_is_free(workspace: Workspace, shop: Shop) -> None:
    shop.add("customer", name="vip", type="boolean", default=True)
    put_in_force(workspace, shop)
    purged(workspace, shop, "vip")
    shop.add("customer", name="partner", type="boolean")
    put_in_force(workspace, shop)
    with workspace.reading() as tx:
        assert column(tx, "customer", "partner") == [False] * 3


def test_a_free_column_takes_indexes_defaults_and_uniqueness(
    workspace: Workspace, shop: Shop
) -> None:
    purged(workspace, shop, "code")
    shop.add("customer", name="number", type="auto_number", pattern="K{000}", unique=True)
    put_in_force(workspace, shop)
    with workspace.reading() as tx:
        assert column(tx, "customer", "number") == ["K001", "K002", "K003"]
    with pytest.raises(sa.exc.IntegrityError), workspace.writing() as tx:
        insert(tx, "customer", [{"name": "x", "number": "K001"}])


def test_a_reference_takes_the_column_of_a_number_and_gives_it_back(
    workspace: Workspace, shop: Shop
) -> None:
    purged(workspace, shop, "staff")
    shop.add("customer", name="group", type="reference", to="customer")
    put_in_force(workspace, shop)
    with pytest.raises(sa.exc.IntegrityError), workspace.writing() as tx:
        tx.connection.execute(sa.update(tx.tables.table("customer")).values(group=99))
    with workspace.writing() as tx:
        tx.connection.execute(sa.update(tx.tables.table("customer")).values(group=1))
    had = columns_had(workspace, "customer")
    purged(workspace, shop, "group")
    shop.add("customer", name="floors", type="integer")
    put_in_force(workspace, shop)
    assert columns_had(workspace, "customer") == had
    with workspace.writing() as tx:
        assert column(tx, "customer", "floors") == [None] * 3
        tx.connection.execute(sa.update(tx.tables.table("customer")).values(floors=99))


def test_what_a_conversion_left_is_taken_too(workspace: Workspace, shop: Shop) -> None:
    shop.field("customer", "staff").update(type="decimal", scale=2)
    put_in_force(workspace, shop)
    had = columns_had(workspace, "customer")
    shop.add("customer", name="floors", type="integer")
    put_in_force(workspace, shop)
    assert columns_had(workspace, "customer") == had
    with workspace.reading() as tx:
        assert column(tx, "customer", "floors") == [None] * 3
        assert [None if one is None else int(one) for one in column(tx, "customer", "staff")] == [
            12, None, 700
        ]  # fmt: skip


def test_a_column_is_not_taken_in_the_publish_that_frees_it(
    workspace: Workspace, shop: Shop
) -> None:
    """A request that still reads the documents of before finds it where it was."""
    shop.drop("customer", "code")
    put_in_force(workspace, shop)
    shop.data["customer"]["purged"] = ["code"]
    shop.add("customer", name="motto", type="text")
    plan = put_in_force(workspace, shop, CODE)
    assert kinds(plan, "motto") == ["add_column"]


def test_one_type_after_the_other_and_back_takes_no_columns(
    workspace: Workspace, shop: Shop
) -> None:
    had = []
    for number in range(12):
        shop.field("customer", "staff").update(type="text" if number % 2 == 0 else "integer")
        put_in_force(workspace, shop, "customer.staff")
        had.append(columns_had(workspace, "customer"))
    assert len(set(had)) == 1
    with workspace.reading() as tx:
        assert column(tx, "customer", "staff") == [12, None, 700]


def test_formulas_that_change_their_type_take_no_columns(workspace: Workspace, shop: Shop) -> None:
    shop.add("customer", name="told", type="formula", formula="staff", stored=True)
    put_in_force(workspace, shop)
    texts, had = ("name", "staff + 1", "staff > 5"), []
    for number in range(9):
        shop.field("customer", "told")["formula"] = texts[number % 3]
        put_in_force(workspace, shop)
        had.append(columns_had(workspace, "customer"))
    assert len(set(had[3:])) == 1
    with workspace.reading() as tx:
        assert column(tx, "customer", "told") == [True, False, True]


def test_a_purge_writes_no_row_that_holds_nothing(workspace: Workspace, shop: Shop) -> None:
    """PostgreSQL tells by the transaction that wrote a row last."""
    if workspace.dialect == "sqlite":
        pytest.skip("SQLite drops the column")
    shop.drop("customer", "staff")
    put_in_force(workspace, shop)
    query = "SELECT xmin::text FROM customer ORDER BY id"
    with workspace.reading() as tx:
        before = tx.connection.exec_driver_sql(query).scalars().all()
    purge(workspace, STAFF)
    with workspace.reading() as tx:
        after = tx.connection.exec_driver_sql(query).scalars().all()
    assert [old == new for old, new in zip(before, after, strict=True)] == [False, True, False]


def test_more_columns_than_a_table_may_have_are_refused_by_the_plan(
    workspace: Workspace, shop: Shop
) -> None:
    """Those that PostgreSQL dropped count, as before there were free ones."""
    if workspace.dialect == "sqlite":
        pytest.skip("SQLite takes a minute to make 2,000 columns, and none counts that is gone")
    names = [f"x{number}" for number in range(1500)]
    with workspace.writing() as tx:
        for verb, kind in (("ADD", " boolean"), ("DROP", "")):
            parts = ", ".join(f"{verb} COLUMN {one}{kind}" for one in names)
            tx.connection.exec_driver_sql(f"ALTER TABLE customer {parts}")
    shop.data["customer"]["fields"] += [{"name": f"f_{at}", "type": "boolean"} for at in range(100)]
    (problem,) = publish.preview(workspace, SYSTEM, shop.documents()).problems
    assert problem.id == "publish.too_many_columns"
    assert problem.params["most"] == 1600
    for locale in ("en", "zh-CN"):
        assert "{" not in problem.text(locale)
    del shop.data["customer"]["fields"][-30:]
    put_in_force(workspace, shop)


def test_a_record_that_would_fit_into_no_page_is_refused_by_the_plan(
    workspace: Workspace, shop: Shop
) -> None:
    shop.data["customer"]["fields"] += [{"name": f"f_{at}", "type": "text"} for at in range(390)]
    plan = publish.preview(workspace, SYSTEM, shop.documents())
    if workspace.dialect == "sqlite":
        assert plan.problems == ()
        return
    assert [one.id for one in plan.problems] == ["publish.row_too_wide"]
    for locale in ("en", "zh-CN"):
        assert "{" not in plan.problems[0].text(locale)


def test_the_widest_record_that_is_allowed_can_be_written(workspace: Workspace, shop: Shop) -> None:
    shop.data["customer"]["fields"] += [{"name": f"f_{at}", "type": "text"} for at in range(320)]
    put_in_force(workspace, shop)
    with workspace.writing() as tx:
        insert(tx, "customer", [{f"f_{at}": "x" * 23 for at in range(320)}])
    assert_sound(workspace)
