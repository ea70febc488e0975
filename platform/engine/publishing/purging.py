"""Purging: the steps that take the data of what is purged out of a workspace.

Records lose the values, tables and columns go or are freed, and `erasing` finds what lies beside
them. All of it is a loss that has to be accepted by the address of the thing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from ...metadata.model import App, Entity, Field, Option
from ...metadata.problems import Problem
from ...metadata.purging import purged_between, thing_at
from ...metadata.system import companions
from ...metadata.tombstones import Place
from .. import access
from ..access import Caller
from ..layout import EntityLayout, Layout, StoredField
from ..transaction import Transaction
from . import ddl, erasing
from .carrying import Carrier
from .freeing import count, freed, with_free
from .physical import Physical
from .rows import BESIDE, OWN, Scope, every
from .steps import Loss, Step

_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Purge:
    """A thing that was archived and is purged, and where it was declared."""

    place: Place
    thing: Any


def purges(before: App, after: App) -> tuple[Purge, ...]:
    """What goes for good between two apps: whole entities last, after what refers to them."""
    places = sorted(purged_between(before, after), key=lambda one: (not one.path, one))
    return tuple(Purge(one, thing_at(before, one)[-1]) for one in places)


def needed(tx: Transaction, gone: Iterable[Purge], scope: Scope = every) -> Iterator[Problem]:
    """What cannot go because live records would be left without a value that they must have.

    Looked at are those in `scope`.
    """
    for one in gone:
        for entity, field, condition in _holders(tx, one):
            must = field.required or field.family == "stage"
            if field.archived or entity.archived or not must:
                continue
            table = tx.layout.table(entity.id)
            some = f'{scope(table).on("id")} AND "deleted_at" IS NULL AND {condition}'
            rows = count(tx, table, some)
            if rows:
                yield Problem(
                    "publish.purge_needed",
                    {"name": one.thing, "field": field, "entity": entity, "rows": rows},
                    document=f"entity/{entity.id}",
                    pointer=f"/fields/{field.id}/type",
                )


def losing(
    tx: Transaction, gone: Sequence[Purge], scope: Scope = every
) -> frozenset[tuple[str, str]]:
    """The fields that stay, and of which records in `scope` lose single values (entity, field)."""
    found: set[tuple[str, str]] = set()
    away = _away(gone)
    for one in gone:
        for entity, field, condition in _staying(tx, away, one):
            if (entity.id, field.id) in found:
                continue
            table = tx.layout.table(entity.id)
            held = " OR ".join((condition, *_held_beside(tx, entity, field, one)))
            if _any(tx, table, f"{scope(table).on('id')} AND ({held})"):
                found |= {(entity.id, each) for each in _alike(field)}
    return frozenset(found)


def _away(gone: Sequence[Purge]) -> frozenset[tuple[str, str]]:
    """The fields that are purged (entity, field), and the entities, with no field."""
    places = [one.place for one in gone]
    fields = ((one.owner, one.id) for one in places if one.sort == "field")
    return frozenset((*fields, *((one.owner, "") for one in places if one.sort == "entity")))


def _staying(
    tx: Transaction, away: frozenset[tuple[str, str]], one: Purge
) -> Iterator[tuple[Entity, Field, str]]:
    """The holders of a value that are not purged themselves: their columns are there afterwards."""
    for entity, field, condition in _holders(tx, one):
        if away.isdisjoint({(entity.id, ""), (entity.id, field.id)}):
            yield entity, field, condition


def _held_beside(tx: Transaction, entity: Entity, field: Field, one: Purge) -> Iterator[str]:
    """The conditions that what goes along with a field holds a value."""
    for companion in _alike(field)[1:]:
        at = tx.layout.find(entity.id, companion)
        if at is not None:
            yield f"{ddl.quoted(at.column)} = {_text(one.place.id)}"


def _any(tx: Transaction, table: str, condition: str) -> bool:
    query = f"SELECT 1 FROM {ddl.quoted(table)} WHERE {condition} LIMIT 1"
    found = tx.connection.exec_driver_sql(query, execution_options={"no_parameters": True})
    return found.first() is not None


def _alike(field: Field) -> tuple[str, ...]:
    """A field and what goes along with it and has values from the same list."""
    return (field.id, *(one.id for one in companions(field) if one.type == field.type))


def purge(
    tx: Transaction, caller: Caller, gone: Sequence[Purge], layout: Layout, there: Physical
) -> tuple[Layout, tuple[Step, ...]]:
    """The layout after purging, and the steps that lead there."""
    work = _Purging(tx, caller, gone, layout, there)
    steps = [step for one in gone for step in work.steps(one)]
    return work.layout, tuple(steps)


def _holders(tx: Transaction, one: Purge) -> Iterator[tuple[Entity, Field, str]]:
    """The fields that may hold an option, stage, tag or band, with the condition that a row does.

    The condition reads the entity's own table.
    """
    if one.place.sort not in ("option", "stage", "tag", "band"):
        return
    wanted = ddl.text(one.place.id)
    for entity in tx.app.entities.values():
        if entity.system or entity.id not in tx.layout:
            continue
        for field in entity.fields:
            if field.system or not _chooses(one.place, entity, field):
                continue
            at = tx.layout.find(entity.id, field.id)
            link = tx.layout.link_table(entity.id)
            if at is not None:
                yield entity, field, f"{ddl.quoted(at.column)} = {wanted}"
            elif link is not None:
                yield (
                    entity,
                    field,
                    f'"id" IN (SELECT "record_id" FROM {ddl.quoted(link)} WHERE "field_id" ='
                    f' {ddl.text(field.id)} AND "tag_id" = {wanted} AND "valid_to" IS NULL)',
                )


def _chooses(place: Place, entity: Entity, field: Field) -> bool:
    """Whether a field's values are from the list that something at a place is purged from."""
    match place.sort:
        case "option":
            return (entity.id, field.id) == (place.owner, place.field)
        case "stage":
            return entity.id == place.owner and field.family == "stage"
        case "tag":
            return field.family == "tags" and field.dimension == place.owner
        case "band":
            return field.family == "tier" and field.scheme == place.owner
    return False


