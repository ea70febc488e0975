"""Kinds: as what a field's values are shown; a formula is shown as a field of its result's type."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from fieldstone.metadata.model import App, Entity, Field
from fieldstone.rules import formula_expression
from fieldstone.rules.types import Type, options_of

_PLAIN = frozenset({"money", "boolean", "date", "datetime", "tags"})


def shown_as(app: App, entity: Entity, one: Field) -> Field:
    """The field itself, or for a formula a field of the type that it computes."""
    if one.family != "formula" or one.formula is None:
        return one
    return _of_formula(app, entity.id, one.id)


@lru_cache(maxsize=4096)
def _of_formula(app: App, entity_id: str, field_id: str) -> Field:
    one = app.entity(entity_id).field(field_id)
    result = formula_expression(app, entity_id, field_id).type
    options = options_of(app, result.options) if result.options else ()
    return replace(
        one, type=_type(result), to=result.entity, options=tuple(options), scale=result.scale
    )


def _type(result: Type) -> str:
    """The type of field whose template shows such a value."""
    if result.kind in _PLAIN:
        return result.kind
    if result.kind == "number":
        return "decimal" if result.scale else "integer"
    if result.kind == "reference":
        return "member" if result.entity == "member" else "reference"
    if result.kind == "choice":
        return "tier" if (result.options or "").startswith("scheme:") else "choice"
    return "text"
