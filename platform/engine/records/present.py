"""Records as the API speaks them: names for options, text for decimals and ids, times with Z."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from ...metadata.fields import field_type, wire
from ...metadata.fields.base import FieldType
from ...metadata.model import App, Entity, Field, Option
from ...rules.types import Type, options_of
from .. import access
from ..access import Caller
from .record import Record


def present(app: App, caller: Caller, record: Record, locale: str | None = None) -> dict[str, Any]:
    """The fields of a record by their present names, readable ones only; ids are text.

    With a `locale`, options are shown by their labels in it instead of their names.
    """
    entity = app.entity(record.entity_id)
    known = access.readable(app, caller, record.entity_id)
    writers = _writers(app, record.entity_id, locale)
    shown: dict[str, Any] = {"id": str(record.id), "version": record.version}
    for one in entity.live_fields:
        if one.id in record.values and one.id in known and one.id not in ("id", "version"):
            shown[one.name] = writers[one.id](record.values[one.id])
    return shown


def etag(record: Record) -> str:
    """The ETag of a record: its version, quoted."""
    return f'"{record.version}"'


def wire_value(one: Field, value: Any, locale: str | None = None) -> Any:
    """One value of a field as the API speaks it; in labels of `locale` if one is given."""
    return writer(one, locale)(value)


def writer_of(
    app: App, entity_id: str, one: Field, locale: str | None = None
) -> Callable[[Any], Any]:
    """What turns values of an entity's field into what the API speaks."""
    if one.family != "formula" or one.formula is None:
        return writer(one, locale)
    scale = scale_of(app, entity_id, one)
    if scale is not None:
        return lambda value: _exact(value, scale)
    return writer_of_type(app, access.formula(app, entity_id, one.id).type, locale)


def writer_of_type(app: App, kind: Type, locale: str | None = None) -> Callable[[Any], Any]:
    """What turns computed values into what the API speaks: options by name, references as text."""
    if kind.kind == "reference":
        return lambda value: None if value is None else str(value)
    if kind.options is None:
        return wire
    options = options_of(app, kind.options)
    if locale is not None:
        return lambda value: _in_labels(options, value, locale)
    names = {one.id: one.name for one in options}
    return lambda value: names.get(value, value)


def writer(one: Field, locale: str | None = None) -> Callable[[Any], Any]:
    """What turns written values of a field into what the API speaks."""
    if locale is not None and one.options:
        return lambda value: _in_labels(one.options, value, locale)
    kind = field_type(one.type)
    if type(kind).dump is FieldType.dump and kind.storage in ("text", "boolean"):
        return lambda value: value
    if one.options and kind.storage == "text":
        names = {option.id: kind.dump(one, option.id) for option in one.options}
        return lambda value: names.get(value, value)
    return lambda value: kind.dump(one, value)


def scale_of(app: App, entity_id: str, one: Field) -> int | None:
    """The digits after the point that a computed number is written with; None for other values."""
    if one.family != "formula" or one.formula is None:
        return None
    expression = access.formula(app, entity_id, one.id)
    return (one.scale or expression.scale or None) if expression.type.numeric else None


def _exact(value: Any, scale: int) -> str | None:
    if value is None:
        return None
    return format(Decimal(value).quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP), "f")


def _in_labels(options: Sequence[Option], value: Any, locale: str) -> Any:
    if value is None:
        return None
    labels = {one.id: one.text(locale) for one in options}
    if isinstance(value, frozenset | set | list | tuple):
        order = {option_id: at for at, option_id in enumerate(labels)}
        ids = sorted(value, key=lambda option_id: (order.get(option_id, len(order)), option_id))
        return [labels.get(one, one) for one in ids]
    return labels.get(value, value)


@lru_cache(maxsize=2048)
def _writers(app: App, entity_id: str, locale: str | None) -> Mapping[str, Callable[[Any], Any]]:
    entity: Entity = app.entity(entity_id)
    return {one.id: writer_of(app, entity_id, one, locale) for one in entity.live_fields}
