"""Field types: one file a type, found by the name that documents use (`registry`)."""

from __future__ import annotations

from ..schema import published
from .auto_number import Pattern, pattern
from .base import ExpressionType, FieldType, Storage, wire
from .becoming import Becoming, Way
from .door import load_field_types
from .exact import DIGITS, number, scaled
from .formula import FormulaType, Shape
from .registry import TYPES

BECOMING = Becoming(TYPES)
"""Which type may turn into which."""


def field_type(name: str) -> FieldType:
    """The type of that name; KeyError where there is none."""
    return TYPES[name]


def keys_of(name: str) -> frozenset[str]:
    """The keys that a field of the type may have in a document."""
    for part in published("entity")["$defs"]["field"]["allOf"]:
        if part["if"]["properties"]["type"]["const"] == name:
            return frozenset(part["then"]["propertyNames"]["enum"])
    raise KeyError(name)


__all__ = [
    "BECOMING",
    "DIGITS",
    "TYPES",
    "ExpressionType",
    "FieldType",
    "FormulaType",
    "Pattern",
    "Shape",
    "Storage",
    "Way",
    "field_type",
    "keys_of",
    "load_field_types",
    "number",
    "pattern",
    "scaled",
    "wire",
]
