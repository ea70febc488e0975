"""What stands in an input for a value, and what was typed there as the engine takes it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from fieldstone.metadata.model import Field

Typed = tuple[str, ...]
"""What an input holds: one text, or several for a field of several values."""


_LARGEST_ID = 2**63 - 1


def record_id(text: str) -> int | None:
    """The id of a record that a text is, or None for what can be none."""
    if not (text.isascii() and text.isdigit()):
        return None
    number = int(text) if len(text) < 20 else _LARGEST_ID + 1
    return number if 0 < number <= _LARGEST_ID else None


def record_ids(texts: Sequence[str]) -> list[int]:
    """The ids among texts."""
    return [found for text in texts if (found := record_id(text)) is not None]


def typed(one: Field, value: Any, zone: ZoneInfo) -> Typed:
    """A Python value as the inputs of its field hold it; nothing for an empty one."""
    if one.family == "tags":
        names = {option.id: option.name for option in one.options}
        return tuple(name for tag, name in names.items() if tag in (value or ()))
    if one.family == "boolean":
        return ("true" if value else "false",)
    if value is None:
        return ()
    return (_WRITTEN.get(one.family, _as_text)(one, value, zone),)


def _as_text(one: Field, value: Any, zone: ZoneInfo) -> str:
    return str(value)


def _number(one: Field, value: Decimal, zone: ZoneInfo) -> str:
    return f"{value:f}"


def _percent(one: Field, value: Decimal, zone: ZoneInfo) -> str:
    return f"{(value * 100).normalize():f}"


def _local(one: Field, value: datetime, zone: ZoneInfo) -> str:
    return value.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def _option(one: Field, value: str, zone: ZoneInfo) -> str:
    found = one.option(value)
    return found.name if found else value


_WRITTEN: Mapping[str, Callable[[Field, Any, ZoneInfo], str]] = {
    "decimal": _number, "money": _number, "percent": _percent, "datetime": _local,
    "choice": _option, "stage": _option, "tier": _option,
}  # fmt: skip


def wire(one: Field, values: Sequence[str], zone: ZoneInfo) -> Any:
    """What was typed, as the API speaks it; nonsense goes on as it is, to be refused."""
    if one.family == "tags":
        return [value for value in values if value]
    last = values[-1].strip() if values else ""
    if one.family == "boolean":
        return last == "true"
    if not last:
        return None
    return _READ.get(one.family, _unchanged)(last, zone)


def _unchanged(text: str, zone: ZoneInfo) -> Any:
    return text.replace("\r\n", "\n")


def _plain_number(text: str, zone: ZoneInfo) -> str:
    plain = unicodedata.normalize("NFKC", text)
    return plain.replace(",", "").replace(" ", "").lstrip("¥")


def _integer(text: str, zone: ZoneInfo) -> Any:
    plain = _plain_number(text, zone)
    return int(plain) if plain.lstrip("+-").isascii() and plain.lstrip("+-").isdigit() else plain


def _share(text: str, zone: ZoneInfo) -> str:
    plain = _plain_number(text, zone).rstrip("%")
    try:
        return f"{Decimal(plain) / 100:f}"
    except InvalidOperation:
        return plain


def _instant(text: str, zone: ZoneInfo) -> str:
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        return text
    return local.replace(tzinfo=local.tzinfo or zone).isoformat()


_READ: Mapping[str, Callable[[str, ZoneInfo], Any]] = {
    "integer": _integer, "decimal": _plain_number, "money": _plain_number, "percent": _share,
    "datetime": _instant,
}  # fmt: skip
