"""Days of the calendar, without a time and without a zone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from ..model import Field
from .base import EMPTY, EQUAL, ORDER, ExpressionType, FieldType, Storage, narrow, refuse

_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")


def day(text: str) -> date | None:
    """The date that a text writes: 2026-03-05, 2026/3/5, 2026年3月5日; None for anything else."""
    found = _DAY.fullmatch(text)
    if found is None:
        return None
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        return None


class DateType(FieldType):
    """A civil date; on the wire `2026-03-05`."""

    name = "date"
    storage: ClassVar[Storage] = "date"
    expression: ClassVar[ExpressionType] = "date"
    widget = "date"
    operators = (*EQUAL, *ORDER, *EMPTY)

    def read(self, field: Field, value: Any, zone: ZoneInfo | None, archived: bool) -> Any:
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        found = day(narrow(value)) if isinstance(value, str) else None
        if found is None:
            refuse("value.not_date")
        return found

    def json_schema(self, field: Field) -> Mapping[str, Any]:
        return {"type": "string", "format": "date"}
