"""The types that there are, by the name that documents use: ours, and those of packages."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .. import schema
from ..model import families
from .auto_number import AutoNumberType
from .base import FieldType
from .boolean import BooleanType
from .choice import ChoiceType
from .date import DateType
from .datetime import DateTimeType
from .decimal import DecimalType
from .email import EmailType
from .formula import FormulaType
from .integer import IntegerType
from .long_text import LongTextType
from .lookup import LookupType
from .member import MemberType
from .money import MoneyType
from .owner import OwnerType
from .percent import PercentType
from .phone import PhoneType
from .rating import RatingType
from .reference import ReferenceType
from .rollup import RollupType
from .stage import StageType
from .tags import TagsType
from .text import TextType
from .tier import TierType
from .url import UrlType

OWN: tuple[FieldType, ...] = (
    TextType(),
    LongTextType(),
    IntegerType(),
    DecimalType(),
    MoneyType(),
    PercentType(),
    RatingType(),
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
    LookupType(),
    RollupType(),
    AutoNumberType(),
)
"""Those of ours, in the order in which they are offered."""

for _one in OWN:
    if _one.like:
        families.belong(_one.name, _one.like, _one.look)

_types: dict[str, FieldType] = {one.name: one for one in OWN}
TYPES: Mapping[str, FieldType] = MappingProxyType(_types)
"""All types by name, those of packages last."""


def add(one: FieldType) -> None:
    """Let a type of a package in; documents may use it from now on."""
    families.belong(one.name, one.like, brought=True)
    _types[one.name] = one
    schema.forget()


def remove(name: str) -> None:
    """Forget a type of a package."""
    del _types[name]
    families.leave(name)
    schema.forget()
