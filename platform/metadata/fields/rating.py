"""Ratings: so many stars."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from ..model import Field
from .base import narrow, refuse
from .exact import number, scaled
from .integer import IntegerType

FULL, BLANK = "★", "☆"
MOST = 5


class RatingType(IntegerType):
    """One star to `max`, 3 to 10 of them; none is empty. "★★★☆☆" is read as well."""

    name = "rating"
    like = "integer"
    look = "rating"
    widget = "rating"
    widens_to = frozenset({"integer"})
    default_min: ClassVar[Decimal | None] = Decimal(1)
    default_max: ClassVar[Decimal | None] = Decimal(MOST)
    max_between: ClassVar[tuple[int, int] | None] = (3, 10)

    def read(self, field: Field, value: Any, zone: ZoneInfo | None, archived: bool) -> Any:
        most = most_of(field)
        stars = scaled(number(_counted(value, most)), 0)
        if not 1 <= stars <= most:
            refuse("value.rating", most=most)
        return int(stars)

    def json_schema(self, field: Field) -> Mapping[str, Any]:
        return {"type": "integer", "minimum": 1, "maximum": most_of(field)}


def most_of(field: Field) -> int:
    """How many stars a field of the type has at most."""
    return MOST if field.max is None else int(field.max)


def _counted(value: Any, most: int) -> Any:
    """How many stars were drawn, where the value is a drawing of them."""
    drawn = narrow(value) if isinstance(value, str) else ""
    if drawn.startswith(FULL) and set(drawn) <= {FULL, BLANK}:
        return drawn.count(FULL) if len(drawn) <= most else most + 1
    return value
