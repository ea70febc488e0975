"""One of a list of options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from ..model import Field
from .base import ExpressionType, FieldType, Storage
from .options import chosen, live_names, name_of


class ChoiceType(FieldType):
    """An option, kept by id; the wire speaks names and understands aliases and ids."""

    name = "choice"
    storage: ClassVar[Storage] = "text"
    expression: ClassVar[ExpressionType] = "choice"
    widget = "select"

    def read(self, field: Field, value: Any, zone: ZoneInfo | None, archived: bool) -> Any:
        return chosen(field, value, archived)

    def dump(self, field: Field, value: Any) -> Any:
        return None if value is None else name_of(field, value)

    def json_schema(self, field: Field) -> Mapping[str, Any]:
        return {"type": "string", "enum": live_names(field.options)}
