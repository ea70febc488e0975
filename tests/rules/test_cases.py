"""The table of cases: every one by one record, by SQLite and by PostgreSQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from fieldstone.metadata.problems import ProblemsError
from fieldstone.rules import evaluate, to_sql
from tests.rules import casebook
from tests.rules.casebook import Case, changes, company, compiled, context, expected, written
from tests.rules.world import Tables, postgresql, sqlite
from tests.servers.postgres import PostgresServer

CASES = [pytest.param(case, id=name) for name, case in casebook.CASES]


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
    record = company(case).record("account", 1)
    found = written(evaluate(expression, record, context(case)))
    assert (type(found), found) == (type(expected(case)), expected(case))


@pytest.mark.parametrize("case", CASES)
def test_sqlite(case: Case, on_sqlite: Asked) -> None:
    answers(on_sqlite, case)


@pytest.mark.parametrize("case", CASES)
def test_postgresql(case: Case, on_postgresql: Asked) -> None:
    answers(on_postgresql, case)


def answers(asked: Asked, case: Case) -> None:
    """The database gives the expected value, and chooses the record by it."""
    asked.fill(case)
    connection, tables = asked.connection, asked.tables
    expression = compiled(case)
    row = tables.table("account").alias("r")
    first = row.c.id == 1
    value = to_sql(expression, tables, row, context(case), mode="value")
    found = written(connection.scalar(sa.select(value).select_from(row).where(first)))
    assert (type(found), found) == (type(expected(case)), expected(case))
    if expression.type.kind == "boolean":
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
