"""One look at a record's related ones, for all that several conditions ask of them, on SQLite.

A pass over all related records has to be copied where records without any are wanted, too. One
sub-select for each record that computes all aggregates needs no copy, and is made only where what
stands before it holds: at 1,000,000 records with three related ones it takes 0.75 of the time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ..ir import Typed
from .beside import looked_at, of_one, standing

if TYPE_CHECKING:
    from .compiler import Compiler

Sql = sa.ColumnElement[Any]


def looking(compiler: Compiler, conditions: Sequence[Typed], write: Callable[[], Sql]) -> Sql:
    """What `write` makes of conditions, whose aggregates over one relation it finds beside it."""
    row = compiler.frame.row
    if not compiler.sqlite or compiler.beside or row is None:
        return write()
    one = looked_at(compiler, conditions)
    if one is None:
        return write()
    related = of_one(compiler, one, row)
    compiler.beside = standing(one, related, row)
    try:
        chosen = sa.select(write()).select_from(related)
    finally:
        compiler.beside = {}
    return chosen.correlate_except(related).scalar_subquery()
