"""Records as the API speaks them: names for options, text for decimals and ids, times with Z."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from ...metadata.fields import field_type
from ...metadata.model import App, Entity, Field
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


def writer(one: Field, locale: str | None = None) -> Callable[[Any], Any]:
    """What turns values of a field into what the API speaks."""
    if locale is not None and one.options:
        return lambda value: _in_labels(one, value, locale)
    kind = field_type(one.type)
    return lambda value: kind.dump(one, value)


def _in_labels(one: Field, value: Any, locale: str) -> Any:
    if value is None:
        return None
    if isinstance(value, frozenset | set | list | tuple):
        order = {option.id: at for at, option in enumerate(one.options)}
        ids = sorted(value, key=lambda option_id: (order.get(option_id, len(order)), option_id))
        return [_label(one, option_id, locale) for option_id in ids]
    return _label(one, value, locale)


def _label(one: Field, option_id: str, locale: str) -> str:
    option = one.option(option_id)
    return option.text(locale) if option else option_id


@lru_cache(maxsize=2048)
def _writers(app: App, entity_id: str, locale: str | None) -> Mapping[str, Callable[[Any], Any]]:
    entity: Entity = app.entity(entity_id)
    return {one.id: writer(one, locale) for one in entity.live_fields}
