"""Numbers with digits after the point."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from ..model import Field
from .base import EMPTY, EQUAL, ORDER, ExpressionType, FieldType, Storage
from .exact import DIGITS, number, scaled, within


class DecimalType(FieldType):
    """An exact number of at most 15 digits, `scale` of them after the point."""

    name = "decimal"
    storage: ClassVar[Storage] = "decimal"
    expression: ClassVar[ExpressionType] = "decimal"
    widget = "decimal"
    operators = (*EQUAL, *ORDER, *EMPTY)

    def read(self, field: Field, value: Any, zone: ZoneInfo | None, archived: bool) -> Any:
        exact = scaled(number(value), field.scale)
        within(field, exact)
        return exact

    def dump(self, field: Field, value: Any) -> Any:
        return None if value is None else format(value, f".{field.scale}f")

    def json_schema(self, field: Field) -> Mapping[str, Any]:
        whole = DIGITS - field.scale
        fraction = rf"(\.[0-9]{{1,{field.scale}}})?" if field.scale else ""
        return {
            "type": "string",
            "format": "decimal",
            "pattern": rf"^-?[0-9]{{1,{whole}}}{fraction}$",
        }
