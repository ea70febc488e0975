"""Layout: where each field of each entity is stored, as a value that a revision keeps.

Two workspaces with equal documents may have different layouts (a converted field lives in a new
column), so the layout is never part of the documents and never exported.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

Storage = Literal["text", "integer", "decimal", "boolean", "date", "datetime", "reference"]
"""How a value lies in its column; `decimal` has a scale, `reference` is the id of a record."""

# SQLite keeps names with this prefix for itself, PostgreSQL these column names.
_RESERVED_PREFIX = "sqlite_"
_RESERVED_COLUMNS = frozenset({"cmax", "cmin", "ctid", "oid", "tableoid", "xmax", "xmin"})


@dataclass(frozen=True, slots=True)
class StoredField:
    """The column of a field.

    `scale` counts digits after the point (decimals only). `generation` is 1 for the first column
    of a field and one more after each conversion into a new column.
    """

    table: str
    column: str
    storage: Storage
    scale: int = 0
    generation: int = 1


@dataclass(frozen=True, slots=True)
class Former:
    """The column that a field had while it was of another type, with the values of then.

    `to` is the entity that a reference pointed at, `replaced` the options that others replaced.
    """

    stored: StoredField
    type: str
    to: str | None = None
    replaced: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EntityLayout:
    """The tables of an entity: its own, the one of its tags, and a column a stored field.

    `formers` are the columns that fields had before they changed their type, or before other
    options of them were replaced, one a type and replacement: going back finds the values there.
    `spares` are columns that nothing reads any more; a later publish drops or empties them.
    `free` are empty columns and their types, as PostgreSQL says them, that wait to become the
    column of a new field: a column that it drops counts for ever. `spare_links` are tables of tags
    that another took the place of; a later publish drops them.
    """

    table: str
    link_table: str | None = None
    fields: Mapping[str, StoredField] = field(default_factory=dict)
    spares: tuple[str, ...] = ()
    formers: Mapping[str, tuple[Former, ...]] = field(default_factory=dict)
    free: Mapping[str, str] = field(default_factory=dict)
    spare_links: tuple[str, ...] = ()

    @property
    def columns(self) -> frozenset[str]:
        """The names of the columns of fields and of those that are kept for going back."""
        former = (one.stored.column for some in self.formers.values() for one in some)
        return frozenset((*(one.column for one in self.fields.values()), *former))

    def columns_of(self, field_ids: Collection[str]) -> tuple[str, ...]:
        """The names of the columns of some fields, former ones included."""
        own = [one.column for key, one in self.fields.items() if key in field_ids]
        former = (some for key, some in self.formers.items() if key in field_ids)
        return (*own, *(one.stored.column for some in former for one in some))

    def with_field(self, field_id: str, stored: StoredField) -> EntityLayout:
        """The same tables with one field more, or that field elsewhere."""
        return replace(self, fields={**self.fields, field_id: stored})

    def without(self, field_ids: Collection[str]) -> EntityLayout:
        """The same tables without the columns of some fields, former ones included."""
        return replace(
            self,
            fields={key: one for key, one in self.fields.items() if key not in field_ids},
            formers={key: some for key, some in self.formers.items() if key not in field_ids},
        )


@dataclass(frozen=True, eq=False)
class Layout:
    """(entity id, field id) -> column, for a whole workspace; equal by content."""

    entities: Mapping[str, EntityLayout] = field(default_factory=dict)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Layout) and other.hash == self.hash

    def __hash__(self) -> int:
        return hash(self.hash)

    @cached_property
    def hash(self) -> str:
        """A hash of the content: the key of what is derived from a layout."""
        text = json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def __contains__(self, entity_id: object) -> bool:
        return entity_id in self.entities

    def entity(self, entity_id: str) -> EntityLayout:
        """The tables of an entity; KeyError where it has none."""
        return self.entities[entity_id]

    def table(self, entity_id: str) -> str:
        """The name of an entity's table; KeyError where it has none."""
        return self.entities[entity_id].table

    def link_table(self, entity_id: str) -> str | None:
        """The name of the table that links an entity's records to tags, or None without tags."""
        return self.entities[entity_id].link_table

    def stored(self, entity_id: str, field_id: str) -> StoredField:
        """The column of a field; KeyError for one without (tags, computed on reading)."""
        return self.entities[entity_id].fields[field_id]

    def find(self, entity_id: str, field_id: str) -> StoredField | None:
        """The column of a field, or None for one without (tags, computed on reading)."""
        entity = self.entities.get(entity_id)
        return entity.fields.get(field_id) if entity else None

    def __iter__(self) -> Iterator[tuple[str, str, StoredField]]:
        """Every (entity id, field id, column)."""
        for entity_id, entity in self.entities.items():
            for field_id, stored in entity.fields.items():
                yield entity_id, field_id, stored

    def with_entity(self, entity_id: str, entity: EntityLayout) -> Layout:
        """The same layout with one entity added or replaced."""
        return Layout({**self.entities, entity_id: entity})

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads back: names, numbers, lists and maps only."""
        return {
            entity_id: {
                "table": one.table,
                "link_table": one.link_table,
                "spares": list(one.spares),
                "fields": {field_id: _stored_json(at) for field_id, at in one.fields.items()},
                **_formers_json(one),
                **({"free": dict(one.free)} if one.free else {}),
                **({"spare_links": list(one.spare_links)} if one.spare_links else {}),
            }
            for entity_id, one in self.entities.items()
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Layout:
        """The layout that `to_json` wrote."""
        return cls({entity_id: _entity(one) for entity_id, one in data.items()})


def _formers_json(one: EntityLayout) -> dict[str, Any]:
    """Nothing where no field ever changed its type, as in layouts of before there were formers."""
    if not one.formers:
        return {}
    return {
        "formers": {
            field_id: [_former_json(each) for each in some]
            for field_id, some in one.formers.items()
        }
    }


def _former_json(one: Former) -> list[Any]:
    """Without options that others replaced as before there were any."""
    replaced = [dict(one.replaced)] if one.replaced else []
    return [*_stored_json(one.stored), one.type, one.to, *replaced]


def _stored_json(at: StoredField) -> list[Any]:
    return [at.column, at.storage, at.scale, at.generation]


def _entity(data: Mapping[str, Any]) -> EntityLayout:
    table = data["table"]
    fields = {field_id: StoredField(table, *stored) for field_id, stored in data["fields"].items()}
    formers = {
        field_id: tuple(Former(StoredField(table, *one[:4]), *one[4:]) for one in some)
        for field_id, some in data.get("formers", {}).items()
    }
    spares, free = tuple(data["spares"]), data.get("free", {})
    links = tuple(data.get("spare_links", ()))
    return EntityLayout(table, data["link_table"], fields, spares, formers, free, links)


def table_name(entity_id: str) -> str:
    """The name of an entity's table: its id, which never changes."""
    return f"t${entity_id}" if entity_id.startswith(_RESERVED_PREFIX) else entity_id


def link_table_name(entity_id: str, generation: int = 1) -> str:
    """The name of the table that links an entity's records to tags; no tenant's name starts so.

    From the second on it says which of them it is, as `column_name` does.
    """
    name = f"_tags_{entity_id}"
    return f"{name}${generation}" if generation > 1 else name


def column_name(field_id: str, generation: int = 1) -> str:
    """The name of a field's column: its id, and from the second on which column it is.

    No tenant's name holds a `$`, so these never meet another field's column.
    """
    if generation > 1 or field_id in _RESERVED_COLUMNS:
        return f"{field_id}${generation}"
    return field_id


EMPTY = Layout()
"""The layout of a workspace without entities."""
