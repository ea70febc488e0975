"""Values that an expression computes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from ..model import Field
from .base import EMPTY, EQUAL, ORDER, ExpressionType, FieldType, Storage, refuse, wire

Shape = Literal["any", "path", "aggregate"]
"""What stands in a formula: a path to a referenced record's field, one aggregate, or either and
more."""


class FormulaType(FieldType):
    """A computed value, of whatever type its expression has; nobody writes it.

    `shape` is what its expression has to be; `any` is no bound.
    """

    name = "formula"
    storage: ClassVar[Storage] = "computed"
    expression: ClassVar[ExpressionType] = "any"
    widget = "formula"
    operators = (*EQUAL, *ORDER, *EMPTY)
    computed = True
    shape: ClassVar[Shape] = "any"

    def read(self, field: Field, value: Any, zone: ZoneInfo | None, archived: bool) -> Any:
        refuse("value.computed")

    def dump(self, field: Field, value: Any) -> Any:
        if isinstance(value, Decimal) and not isinstance(value, datetime) and field.scale:
            return format(value, f".{field.scale}f")
        return wire(value)

    def json_schema(self, field: Field) -> Mapping[str, Any]:
        return {"type": ["string", "integer", "boolean"], "readOnly": True}
