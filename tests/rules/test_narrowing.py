"""Index advice: what a condition narrows by is what the database's index serves."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldstone.metadata.problems import ProblemsError
from fieldstone.rules import compile_expression, to_sql
from fieldstone.rules.narrowing import narrowed
from fieldstone.rules.types import BOOLEAN
from tests.rules.declared import APP
from tests.rules.generate.expressions import Maker
from tests.rules.test_rows_of_conditions import ROWS
from tests.rules.world import CONTEXT, Tables, sqlite

TABLES = Tables("sqlite")


@pytest.fixture(scope="module")
def connection() -> Iterator[sa.Connection]:
    """A SQLite with the company's tables, and no index at all."""

    def explained(
        on: sa.Connection, cursor: Any, statement: str, parameters: Any, *others: Any
    ) -> tuple[str, Any]:
        asked = on.get_execution_options().get("explained")
        return f"EXPLAIN QUERY PLAN {statement}" if asked else statement, parameters

    with sqlite() as opened:
        sa.event.listen(opened, "before_cursor_execute", explained, retval=True)
        yield opened


def advised(text: str) -> list[tuple[str, bool]]:
    """What a condition in names narrows by."""
    expression = compile_expression(APP, "account", text, allow_viewer=True, space="name")
    return [(one.field, one.equal) for one in narrowed(expression)]


def served(connection: sa.Connection, text: str, field: str) -> bool:
    """Whether SQLite searches by an index on a field, the only one there is."""
    expression = compile_expression(APP, "account", text, allow_viewer=True, space="name")
    row = TABLES.table("account").alias("r")
    condition = to_sql(expression, TABLES, row, CONTEXT)
    statement = sa.select(row.c.name).where(condition)
    if "0 = 1" in str(statement.compile(connection)):
        return True  # nothing can hold, and nothing is read
    connection.exec_driver_sql(f'CREATE INDEX served ON account ("{field}")')
    try:
        told = connection.execution_options(explained=True).execute(statement)
        plan = [str(line[3]) for line in told.cursor.fetchall()]
    finally:
        connection.execution_options(explained=False)
        connection.exec_driver_sql("DROP INDEX served")
    return any(re.match(r"SEARCH r USING (COVERING )?INDEX served", one) for one in plan)


@settings(max_examples=400, deadline=None)
@given(seed=st.integers(0, 2**32), depth=st.integers(1, 3), more=st.sampled_from(["", *ROWS]))
def test_an_index_serves_what_is_advised(
    connection: sa.Connection, seed: int, depth: int, more: str
) -> None:
    text = Maker(random.Random(seed)).make("boolean", depth)
    text = f"{more} and {text}" if more else text
    try:
        found = advised(text)
    except ProblemsError:
        return
    expression = compile_expression(APP, "account", text, allow_viewer=True, space="name")
    if any(one.static and one.type == BOOLEAN for one in expression.typed.walk()):
        return  # what is known to be false reads no record at all
    for field, _ in found:
        assert served(connection, text, field), (text, field)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('kind == "large"', [("kind", True)]),
        ("owner == me() and n > 3", [("owner", True), ("n", False)]),
        ("not (kind == 'large')", []),
        ("kind not in ['large']", []),
        ("not (n > 3)", []),
        ("not (kind != 'large' or n is not None)", [("kind", True), ("n", True)]),
        ("flag and not hot", [("flag", True), ("hot", True)]),
        ("n > 3 or m > 3", []),
        ("days_since(day) > 30", [("day", False)]),
        ("days_since(day) > 30.5", []),
        ("0 <= days_since(day) <= 7", [("day", False)]),
        ("date(at) == today()", [("at", False)]),
        ("start_of_month(day) == start_of_month(today())", [("day", False)]),
        ("year(day) == 2026", [("day", False)]),
        ("workdays_since(day) > 3", None),
        ("days_since(coalesce(day, until)) > 3", []),
        ("days_since(day) > tier.silence_days", []),
        ("kind.urgent", [("kind", True)]),
        ("not kind.urgent", []),
        ("good", [("flag", True), ("amount", False)]),
        ("belongs_to.n == 3", []),
        ("count(deals) > 0 and n == 3", [("n", True)]),
        ("3 < n < 7", [("n", False)]),
        ("n == 3 and n > 1", [("n", True)]),
        ("has_tag('free', 'VIP')", []),
        ("amount >= 12.5", [("amount", False)]),
        ("n > 0.5", []),
        ("note is None", [("note", True)]),
    ],
)
def test_advice(
    connection: sa.Connection, text: str, expected: list[tuple[str, bool]] | None
) -> None:
    if expected is not None:
        assert advised(text) == expected
    for field, _ in advised(text):
        assert served(connection, text, field)
