"""Moving: what points at one record points at another, all of it at once.

Which records are moved is noted first, one statement a reference field; whatever else is done to
them goes by the notes. So the number of statements does not grow with the number of records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from ...metadata.model import Entity, Field
from ...metadata.problems import Problem
from .. import access, stored
from ..access import SYSTEM, Caller
from ..errors import Conflict, Forbidden
from ..records import journal, unique, validity, written
from ..records.delete import pointing_at
from ..records.draft import Draft
from ..records.record import shape_of
from ..records.rows import chunks, titles_of, whole_rows
from ..system_tables import MERGE_ROW
from ..transaction import Transaction

MOST_TOLD: Final = 20
"""Records that a refusal names."""

State = Literal["set", "moved", "back", "left"]


@dataclass(frozen=True, slots=True)
class Move:
    """The records that a merge moves: those that pointed at `start` by `field`, and then at `end`.

    An undo moves the same ones the other way.
    """

    merge_id: int
    entity: Entity
    field: Field
    start: int
    end: int

    @property
    def fields(self) -> frozenset[str]:
        return frozenset({self.field.id})

    def noted(self, state: State) -> sa.ColumnElement[bool]:
        """The notes of this move that are in a state."""
        return sa.and_(
            MERGE_ROW.c.merge_id == self.merge_id,
            MERGE_ROW.c.entity == self.entity.id,
            MERGE_ROW.c.field == self.field.id,
            MERGE_ROW.c.state == state,
        )

    def ids(self, state: State) -> sa.Select[int]:
        """The records of which the notes are in a state."""
        return sa.select(MERGE_ROW.c.record_id).where(self.noted(state))


def note(tx: Transaction, merge_id: int, entity_id: str, start: int, end: int) -> list[Move]:
    """Note what points at a record, in the recycle bin too; the two that are merged stay as is."""
    found = []
    names = ("merge_id", "entity", "field", "record_id", "state")
    for entity, field in pointing_at(tx.app, entity_id):
        row = tx.tables.table(entity.id).alias("r")
        at = tx.tables.column(row, entity.id, "id")
        wanted = tx.tables.column(row, entity.id, field.id) == start
        if entity.id == entity_id:
            wanted = sa.and_(wanted, at.not_in((start, end)))
        values = (*map(sa.literal, (merge_id, entity.id, field.id)), at, sa.literal("moved"))
        rows = sa.insert(MERGE_ROW).from_select(names, sa.select(*values).where(wanted))
        if tx.connection.execute(rows, execution_options={"preserve_rowcount": True}).rowcount:
            found.append(Move(merge_id, entity, field, start, end))
    return found


def require_rights(tx: Transaction, caller: Caller, moves: Iterable[Move]) -> None:
    """Forbidden unless the caller may change every live record that moves.

    One sentence for all reasons: it tells neither which records they are nor of what.
    """
    if not caller.system and not all(_may_move(tx, caller, one) for one in moves):
        raise Forbidden(Problem("merge.beyond_rights"))


def _may_move(tx: Transaction, caller: Caller, move: Move) -> bool:
    entity_id = move.entity.id
    row, other = (tx.tables.table(entity_id).alias(one) for one in ("r", "o"))

    def live(of: sa.FromClause) -> sa.Select[Any]:
        at = tx.tables.column(of, entity_id, "id")
        gone = tx.tables.column(of, entity_id, "deleted_at")
        return sa.select(at).where(at.in_(move.ids("moved")), gone.is_(None))

    allowed = live(other)
    if move.field.id not in access.writable(tx.app, caller, entity_id):
        allowed = allowed.where(sa.false())
    for verb in ("read", "update"):
        predicate = access.row_predicate(tx, caller, entity_id, other, verb)
        allowed = allowed if predicate is None else allowed.where(predicate)
    at = tx.tables.column(row, entity_id, "id")
    beyond = live(row).where(at.not_in(allowed)).limit(1)
    return tx.connection.execute(beyond).first() is None


def write(tx: Transaction, caller: Caller, move: Move) -> None:
    """Write the other record into what is noted; Conflict if another writer made a value twice."""
    entity_id = move.entity.id
    table = tx.tables.table(entity_id)
    at = tx.tables.column(table, entity_id, "id")
    columns = {
        one: tx.layout.stored(entity_id, one).column
        for one in (move.field.id, "version", "updated_at", "updated_by")
    }
    values: Mapping[str, Any] = {
        columns[move.field.id]: move.end,
        columns["version"]: tx.tables.column(table, entity_id, "version") + 1,
        columns["updated_at"]: tx.now,
        columns["updated_by"]: caller.member_id,
    }
    try:
        tx.connection.execute(sa.update(table).where(at.in_(move.ids("moved"))).values(values))
    except IntegrityError as error:
        raise unique.collision(shape_of(tx.tables, entity_id), (), error) from error


def twice(tx: Transaction, move: Move) -> Iterator[Draft]:
    """The live records whose values would be there twice once they are moved."""
    shape = shape_of(tx.tables, move.entity.id)
    if any(move.field.id in group for group in unique.groups_of(move.entity)):
        for drafts in _drafts(tx, move):
            unique.judge(tx, shape, drafts)
            yield from (one for one in drafts if one.problems)


def wrong(tx: Transaction, move: Move) -> Iterator[Draft]:
    """The live records that break a rule now that they are moved."""
    shape = shape_of(tx.tables, move.entity.id)
    if validity.may_refuse(tx.app, shape, move.fields):
        for drafts in _drafts(tx, move):
            validity.judge(tx, SYSTEM, shape, drafts)
            yield from (one for one in drafts if one.problems)


def refuse(tx: Transaction, caller: Caller, move: Move, drafts: Iterable[Draft]) -> None:
    """Conflict that names the records which cannot move, and why each cannot."""
    found = [one for one in drafts if one.problems][:MOST_TOLD]
    if not found:
        return
    ids = {one.record_id or 0 for one in found}
    titles = titles_of(tx, caller, {move.entity.id: ids})
    raise Conflict(
        Problem("merge.cannot_follow", {"entity": move.entity, "what": title, "why": problem})
        for one in found
        for title in [titles.get((move.entity.id, one.record_id or 0), str(one.record_id))]
        for problem in one.problems
    )


def _drafts(tx: Transaction, move: Move) -> Iterator[list[Draft]]:
    ids = list(tx.connection.scalars(move.ids("moved")))
    for some in chunks(ids):
        rows = whole_rows(tx, SYSTEM, move.entity.id, some)
        yield [
            Draft(at, {**row, move.field.id: move.start}, {}, {**row, move.field.id: move.end}, one)
            for at, (one, row) in enumerate(sorted(rows.items()))
        ]


def finish(tx: Transaction, caller: Caller, move: Move) -> None:
    """Keep the history of what was moved, and bring up to date what follows from it."""
    entity_id = move.entity.id
    journal.same_change(
        tx, caller, entity_id, move.field.id, move.ids("moved"), move.start, move.end
    )
    ids = tuple(tx.connection.scalars(move.ids("moved").order_by(MERGE_ROW.c.record_id)))
    if ids:
        fields = move.fields | {"version", "updated_at", "updated_by"}
        stored.refresh(tx, entity_id, ids, fields, befores=[{move.field.id: move.start}])
        written.tell(tx, caller, written.Written(entity_id, "updated", ids, move.fields))
