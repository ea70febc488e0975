"""The timeline of a record: what happened to it and to the records that point at it.

Events are told once each, from the newest on or from the oldest, by one statement that finds
when something happened, and a few that fetch what it was; their number depends on how many kinds
of records point here, never on how many records do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from . import access
from .access import MEMBER_ENTITY, Caller
from .history import (
    HIDDEN,
    Entry,
    Wanted,
    add_mentions,
    check,
    details_of,
    kind_of,
    mentioned,
    merged,
    row_of,
    with_merges,
)
from .query import cursor as cursors
from .records.record import Record, shape_of
from .records.rows import titles_of
from .system_tables import CHANGE, FIELD_CHANGE, TRANSITION
from .transaction import Transaction

CHANGES: Final = "changes"
"""The kind of events that are changes of the record itself."""
_MOST_FOLLOWED: Final = 500
"""So many records of a kind, the last changed, have their changes told; of all, their making."""
_KEY: Final = ("at", "place", "record_id", "change_id")


@dataclass(frozen=True, slots=True)
class Event:
    """What happened: to the record itself, or where `record` stands to one that points at it.

    Without an `entry`, that record was added.
    """

    at: datetime
    entry: Entry | None = None
    record: Record | None = None
    via: str | None = None
    """The reference field (id) by which `record` points here."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """Events in the order that was asked for; `titles` name what they speak of."""

    events: tuple[Event, ...]
    next_cursor: str | None = None
    titles: Mapping[tuple[str, int], str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Source:
    """Whose events: the record's own (place 0), or those of one kind of record pointing here."""

    place: int
    entity: str
    pointer: str | None
    known: tuple[str, ...]


@dataclass(frozen=True)
class _Moment:
    """When something happened, to which record; change set 0 is its making."""

    at: datetime
    source: _Source
    record_id: int
    change_id: int
    actor: int | None
    origin: str


def of(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    record_id: int,
    limit: int = 50,
    cursor: str | None = None,
    kind: str | None = None,
    *,
    oldest_first: bool = False,
) -> Timeline:
    """A page of what happened to a record that the caller may see, and to what points at it.

    `kind` leaves only one of them: CHANGES, or the name by which records point here (`notes`); an
    unknown one leaves nothing. NotFound for a record that they may not see, Malformed for a bad
    limit or a foreign cursor.
    """
    entity = access.entity_for(tx.app, caller, entity_id)
    check(limit)
    row = row_of(tx, caller, entity_id, record_id)
    asked = ("timeline", entity_id, record_id, caller.member_id, kind, oldest_first)
    made_for = cursors.digest(asked)
    start = cursors.decode(tx.workspace.id, made_for, cursor, len(_KEY)) if cursor else None
    sources = _sources(tx, caller, entity_id, kind)
    moments = _moments(tx, caller, record_id, sources, start, oldest_first, limit + 1)
    following = None
    if len(moments) > limit:
        moments = moments[:limit]
        last = moments[-1]
        key = (last.at, last.source.place, last.record_id, last.change_id)
        following = cursors.encode(tx.workspace.id, made_for, key)
    events = _events(tx, caller, row, moments)
    wanted: dict[str, set[int]] = {}
    for one in events:
        if one.entry is not None:
            about = tx.app.entity(one.record.entity_id) if one.record else entity
            for target, ids in mentioned(about, [one.entry]).items():
                wanted.setdefault(target, set()).update(ids)
        if one.record is not None:
            add_mentions(tx.app.entity(one.record.entity_id), one.record.values, wanted)
            by = one.record.values.get("created_by")
            if isinstance(by, int):
                wanted.setdefault(MEMBER_ENTITY, set()).add(by)
    return Timeline(events, following, titles_of(tx, caller, wanted))


def _sources(tx: Transaction, caller: Caller, entity_id: str, kind: str | None) -> list[_Source]:
    """The record itself, and the (entity, reference field) by which readable records point here."""
    found = []
    if kind in (None, CHANGES):
        found.append(_Source(0, entity_id, None, _fields(tx, caller, entity_id)))
    inverses = tx.app.inverses.get(entity_id, {})
    pointing = sorted(
        (child.id, one.id, name)
        for name, (child, one) in inverses.items()
        if access.may(tx.app, caller, child.id, "read")
        and {one.id, "created_at"} <= access.readable(tx.app, caller, child.id)
    )
    for place, (child_id, pointer, name) in enumerate(pointing, start=1):
        if kind in (None, name):
            found.append(_Source(place, child_id, pointer, _fields(tx, caller, child_id)))
    return found


def _fields(tx: Transaction, caller: Caller, entity_id: str) -> tuple[str, ...]:
    return tuple(sorted(access.readable(tx.app, caller, entity_id) - HIDDEN))


def _moments(
    tx: Transaction,
    caller: Caller,
    record_id: int,
    sources: Sequence[_Source],
    start: tuple[Any, ...] | None,
    forwards: bool,
    limit: int,
) -> list[_Moment]:
    """When something happened: one statement over all sources, cut to a page in each of them."""
    if not sources:
        return []
    parts = []
    for one in sources:
        whole = _happened(tx, caller, one, record_id).subquery()
        part = sa.select(whole).order_by(*_order(whole, forwards)).limit(limit)
        if start is not None:
            part = part.where(_beyond(whole, start, forwards))
        parts.append(sa.select(part.subquery()))
    found = sa.union_all(*parts).subquery()
    statement = (
        sa.select(*(found.c[one] for one in _KEY), CHANGE.c.actor, CHANGE.c.origin)
        .join_from(found, CHANGE, CHANGE.c.id == found.c.change_id, isouter=True)
        .order_by(*_order(found, forwards))
        .limit(limit)
    )
    by_place = {one.place: one for one in sources}
    return [
        _Moment(row[0], by_place[row[1]], row[2], row[3], row[4], row[5] or "")
        for row in tx.connection.execute(statement)
    ]


