"""The declared properties of options, as types and raw values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ..metadata.model import Option
from . import arithmetic
from .types import BOOLEAN, TEXT, Type, number


def property_values(
    options: tuple[Option, ...], name: str
) -> tuple[Type, tuple[tuple[str, Any], ...]]:
    """The type of a declared property and its raw values by option id."""
    given = {
        one.id: one.properties[name] for one in options if one.properties.get(name) is not None
    }
    if given and all(isinstance(value, bool) for value in given.values()):
        return BOOLEAN, tuple(given.items())
    if given and all(isinstance(value, int | Decimal) for value in given.values()):
        decimals = {key: Decimal(value) for key, value in given.items()}
        scale = max(max(0, -int(one.normalize().as_tuple().exponent)) for one in decimals.values())
        scale = min(scale, arithmetic.LARGEST_SCALE)
        return number(scale), tuple(
            (key, int(value.scaleb(scale))) for key, value in decimals.items()
        )
    return TEXT, tuple((key, str(value)) for key, value in given.items())
