"""Structure: the steps from one layout to the next, in tables, columns, indexes and views."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...metadata.model import App, Entity
from ..layout import Layout, StoredField
from ..stores import DialectName
from . import ddl, readable
from .indexes import Index
from .physical import Physical
from .rows import OWN
from .steps import Step

_ID = "id"


def new_tables(app: App, before: Layout, after: Layout, dialect: DialectName) -> Iterator[Step]:
    """Create the tables of new entities.

    A reference to a table that is made later is added once that is there.
    """
    made = set(before.entities)
    late: list[Step] = []
    for entity in app.entities.values():
        if entity.system or entity.id in before:
            continue
        at = after.entity(entity.id)
        made.add(entity.id)
        columns = []
        for field_id, stored in at.fields.items():
            if field_id == _ID:
                continue
            target = _target(entity, field_id)
            if target in made or target is None:
                columns.append(_column(entity, field_id, stored, after, dialect))
            else:
                late.append(_added(entity, field_id, stored, after, dialect))
        statement = ddl.create_table(at.table, columns, dialect)
        yield Step("create_table", entity.id, statements=(statement,))
    yield from late


def new_columns(app: App, before: Layout, after: Layout, dialect: DialectName) -> Iterator[Step]:
    """Give entities that are there the columns that they do not have yet, free ones first."""
    for entity in app.entities.values():
        if entity.system or entity.id not in before:
            continue
        was, at = before.entity(entity.id), after.entity(entity.id)
        taken = {name: kind for name, kind in was.free.items() if name not in at.free}
        for field_id, stored in at.fields.items():
            if stored.column in was.columns:
                continue
            wanted = ddl.type_name(stored.storage, stored.scale, dialect)
            free = next((name for name, kind in taken.items() if kind == wanted), None)
            if free is None:
                yield _added(entity, field_id, stored, after, dialect)
            else:
                del taken[free]
                yield _reused(entity, field_id, stored, (free, wanted), after)


def new_link_tables(before: Layout, after: Layout, dialect: DialectName) -> Iterator[Step]:
    """Create the tables of tags of entities that have their first field of tags, or other ones."""
    for entity_id, at in after.entities.items():
        there = before.link_table(entity_id) if entity_id in before else None
        if at.link_table and at.link_table != there:
            statements = ddl.create_link_table(at, dialect)
            yield Step("create_link_table", entity_id, None, at.link_table, statements)


def index_steps(
    wanted: Mapping[str, Index], there: Physical, dialect: DialectName
) -> tuple[list[Step], list[Step]]:
    """The indexes to drop, and those to make: the difference from what is there."""
    gone = sorted(there.indexes - wanted.keys())
    drops = [
        Step("drop_index", "", target=name, statements=(ddl.drop_index(name),)) for name in gone
    ]
    creates = [
        Step(
            "create_index",
            one.entity,
            field=", ".join(one.fields),
            target=name,
            statements=(one.statement(dialect),),
        )
        for name, one in wanted.items()
        if name not in there.indexes
    ]
    return drops, creates


def view_steps(
    before: tuple[App, Layout],
    after: tuple[App, Layout],
    there: Physical,
    dialect: DialectName,
    dropped: frozenset[str],
) -> tuple[list[Step], list[Step]]:
    """The readable views to drop, and those to make.

    `dropped` names the entities that lose a column: no database drops one under a view.
    """
    old = readable.views(*before, dialect)
    new = readable.views(*after, dialect)
    stay = {
        name
        for name in there.views & old.keys() & new.keys()
        if old[name] == new[name] and new[name][0] not in dropped
    }
    drops = [
        Step(
            "drop_view",
            old[name][0] if name in old else "",
            target=name,
            statements=(ddl.drop_view(name),),
        )
        for name in sorted(there.views - stay)
    ]
    creates = [
        Step("create_view", entity_id, target=name, statements=(ddl.create_view(name, select),))
        for name, (entity_id, select) in new.items()
        if name not in stay
    ]
    return drops, creates


def _added(
    entity: Entity, field_id: str, stored: StoredField, layout: Layout, dialect: DialectName
) -> Step:
    definition = _column(entity, field_id, stored, layout, dialect)
    statement = ddl.add_column(stored.table, definition)
    return Step("add_column", entity.id, field_id, stored.column, (statement,))


def _reused(
    entity: Entity, field_id: str, stored: StoredField, taken: tuple[str, str], layout: Layout
) -> Step:
    free, kind = taken
    statements = [
        ddl.rename_column(stored.table, free, stored.column),
        # It is empty by now, unless whoever emptied it did not come to an end.
        ddl.empty_column(stored.table, stored.column, kind, OWN),
    ]
    target = _target(entity, field_id)
    if target and target in layout:
        reference = ddl.Reference(layout.table(target))
        statements.append(ddl.add_foreign_key(stored.table, stored.column, reference, empty=True))
    return Step("reuse_column", entity.id, field_id, stored.column, tuple(statements))


def _column(
    entity: Entity, field_id: str, stored: StoredField, layout: Layout, dialect: DialectName
) -> str:
    target = _target(entity, field_id)
    reference = ddl.Reference(layout.table(target)) if target and target in layout else None
    return ddl.column(stored, dialect, reference)


def _target(entity: Entity, field_id: str) -> str | None:
    """The entity that a declared reference points at; the system's own columns have no key."""
    one = entity.by_id.get(field_id)
    return one.to if one and not one.system else None
