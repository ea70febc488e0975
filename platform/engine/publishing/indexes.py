"""Indexes that follow from documents: unique fields, references, views, rules, tiers, search.

An index is named by a hash of its content, so equal content is the same index, and a publish
makes and drops only the difference.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...metadata.model import App, Entity, Field, View
from ..layout import Layout
from ..stores import DialectName
from . import advice, ddl
from .physical import INDEX_PREFIX

_MOST_DERIVED = 16
"""Indexes of an entity beyond unique ones and references; each makes every write dearer."""

_MOST_COLUMNS = 4
_LONGEST_KEY = 400
"""Characters of text that an index may hold: PostgreSQL refuses rows over a third of a page."""

_DIGESTED = 600
"""A unique text of more characters is indexed by its digest, on PostgreSQL."""

_NEVER_EMPTY = frozenset({"id", "version", "created_at", "updated_at"})
_LONG_TYPES: Mapping[str, int] = {"long_text": 100_000, "url": 2_000}


@dataclass(frozen=True, slots=True)
class Key:
    """A column of an index, in its direction.

    `filled` is one that is never empty; `digest` indexes a long text by its hash.
    """

    column: str
    descending: bool = False
    filled: bool = False
    digest: bool = False


@dataclass(frozen=True, slots=True)
class Index:
    """An index over live records of an entity; `fields` are the ids of its columns' fields."""

    entity: str
    table: str
    keys: tuple[Key, ...]
    fields: tuple[str, ...]
    unique: bool = False

    @property
    def name(self) -> str:
        """A short hash of the content."""
        content = f"{self.table}|{self.keys}|{self.unique}|live"
        return INDEX_PREFIX + hashlib.sha256(content.encode()).hexdigest()[:20]

    def statement(self, dialect: DialectName) -> str:
        """The CREATE INDEX."""
        columns = [_key(one, dialect, unique=self.unique) for one in self.keys]
        return ddl.create_index(self.name, self.table, columns, unique=self.unique)


def _key(key: Key, dialect: DialectName, *, unique: bool) -> str:
    name = ddl.quoted(key.column)
    if key.digest and dialect == "postgresql":
        return f"md5({name})"
    if unique:
        return name
    direction = " DESC" if key.descending else ""
    if dialect == "postgresql" and not key.filled:
        # Empty sorts first ascending and last descending, as SQLite does by itself.
        direction += " NULLS LAST" if key.descending else " NULLS FIRST"
    return name + direction


def wanted(app: App, layout: Layout) -> Mapping[str, Index]:
    """The indexes that documents and layout ask for, by name."""
    found: dict[str, Index] = {}
    advised = advice.advised(app)
    for entity in app.entities.values():
        if not entity.archived and not entity.system and entity.id in layout:
            maker = _Maker(entity, layout)
            unique = list(maker.unique())
            plain = _without_prefixes(
                [*maker.references(), *_derived(app, maker, advised)],
                unique,
            )
            found.update((one.name, one) for one in (*unique, *plain))
    return found


def serving(app: App, layout: Layout, entity_id: str, text: str) -> tuple[Field, ...]:
    """The fields of the index by which a condition finds its records; none: it reads them all.

    The index that begins with most of what the condition holds equal, else with what it orders.
    """
    advised = advice.filtered(app, entity_id, text)
    best: tuple[str, ...] = ()
    for one in wanted(app, layout).values():
        if one.entity == entity_id:
            best = max(best, _served(one.fields, advised), key=len)
    entity = app.entity(entity_id)
    return tuple(entity.field(one) for one in best)


def _served(fields: Sequence[str], advised: advice.Advice) -> tuple[str, ...]:
    """How far a condition follows an index: what is equal, then one column by order."""
    found: list[str] = []
    for one in fields:
        if one not in advised.equal:
            return (*found, one) if one in advised.ordered else tuple(found)
        found.append(one)
    return tuple(found)