class _Purging:
    """Purges one thing after the other; `layout` is what is left of it."""

    def __init__(
        self,
        tx: Transaction,
        caller: Caller,
        gone: Sequence[Purge],
        layout: Layout,
        there: Physical,
    ) -> None:
        self.tx = tx
        self.caller = caller
        self.away = _away(gone)
        self.layout = layout
        self.there = there

    def steps(self, one: Purge) -> Iterator[Step]:
        """What is done, the loss with the last of it."""
        match one.place.sort:
            case "field":
                steps, loss = self.field(one)
            case "entity":
                steps, loss = self.entity(one)
            case "tag_dimension" | "tier_scheme":
                steps, loss = [], None
            case _:
                steps, loss = self.value(one)
        beside = erasing.rows(self.tx, one.place)
        if beside is not None:
            steps.append(
                Step(
                    "purge_beside",
                    one.place.owner if one.place.document.startswith("entity/") else "",
                    one.place.field,
                    one.place.address,
                    rows=beside,
                )
            )
            loss = loss or (Loss(one.place.address, beside) if beside else None)
        if steps:
            yield from steps[:-1]
            yield replace(steps[-1], loss=loss)

    def field(self, one: Purge) -> tuple[list[Step], Loss | None]:
        """Free its columns: the present one, former ones, and those that go along with it."""
        entity_id, field = one.place.owner, one.thing
        if entity_id not in self.layout:
            return [], None
        at = self.layout.entity(entity_id)
        ids = (field.id, *(each.id for each in companions(field)))
        own = [at.fields[key] for key in ids if key in at.fields]
        former = [each.stored for key in ids for each in at.formers.get(key, ())]
        columns = [each.column for each in (*own, *former)]
        loss = self._loss(one, self._filled(at, field, [*own[:1], *former]), field)
        self.layout = self.layout.with_entity(
            entity_id, with_free(self.tx, self.there, at.without(ids), columns)
        )
        step = Step("purge_column", entity_id, field.id)
        steps = list(freed(self.tx, self.there, step, at.table, columns))
        link = self.tx.layout.link_table(entity_id)
        if field.family == "tags" and link:
            steps.append(self._untag(entity_id, link, f'"field_id" = {_text(field.id)}'))
        return steps, loss

    def _filled(self, at: EntityLayout, field: Field, columns: Sequence[StoredField]) -> int:
        """How many records hold a value of a field, of now or of an earlier type."""
        if field.family == "formula":
            return 0
        kinds = self.there.tables[at.table]
        conditions = [ddl.filled(each.column, kinds[each.column]) for each in columns]
        if field.family == "tags" and at.link_table:
            conditions.append(
                f'"id" IN (SELECT "record_id" FROM {ddl.quoted(at.link_table)}'
                f' WHERE "field_id" = {_text(field.id)})'
            )
        return count(self.tx, at.table, *conditions) if conditions else 0

    def entity(self, one: Purge) -> tuple[list[Step], Loss | None]:
        """Drop its tables, and free the columns of others that once pointed at it."""
        entity = one.thing
        if entity.id not in self.layout:
            return [], None
        at = self.layout.entity(entity.id)
        steps = [step for other in self.layout.entities for step in self._unpoint(other, entity.id)]
        statements = [ddl.drop_table(one) for one in (at.link_table, at.table) if one]
        if self.tx.tables.dialect == "sqlite":
            # Entities that point at each other go one after the other.
            statements.insert(0, "PRAGMA defer_foreign_keys = on")
        else:
            statements[:0] = [
                ddl.drop_key(table, name)
                for (table, _), (name, target) in sorted(self.there.keys.items())
                if target == at.table and table not in (at.table, at.link_table)
            ]
        rows = count(self.tx, at.table)
        steps.append(Step("purge_table", entity.id, statements=tuple(statements), rows=rows))
        left = {key: each for key, each in self.layout.entities.items() if key != entity.id}
        self.layout = Layout(left)
        title = entity.by_id.get(entity.title)
        return steps, self._loss(one, rows, title) if rows else None

    def _unpoint(self, other: str, target: str) -> Iterator[Step]:
        """Free the former columns of an entity that held records of a target."""
        at = self.layout.entity(other)
        if other == target:
            return
        columns = []
        for field_id, some in at.formers.items():
            pointing = [each.stored.column for each in some if each.to == target]
            columns += pointing
            step = Step("purge_column", other, field_id)
            yield from freed(self.tx, self.there, step, at.table, pointing)
        if columns:
            formers = {
                key: left
                for key, some in at.formers.items()
                if (left := tuple(each for each in some if each.to != target))
            }
            kept = with_free(self.tx, self.there, replace(at, formers=formers), columns)
            self.layout = self.layout.with_entity(other, kept)

    def value(self, one: Purge) -> tuple[list[Step], Loss | None]:
        """Take an option, stage, tag or band from the records that hold it."""
        steps: list[Step] = []
        lost = 0
        for entity, field, condition in _staying(self.tx, self.away, one):
            at = self.tx.layout.entity(entity.id)
            lost += count(self.tx, at.table, condition)
            if field.family == "tags" and at.link_table:
                where = f'"field_id" = {_text(field.id)} AND "tag_id" = {_text(one.place.id)}'
                steps.append(self._untag(entity.id, at.link_table, where, field.id))
            else:
                steps += self._emptied(at, entity.id, field, one.place.id)
        return steps, self._loss(one, lost, None)

    def _emptied(
        self, at: EntityLayout, entity_id: str, field: Field, value: str
    ) -> Iterator[Step]:
        """Take a value out of the columns that a field of the present type had until now."""
        columns = [at.fields[key].column for key in _alike(field)]
        columns += [
            each.stored.column for each in at.formers.get(field.id, ()) if each.type == field.type
        ]
        for column in columns:
            name, where = ddl.quoted(column), f"{ddl.quoted(column)} = {_text(value)}"
            statement = f"UPDATE {ddl.quoted(at.table)} SET {name} = NULL WHERE {where} AND {OWN}"
            rows = count(self.tx, at.table, where)
            yield Step("purge_values", entity_id, field.id, column, (statement,), rows)

    def _untag(self, entity_id: str, link: str, where: str, field_id: str | None = None) -> Step:
        statement = f"DELETE FROM {ddl.quoted(link)} WHERE {where} AND {BESIDE}"
        rows = count(self.tx, link, where)
        return Step("purge_values", entity_id, field_id, link, (statement,), rows)

    def _loss(self, one: Purge, rows: int, field: Field | None) -> Loss | None:
        if not rows:
            return None
        return Loss(one.place.address, rows, self._examples(one.place.owner, field))

    def _examples(self, entity_id: str, field: Field | None) -> tuple[str, ...]:
        """Up to five different values of a field, for who may read them."""
        if field is None or not access.shows_archived(
            self.tx.app, self.caller, entity_id, field.id
        ):
            return ()
        if self.tx.layout.find(entity_id, field.id) is None:
            return self._tags(entity_id, field)
        table = self.tx.tables.table(entity_id)
        column = self.tx.tables.column(table, entity_id, field.id)
        query = sa.select(column).where(column.is_not(None)).distinct()
        shown = Carrier(self.tx, field, field).shown
        found = self.tx.connection.scalars(query.order_by(column).limit(_EXAMPLES))
        return tuple(shown(value) for value in found)

    def _tags(self, entity_id: str, field: Field) -> tuple[str, ...]:
        if field.family != "tags" or self.tx.layout.link_table(entity_id) is None:
            return ()
        link = self.tx.tables.tags(entity_id)
        query = sa.select(link.c.tag_id).where(link.c.field_id == field.id).distinct()
        found = self.tx.connection.scalars(query.order_by(link.c.tag_id).limit(_EXAMPLES))
        return tuple(_named(field.option(one), one) for one in found)


def _named(option: Option | None, identity: str) -> str:
    return option.name if option else identity


def _text(value: str) -> str:
    return ddl.text(value)
