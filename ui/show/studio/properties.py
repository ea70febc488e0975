"""Declared properties of stages, tags and bands (`tier.silence_days`) as inputs, and read back."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from fieldstone.metadata.json_text import number_text
from fieldstone.metadata.model import Labels, label_text

from ...words import say
from .settings import Read

_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")


def kinds_of(siblings: Collection[Mapping[str, Any]]) -> dict[str, str]:
    """The properties that any of the siblings has, each with its kind: tick, number or text."""
    found: dict[str, str] = {}
    for one in siblings:
        for key, value in one.get("properties", {}).items():
            found.setdefault(key, _kind(value))
    return found


def labels_of(declared: Mapping[str, Labels] | None, locale: str) -> dict[str, str]:
    """What properties are called, by name, as a set of options declares it."""
    return {key: label_text(one, locale, key) for key, one in (declared or {}).items()}


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "tick"
    return "text" if isinstance(value, str) else "number"


def typed_properties(
    one: Mapping[str, Any], siblings: Collection[Mapping[str, Any]], prefix: str = ""
) -> dict[str, str]:
    """The properties of a thing as its inputs show them, those of its siblings among them."""
    own = one.get("properties", {})
    return {f"{prefix}property.{key}": _text(own.get(key)) for key in kinds_of(siblings)}


def _text(value: Any) -> str:
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    return value if isinstance(value, str) else number_text(Decimal(str(value)))


def read_properties(
    found: Read,
    typed: Mapping[str, str],
    siblings: Collection[Mapping[str, Any]],
    locale: str,
    prefix: str = "",
) -> dict[str, Any]:
    """The properties that were typed; a number that is none is refused at its input."""
    values: dict[str, Any] = {}
    for key, kind in kinds_of(siblings).items():
        name = f"{prefix}property.{key}"
        text = typed.get(name, "").strip()
        if kind == "tick":
            values[key] = bool(text)
        elif text and kind == "number" and not _NUMBER.fullmatch(text):
            found.refuse(name, say("studio.not_number", locale))
        elif text:
            number = Decimal(text) if kind == "number" else None
            whole = number is not None and number == number.to_integral_value()
            values[key] = text if number is None else int(number) if whole else number
    return values