def _derived(app: App, maker: _Maker, advised: Iterable[advice.Advised]) -> list[Index]:
    """Indexes for rules, tiers, formulas and views, the dearest reads first."""
    found: list[Index | None] = []
    beside: dict[str, Counter[str]] = {}
    for one in advised:
        if one.entity == maker.entity.id:
            found.append(maker.index((*one.narrows.equal[:3], *one.narrows.ordered[:1])))
        for related in one.related:
            if related.entity == maker.entity.id:
                beside.setdefault(related.reference, Counter()).update(related.read)
    # One index a reference holds what its aggregates read, so that they never touch the table:
    # SQLite looks there even for what the index says by its condition, that a record is live.
    for reference, read in beside.items():
        most = [each for each, _ in read.most_common(_MOST_COLUMNS)]
        found.append(maker.index((reference, *most, "deleted_at"), most=_MOST_COLUMNS + 2))
    found.extend(maker.view(app, view) for view in app.views_of(maker.entity.id))
    found.append(maker.index((maker.entity.title,)))
    distinct: dict[str, Index] = {each.name: each for each in found if each is not None}
    return list(distinct.values())[:_MOST_DERIVED]


class _Maker:
    """Makes the indexes of one entity; fields without a column give none."""

    def __init__(self, entity: Entity, layout: Layout) -> None:
        self.entity = entity
        self._at = layout.entity(entity.id)

    def unique(self) -> Iterator[Index]:
        groups: list[tuple[str, ...]] = [(one.id,) for one in self.entity.live_fields if one.unique]
        groups += [one.fields for one in self.entity.unique if not one.archived]
        for fields in groups:
            stored = [self._at.fields.get(one) for one in fields]
            if all(stored):
                yield Index(
                    self.entity.id,
                    self._at.table,
                    tuple(
                        Key(at.column, digest=_longest(self.entity.field(one)) > _DIGESTED)
                        for one, at in zip(fields, stored, strict=True)
                        if at
                    ),
                    tuple(fields),
                    unique=True,
                )

    def references(self) -> Iterator[Index]:
        for one in self.entity.live_fields:
            at = self._at.fields.get(one.id)
            if at and at.storage == "reference" and not one.system:
                yield Index(self.entity.id, self._at.table, (Key(at.column),), (one.id,))

    def index(
        self,
        fields: Iterable[str],
        order: Sequence[tuple[str, bool]] = (),
        most: int = _MOST_COLUMNS,
    ) -> Index | None:
        """An index over fields, then over an order of them; None if nothing is left of it.

        A field that cannot be indexed is left out; an order ends where it names one.
        """
        keys: dict[str, Key] = {}
        for field_id in fields:
            key = self._key(field_id)
            if key:
                keys.setdefault(field_id, key)
        keys = dict(list(keys.items())[:most])
        for field_id, descending in order:
            key = self._key(field_id, descending)
            if key is None:
                break
            keys.setdefault(field_id, key)
        if not keys.keys() - {"id"}:
            return None
        return Index(self.entity.id, self._at.table, tuple(keys.values()), tuple(keys))

    def _key(self, field_id: str, descending: bool = False) -> Key | None:
        """The column of a live field that is short enough for an index."""
        one = self.entity.by_id.get(field_id)
        at = self._at.fields.get(field_id)
        if at is None or one is None or one.archived or _longest(one) > _LONGEST_KEY:
            return None
        filled = one.family == "boolean" or (one.system and field_id in _NEVER_EMPTY)
        return Key(at.column, descending, filled)

    def view(self, app: App, view: View) -> Index | None:
        """The columns that a list holds equal, then its order, ended by the id."""
        equal = advice.filtered(app, view.entity, view.filter).equal if view.filter else ()
        order: list[tuple[str, bool]] = []
        for one in view.sort:
            if len(one.path) != 1 or self.entity.field(one.path[0]).options:
                # Options are sorted in the order in which they are declared.
                break
            order.append((one.path[0], one.descending))
        if order and order[0][1]:
            # Read backwards, the same index serves the opposite order.
            order = [(field_id, not descending) for field_id, descending in order]
        kept = order[: _MOST_COLUMNS - 1]
        return self.index(equal[:2], [*kept, ("id", kept[-1][1])] if kept else [])


def _longest(one: Field) -> int:
    """How many characters a value may have; 0 for what is not text."""
    if one.family in _LONG_TYPES:
        return _LONG_TYPES[one.family]
    return (one.max_length or 200) if one.family == "text" else 0


def _without_prefixes(indexes: list[Index], unique: list[Index]) -> list[Index]:
    """The indexes without those that begin a longer one, which serves as well."""
    kept: list[Index] = []
    for one in sorted(indexes, key=lambda index: -len(index.keys)):
        longer = (*kept, *unique)
        if not any(_begins(one.keys, other.keys) for other in longer):
            kept.append(one)
    return kept


def _begins(keys: tuple[Key, ...], longer: tuple[Key, ...]) -> bool:
    return longer[: len(keys)] == keys
