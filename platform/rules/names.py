"""Finding what a name means: fields, inverses and options, by id or by present name or alias."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal, TypeVar

from ..metadata.model import App, Called, Entity, Field, Named

Space = Literal["id", "name"]
"""What names in a text are: ids (as an App holds expressions) or what people call things now."""

_N = TypeVar("_N", bound=Named)


@dataclass(frozen=True, slots=True)
class Inverse:
    """The records of `entity` whose reference `field` points here."""

    entity: Entity
    field: Field


def member(app: App, entity: Entity, name: str, space: Space) -> Field | Inverse | None:
    """The live field or the inverse that a name of an entity means."""
    inverses = app.inverses.get(entity.id, {})
    for how, fields in _ways(entity.called, space):
        found = fields.get(name)
        if found is not None:
            return found
        for inverse_id, (owner, field) in inverses.items():
            if name == (inverse_id if how == "id" else field.inverse) and how != "alias":
                return Inverse(owner, field)
    return None


def named(items: Called[_N], name: str, space: Space) -> _N | None:
    """The item that a name means: in id space ids come first, else present names do."""
    met = (found.get(name) for _, found in _ways(items, space))
    return next((one for one in met if one is not None), None)


def _ways(items: Called[_N], space: Space) -> tuple[tuple[str, Mapping[str, _N]], ...]:
    """The ways of calling things in the order in which they count."""
    by_id, by_name = ("id", items.ids), ("name", items.names)
    by_alias = ("alias", items.aliases)
    return (by_id, by_name, by_alias) if space == "id" else (by_name, by_alias, by_id)


def suggestion(name: str, candidates: Sequence[tuple[str, Named | None]]) -> str:
    """The candidate that was probably meant: by its label in any language, or nearly so written."""
    for candidate, item in candidates:
        if item is not None and name in item.label.values():
            return candidate
    names = [candidate for candidate, _ in candidates]
    lowered = {one.lower(): one for one in names}
    if name.lower() in lowered:
        return lowered[name.lower()]
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    return close[0] if close else ""


def members_of(app: App, entity: Entity) -> list[tuple[str, Named | None]]:
    """The names of an entity's live fields and inverses."""
    fields: list[tuple[str, Named | None]] = [(one.name, one) for one in entity.live_fields]
    inverses = app.inverses.get(entity.id, {}).values()
    return fields + [(field.inverse or "", None) for _, field in inverses]
