"""Every function's examples: their values by one record, SQLite and PostgreSQL, and in the CRM."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fieldstone.metadata.documents import read_folder
from fieldstone.metadata.model import App
from fieldstone.rules import Expression, check, compile_expression, evaluate, functions, to_sql
from fieldstone.rules.functions import AS_OF, Example
from fieldstone.rules.ir import Constant
from tests.rules.casebook import written
from tests.rules.world import CONTEXT, Tables, World, postgresql, sqlite
from tests.servers.postgres import PostgresServer

TEMPLATE = Path(__file__).parents[2] / "apps" / "crm_template"
EXAMPLES = [
    example for one in (*functions.OPERATORS, *functions.described()) for example in one.examples
]
COMPUTED = [pytest.param(one, id=one.text) for one in EXAMPLES if one.of is None]
NOW = replace(CONTEXT, now=AS_OF)


@cache
def crm() -> App:
    """Return the CRM template, with which the examples that need records are read."""
    documents, problems = read_folder(TEMPLATE)
    app = check(documents).app
    assert problems == () and app is not None
    return app


def compiled(example: Example) -> Expression:
    return compile_expression(crm(), "customer", example.text, allow_viewer=True, space="name")


@pytest.fixture(scope="module")
def on_sqlite() -> Iterator[sa.Connection]:
    with sqlite() as connection:
        World().fill(connection, Tables("sqlite"))
        yield connection


@pytest.fixture(scope="module")
def on_postgresql(postgres: PostgresServer) -> Iterator[sa.Connection]:
    with postgres.database() as url, postgresql(url) as connection:
        World().fill(connection, Tables("postgresql"))
        yield connection


def test_every_function_has_examples() -> None:
    for one in functions.described():
        assert one.examples, one.name
        assert one.group in functions.GROUPS
        for example in one.examples:
            assert f"{one.name}(" in example.text


@pytest.mark.parametrize("example", COMPUTED)
def test_one_record(example: Example) -> None:
    found = written(evaluate(compiled(example), None, NOW))
    assert (type(found), found) == (type(example.value), example.value)


@pytest.mark.parametrize("example", COMPUTED)
def test_sqlite(example: Example, on_sqlite: sa.Connection) -> None:
    answers(on_sqlite, Tables("sqlite"), example)


@pytest.mark.parametrize("example", COMPUTED)
def test_postgresql(example: Example, on_postgresql: sa.Connection) -> None:
    answers(on_postgresql, Tables("postgresql"), example)


def answers(connection: sa.Connection, tables: Tables, example: Example) -> None:
    """The database computes the value; without this it would only be told the evaluator's."""
    expression = compiled(example)
    for one in expression.typed.walk():
        if not isinstance(one, Constant):
            object.__setattr__(one, "measured", (False, *one.measures()[1:]))
    try:
        row = tables.table("account").alias("r")
        value = to_sql(expression, tables, row, NOW, mode="value")
        found: Any = written(connection.scalar(sa.select(value)))
        assert (type(found), found) == (type(example.value), example.value)
    finally:
        for one in expression.typed.walk():
            object.__setattr__(one, "measured", (True, *one.measures()[1:]))


@pytest.mark.parametrize(
    "example", [pytest.param(one, id=one.text) for one in EXAMPLES if one.of is not None]
)
def test_in_the_crm(example: Example) -> None:
    compile_expression(
        crm(), example.of or "", example.text, allow_viewer=True, space="name", over_table=True
    )
