"""rank, share and percentile: one value for each record of a table, by both backends."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldstone.metadata.problems import ProblemsError
from fieldstone.rules import (
    Expression,
    compile_expression,
    evaluate,
    evaluate_all,
    over_table,
    to_sql,
)
from tests.rules.declared import APP
from tests.rules.generate.companies import Company
from tests.rules.generate.expressions import Maker
from tests.rules.world import CONTEXT, Source, Tables, World, postgresql, sqlite
from tests.servers.postgres import PostgresServer

EXAMPLES = int(os.environ.get("FIELDSTONE_AGREEMENT_EXAMPLES", "25"))
LARGEST = Decimal("999999999999999.99")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def here(
    request: pytest.FixtureRequest, postgres: PostgresServer
) -> Iterator[tuple[sa.Connection, Tables]]:
    """A database with the company's tables."""
    if request.param == "sqlite":
        with sqlite() as connection:
            yield connection, Tables("sqlite")
        return
    with postgres.database() as url, postgresql(url) as connection:
        yield connection, Tables("postgresql")


def read(text: str) -> Expression:
    return compile_expression(APP, "account", text, space="name", over_table=True)


def accounts(*values: dict[str, Any]) -> World:
    """A world of accounts, numbered from 1."""
    world = World()
    for at, one in enumerate(values, 1):
        world.add("account", {"id": at, "deleted_at": None, **one})
    return world


def by_python(world: World, expression: Expression) -> list[Any]:
    """The value for every account, in the order of their ids."""
    records = [world.record("account", one) for one in sorted(world.records["account"])]
    return evaluate_all(expression, [one for one in records if one is not None], CONTEXT)


def by_sql(here: tuple[sa.Connection, Tables], expression: Expression) -> list[Any]:
    """The same by a statement over the live accounts, by `to_sql` and by `over_table`."""
    connection, tables = here
    row = tables.table("account").alias("r")
    live = row.c.deleted_at.is_(None)
    value = to_sql(expression, tables, row, CONTEXT, mode="value")
    plainly = connection.execute(sa.select(row.c.id, value).where(live).order_by(row.c.id))
    found = [one[1] for one in plainly]
    whole = over_table([expression], tables, row, CONTEXT, mode="value")
    chosen = sa.select(row.c.id, *whole.found).select_from(whole.source)
    rows = connection.execute(chosen.where(live, *whole.where).order_by(row.c.id))
    assert found == [one[1] for one in rows]
    return found


AMOUNTS: list[dict[str, Any]] = [{"amount": Decimal(one), "flag": flag} for one, flag in (
    ("10.00", True), ("40.00", False), ("40.00", True), ("30.00", True))]  # fmt: skip
WITH_EMPTY: list[dict[str, Any]] = [*AMOUNTS, {"amount": None, "flag": True}]
D = Decimal
CASES: list[tuple[str, list[dict[str, Any]], list[Any]]] = [
    ("rank(amount)", WITH_EMPTY, [4, 1, 1, 3, None]),
    ("rank(-amount)", WITH_EMPTY, [1, 3, 3, 2, None]),
    ("rank(amount, flag)", WITH_EMPTY, [3, 1, 1, 2, None]),
    ("rank(day)", [{"day": None}, {}], [None, None]),
    ("share(amount)", WITH_EMPTY, [D("0.083333"), D("0.333333"), D("0.333333"), D("0.25"), None]),
    ("share(amount, flag)", WITH_EMPTY, [D("0.125"), D(1), D("0.5"), D("0.375"), None]),
    ("share(n)", [{"n": 1}, {"n": -1}], [None, None]),
    ("share(n)", [{"n": 3}, {"n": -1}], [D("1.5"), D("-0.5")]),
    ("percentile(amount)", WITH_EMPTY, [D("0.25"), D(1), D(1), D("0.5"), None]),
    ("percentile(amount, flag)", WITH_EMPTY, [D("0.333333"), D(1), D(1), D("0.666667"), None]),
    ("percentile(n)", [{"n": 7}], [D(1)]),
    ("rank(amount) <= 2", WITH_EMPTY, [False, True, True, False, False]),
    ("coalesce(rank(amount), 9) + 1", WITH_EMPTY, [5, 2, 2, 4, 10]),
    ("round(share(amount) * 100, 1)", AMOUNTS[:2], [D("20.0"), D("80.0")]),
    ("rank(count(subsidiaries))", [{"parent_account": 2}, {}], [2, 1]),
    ("rank(amount + cost)", [{"amount": D(1)}, {"amount": D(1), "cost": D(2)}], [None, 1]),
    ("share(amount)", [{"amount": LARGEST}] * 3, [None] * 3),
    ("rank(amount)", [{"amount": LARGEST}, {"amount": -LARGEST}], [1, 2]),
    ("rank(n)", [{"n": 1}, {"n": 5, "deleted_at": CONTEXT.now}], [1]),
]


