"""A package that brings a field type: so many stars, one to five."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fieldstone.metadata.fields.base import refuse
from fieldstone.metadata.fields.integer import IntegerType
from fieldstone.metadata.model import Field


class StarsType(IntegerType):
    """So many stars, one to five; "****" is four as well."""

    name = "stars"
    like = "integer"
    catalogue = Path(__file__).parent / "locale"
    widens_to = frozenset({"integer"})

    def read(self, field: Field, value: Any, zone: ZoneInfo | None, archived: bool) -> Any:
        drawn = isinstance(value, str) and set(value.strip()) == {"*"}
        stars = super().read(field, len(value.strip()) if drawn else value, zone, archived)
        if not 1 <= stars <= 5:
            refuse("value.stars")
        return stars

    def json_schema(self, field: Field) -> Mapping[str, Any]:
        return {"type": "integer", "minimum": 1, "maximum": 5}
