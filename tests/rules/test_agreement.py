"""One record, SQLite and PostgreSQL give every expression the same value."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldstone.metadata.problems import ProblemsError
from fieldstone.rules import Context, Expression, evaluate, to_sql
from tests.rules.declared import counting_from
from tests.rules.generate.companies import Company
from tests.rules.generate.expressions import Maker
from tests.rules.generate.words import ZONES
from tests.rules.lenient import read
from tests.rules.world import NOW, Tables, World, postgresql, sqlite
from tests.servers.postgres import PostgresServer

EXAMPLES = int(os.environ.get("FIELDSTONE_AGREEMENT_EXAMPLES", "60"))
"""How many companies are tried on each database; each with EXPRESSIONS expressions."""
EXPRESSIONS = 6
CALENDARS = (
    (1, 1, "office"),
    (1, 1, "plain"),
    (7, 4, "office"),
    (6, 2, "market"),
    (3, 12, "daily"),
)
"""Weekdays with which weeks begin, months with which years do, and which days are worked."""
KINDS = ("number", "money", "boolean", "boolean", "text", "date", "datetime", "choice", "reference")


@pytest.fixture(scope="module")
def on_sqlite() -> Iterator[sa.Connection]:
    with sqlite() as connection:
        yield connection


@pytest.fixture(scope="module")
def on_postgresql(postgres: PostgresServer) -> Iterator[sa.Connection]:
    with postgres.database() as url, postgresql(url) as connection:
        yield connection


@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
@given(seed=st.integers(0, 2**48))
def test_sqlite(on_sqlite: sa.Connection, seed: int) -> None:
    agrees(on_sqlite, Tables("sqlite"), seed)


@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
@given(seed=st.integers(0, 2**48))
def test_postgresql(on_postgresql: sa.Connection, seed: int) -> None:
    agrees(on_postgresql, Tables("postgresql"), seed)


def agrees(connection: sa.Connection, tables: Tables, seed: int) -> None:
    """Both backends agree on some expressions for every record of a company."""
    chance = random.Random(seed)
    world = Company(chance).world()
    now = NOW + timedelta(microseconds=chance.choice([0, chance.randrange(10**12)]))
    context = Context(now, ZoneInfo(chance.choice(ZONES)), me=chance.choice([1, 2, None]))
    maker = Maker(chance)
    app = counting_from(*chance.choice(CALENDARS))
    world.fill(connection, tables)
    for _ in range(EXPRESSIONS):
        text = maker.make(chance.choice(KINDS), chance.choice([1, 2, 2, 3, 3, 4]))
        try:
            expression = read(app, text)
        except ProblemsError:
            continue
        compare(connection, tables, world, expression, context)


def compare(
    connection: sa.Connection,
    tables: Tables,
    world: World,
    expression: Expression,
    context: Context,
) -> None:
    """The values of an expression, and for a condition also what it filters, and its opposite."""
    row = tables.table("account").alias("r")
    value = to_sql(expression, tables, row, context, mode="value")
    rows = connection.execute(sa.select(row.c.id, value.label("value")).select_from(row))
    from_sql = {record_id: found for record_id, found in rows}
    expected = {}
    for record_id in from_sql:
        source = world.record("account", record_id)
        if source is not None:
            expected[record_id] = evaluate(expression, source, context)
    actual = {record_id: from_sql[record_id] for record_id in expected}
    assert typed(actual) == typed(expected), expression.text
    if expression.type.kind != "boolean":
        return
    for text, wanted in ((expression.text, True), (f"not ({expression.text})", False)):
        try:
            condition = read(expression.app, text)
        except ProblemsError:
            continue
        where = to_sql(condition, tables, row, context, mode="filter")
        chosen = set(connection.scalars(sa.select(row.c.id).where(where)))
        assert chosen & expected.keys() == {
            record_id for record_id, found in expected.items() if found is wanted
        }, text


def typed(found: dict[int, Any]) -> dict[int, tuple[str, Any]]:
    """Values with their types, so that 1, True and Decimal(1) differ."""
    return {key: (type(value).__name__, value) for key, value in found.items()}
