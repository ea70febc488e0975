"""Canonical text: one way to write a value, for history and cursors, and to read it back."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from .layout import Storage


def to_text(value: Any) -> str | None:
    """A value as text; None for an empty one. Equal values give equal texts."""
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case Decimal():
            return plain_decimal(value)
        case datetime():
            return instant(value)
        case date():
            return value.isoformat()
        case frozenset():
            return json.dumps(sorted(value), ensure_ascii=False) if value else None
        case _:
            return str(value)


def from_text(text: str | None, storage: Storage | None) -> Any:
    """The value that `to_text` wrote; None for the storage means tags.

    Text that is not of that storage (the field was of another type then) comes back as it is.
    """
    if text is None:
        return frozenset() if storage is None else None
    try:
        match storage:
            case None:
                return frozenset(json.loads(text))
            case "integer" | "reference":
                return int(text)
            case "decimal":
                return Decimal(text)
            case "boolean":
                return text == "true"
            case "date":
                return date.fromisoformat(text)
            case "datetime":
                return datetime.fromisoformat(text).astimezone(UTC)
            case _:
                return text
    except (ValueError, ArithmeticError, TypeError):
        return text


def instant(at: datetime) -> str:
    """A time in UTC as ISO 8601 with Z; a fraction of seconds only where there is one."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def plain_decimal(value: Decimal) -> str:
    """A decimal without exponent, its zeros after the point kept."""
    return format(value, "f")
