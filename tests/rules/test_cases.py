"""The table of cases: every one by one record, by SQLite and by PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from fieldstone.rules import Context, Expression, compile_expression, evaluate, to_sql
from tests.rules.declared import APP, counting_from
from tests.rules.world import CONTEXT, Tables, World, postgresql, sqlite, value_of
from tests.servers.postgres import PostgresServer

FOLDER = Path(__file__).parent / "cases"
COMPANY = json.loads((FOLDER / "company.json").read_text("utf-8"))
CASES = [
    pytest.param(case, id=f"{path.stem}: {case['name']}")
    for path in sorted(FOLDER.glob("*.json"))
    if path.stem != "company"
    for case in json.loads(path.read_text("utf-8"))
]
Case = dict[str, Any]


def company(changes: Case) -> World:
    """The company of the cases; `changes` are made to the first account."""
    world = World()
    for entity_id in ("member", "account", "deal"):
        entity = APP.entity(entity_id)
        for given in COMPANY[entity_id]:
            changed = given | changes if (entity_id, given["id"]) == ("account", 1) else given
            values = {name: value_of(entity.field(name), one) for name, one in changed.items()}
            world.add(entity_id, values)
    return world


def context(case: Case) -> Context:
    """The instant, zone and person of a case."""
    return replace(
        CONTEXT,
        now=datetime.fromisoformat(case.get("now", COMPANY["now"])),
        zone=ZoneInfo(case.get("zone", "Asia/Shanghai")),
        me=case.get("me", CONTEXT.me),
        problems=[],
    )


def compiled(case: Case) -> Expression:
    """The expression of a case, in an App that counts weeks and years as the case says."""
    app = counting_from(**case.get("app", {}))
    return compile_expression(app, "account", case["expression"], allow_viewer=True, space="name")


def written(value: Any) -> Any:
    """A value as the cases write it."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, frozenset):
        return sorted(value)
    return value.isoformat() if isinstance(value, date) else value


class Asked:
    """A database that holds the company of the last case; the same company is not written twice."""

    def __init__(self, connection: sa.Connection, tables: Tables) -> None:
        self.connection = connection
        self.tables = tables
        self.changes: Case | None = None

    def fill(self, changes: Case) -> None:
        """Write the company of a case."""
        if changes != self.changes:
            company(changes).fill(self.connection, self.tables)
            self.changes = changes


@pytest.fixture(scope="module")
def on_sqlite() -> Iterator[Asked]:
    with sqlite() as connection:
        yield Asked(connection, Tables("sqlite"))


@pytest.fixture(scope="module")
def on_postgresql(postgres: PostgresServer) -> Iterator[Asked]:
    with postgres.database() as url, postgresql(url) as connection:
        yield Asked(connection, Tables("postgresql"))


@pytest.mark.parametrize("case", CASES)
def test_one_record(case: Case) -> None:
    expression = compiled(case)
    record = company(case.get("record", {})).record("account", 1)
    found = written(evaluate(expression, record, context(case)))
    assert (type(found), found) == (type(case["expected"]), case["expected"])


@pytest.mark.parametrize("case", CASES)
def test_sqlite(case: Case, on_sqlite: Asked) -> None:
    answers(on_sqlite, case)


@pytest.mark.parametrize("case", CASES)
def test_postgresql(case: Case, on_postgresql: Asked) -> None:
    answers(on_postgresql, case)


def answers(asked: Asked, case: Case) -> None:
    """The database gives the expected value, and chooses the record by it."""
    asked.fill(case.get("record", {}))
    connection, tables = asked.connection, asked.tables
    expression = compiled(case)
    row = tables.table("account").alias("r")
    first = row.c.id == 1
    value = to_sql(expression, tables, row, context(case), mode="value")
    found = written(connection.scalar(sa.select(value).select_from(row).where(first)))
    assert (type(found), found) == (type(case["expected"]), case["expected"])
    if expression.type.kind == "boolean":
        where = to_sql(expression, tables, row, context(case), mode="filter")
        chosen = connection.scalars(sa.select(row.c.id).where(first, where)).all()
        assert bool(chosen) is case["expected"]
