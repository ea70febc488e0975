"""Instants: a date and a time, kept in UTC."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from ..model import Field
from .base import EMPTY, ORDER, ExpressionType, FieldType, Storage, narrow, refuse
from .date import day

_TIME = re.compile(
    r"(?P<day>[^T ]+)(?:[T ]+(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]{1,9}))?)?)?"
    r"\s*(?P<zone>Z|z|[+-][0-9]{2}:?[0-9]{2})?"
)


class DateTimeType(FieldType):
    """An aware instant in UTC; on the wire `2026-03-05T06:20:00Z`, any offset is understood."""

    name = "datetime"
    storage: ClassVar[Storage] = "datetime"
    expression: ClassVar[ExpressionType] = "datetime"
    widget = "datetime"
    operators = (*ORDER, *EMPTY)

    def read(self, field: Field, value: Any, zone: ZoneInfo | None, archived: bool) -> Any:
        found = value if isinstance(value, datetime) else _instant(value)
        if found.tzinfo is None:
            if zone is None:
                refuse("value.no_zone")
            found = found.replace(tzinfo=zone)
        try:
            return found.astimezone(UTC)
        except (OverflowError, ValueError):
            refuse("value.not_datetime")

    def json_schema(self, field: Field) -> Mapping[str, Any]:
        return {"type": "string", "format": "date-time"}


def _instant(value: Any) -> datetime:
    """The moment that a text writes, aware where it names a zone."""
    found = _TIME.fullmatch(narrow(value)) if isinstance(value, str) else None
    civil = day(found["day"]) if found else None
    if found is None or civil is None or (found["zone"] and not found["hour"]):
        refuse("value.not_datetime")
    micros = int((found["fraction"] or "0").ljust(6, "0")[:6])
    offset = found["zone"]
    try:
        moment = datetime(
            civil.year,
            civil.month,
            civil.day,
            int(found["hour"] or 0),
            int(found["minute"] or 0),
            int(found["second"] or 0),
            micros,
        )
        if offset is None:
            return moment
        return moment.replace(tzinfo=UTC) - _offset(offset)
    except (OverflowError, ValueError):
        refuse("value.not_datetime")


def _offset(text: str) -> timedelta:
    if text in "Zz":
        return timedelta()
    hours, minutes = int(text[1:3]), int(text[-2:])
    if hours > 15 or minutes > 59:
        raise ValueError(text)
    return (1 if text[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes)
