"""Rows: which records of a table a step works on, all of them or a batch."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from . import ddl

OWN = "$rows$"
"""Ends a statement that can be about some rows alone: the condition on the table's own `id`."""

BESIDE = "$records$"
"""Ends such a statement about a table whose rows belong to records: that on `record_id`."""

_COLUMNS = {OWN: "id", BESIDE: "record_id"}

AT_ONCE = {"sqlite": 5000, "postgresql": 500}
"""Rows of a batch: so few that whoever writes waits for a moment only.

On SQLite that is whoever writes at all, but a batch is done sooner.
"""


@dataclass(frozen=True, slots=True)
class Rows:
    """A condition on the ids of records, as SQL with `{id}` for the column."""

    condition: str = "1 = 1"

    @property
    def clause(self) -> sa.TextClause:
        """The condition on the column `id`."""
        return sa.text(self.on("id"))

    def on(self, column: str) -> str:
        """The condition on a column that holds the ids."""
        return self.condition.format(id=ddl.quoted(column))

    def within(self, statement: str) -> str:
        """A statement about these rows alone, where it says that it can be."""
        for marker, column in _COLUMNS.items():
            if statement.endswith(marker):
                return statement.removesuffix(marker) + self.on(column)
        return statement


EVERY = Rows()


Scope = Callable[[str], Rows]
"""The rows of a table, by its name, that are looked at."""


def every(_: str) -> Rows:
    """All rows of any table."""
    return EVERY


def divisible(statement: str) -> bool:
    """Whether a statement can be about some rows alone."""
    return statement.endswith(tuple(_COLUMNS))


def run_within(connection: sa.Connection, rows: Rows, statement: str) -> None:
    """Run a statement about these rows alone, where it says that it can be."""
    # Without parameters the driver leaves percent signs alone.
    text = rows.within(statement)
    connection.exec_driver_sql(text, execution_options={"no_parameters": True})


def these(ids: Collection[int]) -> Rows:
    """The records with these ids."""
    return Rows(f"{{id}} IN ({', '.join(map(str, sorted(ids))) or 'NULL'})")


def batches(
    connection: sa.Connection, table: str, after: int | None = None, of: str | None = None
) -> Iterator[tuple[Rows, int | None]]:
    """The rows of a table by their ids, in batches, each with its last id.

    The last batch has none: it reaches beyond everything that is there. `after` goes on behind an
    id. `of` an entity: the ids are those of its records, of which the table has rows. Each batch is
    looked for when it is asked for, so others may commit in between.
    """
    while True:
        upto = last(connection, table, after, of)
        bounds = [] if after is None else [f"{{id}} > {after}"]
        bounds += [] if upto is None else [f"{{id}} <= {upto}"]
        yield Rows(" AND ".join(bounds) or "1 = 1"), upto
        if upto is None:
            return
        after = upto


def last(
    connection: sa.Connection, table: str, after: int | None, of: str | None = None
) -> int | None:
    """The last id of the batch behind `after`; None if it is not full."""
    at: sa.ColumnClause[int] = sa.column("record_id" if of else "id", sa.BigInteger())
    entity = sa.column("entity", sa.Text())
    row = sa.table(table, at, entity)
    found = sa.select(at).select_from(row).order_by(at)
    found = found.offset(AT_ONCE[connection.dialect.name] - 1).limit(1)
    if of is not None:
        found = found.where(entity == of)
    if after is not None:
        found = found.where(at > after)
    upto: int | None = connection.scalar(found)
    return upto
