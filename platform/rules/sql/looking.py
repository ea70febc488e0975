"""One look at a record's related ones, for all that several conditions ask of them.

One sub-select for each record computes all aggregates, and is made only where what stands before it
holds. SQLite has to copy a pass over all related records where records without any are wanted, too;
PostgreSQL groups 1,000,000 records on disk. Both take less time for the looks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ..ir import Typed
from .beside import of_one, standing
from .passes import looked_at

if TYPE_CHECKING:
    from .compiler import Compiler

Sql = sa.ColumnElement[Any]


def looking(compiler: Compiler, conditions: Sequence[Typed], write: Callable[[], Sql]) -> Sql:
    """What `write` makes of conditions, whose aggregates over one relation it finds beside it."""
    one = looked_at(compiler, conditions)
    if one is None:
        return write()
    row = compiler.frame.row
    assert row is not None
    related = of_one(compiler, one, row)
    laid = compiler.beside
    compiler.beside = laid | standing(one, related, row, always=True)
    try:
        chosen = sa.select(write()).select_from(related)
    finally:
        compiler.beside = laid
    return chosen.correlate_except(related).scalar_subquery()