def _order(found: sa.FromClause, forwards: bool) -> list[sa.ColumnElement[Any]]:
    return [found.c[one].asc() if forwards else found.c[one].desc() for one in _KEY]


def _beyond(found: sa.FromClause, start: tuple[Any, ...], forwards: bool) -> sa.ColumnElement[bool]:
    """What lies behind a cursor."""
    ways = []
    for at, name in enumerate(_KEY):
        same = [found.c[one] == value for one, value in zip(_KEY[:at], start, strict=False)]
        one = found.c[name]
        ways.append(sa.and_(*same, one > start[at] if forwards else one < start[at]))
    return sa.or_(*ways)


def _happened(
    tx: Transaction, caller: Caller, source: _Source, record_id: int
) -> sa.CompoundSelect[Any]:
    """When records of a source were made and changed, and in which change set.

    What a record was made with is part of its making. Moves have times of their own: those of
    imported history lie before their change set.
    """
    made = _records(tx, caller, source, record_id).subquery()
    followed = made
    if source.pointer is not None:
        followed = _records(tx, caller, source, record_id, followed=True).subquery()
    place = sa.literal(source.place, sa.BigInteger())

    def told(table: sa.Table, at: sa.ColumnElement[Any]) -> sa.Select[Any]:
        return (
            sa.select(at.label("at"), place, table.c.record_id, table.c.change_id)
            .join_from(followed, table, table.c.record_id == followed.c.id)
            .join(CHANGE, CHANGE.c.id == table.c.change_id)
            .where(
                table.c.entity == source.entity,
                table.c.field.in_(source.known),
                sa.not_(sa.and_(table.c.before.is_(None), at == followed.c.created_at)),
            )
        )

    itself = source.pointer is None
    at_record = place, sa.literal(record_id, sa.BigInteger())
    merges = merged(source.entity, record_id, *at_record) if itself else ()
    return sa.union(
        sa.select(
            made.c.created_at.label("at"),
            place.label("place"),
            made.c.id.label("record_id"),
            sa.literal(0, sa.BigInteger()).label("change_id"),
        ),
        told(FIELD_CHANGE, CHANGE.c.at),
        told(TRANSITION, TRANSITION.c.at),
        *merges,
    )


def _records(
    tx: Transaction, caller: Caller, source: _Source, record_id: int, *, followed: bool = False
) -> sa.Select[Any]:
    """The records of a source, or those of which changes are told: which, when each was made."""
    row = tx.tables.table(source.entity).alias("r")

    def sql(field_id: str) -> sa.ColumnElement[Any]:
        return tx.tables.column(row, source.entity, field_id)

    statement = sa.select(sql("id").label("id"), sql("created_at").label("created_at"))
    if source.pointer is None:
        return statement.where(sql("id") == record_id)
    statement = statement.where(sql(source.pointer) == record_id, sql("deleted_at").is_(None))
    rule = access.row_predicate(tx, caller, source.entity, row)
    if rule is not None:
        statement = statement.where(rule)
    if followed:
        order = sql("updated_at").desc(), sql("id").desc()
        statement = statement.order_by(*order).limit(_MOST_FOLLOWED)
    return statement


def _events(
    tx: Transaction, caller: Caller, row: Mapping[str, Any], moments: Sequence[_Moment]
) -> tuple[Event, ...]:
    """The moments with what happened in them."""
    children: defaultdict[str, set[int]] = defaultdict(set)
    changed: defaultdict[_Source, list[_Moment]] = defaultdict(list)
    for one in moments:
        if one.source.pointer is not None:
            children[one.source.entity].add(one.record_id)
        if one.change_id:
            changed[one.source].append(one)
    records = {key: _fetched(tx, caller, key, ids) for key, ids in sorted(children.items())}
    details = details_of(
        tx,
        [
            Wanted(
                source.entity,
                frozenset(one.record_id for one in some),
                frozenset(one.change_id for one in some),
                source.known,
            )
            for source, some in changed.items()
        ],
    )
    events = []
    for one in moments:
        entry = None
        if one.change_id:
            found = details[one.source.entity, one.record_id, one.at, one.change_id]
            kind = kind_of(found)
            entry = Entry(one.change_id, kind, one.at, one.actor, one.origin, tuple(found))
            if one.source.pointer is None:
                (entry,) = with_merges(tx, one.source.entity, one.record_id, [entry])
        if one.source.pointer is not None:
            child = records[one.source.entity][one.record_id]
            events.append(Event(one.at, entry, child, one.source.pointer))
            continue
        made = Entry(0, "created", one.at, row["created_by"], row["origin"] or "")
        events.append(Event(one.at, entry or made))
    return tuple(events)


def _fetched(tx: Transaction, caller: Caller, entity_id: str, ids: set[int]) -> dict[int, Record]:
    """What the caller may read of records that they were found to see."""
    shape = shape_of(tx.tables, entity_id)
    known = access.readable(tx.app, caller, entity_id)
    columns = [one for one in shape.stored if one in known or one in ("id", "version")]
    row = tx.tables.table(entity_id).alias("r")
    of_row = {one: tx.tables.column(row, entity_id, one) for one in columns}
    statement = sa.select(*of_row.values()).where(of_row["id"].in_(sorted(ids)))
    found = {}
    for line in tx.connection.execute(statement):
        values = dict(zip(columns, line, strict=True))
        name = values.get(shape.entity.title) if shape.entity.title in known else None
        title = None if name is None else str(name)
        found[values["id"]] = Record(entity_id, values["id"], values["version"], values, title)
    return found
