"""History: what happened to a record, paged from the newest to the oldest.

Changes of fields that the caller may not read are left out, and so are change sets of which
nothing is left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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
from .records.rows import titles_of, whole_rows
from .system_tables import CHANGE, FIELD_CHANGE, MERGE, TRANSITION
from .transaction import Transaction

MOST_ENTRIES: Final = 200
HIDDEN: Final = frozenset({"version", "updated_at", "updated_by"})
"""Fields whose changes say nothing that the other changes do not say."""
Kind = Literal["created", "changed", "deleted", "restored", "merged", "unmerged"]


@dataclass(frozen=True, slots=True)
class Changed:
    """A field (id) that changed, with Python values; `reason` tells why a stage moved back."""

    field: str
    before: Any
    after: Any
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One change set of a record: who (a member's id, None for the product), whence and when.

    A merge says `merged_from` which record `merged_into` which, one of them this one.
    """

    id: int
    kind: Kind
    at: datetime
    actor: int | None
    origin: str
    changes: tuple[Changed, ...] = ()
    merged_from: int | None = None
    merged_into: int | None = None


@dataclass(frozen=True, slots=True)
class History:
    """Entries from the newest on; `titles` name the members and records that they speak of."""

    entries: tuple[Entry, ...]
    next_cursor: str | None = None
    titles: Mapping[tuple[str, int], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Records of an entity, the change sets and the fields of which the changes are wanted."""

    entity: str
    records: frozenset[int]
    changes: frozenset[int]
    fields: tuple[str, ...]

    def condition(self, table: sa.Table) -> sa.ColumnElement[bool]:
        """Which rows of the changes' or the moves' table these are."""
        return sa.and_(
            table.c.entity == self.entity,
            table.c.record_id.in_(sorted(self.records)),
            table.c.change_id.in_(sorted(self.changes)),
            table.c.field.in_(self.fields),
        )


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
    check(limit)
    row = row_of(tx, caller, entity_id, record_id)
    made_for = cursors.digest(("history", entity_id, record_id, caller.member_id))
    start = cursors.decode(tx.workspace.id, made_for, cursor, 2) if cursor else None
    found = _entries(tx, caller, entity, record_id, start, limit + 1)
    found = _with_creation(found, row, start, limit + 1)
    following = None
    if len(found) > limit:
        found = found[:limit]
        following = cursors.encode(tx.workspace.id, made_for, (found[-1].at, found[-1].id))
    titles = titles_of(tx, caller, mentioned(entity, found))
    return History(tuple(found), following, titles)


def check(limit: int) -> None:
    """Malformed if a page of so many is more than anybody gets."""
    if not 1 <= limit <= MOST_ENTRIES:
        raise Malformed(Problem("query.limit", {"most": MOST_ENTRIES}, pointer="/limit"))


def row_of(tx: Transaction, caller: Caller, entity_id: str, record_id: int) -> Mapping[str, Any]:
    """Everything stored of a record that the caller may see, in the recycle bin or not."""
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
    known = sorted(access.readable(tx.app, caller, entity.id) - HIDDEN)
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
    changes = frozenset(one[0] for one in found)
    wanted = [Wanted(entity.id, frozenset({record_id}), changes, tuple(known))] if changes else []
    details = details_of(tx, wanted)
    entries = []
    for one, at_, actor, origin in found:
        changed = details[entity.id, record_id, at_, one]
        entries.append(Entry(one, kind_of(changed), at_, actor, origin, tuple(changed)))
    return with_merges(tx, entity.id, record_id, entries)


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
    return sa.union(changed, moved, *merged(entity_id, record_id)).subquery("moments")


def merged(entity_id: str, record_id: int, *more: Any) -> tuple[sa.Select[Any], ...]:
    """When a record was merged, or another one into it, and when that was taken back.

    Whatever `more` is selected stands between the time and the change set.
    """
    own = sa.and_(
        MERGE.c.entity == entity_id,
        sa.or_(MERGE.c.record_id == record_id, MERGE.c.into_id == record_id),
    )
    return (
        sa.select(MERGE.c.at, *more, MERGE.c.change_id).where(own),
        sa.select(MERGE.c.undone_at, *more, MERGE.c.undone_change_id).where(
            own, MERGE.c.undone_at.is_not(None)
        ),
    )


def with_merges(
    tx: Transaction, entity_id: str, record_id: int, entries: Sequence[Entry]
) -> list[Entry]:
    """The entries of a record; those of merges say so, and which records they were."""
    sets = [one.id for one in entries if one.origin == "merge"]
    if not sets:
        return list(entries)
    found: dict[int, tuple[Kind, int, int]] = {}
    statement = sa.select(MERGE).where(
        MERGE.c.entity == entity_id,
        sa.or_(MERGE.c.record_id == record_id, MERGE.c.into_id == record_id),
        sa.or_(MERGE.c.change_id.in_(sets), MERGE.c.undone_change_id.in_(sets)),
    )
    for row in tx.connection.execute(statement):
        found[row.change_id] = "merged", row.record_id, row.into_id
        if row.undone_change_id is not None:
            found[row.undone_change_id] = "unmerged", row.record_id, row.into_id
    told = []
    for one in entries:
        kind, start, end = found.get(one.id, (one.kind, None, None))
        told.append(replace(one, kind=kind, merged_from=start, merged_into=end))
    return told


def details_of(
    tx: Transaction, wanted: Sequence[Wanted]
) -> defaultdict[tuple[str, int, datetime, int], list[Changed]]:
    """Changes by entity, record, time and change set; moves say more than changes.

    Two statements, however many records are wanted.
    """
    listed: defaultdict[tuple[str, int, datetime, int], list[Changed]] = defaultdict(list)
    if not wanted:
        return listed
    found: defaultdict[tuple[str, int, datetime, int], dict[str, Changed]] = defaultdict(dict)
    for table, at, reason in (
        (FIELD_CHANGE, CHANGE.c.at, sa.null()),
        (TRANSITION, TRANSITION.c.at, TRANSITION.c.reason),
    ):
        c = table.c
        statement = (
            sa.select(c.entity, c.record_id, at, c.change_id, c.field, c.before, c.after, reason)
            .join_from(table, CHANGE, CHANGE.c.id == c.change_id)
            .where(sa.or_(*(one.condition(table) for one in wanted)))
            .order_by(c.id)
        )
        for *key, field_id, before, after, why in tx.connection.execute(statement):
            entity = tx.app.entity(key[0])
            one = Changed(
                field_id,
                _value(tx, entity, field_id, before),
                _value(tx, entity, field_id, after),
                why,
            )
            found[key[0], key[1], key[2], key[3]][field_id] = one
    for at_, by_field in found.items():
        listed[at_] = list(by_field.values())
    return listed


def _value(tx: Transaction, entity: Entity, field_id: str, text: str | None) -> Any:
    place = tx.layout.find(entity.id, field_id)
    if place is None and entity.field(field_id).family != "tags":
        return text
    return from_text(text, place.storage if place else None)


def kind_of(changes: Sequence[Changed]) -> Kind:
    """What a change set did to the record."""
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


def mentioned(entity: Entity, entries: Sequence[Entry]) -> dict[str, set[int]]:
    """The members and records that changes of an entity speak of: ids by entity."""
    wanted: dict[str, set[int]] = {}
    for one in entries:
        if one.actor is not None:
            wanted.setdefault(MEMBER_ENTITY, set()).add(one.actor)
        if one.merged_from is not None and one.merged_into is not None:
            wanted.setdefault(entity.id, set()).update((one.merged_from, one.merged_into))
        for change in one.changes:
            values = {change.field: change.before}, {change.field: change.after}
            for value in values:
                add_mentions(entity, value, wanted)
    return wanted


def add_mentions(entity: Entity, values: Mapping[str, Any], wanted: dict[str, set[int]]) -> None:
    """Add to `wanted` what the references among `values` point at."""
    for field_id, value in values.items():
        one = entity.by_id.get(field_id)
        target = target_of(one) if one is not None else None
        if target is not None and isinstance(value, int):
            wanted.setdefault(target, set()).add(value)
