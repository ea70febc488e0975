"""The value of an expression for a record of no table: SQLite holds just that record."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import sqlalchemy as sa

from ..metadata.model import App, Field
from ..metadata.problems import Problem, ProblemsError
from ..rules import Context, Expression, sqlite_functions, to_sql
from ..rules.sql.compiler import result_type
from ..rules.types import field_type
from .errors import TooSlow
from .sqlite import limited

PATIENCE = 0.1
"""Seconds that a statement may take."""
_STEPS = 1_000


class _Columns:
    """The given record as a row of parameters; no table exists."""

    dialect: Literal["sqlite", "postgresql"] = "sqlite"

    def __init__(self, app: App, fields: Sequence[Field], values: Mapping[str, Any]) -> None:
        self.app = app
        self.fields = fields
        self.values = values

    def row(self) -> sa.FromClause:
        columns = [
            sa.literal(self.values[one.id], _column_type(self.app, one)).label(f"f{index}")
            for index, one in enumerate(self.fields)
            if one.family != "tags"
        ]
        return sa.select(sa.literal(1, sa.BigInteger()).label("id"), *columns).subquery("given")

    def table(self, entity_id: str) -> Any:
        """No reference leads anywhere."""
        names = [self.name(one.id) for one in self.fields]
        empty = [sa.null().label(name) for name in ("id", *names)]
        return sa.select(*empty).where(sa.false()).subquery("nothing")

    def column(self, row: sa.FromClause, entity_id: str, field_id: str) -> sa.ColumnElement[Any]:
        return row.c[self.name(field_id)]

    def name(self, field_id: str) -> str:
        names = [one.id for one in self.fields]
        return f"f{names.index(field_id)}" if field_id in names else "id"

    def tags(self, entity_id: str) -> Any:
        rows = [
            sa.select(
                sa.literal(1).label("record_id"),
                sa.literal(one.id).label("field_id"),
                sa.literal(tag).label("tag_id"),
                sa.null().label("valid_to"),
            )
            for one in self.fields
            if one.family == "tags"
            for tag in sorted(self.values[one.id])
        ]
        if not rows:
            nothing = [
                sa.null().label(name) for name in ("record_id", "field_id", "tag_id", "valid_to")
            ]
            return sa.select(*nothing).where(sa.false()).subquery("links")
        return sa.union_all(*rows).subquery("links")


def _column_type(app: App, one: Field) -> Any:
    (entity_id,) = app.entities
    return result_type(field_type(app, entity_id, one))


def by_sql(
    expression: Expression,
    fields: Sequence[Field],
    values: Mapping[str, Any],
    context: Context,
) -> Any:
    """The value of an expression for a record of its App's only entity, by SQL.

    Raises ProblemsError where SQLite needs more than `PATIENCE`, or its own bounds.
    """
    columns = _Columns(expression.app, fields, values)
    row = columns.row()
    value = to_sql(expression, columns, row, context, mode="value")
    try:
        with _ENGINE.connect() as connection, limited(connection, PATIENCE, every=_STEPS):
            return connection.scalar(sa.select(value).select_from(row))
    except TooSlow:
        raise ProblemsError([Problem("evaluate.too_slow", {"seconds": PATIENCE})]) from None
    except sa.exc.OperationalError as error:
        # SQLite's own bounds, such as of its parser's stack.
        raise ProblemsError([Problem("expression.too_large")]) from error


def _connect() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    sqlite_functions.register(connection)
    return connection


_ENGINE = sa.create_engine("sqlite://", creator=_connect, poolclass=sa.NullPool)
