"""The table of cases: every one by one record, by SQLite and by PostgreSQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any, Literal

import pytest
import sqlalchemy as sa

from fieldstone.metadata.problems import ProblemsError
from fieldstone.rules import evaluate, evaluate_all, to_sql
from fieldstone.rules.ir import Call
from fieldstone.rules.sql.frame import Frame
from fieldstone.rules.sql_types import ExactDecimal
from fieldstone.rules.to_sql import compiler_of
from tests.rules import casebook
from tests.rules.casebook import Case, changes, company, compiled, context, expected, written
from tests.rules.world import Tables, postgresql, sqlite
from tests.servers.postgres import PostgresServer

CASES = [pytest.param(case, id=name) for name, case in casebook.CASES if "expected" in case]
REFUSED = [pytest.param(case, id=name) for name, case in casebook.CASES if "refused" in case]


class Asked:
    """A database that holds the company of the last case; the same company is not written twice."""

    def __init__(self, connection: sa.Connection, tables: Tables) -> None:
        self.connection = connection
        self.tables = tables
        self.changes: object = None

    def fill(self, case: Case) -> None:
        """Write the company of a case."""
        if changes(case) != self.changes:
            company(case).fill(self.connection, self.tables)
            self.changes = changes(case)


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
    world = company(case)
    record = world.record("account", 1)
    if case.get("table"):
        records = [world.record("account", one) for one in world.records["account"]]
        live = [one for one in records if one is not None]
        found = written(evaluate_all(expression, live, context(case))[0])
    else:
        found = written(evaluate(expression, record, context(case)))
    assert (type(found), found) == (type(expected(case)), expected(case))


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: Case) -> None:
    with pytest.raises(ProblemsError) as refused:
        compiled(case)
    assert [one.id for one in refused.value.problems] == [case["refused"]]


@pytest.mark.parametrize("case", CASES)
def test_sqlite(case: Case, on_sqlite: Asked) -> None:
    answers(on_sqlite, case)


@pytest.mark.parametrize("case", CASES)
def test_postgresql(case: Case, on_postgresql: Asked) -> None:
    answers(on_postgresql, case)


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_sql_has_the_type_of_its_value(dialect: Literal["sqlite", "postgresql"]) -> None:
    """What is computed of it would be read, or a parameter beside it sent, as something else.

    Calls are left out, to which the compiler gives their type.
    """
    tables = Tables(dialect)
    row = tables.table("account").alias("r")
    tried = 0
    for name, case in casebook.CASES:
        if "expected" not in case or case.get("table"):
            continue
        expression = compiled(case)
        if expression.type.kind == "boolean" or isinstance(expression.typed, Call):
            continue
        compiler = compiler_of(expression, tables, context(case), None)
        with compiler.inside(Frame(row)):
            found = compiler.value(expression.typed).type
        assert _alike(found, compiler.sql_type(expression.type)), (name, found)
        tried += 1
    assert tried > 100


def _alike(one: Any, other: Any) -> bool:
    """Whether two types of SQL are the same, whatever the number of their digits."""
    numbers = (sa.Integer, sa.Numeric, ExactDecimal)
    return type(one) is type(other) or (isinstance(one, numbers) and isinstance(other, numbers))


def answers(asked: Asked, case: Case) -> None:
    """The database gives the expected value, and chooses the record by it."""
    asked.fill(case)
    connection, tables = asked.connection, asked.tables
    expression = compiled(case)
    row = tables.table("account").alias("r")
    first = row.c.id == 1
    asked_for = row.c.deleted_at.is_(None) if case.get("table") else first
    value = to_sql(expression, tables, row, context(case), mode="value")
    asking = sa.select(value).select_from(row).where(asked_for).order_by(row.c.id)
    found = written(connection.execute(asking.limit(1)).scalar())
    assert (type(found), found) == (type(expected(case)), expected(case))
    if expression.type.kind == "boolean" and not case.get("table"):
        where = to_sql(expression, tables, row, context(case), mode="filter")
        chosen = connection.scalars(sa.select(row.c.id).where(first, where)).all()
        assert bool(chosen) is case["expected"]


def test_each_has_a_name_of_its_own_and_no_key_that_nobody_reads() -> None:
    often = Counter(name for name, _ in casebook.CASES)
    assert [name for name, count in often.items() if count > 1] == []
    known = casebook.KEYS | casebook.SITUATION
    assert [name for name, case in casebook.CASES if not known >= case.keys()] == []


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=name) for name, case in casebook.CASES if "published" in case]
)
def test_what_was_published_once_is_refused_anew(case: Case) -> None:
    with pytest.raises(ProblemsError):
        compiled(case | {"published": False})
