"""Storage: how the values of a field are kept, from its type and, for formulas, its expression."""

from __future__ import annotations

from collections.abc import Mapping

from ...metadata.fields import field_type
from ...metadata.model import App, Entity, Field
from ...rules.expression import formula_expression
from ..layout import Storage

Kind = tuple[Storage, int]
"""A storage and its scale (0 but for decimals)."""

_KINDS: Mapping[str, Storage] = {
    "text": "text",
    "choice": "text",
    "boolean": "boolean",
    "date": "date",
    "datetime": "datetime",
    "reference": "reference",
}


def storage_of(app: App, entity: Entity, one: Field) -> Kind | None:
    """How a field is kept in a column; None for tags and for what is computed on reading."""
    storage = field_type(one.type).storage
    if storage == "computed":
        return _computed(app, entity, one) if one.stored else None
    if storage == "tags":
        return None
    return storage, one.scale if storage == "decimal" else 0


def _computed(app: App, entity: Entity, one: Field) -> Kind:
    found = formula_expression(app, entity.id, one.id).type
    if found.numeric:
        return ("decimal", found.scale) if found.scale else ("integer", 0)
    return _KINDS[found.kind], 0
