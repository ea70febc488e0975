"""Fields as JSON Schema: what each type looks like on the wire, read and written."""

from __future__ import annotations

from typing import Any, Final

from ...engine import access
from ...engine.records.present import scale_of
from ...metadata.fields import field_type
from ...metadata.messages import FALLBACK
from ...metadata.model import App, Entity, Field, Option
from ...rules.types import options_of

Schema = dict[str, Any]

ID: Final[Schema] = {"type": "string", "pattern": "^[1-9][0-9]{0,17}$"}
VERSION: Final[Schema] = {"type": "integer", "minimum": 0}
_MOST_DIGITS: Final = 15
_TEXT: Final[Schema] = {"type": "string"}
_WHOLE: Final[Schema] = {
    "type": "integer",
    "minimum": -(10**_MOST_DIGITS) + 1,
    "maximum": 10**_MOST_DIGITS - 1,
}
_PLAIN: Final[dict[str, Schema]] = {
    "text": _TEXT,
    "long_text": _TEXT,
    "integer": _WHOLE,
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "email": {"type": "string", "format": "email"},
    "phone": _TEXT,
    "url": {"type": "string", "format": "uri"},
    "reference": ID,
    "owner": ID,
    "member": ID,
    "auto_number": _TEXT,
}
_OPTIONS: Final = frozenset({"choice", "stage", "tier"})
_EXACT: Final = frozenset({"decimal", "money", "percent"})


def read(app: App, entity: Entity, field: Field, locale: str = FALLBACK) -> Schema:
    """What a field looks like in an answer; null stands for empty."""
    if field.family == "boolean":
        return _described(field, {"type": "boolean"}, locale)
    if field.family == "tags":
        return _described(field, _tags(field.options, archived=True), locale)
    shape = _formula(app, entity, field) if field.family == "formula" else _value(field, read=True)
    return _described(field, _nullable(shape), locale)


def write(field: Field, locale: str = FALLBACK) -> Schema:
    """What a field takes in a request; null makes it empty, where it may be."""
    if field.family == "tags":
        shape = _tags(field.options, archived=False)
        return _described(field, shape if field.required else _nullable(shape), locale)
    shape = _value(field, read=False)
    return _described(field, shape if field.required else _or_empty(shape), locale)


def _value(field: Field, *, read: bool) -> Schema:
    if field.family in _OPTIONS:
        names = [one.name for one in field.options if read or not one.archived]
        # A choice without options takes no value but empty.
        return {"enum": names} if names else {"type": "null"}
    if field.family in _EXACT:
        return _exact(field, read=read)
    if field.family == "boolean" and not read:
        # Words such as "yes" are taken too, as files bring them.
        return {"type": ["boolean", "string"]}
    shape = _PLAIN.get(field.type) or dict(field_type(field.type).json_schema(field))
    return shape if read else _bounded(field, shape)


def _exact(field: Field, *, read: bool) -> Schema:
    if read:
        return {"type": "string", "pattern": "^-?[0-9]+([.][0-9]+)?$"}
    whole = _MOST_DIGITS - field.scale
    sign = "" if field.min is not None and field.min >= 0 else "-?"
    point = f"([.][0-9]{{1,{field.scale}}})?" if field.scale else ""
    digits = f"{sign}[0-9]{{1,{whole}}}{point}"
    # Empty text is empty, wherever a field may be.
    pattern = f"^{digits}$" if field.required else f"^({digits})?$"
    return {"type": ["string", "number"], "pattern": pattern}


def _bounded(field: Field, plain: Schema) -> Schema:
    if plain is ID:
        return plain
    shape = dict(plain)
    if field.family == "integer":
        if field.min is not None:
            shape["minimum"] = int(field.min)
        if field.max is not None:
            shape["maximum"] = int(field.max)
    if shape.get("type") == "string" and field.family in ("text", "long_text"):
        if field.max_length:
            shape["maxLength"] = field.max_length
        if field.required:
            shape["minLength"] = 1
            shape["pattern"] = "\\S"
    return shape


def _formula(app: App, entity: Entity, field: Field) -> Schema:
    """What a computed value looks like: as its expression's, numbers by their digits."""
    kind = access.formula(app, entity.id, field.id).type
    if kind.numeric:
        return dict(_TEXT) if scale_of(app, entity.id, field) else {"type": "integer"}
    if kind.options is not None:
        return {"enum": [one.name for one in options_of(app, kind.options)]}
    return dict(_PLAIN.get(kind.kind, _TEXT))


def _tags(options: tuple[Option, ...], *, archived: bool) -> Schema:
    names = [one.name for one in options if archived or not one.archived]
    items: Schema = {"enum": names} if names else {"type": "string"}
    shape: Schema = {"type": "array", "items": items}
    if not names:
        shape["maxItems"] = 0
    return shape


def _nullable(shape: Schema) -> Schema:
    if "enum" in shape:
        return {**shape, "enum": [*shape["enum"], None]}
    kind = shape["type"]
    if kind == "null":
        return shape
    return {**shape, "type": [*(kind if isinstance(kind, list) else [kind]), "null"]}


def _or_empty(shape: Schema) -> Schema:
    """A value, null or empty text, which means the same."""
    if "format" in shape or shape is ID:
        return {"anyOf": [shape, {"enum": ["", None]}]}
    if "enum" in shape:
        return {**shape, "enum": [*shape["enum"], "", None]}
    return _nullable(shape)


def _described(field: Field, shape: Schema, locale: str) -> Schema:
    found = {"title": field.text(locale), **shape}
    words = field.description.get(locale) or field.help.get(locale)
    if words:
        found["description"] = words
    return found
