"""A record as a value, and the shape of an entity: which of its fields lie in which column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from ...metadata.model import Entity, Field
from ...rules.types import target_of
from ..tables import Tables

Values = Mapping[str, Any]
"""Values by field id, as Python values (see `Record`)."""

_NO_TITLES: Final[Mapping[tuple[str, int], str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Record:
    """A record as its reader may see it.

    `values` by field id: text str, integers int, money and decimals Decimal, dates date, times
    aware UTC datetime, choices and stages the option's id, references the record's id, tags a
    frozenset of tag ids, empty None. `titles` name the records that references point at, by
    (entity id, record id), where they were read along.
    """

    entity_id: str
    id: int
    version: int
    values: Values
    title: str | None = None
    titles: Mapping[tuple[str, int], str] = field(default_factory=lambda: _NO_TITLES)


@dataclass(frozen=True, slots=True)
class Shape:
    """The fields of an entity by the way they are stored; all ids, live fields only."""

    entity: Entity
    stored: tuple[str, ...]
    tags: tuple[str, ...]
    computed: tuple[str, ...]
    references: Mapping[str, str]
    """Reference, owner and member fields -> the entity they point at."""
    companions: Mapping[str, tuple[str, ...]]
    """Field -> the fields that the product keeps beside it (`stage_entered_at`)."""
    fillable: tuple[Field, ...]
    """Those that people fill in."""
    needed: tuple[Field, ...]
    """Of these, those that may not be empty, always or under a condition."""
    retired: tuple[Field, ...]
    """Of these, those that have options which are no longer offered."""
    ruled: tuple[Field, ...]
    """Choices that say what may follow each option."""

    def field(self, field_id: str) -> Field:
        return self.entity.field(field_id)


def shape_of(tables: Tables, entity_id: str) -> Shape:
    """The shape of an entity in these tables; KeyError for an unknown entity."""
    return _shape(tables.present, entity_id)


@lru_cache(maxsize=2048)
def _shape(tables: Tables, entity_id: str) -> Shape:
    entity = tables.app.entity(entity_id)
    live = entity.live_fields
    fillable = tuple(
        one for one in live if not one.system and one.family not in ("formula", "auto_number")
    )
    return Shape(
        entity=entity,
        stored=tuple(one.id for one in live if tables.layout.find(entity_id, one.id)),
        tags=tuple(one.id for one in live if one.family == "tags"),
        computed=tuple(
            one.id
            for one in live
            if one.family == "formula" and not tables.layout.find(entity_id, one.id)
        ),
        references={one.id: target for one in live if (target := target_of(one))},
        companions={
            one.id: found
            for one in live
            if (found := tuple(c.id for c in live if c.system and _accompanies(c.id, one.id)))
        },
        fillable=fillable,
        needed=tuple(one for one in fillable if one.required or one.required_when is not None),
        retired=tuple(one for one in fillable if any(option.archived for option in one.options)),
        ruled=tuple(one for one in live if one.family == "choice" and one.transitions is not None),
    )


def _accompanies(companion: str, field_id: str) -> bool:
    return companion in (f"{field_id}_entered_at", f"{field_id}_since", f"{field_id}_before")
