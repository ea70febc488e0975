"""Faults: what is wrong with an entry of the chain or with the row that it seals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

import sqlalchemy as sa

from ...metadata.problems import Problem
from ..audit_tables import AUDIT_ENTRY
from ..transaction import Transaction
from .chain import BY_NAME, SORTS, Key, digest, key_of

Kind = Literal["altered", "deleted", "inserted", "reordered"]

_NEAR: Final = 500
"""So many ids before and behind are looked at for a row that has another's place."""


@dataclass(frozen=True, slots=True)
class Fault:
    """The first place where the history is not as it was sealed.

    `table` and `row` name the row that it is about, in the history or in the chain itself; `entry`
    is the number in the chain and `change_set` the change set, where they are known.
    """

    kind: Kind
    table: str
    row: int
    entry: int | None = None
    change_set: int | None = None

    @property
    def problem(self) -> Problem:
        """What to tell people of it."""
        where = {"table": self.table, "row": self.row}
        if self.entry is None:
            return Problem("audit.inserted", {**where, "change": self.change_set})
        name = f"audit.{self.kind}"
        if self.table == AUDIT_ENTRY.name:
            return Problem(f"{name}_entry", {"entry": self.entry})
        return Problem(name, {**where, "entry": self.entry, "change": self.change_set})


def missing(number: int) -> Fault:
    """An entry of the chain is not there."""
    return Fault("deleted", AUDIT_ENTRY.name, number, number)


def of_entry(tx: Transaction, entry: sa.Row[Any], row: sa.Row[Any] | None) -> Fault:
    """An entry is not what was written after the one before it."""
    kind: Kind = "altered"
    if entry.sort in BY_NAME and _comes_later(tx, entry):
        kind = "reordered"
    elif row is None and entry.erased is None:
        kind = "inserted"
    return Fault(kind, AUDIT_ENTRY.name, entry.number, entry.number, entry.change_id)


def of_row(tx: Transaction, entry: sa.Row[Any], row: sa.Row[Any] | None) -> Fault:
    """A row is not what its entry sealed."""
    kind: Kind = "deleted" if row is None else "altered"
    if entry.salt is not None and _has_another_place(tx, entry):
        kind = "reordered"
    table = BY_NAME[entry.sort].table.name
    return Fault(kind, table, entry.row_id, entry.number, entry.change_id)


def inserted(tx: Transaction, sealed: Key, before: Key | None) -> Fault | None:
    """The first row without an entry in the part of the history that is sealed.

    Only one that comes before `before` counts, where that is given.
    """
    found: list[tuple[Key, str]] = []
    for sort in SORTS:
        entry = sa.select(AUDIT_ENTRY.c.number).where(
            AUDIT_ENTRY.c.sort == sort.name, AUDIT_ENTRY.c.row_id == sort.table.c.id
        )
        query = sa.select(sort.change_id.label("set_id"), sort.table.c.id.label("row_id"))
        query = query.where(sa.not_(sort.after(sealed)), sa.not_(entry.exists()))
        if before is not None:
            query = query.where(sort.change_id <= before.change_id)
        order = dict.fromkeys((sort.change_id, sort.table.c.id))
        first = tx.connection.execute(query.order_by(*order).limit(1)).first()
        if first is not None:
            found.append((Key(first.set_id, sort.rank, first.row_id), sort.table.name))
    key, table = min(found, default=(None, ""))
    if key is None or (before is not None and key > before):
        return None
    return Fault("inserted", table, key.row_id, None, key.change_id)


def _comes_later(tx: Transaction, entry: sa.Row[Any]) -> bool:
    """Whether an entry has the number of one that belongs before it."""
    ranks = {one.name: one.rank for one in SORTS}
    c = AUDIT_ENTRY.c
    rank = sa.case(ranks, value=c.sort, else_=0)
    earlier = sa.tuple_(c.change_id, rank, c.row_id) < sa.tuple_(*key_of(entry))
    query = sa.select(c.number).where(c.number > entry.number, earlier).limit(1)
    return tx.connection.scalar(query) is not None


def _has_another_place(tx: Transaction, entry: sa.Row[Any]) -> bool:
    """Whether what an entry sealed stands nearby, under an id under which it was not sealed."""
    sort = BY_NAME[entry.sort]
    own = sa.and_(AUDIT_ENTRY.c.sort == sort.name, AUDIT_ENTRY.c.row_id == sort.table.c.id)
    near = sort.table.c.id.between(entry.row_id - _NEAR, entry.row_id + _NEAR)
    query = sort.rows().add_columns(AUDIT_ENTRY.c.salt, AUDIT_ENTRY.c.digest)
    query = query.join(AUDIT_ENTRY, own, isouter=True).where(near)
    return any(
        digest(sort, entry.salt, one) == entry.digest
        and (one.salt is None or digest(sort, one.salt, one) != one.digest)
        for one in tx.connection.execute(query)
    )
