"""Verifying: the history compared with the chain that seals it, from one entry to the next.

What is wrong is told of the first place in the order of the chain. Who can write the database can
also make the chain anew from some entry on; that shows by an earlier link that was kept elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from ..audit_tables import AUDIT_ENTRY, ERASURE
from ..column_types import dump_json
from ..errors import NotFound
from ..transaction import Transaction
from ..workspaces import Workspace
from . import faults
from .chain import BY_NAME, FIRST, SORTS, START, Key, Sort, digest, entries, key_of, last, link
from .faults import Fault

STRETCH = 50_000
"""Entries that are looked at in one transaction."""

_BATCH = 2000


@dataclass(frozen=True, kw_only=True)
class Verified:
    """What was found by looking at the chain up to the entry `entries`.

    `link` is that of the entry, `erased` how many of those looked at are of rows that were erased.
    `unsealed` rows wait behind the end of the chain, `following` is the entry behind which to go
    on; one of the two is None, or both where there is a `fault`.
    """

    entries: int
    link: bytes
    erased: int
    unsealed: int | None = None
    following: int | None = None
    fault: Fault | None = None


def verify(workspace: Workspace) -> Verified:
    """Look at the whole history of a workspace."""
    after, erased = 0, 0
    while True:
        with workspace.reading() as tx:
            found = stretch(tx, after)
        erased += found.erased
        if found.following is None:
            break
        after = found.following
    return replace(found, erased=erased)


def stretch(tx: Transaction, after: int = 0) -> Verified:
    """Look at a stretch behind an entry (0: from the start) that was looked at before.

    NotFound if there is no entry of that number.
    """
    walk = _Walk(tx, after)
    end = last(tx.connection)
    upto = min(end.number if end else 0, after + STRETCH)
    fault = None
    while walk.number < upto and fault is None:
        fault = walk.batch(min(walk.number + _BATCH, upto))
    done = Verified(entries=walk.number, link=walk.link, erased=walk.erased, fault=fault)
    if fault is None and end is not None and upto < end.number:
        return replace(done, following=upto)
    sealed = key_of(end) if end and end.sort in BY_NAME else FIRST
    early = faults.inserted(tx, sealed, walk.key if fault else None)
    if early is not None or fault is not None:
        return replace(done, fault=early or fault)
    return replace(done, unsealed=_count(tx, sealed))


class _Walk:
    """Where the walk along the chain is: the entry it came to, its link and its place."""

    def __init__(self, tx: Transaction, after: int) -> None:
        self._tx = tx
        self.number, self.link, self.erased = after, START, 0
        self.key = FIRST
        if after:
            begin = tx.connection.execute(entries().where(AUDIT_ENTRY.c.number == after)).first()
            if begin is None or begin.sort not in BY_NAME:
                raise NotFound.because("audit.no_entry", number=after)
            self.link, self.key = begin.link, key_of(begin)

    def batch(self, upto: int) -> Fault | None:
        """Go on up to an entry; what is wrong with the first that is not as it was written."""
        here = AUDIT_ENTRY.c.number.between(self.number + 1, upto)
        query = entries().where(here).order_by(AUDIT_ENTRY.c.number)
        found = self._tx.connection.execute(query).all()
        rows = {one.name: _rows(self._tx, one, found) for one in SORTS}
        erasures = self._erasures({one.erased for one in found})
        for entry in found:
            row = rows[entry.sort].get(entry.row_id) if entry.sort in rows else None
            fault = self._fault(entry, row, erasures)
            if fault is not None:
                return fault
            self.number, self.link, self.key = entry.number, entry.link, key_of(entry)
            self.erased += row is None
        return None if self.number == upto else faults.missing(self.number + 1)

    def _fault(
        self, entry: sa.Row[Any], row: sa.Row[Any] | None, erasures: Mapping[int, sa.Row[Any]]
    ) -> Fault | None:
        if entry.number != self.number + 1:
            return faults.missing(self.number + 1)
        if entry.link != link(self.link, entry._asdict()) or entry.sort not in BY_NAME:
            return faults.of_entry(self._tx, entry, row)
        if row is None and entry.erased is not None:
            erasure = erasures.get(entry.erased)
            return None if _covers(erasure, entry) else faults.of_row(self._tx, entry, row)
        if (
            row is None
            or entry.salt is None
            or row.set_id != entry.change_id
            or digest(BY_NAME[entry.sort], entry.salt, row) != entry.digest
        ):
            return faults.of_row(self._tx, entry, row)
        return None

    def _erasures(self, ids: set[int | None]) -> Mapping[int, sa.Row[Any]]:
        wanted = BY_NAME["erasure"].rows().where(ERASURE.c.id.in_(ids - {None}))
        return {one.row_id: one for one in self._tx.connection.execute(wanted)}


def _rows(tx: Transaction, sort: Sort, entries: Iterable[sa.Row[Any]]) -> Mapping[int, sa.Row[Any]]:
    """The rows of one sort that entries seal, by their ids."""
    ids = [one.row_id for one in entries if one.sort == sort.name]
    query = sort.rows().where(sort.table.c.id.in_(ids))
    return {one.row_id: one for one in tx.connection.execute(query)} if ids else {}


def _covers(erasure: sa.Row[Any] | None, entry: sa.Row[Any]) -> bool:
    """Whether an erasure is about what an entry was about, and later."""
    return (
        erasure is not None
        and erasure.entity == entry.entity
        and (erasure.fields is None or dump_json(entry.field) in str(erasure.fields))
        and erasure.set_id > entry.change_id
    )


def _count(tx: Transaction, sealed: Key) -> int:
    """How many rows come behind the end of the chain."""
    tails = (
        sa.select(sa.func.count()).select_from(one.table).where(one.after(sealed)) for one in SORTS
    )
    return sum(tx.connection.scalar(one) or 0 for one in tails)
