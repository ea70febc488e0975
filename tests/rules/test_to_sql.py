"""What the callers of `to_sql` may give: an outer row, a reader's view, extra values, a table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from fieldstone.rules import compile_expression, evaluate, to_sql
from fieldstone.rules.columns import column_of
from fieldstone.rules.types import reference
from tests.rules.casebook import company, context
from tests.rules.declared import APP
from tests.rules.world import Tables, postgresql, sqlite
from tests.servers.database import Database

CONTEXT = context({})


@pytest.fixture
def opened(database: Database) -> Iterator[tuple[sa.Connection, Tables]]:
    tables = Tables(database.kind)
    with sqlite() if database.url is None else postgresql(database.url) as connection:
        company({}).fill(connection, tables)
        yield connection, tables


Opened = tuple[sa.Connection, Tables]


def test_the_outer_row_of_a_where(opened: Opened) -> None:
    connection, tables = opened
    text = "account == parent.account and amount > 10"
    expression = compile_expression(APP, "deal", text, parent="deal")
    row, outer = tables.table("deal").alias("t"), tables.table("deal").alias("o")
    where = to_sql(expression, tables, row, CONTEXT, parent_row=outer)
    query = sa.select(row.c.id).where(where, outer.c.id == 11, row.c.deleted_at.is_(None))
    assert sorted(connection.scalars(query)) == [11, 12]
    world = company({})
    other, first = world.record("deal", 12), world.record("deal", 11)
    assert evaluate(expression, other, CONTEXT, parent=first) is True


def test_a_parent_may_stand_alone(opened: Opened) -> None:
    expression = compile_expression(APP, "deal", "account == parent", parent="account")
    connection, tables = opened
    row, outer = tables.table("deal").alias("t"), tables.table("account").alias("o")
    where = to_sql(expression, tables, row, CONTEXT, parent_row=outer)
    assert connection.scalar(sa.select(sa.func.count()).where(where, outer.c.id == 1)) == 5


def test_what_a_reader_may_not_see_does_not_count(opened: Opened) -> None:
    connection, tables = opened
    asked = []

    def visible(entity_id: str, row: sa.FromClause) -> sa.ColumnElement[Any] | None:
        asked.append(entity_id)
        return row.c.seller == 1 if entity_id == "deal" else None

    row = tables.table("account").alias("r")
    expression = compile_expression(APP, "account", "count(deals, account.flag) + len(owner.name)")
    value = to_sql(expression, tables, row, CONTEXT, mode="value", visible=visible)
    assert connection.scalar(sa.select(value).where(row.c.id == 1)) == 1 + 2
    assert set(asked) == {"deal", "account", "member"}


def test_extra_values_come_with_the_context(opened: Opened) -> None:
    connection, tables = opened
    expression = compile_expression(
        APP, "account", "owner == who", extra={"who": reference("member")}
    )
    row = tables.table("account").alias("r")
    for who, found in ((1, [1]), (2, [2]), (None, [3])):
        given = replace(CONTEXT, extra={"who": who})
        where = to_sql(expression, tables, row, given)
        assert sorted(connection.scalars(sa.select(row.c.id).where(where))) == found


def test_a_table_without_an_alias_can_be_updated(opened: Opened) -> None:
    connection, tables = opened
    expression = compile_expression(APP, "account", 'sum(deals.amount, stage == "won") + kept')
    table = tables.table("account")
    value = to_sql(expression, tables, table, CONTEXT, mode="value")
    connection.execute(sa.update(table).where(table.c.id == 1).values(kept=value))
    found = connection.scalar(sa.select(table.c.kept).where(table.c.id == 1))
    assert str(found) == "273.95"


def test_a_value_is_no_condition(opened: Opened) -> None:
    _, tables = opened
    expression = compile_expression(APP, "account", "n + 1")
    with pytest.raises(ValueError, match="no condition"):
        to_sql(expression, tables, tables.table("account").alias("r"), CONTEXT)


def test_what_an_expression_uses() -> None:
    text = 'owner.name == "x" and count(deals, amount > parent.n) > 1 and good and kept > 1'
    expression = compile_expression(APP, "account", text)
    assert expression.uses == {
        ("account", "owner"),
        ("member", "name"),
        ("deal", "account"),
        ("deal", "amount"),
        ("account", "n"),
        ("account", "good"),
        ("account", "flag"),
        ("account", "amount"),
        ("account", "kept"),
    }
    assert expression.relations == {("account", "owner"), ("deal", "account")}
    assert not expression.depends_on_time and not expression.depends_on_viewer
    assert compile_expression(APP, "account", "day < today()").depends_on_time
    viewer = compile_expression(APP, "account", "owner == me()", allow_viewer=True)
    assert viewer.depends_on_viewer


def test_compiling_twice_gives_the_same() -> None:
    assert compile_expression(APP, "account", "n > 1") is compile_expression(
        APP, "account", "n > 1"
    )


def test_a_column_of_an_alias_is_the_one_that_the_alias_has() -> None:
    table = sa.table("deal", sa.column("id", sa.BigInteger()), sa.column("name", sa.Text()))
    row = table.alias("r")
    found = column_of(row, table.c.name)
    assert "c" not in row.__dict__, "all of its columns were copied"
    assert found.compare(row.c.name)
    assert str(sa.select(found)) == "SELECT r.name \nFROM deal AS r"
    assert column_of(table, table.c.name) is table.c.name
    inner = sa.select(table.c.name).subquery()
    assert column_of(inner, table.c.name) is inner.c.name
