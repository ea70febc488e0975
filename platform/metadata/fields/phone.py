"""Telephone numbers, kept as E.164."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from ..model import Field
from .base import EMPTY, EQUAL, TEXT, narrow, refuse
from .text import TextType

COUNTRY = "86"
"""The country of a number that does not name one."""

_MARKS = re.compile(r"[\s().\-/·]")
_EXTENSION = re.compile(r"(?:;?ext\.?=?|转|#|,|x|-(?=\d{1,6}$)(?<=\d{7}-))\s*([0-9]{1,6})$", re.I)
_LENGTH = 24


class PhoneType(TextType):
    """A number as `+8613812345678`; an extension follows as `;ext=801`."""

    name = "phone"
    widget = "tel"
    operators: ClassVar[tuple[str, ...]] = (*EQUAL, *TEXT, *EMPTY)
    widens_to = frozenset({"text"})
    default_length = _LENGTH

    def read(self, field: Field, value: Any, zone: ZoneInfo | None, archived: bool) -> Any:
        text = narrow(value)
        found = _EXTENSION.search(text)
        extension = f";ext={found.group(1)}" if found else ""
        digits = _MARKS.sub("", text[: found.start()] if found else text)
        return international(digits) + extension

    def json_schema(self, field: Field) -> Mapping[str, Any]:
        return {
            "type": "string",
            "maxLength": _LENGTH,
            "pattern": r"^\+[0-9]{5,15}(;ext=[0-9]{1,6})?$",
        }


def international(digits: str) -> str:
    """Digits, with `+`, `00` or neither in front, as E.164; raises ProblemsError."""
    if digits.startswith("+"):
        number = digits[1:]
    elif digits.startswith("00"):
        number = digits[2:]
    else:
        number = COUNTRY + digits.removeprefix("0")
    if not number.isascii() or not number.isdigit() or not 6 <= len(number) <= 15:
        refuse("value.not_phone")
    if number.startswith("0"):
        refuse("value.not_phone")
    return f"+{number}"
