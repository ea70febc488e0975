"""Whole numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from ..model import Field
from .base import EMPTY, EQUAL, ORDER, ExpressionType, FieldType, Storage
from .exact import number, scaled, within


class IntegerType(FieldType):
    """A whole number of at most 15 digits."""

    name = "integer"
    storage: ClassVar[Storage] = "integer"
    expression: ClassVar[ExpressionType] = "integer"
    widget = "number"
    operators = (*EQUAL, *ORDER, *EMPTY)
    widens_to = frozenset({"decimal"})

    def read(self, field: Field, value: Any, zone: ZoneInfo | None, archived: bool) -> Any:
        exact = scaled(number(value), 0)
        within(field, exact)
        return int(exact)

    def json_schema(self, field: Field) -> Mapping[str, Any]:
        limits = {"minimum": field.min, "maximum": field.max}
        given = {key: int(limit) for key, limit in limits.items() if limit is not None}
        return {"type": "integer", **given}
