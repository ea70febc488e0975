"""Arranging: the layout that an app needs, made from the one that is there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from itertools import count

from ...metadata.fields import BECOMING
from ...metadata.model import App, Entity, Field
from ...metadata.system import MEMBER
from ..layout import (
    EntityLayout,
    Former,
    Layout,
    StoredField,
    column_name,
    link_table_name,
    table_name,
)
from ..system_tables import MEMBER as MEMBER_TABLE
from . import ddl, replacing
from .storage import Kind, storage_of


def arrange(
    app: App,
    before: Layout,
    was: App | None = None,
    stale: Collection[tuple[str, str]] = (),
) -> Layout:
    """Where everything of `app` lies, given where things lie now; `was` is the app until now.

    A field keeps its column as long as its storage is the same and its values stay what they are;
    `stale` are those whose values do not, though nothing of their type changes (entity, field).
    Otherwise it gets the column that it had when it was last of this type, else a new one (a free
    one under a new name, where there is one of the type), and the one that it had is kept for going
    back. Of tags, which lie together, all get another table. What the app no longer names keeps its
    place.
    """
    entities = dict(before.entities)
    for entity in app.entities.values():
        if entity.id == MEMBER:
            entities[entity.id] = _member(entity, app)
        else:
            there = was.entities.get(entity.id) if was else None
            late = {field_id for entity_id, field_id in stale if entity_id == entity.id}
            work = _Arranging(app, entity, before.entities.get(entity.id), late)
            entities[entity.id] = work.done(there.by_id if there else {})
    return Layout(entities)


def _member(entity: Entity, app: App) -> EntityLayout:
    fields = {}
    for one in entity.fields:
        kind = storage_of(app, entity, one)
        if kind and one.id in MEMBER_TABLE.c:
            fields[one.id] = StoredField(MEMBER_TABLE.name, one.id, *kind)
    return EntityLayout(MEMBER_TABLE.name, None, fields)


class _Arranging:
    """One entity's columns, being moved where types change."""

    def __init__(
        self, app: App, entity: Entity, before: EntityLayout | None, stale: Collection[str]
    ) -> None:
        self.app = app
        self.entity = entity
        self.stale = stale
        self.before = before or EntityLayout(table_name(entity.id))
        self.fields = dict(self.before.fields)
        self.formers = dict(self.before.formers)
        self.spares = list(self.before.spares)
        self.free = dict(self.before.free)

    def done(self, was: Mapping[str, Field]) -> EntityLayout:
        for one in self.entity.fields:
            self._field(one, was.get(one.id))
        link, spare_links = self._links()
        return EntityLayout(
            self.before.table,
            link,
            self.fields,
            tuple(self.spares),
            {key: some for key, some in self.formers.items() if some},
            self.free,
            spare_links,
        )

    def _links(self) -> tuple[str | None, tuple[str, ...]]:
        """The table of the tags, another one where any of them change, and those of before."""
        there, spares = self.before.link_table, self.before.spare_links
        tagged = {one.id for one in self.entity.fields if one.family == "tags"}
        if not tagged or (there and not tagged & set(self.stale)):
            return there, spares
        left = (*spares, there) if there else spares
        names = (link_table_name(self.entity.id, one) for one in count(1))
        return next(one for one in names if one not in left), left

    def _field(self, one: Field, old: Field | None) -> None:
        there = self.fields.get(one.id)
        if one.family == "formula" and (one.archived or self.entity.archived):
            return  # What it computes is not known while what it reads may be away as well.
        kind = storage_of(self.app, self.entity, one)
        same = there and kind == (there.storage, there.scale) and one.id not in self.stale
        replaced = replacing.rewrites(old, one, self.formers.get(one.id, ()))
        if same and not replaced and not _rewritten(old, one) and not self._left(one, old, kind):
            return
        if there:
            del self.fields[one.id]
            self._leave(one, there, old, kind)
        if kind:
            # What a value was purged from has it in the columns of before still.
            former = None if one.id in self.stale else self._former(one, kind)
            self.fields[one.id] = former or self._placed(one, kind)

    def _leave(self, one: Field, there: StoredField, old: Field | None, kind: Kind | None) -> None:
        """Keep the column that a field had, in place of an older one of the same type.

        Where every value goes on as it is there is nothing to go back to.
        """
        known = self.formers.get(one.id, ())
        replaced = old is not None and replacing.rewrites(old, one, known)
        wider = kind is not None and kind[1] >= there.scale and not _rewritten(old, one)
        if old is None or (wider and not replaced) or "formula" in (old.family, one.family):
            self.spares.append(there.column)
            return
        same = [each for each in known if _same(each, old)]
        self.spares += [each.stored.column for each in same]
        left = tuple(each for each in known if each not in same)
        self.formers[one.id] = (*left, Former(there, old.type, old.to, dict(old.replaced)))

    def _left(self, one: Field, old: Field | None, kind: Kind | None) -> bool:
        """Whether a field goes back to a type of which it has the values of then."""
        if old is None or kind is None or old.type == one.type:
            return False
        return self._last(one, kind) is not None

    def _former(self, one: Field, kind: Kind) -> StoredField | None:
        """The column that a field had when it was last of this type, taken from those it left."""
        former = self._last(one, kind)
        if former is None:
            return None
        known = self.formers[one.id]
        self.formers[one.id] = tuple(each for each in known if each is not former)
        return former.stored

    def _last(self, one: Field, kind: Kind) -> Former | None:
        """What a field left when it was last of this type, with the same replaced."""
        for former in self.formers.get(one.id, ()):
            at = former.stored
            kept = former.type, former.to, replacing.declared(former.replaced, one)
            if (*kept, at.storage, at.scale) == (one.type, one.to, one.replaced, *kind):
                return former
        return None

    def _placed(self, one: Field, kind: Kind) -> StoredField:
        now = replace(self.before, fields=self.fields, formers=self.formers)
        taken = now.columns | {*self.spares, *self.before.free}
        generation = 1
        while column_name(one.id, generation) in taken:
            generation += 1
        wanted = ddl.type_name(*kind, "postgresql")
        freed = next((name for name, typed in self.free.items() if typed == wanted), None)
        if freed is not None:
            del self.free[freed]
        return StoredField(self.before.table, column_name(one.id, generation), *kind, generation)


def _same(former: Former, old: Field) -> bool:
    """Whether a column is of the type that a field leaves, with the same options replaced."""
    replaced = replacing.declared(former.replaced, old)
    return former.type == old.type and replaced == old.replaced


def _rewritten(old: Field | None, one: Field) -> bool:
    """Whether values of a kind of storage mean something else from now on."""
    if old is None or "formula" in (old.family, one.family):
        return False
    if old.family != one.family and "phone" in (old.family, one.family):
        # Telephone numbers are found by their digits, and what is found lies with the column.
        return True
    return old.to != one.to or not BECOMING.widens(old.type, one.type)
