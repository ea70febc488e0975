"""Yes or no."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from ..model import Field
from .base import ExpressionType, FieldType, Storage, narrow, refuse

_WORDS: Mapping[str, bool] = {
    "true": True,
    "1": True,
    "yes": True,
    "on": True,
    "是": True,
    "false": False,
    "0": False,
    "no": False,
    "off": False,
    "否": False,
}


class BooleanType(FieldType):
    """True or False, never empty: an empty value is False."""

    name = "boolean"
    storage: ClassVar[Storage] = "boolean"
    expression: ClassVar[ExpressionType] = "boolean"
    widget = "checkbox"
    operators = ("is_true", "is_false")

    def load(
        self, field: Field, value: Any, *, zone: ZoneInfo | None = None, archived: bool = False
    ) -> Any:
        found = super().load(field, value, zone=zone, archived=archived)
        return False if found is None else found

    def read(self, field: Field, value: Any, zone: ZoneInfo | None, archived: bool) -> Any:
        if isinstance(value, bool):
            return value
        word = narrow(value).lower() if isinstance(value, str) else ""
        if word not in _WORDS:
            refuse("value.not_boolean")
        return _WORDS[word]

    def json_schema(self, field: Field) -> Mapping[str, Any]:
        return {"type": "boolean"}
