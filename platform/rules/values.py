"""Raw values and people's values: the former are what expressions compute with (see `ir`)."""

from __future__ import annotations

from datetime import UTC
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from .types import Type


def raw(value: Any, type_: Type) -> Any:
    """A Python value as expressions compute with it."""
    if type_.kind == "boolean":
        return bool(value)
    if type_.kind == "tags":
        return frozenset(value) if value else None
    if value is None or value == "":
        return None
    if type_.numeric:
        scaled = Decimal(value).scaleb(type_.scale)
        return int(scaled.to_integral_value(ROUND_HALF_UP))
    if type_.kind == "datetime":
        return value.astimezone(UTC)
    return value


def plain(value: Any, type_: Type) -> Any:
    """A raw value as Python code expects it: whole numbers int, other numbers Decimal."""
    if value is None:
        return None
    if type_.numeric and type_.scale:
        return Decimal(value).scaleb(-type_.scale)
    return value
