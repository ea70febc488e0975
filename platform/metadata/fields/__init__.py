"""The registry of field types: one file a type, found by the name that documents use."""

from __future__ import annotations

from collections.abc import Mapping

from ..schema import published
from .auto_number import AutoNumberType, Pattern, pattern
from .base import ExpressionType, FieldType, Storage, wire
from .becoming import Becoming, Way
from .boolean import BooleanType
from .choice import ChoiceType
from .date import DateType
from .datetime import DateTimeType
from .decimal import DecimalType
from .email import EmailType
from .exact import DIGITS, number, scaled
from .formula import FormulaType
from .integer import IntegerType
from .long_text import LongTextType
from .member import MemberType
from .money import MoneyType
from .owner import OwnerType
from .percent import PercentType
from .phone import PhoneType
from .reference import ReferenceType
from .stage import StageType
from .tags import TagsType
from .text import TextType
from .tier import TierType
from .url import UrlType

TYPES: Mapping[str, FieldType] = {
    one.name: one
    for one in (
        TextType(),
        LongTextType(),
        IntegerType(),
        DecimalType(),
        MoneyType(),
        PercentType(),
        BooleanType(),
        DateType(),
        DateTimeType(),
        ChoiceType(),
        ReferenceType(),
        OwnerType(),
        MemberType(),
        EmailType(),
        PhoneType(),
        UrlType(),
        StageType(),
        TagsType(),
        TierType(),
        FormulaType(),
        AutoNumberType(),
    )
}
"""All types by name, in the order in which they are offered."""

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
    "Pattern",
    "Storage",
    "Way",
    "field_type",
    "keys_of",
    "number",
    "pattern",
    "scaled",
    "wire",
]
