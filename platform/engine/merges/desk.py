"""The desk of merges: what became of one, what an undo left, and where a merged record leads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from .. import access
from ..access import Caller
from ..errors import NotFound
from ..records.rows import titles_of, whole_rows
from ..system_tables import ALERT, MERGE, MERGE_ROW
from ..transaction import Transaction


@dataclass(frozen=True, slots=True)
class Merge:
    """A merge as its people see it: `record_id` went `into_id`; `state` is done or undone.

    `counts` are numbers of fields of records by entity and what became of them: `set` in the
    surviving record, `moved` to it; after an undo `back` or `left`.
    """

    id: int
    entity: str
    record_id: int
    into_id: int
    state: str
    member_id: int | None
    change_id: int
    at: datetime
    undone_at: datetime | None
    counts: Mapping[tuple[str, str], int]

    def count(self, state: str) -> int:
        """How many fields are in a state, of all records together."""
        return sum(number for (_, one), number in self.counts.items() if one == state)


@dataclass(frozen=True, slots=True)
class Left:
    """A record that an undo left as it is because these fields (ids) were edited since."""

    entity: str
    record_id: int
    title: str
    fields: tuple[str, ...]


def get(tx: Transaction, caller: Caller, merge_id: int) -> Merge:
    """A merge of the caller's, or one that an administrator looks at; NotFound else."""
    row = tx.connection.execute(sa.select(MERGE).where(MERGE.c.id == merge_id)).first()
    if (
        row is None
        or not access.may(tx.app, caller, row.entity, "read")
        or not _own(tx, caller, row)
    ):
        raise NotFound.because("merge.unknown", number=merge_id)
    names = MERGE_ROW.c.entity, MERGE_ROW.c.state
    counted = (
        sa.select(*names, sa.func.count())
        .where(MERGE_ROW.c.merge_id == merge_id, MERGE_ROW.c.entity != ALERT.name)
        .group_by(*names)
    )
    found = tx.connection.execute(counted)
    return Merge(
        id=row.id,
        entity=row.entity,
        record_id=row.record_id,
        into_id=row.into_id,
        state=row.state,
        member_id=row.member_id,
        change_id=row.change_id,
        at=row.at,
        undone_at=row.undone_at,
        counts={(entity, state): number for entity, state, number in found},
    )


def _own(tx: Transaction, caller: Caller, row: Any) -> bool:
    mine = caller.member_id is not None and row.member_id == caller.member_id
    return mine or access.may_configure(tx.app, caller)


def left(tx: Transaction, caller: Caller, one: Merge, *, limit: int = 50) -> list[Left]:
    """What an undo left because it was edited since; of records that the caller may see."""
    rows = tx.connection.execute(
        sa.select(MERGE_ROW.c.entity, MERGE_ROW.c.record_id, MERGE_ROW.c.field)
        .where(MERGE_ROW.c.merge_id == one.id, MERGE_ROW.c.state == "left")
        .order_by(MERGE_ROW.c.entity, MERGE_ROW.c.record_id, MERGE_ROW.c.field)
        .limit(limit)
    )
    fields: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    wanted: defaultdict[str, set[int]] = defaultdict(set)
    for entity_id, record_id, field_id in rows:
        if access.may(tx.app, caller, entity_id, "read"):
            known = access.readable(tx.app, caller, entity_id)
            fields[entity_id, record_id] += [field_id] if field_id in known else []
            wanted[entity_id].add(record_id)
    titles = titles_of(tx, caller, dict(wanted))
    return [Left(*at, titles[at], tuple(names)) for at, names in fields.items() if at in titles]


def survivor(tx: Transaction, caller: Caller, entity_id: str, record_id: int) -> int | None:
    """The live record that a merged one stands for now, through later merges too.

    None for a record that was not merged, that came back or was deleted otherwise since, and
    where the caller may not see what is on the way.
    """
    while binned := whole_rows(tx, caller, entity_id, [record_id], deleted=True, lock=False):
        into: int | None = tx.connection.scalar(
            sa.select(MERGE.c.into_id)
            .where(
                MERGE.c.entity == entity_id,
                MERGE.c.record_id == record_id,
                MERGE.c.state == "done",
                # The same instant tells that it was this merge that put it into the bin.
                MERGE.c.at == binned[record_id]["deleted_at"],
            )
            .order_by(MERGE.c.id.desc())
            .limit(1)
        )
        if into is None:
            return None
        if whole_rows(tx, caller, entity_id, [into], lock=False):
            return into
        record_id = into
    return None
