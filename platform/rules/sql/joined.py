"""Referenced records joined once to the rows of a statement, for all that is asked of them.

A sub-select for each value looks a record up for every row. Where all rows are read anyway, as
figures do, both databases are several times faster with a join, which they may also hash.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from ..ir import Step
    from .compiler import Compiler


class Joins:
    """What is joined to `row`; `source` is what a statement selects from."""

    def __init__(self, row: sa.FromClause) -> None:
        self.row = row
        self.source: sa.FromClause = row
        self._reached: dict[tuple[tuple[str, str], ...], sa.FromClause] = {}

    def reach(self, compiler: Compiler, steps: tuple[Step, ...]) -> sa.FromClause:
        """The alias of the record that references lead to: a row of NULL where there is none."""
        row, way = self.row, tuple[tuple[str, str], ...]()
        for step in steps:
            way = (*way, (step.entity, step.field))
            if way not in self._reached:
                alias = compiler.columns.table(step.target).alias()
                key = compiler.columns.column(alias, step.target, "id")
                linked = key == compiler.columns.column(row, step.entity, step.field)
                on = sa.and_(linked, *compiler.readable(step.target, alias))
                self.source = self.source.outerjoin(alias, on)
                self._reached[way] = alias
            row = self._reached[way]
        return row
