"""Tags of one dimension."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from ..model import Field
from .base import EMPTY, ExpressionType, FieldType, Storage, refuse
from .options import chosen, live_names, name_of


class TagsType(FieldType):
    """A set of tags, at most one where the dimension is exclusive."""

    name = "tags"
    storage: ClassVar[Storage] = "tags"
    expression: ClassVar[ExpressionType] = "tags"
    widget = "tags"
    operators = ("has", "has_not", "has_any", *EMPTY)

    def load(
        self, field: Field, value: Any, *, zone: ZoneInfo | None = None, archived: bool = False
    ) -> Any:
        return super().load(field, value, zone=zone, archived=archived) or frozenset()

    def read(self, field: Field, value: Any, zone: ZoneInfo | None, archived: bool) -> Any:
        names = [value] if isinstance(value, str) else value
        if not isinstance(names, (list, tuple, set, frozenset)):
            refuse("value.not_tags")
        found = frozenset(chosen(field, name, archived) for name in names)
        if field.exclusive and len(found) > 1:
            refuse("value.one_tag")
        return found

    def dump(self, field: Field, value: Any) -> Any:
        order = {option.id: index for index, option in enumerate(field.options)}
        ids = sorted(value or (), key=lambda one: (order.get(one, len(order)), one))
        return [name_of(field, one) for one in ids]

    def json_schema(self, field: Field) -> Mapping[str, Any]:
        items = {"type": "string", "enum": live_names(field.options)}
        limit = {"maxItems": 1} if field.exclusive else {}
        return {"type": "array", "items": items, "uniqueItems": True, **limit}
