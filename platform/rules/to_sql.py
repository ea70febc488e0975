"""The door to SQL: an expression as a condition of WHERE or as a value of a select list."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa

from . import values
from .columns import Columns
from .context import Context
from .expression import Expression
from .ir import Formula, Typed
from .sql.compiler import Compiler, Visible, result_type
from .sql.existence import merged
from .sql.frame import Frame
from .sql.joined import Joins
from .types import BOOLEAN

Mode = Literal["filter", "value"]


def to_sql(
    expression: Expression,
    columns: Columns,
    row: sa.FromClause,
    context: Context,
    *,
    mode: Mode = "filter",
    parent_row: sa.FromClause | None = None,
    visible: Visible | None = None,
    among: sa.ColumnElement[bool] | None = None,
    joins: Joins | None = None,
) -> sa.ColumnElement[Any]:
    """An expression over `row`, the table or alias that stands for its entity.

    In "filter" mode the result belongs at the top of WHERE: it is TRUE exactly where the
    condition holds, and an index can serve it. In "value" mode it is a value, never NULL for a
    condition, that loads as `evaluate` would return it. `parent_row` stands for `parent.`;
    `visible` adds a condition to every related table. Related records that are deleted do not
    count; whether `row` itself is deleted is the caller's business. rank(), share() and
    percentile() are over the rows that the statement keeps, or those of them that are `among`.
    With `joins`, which is of `row`, the statement has to select from their `source`.
    """
    compiler = compiler_of(expression, columns, context, visible)
    compiler.among, compiler.joins = among, joins
    frame = Frame(row, Frame(parent_row) if parent_row is not None else None)
    with compiler.inside(frame):
        return written(compiler, expression, mode)


def written(
    compiler: Compiler, expression: Expression, mode: Mode, typed: Typed | None = None
) -> sa.ColumnElement[Any]:
    """An expression in the compiler's present frame, see `to_sql`; `typed` means the same."""
    typed = typed or merged(compiler, expression.typed)
    if mode == "filter":
        if typed.type != BOOLEAN:
            raise ValueError(f"no condition: {expression.text}")
        return compiler.true(typed)
    if typed.type == BOOLEAN:
        return sa.type_coerce(compiler.boolean(typed), sa.Boolean())
    kind = result_type(typed.type)
    alone = typed
    while isinstance(alone, Formula):
        alone = alone.body
    if alone.static:
        # As a value of its kind: a parameter that is coerced is written in that kind too.
        value = values.plain(compiler.static(alone), alone.type)
        # PostgreSQL takes an empty parameter for a text where nothing says what it is.
        return sa.cast(sa.null(), kind) if value is None else sa.literal(value, kind)
    return sa.type_coerce(compiler.value(typed), kind)


def compiler_of(
    expression: Expression, columns: Columns, context: Context, visible: Visible | None
) -> Compiler:
    """The compiler of one expression, which knows what a deleted record is."""
    app = expression.app

    def live(entity_id: str, row: sa.FromClause) -> sa.ColumnElement[Any] | None:
        entity = app.entity(entity_id)
        if entity.system or "deleted_at" not in entity.by_id:
            return None
        return columns.column(row, entity_id, "deleted_at").is_(None)

    return Compiler(columns, context, live, visible or (lambda entity_id, row: None))
