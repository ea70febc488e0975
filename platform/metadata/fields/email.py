"""E-mail addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from ..model import Field
from .base import EMPTY, EQUAL, TEXT, narrow, refuse
from .text import TextType

_ADDRESS = re.compile(r"[^\s@<>()\[\],;:\"\\]{1,64}@[^\s@<>()\[\],;:\"\\._-][^\s@<>()\[\],;:\"\\]*")
_LENGTH = 254


class EmailType(TextType):
    """An address: something, `@`, a domain with a point."""

    name = "email"
    widget = "email"
    operators: ClassVar[tuple[str, ...]] = (*EQUAL, *TEXT, *EMPTY)
    widens_to = frozenset({"text"})
    default_length = _LENGTH

    def read(self, field: Field, value: Any, zone: ZoneInfo | None, archived: bool) -> Any:
        text = narrow(value)
        domain = text.rpartition("@")[2]
        parts = domain.split(".")
        if len(text) > _LENGTH or not _ADDRESS.fullmatch(text) or len(parts) < 2 or "" in parts:
            refuse("value.not_email")
        return text

    def json_schema(self, field: Field) -> Mapping[str, Any]:
        return {"type": "string", "maxLength": _LENGTH, "format": "email"}
