"""The SQL of what rules say most is plain, so that an index serves it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as postgres_dialect
from sqlalchemy.dialects import sqlite as sqlite_dialect

from fieldstone.metadata.model import App
from fieldstone.rules import compile_expression, to_sql
from tests.rules.declared import APP, counting_from
from tests.rules.world import CONTEXT, Tables, sqlite

SHAPES = [
    ('tier == "A" and days_since(at) > 7', "r.tier = ? AND r.at < ?"),
    ("days_since(day) > 30", "r.day < ?"),
    ("hours_since(at) > 48", "r.at <= ?"),
    ("date(at) == today()", "r.at >= ? AND r.at < ?"),
    ("year(day) == 2026", "r.day >= ? AND r.day < ?"),
    ("start_of_month(at) == start_of_month(today())", "r.at >= ? AND r.at < ?"),
    (
        "days_since(day) > tier.silence_days",
        "r.day < CASE r.tier WHEN ? THEN ? WHEN ? THEN ? WHEN ? THEN ? END",
    ),
    ("not (n > 5 and kind != 'large')", "r.n <= ? OR r.n IS NULL OR r.kind = ?"),
    ("n == None", "r.n IS NULL"),
    ("n != 3", "r.n IS NOT ?"),
    ("n > 3.5", "r.n > ?"),
    ("amount > 120.499", "r.amount > ?"),
    ("kind.urgent", "r.kind = ?"),
    ("not kind.urgent", "r.kind IS NOT ?"),
    ("flag", "r.flag = 1"),
    ("not flag", "r.flag = 0"),
    ("owner == me()", "r.owner = ?"),
    ("1 < 2 and n == 1", "r.n = ?"),
    ("belongs_to == None", "r.parent_account IS NULL"),
]


@pytest.mark.parametrize(("text", "shape"), SHAPES)
def test_shape(text: str, shape: str) -> None:
    assert written(text, "sqlite") == shape


@pytest.mark.parametrize(
    ("text", "beginning"),
    [
        ("count(deals) > 0", "EXISTS ("),
        ("count(deals, flag) == 0", "NOT (EXISTS ("),
        ("not (count(deals) >= 1)", "NOT (EXISTS ("),
        ("count(deals) > 1", "(SELECT count(*)"),
        ("any(deals, flag)", "EXISTS ("),
    ],
)
def test_existence(text: str, beginning: str) -> None:
    assert written(text, "postgresql").startswith(beginning)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ('name > "m"', '(r.name COLLATE "C") > %('),
        ("name < note", '(r.name COLLATE "C") < r.note'),
        ("between(name, 'a', note)", '(r.name COLLATE "C") <= r.note'),
        ("any(deals, name > parent.name)", '(deal_1.name COLLATE "C") > r.name'),
        ("min(deals.name) == 'a'", 'min(deal_1.name COLLATE "C")'),
        ("max_of(name, note) == 'x'", 'greatest(r.name COLLATE "C", r.note COLLATE "C")'),
        ("first(deals.amount, by=name) > 3", 'ORDER BY deal_1.name COLLATE "C", deal_1.id'),
        (
            "last(deals.amount, by=name) > 3",
            'deal_1.name COLLATE "C" DESC, deal_1.id DESC',
        ),
    ],
)
def test_texts_are_in_order_of_code_points_whatever_the_database_collates_by(
    text: str, part: str
) -> None:
    """The databases of tests are in that order by themselves."""
    assert part in " ".join(written(text, "postgresql").split())


@pytest.mark.parametrize("text", ["name == note", "name != 'x'", "name in ['a', 'b']"])
def test_an_index_serves_equal_texts_in_its_own_order(text: str) -> None:
    assert "COLLATE" not in written(text, "postgresql")


@pytest.mark.parametrize("text", [text for text, _ in SHAPES])
def test_no_time_zone_function(text: str) -> None:
    assert "timezone(" not in written(text, "postgresql")


@pytest.mark.parametrize("first", [1, 4])
@pytest.mark.parametrize("step", ["start_of_quarter", "start_of_year"])
def test_years_from_another_month_are_bounds_too(step: str, first: int) -> None:
    text = f"{step}(at) == {step}(today())"
    app = counting_from(fiscal_year_start=first)
    assert written(text, "sqlite", app) == "r.at >= ? AND r.at < ?"


def written(text: str, dialect: str, app: App = APP) -> str:
    tables = Tables("sqlite" if dialect == "sqlite" else "postgresql")
    expression = compile_expression(app, "account", text, space="name", allow_viewer=True)
    where = to_sql(expression, tables, tables.table("account").alias("r"), CONTEXT)
    if dialect == "sqlite":
        return str(where.compile(dialect=sqlite_dialect.dialect()))
    return str(where.compile(dialect=postgres_dialect.dialect()))  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("days_since(at) > 30", "at"),
        ("kind == 'large'", "kind"),
        ("n in [1, 2, 3]", "n"),
        ("owner == me()", "owner"),
        ("owner is None", "owner"),
        ("amount > 1000.5", "amount"),
    ],
)
def test_an_index_serves(text: str, index: str) -> None:
    tables = Tables("sqlite")
    row = tables.table("account").alias("r")
    expression = compile_expression(APP, "account", text, space="name", allow_viewer=True)
    query = sa.select(row.c.id).where(to_sql(expression, tables, row, CONTEXT))
    with sqlite() as connection:
        connection.execute(sa.text(f'CREATE INDEX tried ON account ("{index}")'))
        compiled = query.compile(connection, compile_kwargs={"literal_binds": False})
        plan = connection.exec_driver_sql(
            f"EXPLAIN QUERY PLAN {compiled.construct_expanded_state().statement}",
            tuple(compiled.construct_expanded_state().positional_parameters or ()),
        )
        assert any("USING INDEX tried" in line or "INDEX tried" in line for *_, line in plan)


def test_equal_expressions_make_equal_statements() -> None:
    """Statements are cached by their structure: another instant must not make another one."""
    tables = Tables("postgresql")
    text = "days_since(at) > 7 and contains(name, 'a') and sum(deals.amount) > 3"
    expression = compile_expression(APP, "account", text)

    def key() -> object:
        where = to_sql(expression, tables, tables.table("account").alias("r"), CONTEXT)
        return sa.select(sa.literal_column("1")).where(where)._generate_cache_key()

    first, second = key(), key()
    assert first == second is not None
