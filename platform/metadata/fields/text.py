"""Text of one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from ..model import Field
from .base import EMPTY, EQUAL, ORDER, TEXT, ExpressionType, FieldType, Storage, plain_text, refuse

DEFAULT_LENGTH = 200


class TextType(FieldType):
    """Short text: NFC, as typed, at most `max_length` characters."""

    name = "text"
    storage: ClassVar[Storage] = "text"
    expression: ClassVar[ExpressionType] = "text"
    widget = "text"
    operators: ClassVar[tuple[str, ...]] = (*EQUAL, *TEXT, *ORDER, *EMPTY)
    widens_to = frozenset({"long_text"})
    default_length: ClassVar[int] = DEFAULT_LENGTH

    def read(self, field: Field, value: Any, zone: ZoneInfo | None, archived: bool) -> Any:
        text = plain_text(value)
        limit = field.max_length or self.default_length
        if len(text) > limit:
            refuse("value.too_long", limit=limit, length=len(text))
        return text

    def json_schema(self, field: Field) -> Mapping[str, Any]:
        return {"type": "string", "maxLength": field.max_length or self.default_length}
