"""History: what happened to a record, and its timeline with the records that point at it.

Changes of fields that the caller may not read are left out, and so are change sets of which
nothing is left. Both are paged from the newest to the oldest.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

import sqlalchemy as sa

from ..metadata.model import Entity
from ..metadata.problems import Problem
from ..rules.types import target_of
from . import access
from .access import MEMBER_ENTITY, Caller
from .canonical import from_text
from .errors import Malformed, NotFound
from .query import cursor as cursors
from .records.read import not_found
from .records.record import Record, shape_of
from .records.rows import titles_of, whole_rows
from .system_tables import CHANGE, FIELD_CHANGE, TRANSITION
from .transaction import Transaction

MOST_ENTRIES: Final = 200
CHANGES: Final = "changes"
"""The kind of a timeline's events that are changes of the record itself."""
_HIDDEN: Final = frozenset({"version", "updated_at", "updated_by"})
Kind = Literal["created", "changed", "deleted", "restored"]


@dataclass(frozen=True, slots=True)
class Changed:
    """A field (id) that changed, with Python values; `reason` tells why a stage moved back."""

    field: str
    before: Any
    after: Any
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One change set of a record: who (a member's id, None for the product), whence and when."""

    id: int
    kind: Kind
    at: datetime
    actor: int | None
    origin: str
    changes: tuple[Changed, ...] = ()


@dataclass(frozen=True, slots=True)
class History:
    """Entries from the newest on; `titles` name the members and records that they speak of."""

    entries: tuple[Entry, ...]
    next_cursor: str | None = None
    titles: Mapping[tuple[str, int], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """A point of a timeline: a change of the record itself, or a record that points at it."""

    at: datetime
    entry: Entry | None = None
    record: Record | None = None
    via: str | None = None
    """The reference field (id) by which `record` points here."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """Events from the newest on."""

    events: tuple[Event, ...]
    next_cursor: str | None = None
    titles: Mapping[tuple[str, int], str] = field(default_factory=dict)


def of(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    record_id: int,
    limit: int = 50,
    cursor: str | None = None,
) -> History:
    """What happened to a record that the caller may see, also in the recycle bin.

    NotFound for a record that they may not see, Malformed for a bad limit or a foreign cursor.
    """
    entity = access.entity_for(tx.app, caller, entity_id)
    _check(limit)
    row = _row(tx, caller, entity_id, record_id)
    made_for = cursors.digest(("history", entity_id, record_id, caller.member_id))
    start = cursors.decode(tx.workspace.id, made_for, cursor, 2) if cursor else None
    found = _entries(tx, caller, entity, record_id, start, limit + 1)
    found = _with_creation(found, row, start, limit + 1)
    following = None
    if len(found) > limit:
        found = found[:limit]
        following = cursors.encode(tx.workspace.id, made_for, (found[-1].at, found[-1].id))
    titles = titles_of(tx, caller, _mentioned(entity, found))
    return History(tuple(found), following, titles)


def timeline(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    record_id: int,
    limit: int = 50,
    cursor: str | None = None,
    kind: str | None = None,
) -> Timeline:
    """A record's changes and the records that point at it, by the time they were made.

    `kind` leaves only one of them: CHANGES, or the name by which records point here (`notes`); an
    unknown one leaves nothing. One statement for each kind, whatever the number of records.
    """
    entity = access.entity_for(tx.app, caller, entity_id)
    _check(limit)
    row = _row(tx, caller, entity_id, record_id)
    made_for = cursors.digest(("timeline", entity_id, record_id, caller.member_id, kind))
    start = cursors.decode(tx.workspace.id, made_for, cursor, 3) if cursor else None
    own = None if start is None else (start[0], start[2] if start[1] == 0 else _before(start[1]))
    changes: list[Entry] = []
    if kind in (None, CHANGES):
        changes = _with_creation(
            _entries(tx, caller, entity, record_id, own, limit + 1), row, own, limit + 1
        )
    events = [((one.at, 0, one.id), Event(one.at, entry=one)) for one in changes]
    pointed = tx.app.inverses.get(entity_id, {}).get(kind or "")
    only = (pointed[0].id, pointed[1].id) if pointed else None
    for place, (child, pointer) in enumerate(_children(tx, caller, entity_id), start=1):
        if kind is not None and (child, pointer) != only:
            continue
        for record in _pointing(tx, caller, child, pointer, record_id, start, place, limit + 1):
            at = record.values["created_at"]
            events.append(((at, place, record.id), Event(at, record=record, via=pointer)))
    events.sort(key=lambda one: one[0], reverse=True)
    following = None
    if len(events) > limit:
        events = events[:limit]
        following = cursors.encode(tx.workspace.id, made_for, events[-1][0])
    found = tuple(event for _, event in events)
    wanted = _mentioned(entity, [one.entry for one in found if one.entry])
    for one in found:
        if one.record is not None:
            _add_mentions(tx.app.entity(one.record.entity_id), one.record.values, wanted)
    return Timeline(found, following, titles_of(tx, caller, wanted))


def _before(place: int) -> int:
    """Own changes of the cursor's instant come after its children's when the cursor is at one."""
    return 2**62 if place > 0 else 0


def _check(limit: int) -> None:
    if not 1 <= limit <= MOST_ENTRIES:
        raise Malformed(Problem("query.limit", {"most": MOST_ENTRIES}, pointer="/limit"))


def _row(tx: Transaction, caller: Caller, entity_id: str, record_id: int) -> Mapping[str, Any]:
    for deleted in (False, True):
        found = whole_rows(tx, caller, entity_id, [record_id], deleted=deleted, lock=False)
        if found:
            return found[record_id]
    raise NotFound(not_found(record_id))


def _entries(
    tx: Transaction,
    caller: Caller,
    entity: Entity,
    record_id: int,
    start: tuple[Any, ...] | None,
    limit: int,
) -> list[Entry]:
    known = sorted(access.readable(tx.app, caller, entity.id) - _HIDDEN)
    moments = _moments(entity.id, record_id, known)
    at, change_id = moments.c.at, moments.c.change_id
    statement = sa.select(
        change_id, sa.type_coerce(at, CHANGE.c.at.type), CHANGE.c.actor, CHANGE.c.origin
    ).join_from(moments, CHANGE, CHANGE.c.id == change_id)
    if start is not None:
        older = sa.and_(at == sa.literal(start[0], CHANGE.c.at.type), change_id < start[1])
        statement = statement.where(sa.or_(at < sa.literal(start[0], CHANGE.c.at.type), older))
    statement = statement.order_by(at.desc(), change_id.desc()).limit(limit)
    found = tx.connection.execute(statement).all()
    details = _details(tx, entity, record_id, known, sorted({one[0] for one in found}))
    entries = []
    for one, at_, actor, origin in found:
        changes = details[at_, one]
        entries.append(Entry(one, _kind(changes), at_, actor, origin, tuple(changes)))
    return entries


def _moments(entity_id: str, record_id: int, fields: list[str]) -> sa.Subquery:
    """When something happened to the record, and in which change set.

    Moves have times of their own: those of imported history lie before their change set.
    """

    def of_record(table: sa.Table) -> sa.ColumnElement[bool]:
        return sa.and_(
            table.c.entity == entity_id, table.c.record_id == record_id, table.c.field.in_(fields)
        )

    changed = (
        sa.select(CHANGE.c.at.label("at"), FIELD_CHANGE.c.change_id.label("change_id"))
        .join_from(FIELD_CHANGE, CHANGE, CHANGE.c.id == FIELD_CHANGE.c.change_id)
        .where(of_record(FIELD_CHANGE))
    )
    moved = sa.select(TRANSITION.c.at, TRANSITION.c.change_id).where(of_record(TRANSITION))
    return sa.union(changed, moved).subquery("moments")


def _details(
    tx: Transaction, entity: Entity, record_id: int, fields: list[str], changes: Sequence[int]
) -> defaultdict[tuple[datetime, int], list[Changed]]:
    """The readable changes of a record by time and change set; moves say more than changes."""
    found: defaultdict[tuple[datetime, int], dict[str, Changed]] = defaultdict(dict)
    for table, at, reason in (
        (FIELD_CHANGE, CHANGE.c.at, sa.null()),
        (TRANSITION, TRANSITION.c.at, TRANSITION.c.reason),
    ):
        statement = (
            sa.select(table.c.change_id, at, table.c.field, table.c.before, table.c.after, reason)
            .join_from(table, CHANGE, CHANGE.c.id == table.c.change_id)
            .where(
                table.c.entity == entity.id,
                table.c.record_id == record_id,
                table.c.change_id.in_(changes),
                table.c.field.in_(fields),
            )
            .order_by(table.c.id)
        )
        for change_id, moment, field_id, before, after, why in tx.connection.execute(statement):
            one = Changed(
                field_id,
                _value(tx, entity, field_id, before),
                _value(tx, entity, field_id, after),
                why,
            )
            found[moment, change_id][field_id] = one
    listed: defaultdict[tuple[datetime, int], list[Changed]] = defaultdict(list)
    for key, by_field in found.items():
        listed[key] = list(by_field.values())
    return listed


def _value(tx: Transaction, entity: Entity, field_id: str, text: str | None) -> Any:
    place = tx.layout.find(entity.id, field_id)
    if place is None and entity.field(field_id).type != "tags":
        return text
    return from_text(text, place.storage if place else None)


def _kind(changes: Sequence[Changed]) -> Kind:
    for one in changes:
        if one.field == "deleted_at":
            return "restored" if one.after is None else "deleted"
    return "changed"


def _with_creation(
    entries: list[Entry], row: Mapping[str, Any], start: tuple[Any, ...] | None, limit: int
) -> list[Entry]:
    """The entries with the record's making at the end, once all others have been shown.

    Stages and owners that it was made with are part of its making.
    """
    if len(entries) >= limit:
        return entries
    first = Entry(0, "created", row["created_at"], row["created_by"], row["origin"] or "")
    if (
        entries
        and entries[-1].at == first.at
        and all(c.before is None for c in entries[-1].changes)
    ):
        last = entries.pop()
        made = Entry(last.id, "created", last.at, last.actor, last.origin, last.changes)
        return [*entries, made]
    ended = start is not None and (first.at, 0) >= (start[0], start[1])
    return entries if ended else [*entries, first]


def _mentioned(entity: Entity, entries: Sequence[Entry]) -> dict[str, set[int]]:
    wanted: dict[str, set[int]] = {}
    for one in entries:
        if one.actor is not None:
            wanted.setdefault(MEMBER_ENTITY, set()).add(one.actor)
        for change in one.changes:
            values = {change.field: change.before}, {change.field: change.after}
            for value in values:
                _add_mentions(entity, value, wanted)
    return wanted


def _add_mentions(entity: Entity, values: Mapping[str, Any], wanted: dict[str, set[int]]) -> None:
    for field_id, value in values.items():
        one = entity.by_id.get(field_id)
        target = target_of(one) if one is not None else None
        if target is not None and isinstance(value, int):
            wanted.setdefault(target, set()).add(value)


def _children(tx: Transaction, caller: Caller, entity_id: str) -> list[tuple[str, str]]:
    """The (entity, reference field) by which records that the caller may read point here."""
    return sorted(
        (child.id, one.id)
        for child, one in tx.app.inverses.get(entity_id, {}).values()
        if access.may(tx.app, caller, child.id, "read")
        and {one.id, "created_at"} <= access.readable(tx.app, caller, child.id)
    )


def _pointing(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    pointer: str,
    record_id: int,
    start: tuple[Any, ...] | None,
    place: int,
    limit: int,
) -> list[Record]:
    shape = shape_of(tx.tables, entity_id)
    known = access.readable(tx.app, caller, entity_id)
    columns = [one for one in shape.stored if one in known or one in ("id", "version")]
    row = tx.tables.table(entity_id).alias("r")

    def sql(field_id: str) -> sa.ColumnElement[Any]:
        return tx.tables.column(row, entity_id, field_id)

    at, own = sql("created_at"), sql("id")
    statement = sa.select(*(sql(one) for one in columns)).where(
        sql(pointer) == record_id, sql("deleted_at").is_(None)
    )
    rule = access.row_predicate(tx, caller, entity_id, row)
    if rule is not None:
        statement = statement.where(rule)
    if start is not None:
        statement = statement.where(_older(at, own, place, start))
    statement = statement.order_by(at.desc(), own.desc()).limit(limit)
    title = shape.entity.title
    found = []
    for line in tx.connection.execute(statement):
        values = dict(zip(columns, line, strict=True))
        name = values.get(title) if title in known else None
        found.append(
            Record(
                entity_id,
                values["id"],
                values["version"],
                values,
                None if name is None else str(name),
            )
        )
    return found


def _older(
    at: sa.ColumnElement[Any], own: sa.ColumnElement[Any], place: int, start: tuple[Any, ...]
) -> sa.ColumnElement[bool]:
    moment, source, last = start
    if place < source:
        return sa.and_(at <= moment)
    if place > source:
        return sa.and_(at < moment)
    return sa.or_(at < moment, sa.and_(at == moment, own < last))
