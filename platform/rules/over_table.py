"""Expressions over every record of an entity at once: what to select from, and what to select."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from .columns import Columns
from .context import Context
from .expression import Expression
from .sql.beside import lay
from .sql.compiler import Visible
from .sql.existence import merged
from .sql.frame import Frame
from .sql.loosened import behind
from .sql.which import MOST, which
from .to_sql import Mode, compiler_of, written


@dataclass(frozen=True, slots=True)
class OverTable:
    """Select from `source`, where all of `where` hold; `found` has one element an expression.

    `among` is the condition by that name, if one was given. `which` is a number that has bit n
    where the nth of several conditions holds, which looks once at what they have in common.
    """

    source: sa.FromClause
    where: tuple[sa.ColumnElement[bool], ...]
    found: tuple[sa.ColumnElement[Any], ...]
    among: sa.ColumnElement[bool] | None = None
    which: sa.ColumnElement[int] | None = None


def over_table(
    expressions: Sequence[Expression],
    columns: Columns,
    row: sa.FromClause,
    context: Context,
    *,
    mode: Mode = "filter",
    visible: Visible | None = None,
    among: Expression | None = None,
) -> OverTable:
    """Expressions over one entity for a statement that looks at every row of it, `row`.

    What `to_sql` gives, for many rows: aggregates over related records are computed for all records
    in one pass and stand beside `row` where that is faster, and expressions that share a relation
    share its pass. In "filter" mode only rows are kept for which one of the expressions may hold;
    put each where it belongs, in WHERE for one alone. For a page of rows `to_sql` is better.
    rank(), share() and percentile() are over the rows for which `among` holds, if it is given.
    """
    if not 0 < len(expressions) <= MOST:
        raise ValueError(f"{len(expressions)} expressions")
    compiler = compiler_of(expressions[0], columns, context, visible)
    read = [*expressions, among] if among else expressions
    typed = [merged(compiler, one.typed) for one in read]
    filtering = mode == "filter"
    several = filtering and len(typed) > 1
    if several or (filtering and compiler.sqlite):
        typed = [behind(one, compiler.static) for one in typed]
    with compiler.inside(Frame(row)):
        source, where = lay(compiler, typed, row, filtering=filtering)
        compiler.among = written(compiler, among, "filter") if among else None
        pairs = zip(expressions, typed, strict=False)
        found = tuple(written(compiler, one, mode, same) for one, same in pairs)
        bits = which(compiler, typed[: len(expressions)]) if several else None
    return OverTable(source, tuple(where), found, compiler.among, bits)
