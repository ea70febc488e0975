"""A link to a record of another entity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from ..model import Field
from .base import EMPTY, EQUAL, ExpressionType, FieldType, Storage, narrow, refuse

_LARGEST = 2**63 - 1


class ReferenceType(FieldType):
    """The id of a record; a text of digits on the wire, because ids have 64 bits."""

    name = "reference"
    storage: ClassVar[Storage] = "reference"
    expression: ClassVar[ExpressionType] = "reference"
    widget = "reference"
    operators: ClassVar[tuple[str, ...]] = (*EQUAL, *EMPTY)

    def read(self, field: Field, value: Any, zone: ZoneInfo | None, archived: bool) -> Any:
        if isinstance(value, str):
            text = narrow(value)
            if not text.isascii() or not text.isdigit() or len(text) > 19:
                refuse("value.not_reference")
            value = int(text)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= _LARGEST:
            refuse("value.not_reference")
        return value

    def dump(self, field: Field, value: Any) -> Any:
        return None if value is None else str(value)

    def json_schema(self, field: Field) -> Mapping[str, Any]:
        return {"type": "string", "pattern": "^[0-9]{1,19}$"}