@pytest.mark.parametrize(("text", "values", "expected"), CASES)
def test_by_python(text: str, values: list[dict[str, Any]], expected: list[Any]) -> None:
    assert by_python(accounts(*values), read(text)) == expected


@pytest.mark.parametrize(("text", "values", "expected"), CASES)
def test_by_sql(
    here: tuple[sa.Connection, Tables],
    text: str,
    values: list[dict[str, Any]],
    expected: list[Any],
) -> None:
    accounts(*values).fill(*here)
    assert by_sql(here, read(text)) == expected


def test_a_large_table_does_not_overflow(here: tuple[sa.Connection, Tables]) -> None:
    values = [{"amount": LARGEST if at % 2 else -LARGEST} for at in range(300)]
    world = accounts(*values, {"amount": Decimal("5.00")})
    world.fill(*here)
    expression = read("share(amount)")
    found = by_sql(here, expression)
    assert found == by_python(world, expression)
    assert found[-1] == 1


def test_among_leaves_rows_out_of_the_ranking(here: tuple[sa.Connection, Tables]) -> None:
    accounts(*WITH_EMPTY).fill(*here)
    connection, tables = here
    row = tables.table("account").alias("r")
    value = to_sql(
        read("rank(amount)"), tables, row, CONTEXT, mode="value", among=row.c.flag == sa.true()
    )
    rows = connection.execute(sa.select(row.c.id, value).order_by(row.c.id))
    assert [one[1] for one in rows] == [3, None, 1, 2, None]
    condition = compile_expression(APP, "account", "flag", space="name")
    over = over_table([read("rank(amount)")], tables, row, CONTEXT, mode="value", among=condition)
    assert over.among is not None
    asked = sa.select(row.c.id, *over.found, sa.case((over.among, 1), else_=0))
    told = connection.execute(asked.select_from(over.source).order_by(row.c.id))
    assert [tuple(one)[1:] for one in told] == [(3, 1), (None, 0), (1, 1), (2, 1), (None, 1)]


@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
@given(seed=st.integers(0, 2**48))
def test_both_backends_agree(here: tuple[sa.Connection, Tables], seed: int) -> None:
    chance = random.Random(seed)
    world = Company(chance).world()
    world.fill(*here)
    maker = Maker(chance)
    for _ in range(4):
        kind = chance.choice(["number", "number", "money", "date", "datetime"])
        name = chance.choice(["rank", "share", "percentile"])
        alike = ["kind", "owner", "flag", maker.make("boolean", 1), maker.make("text", 1)]
        within = f", {chance.choice(alike)}" if chance.random() < 0.4 else ""
        text = f"{name}({maker.make(kind, chance.choice([0, 1, 2]))}{within})"
        if chance.random() < 0.3:
            text = f"{text} > {maker.make('number', 1)}"
        try:
            expression = read(text)
        except ProblemsError:
            continue
        assert by_sql(here, expression) == by_python(world, expression), text


@pytest.mark.parametrize(
    ("text", "problem", "position"),
    [
        ("rank(rank(n))", "function.table_nested", 6),
        ("rank(share(n) + 1)", "function.table_nested", 6),
        ("rank(name)", "function.argument", 6),
        ("share(day)", "function.argument", 7),
        ("rank(1)", "type.constant", 6),
        ("rank(n, free)", "type.tags_value", 9),
        ("rank(n, None)", "type.nothing", 9),
        ("rank()", "function.arguments", 1),
        ("rank(n, flag, hot)", "function.arguments", 1),
        ("count(deals, rank(amount) > 1)", "function.table", 14),
    ],
)
def test_refusal(text: str, problem: str, position: int) -> None:
    with pytest.raises(ProblemsError) as caught:
        read(text)
    found = caught.value.problems[0]
    assert (found.id, found.position) == (problem, position)


def test_it_is_refused_for_one_record() -> None:
    for text in ("rank(n)", "n > 3 and percentile(amount) > 0.5"):
        with pytest.raises(ProblemsError) as caught:
            compile_expression(APP, "account", text, space="name")
        assert caught.value.problems[0].id == "function.table"
    world = accounts({"n": 1})
    with pytest.raises(LookupError):
        evaluate(read("rank(n)"), world.record("account", 1), CONTEXT)
    assert read("1 + rank(n)").over_table and not read("1 + n").over_table


def test_many_records_are_as_one_by_one() -> None:
    chance = random.Random(7)
    world = Company(chance).world()
    records: list[Source | None] = [
        world.record("account", one) for one in sorted(world.records["account"])
    ]
    for text in ("n * 2", "sum(deals.amount, flag)", "today()", "kind.days > 3", "None"):
        expression = read(text)
        assert evaluate_all(expression, records, CONTEXT) == [
            evaluate(expression, one, CONTEXT) for one in records
        ]
    assert evaluate_all(read("n"), [], CONTEXT) == []
