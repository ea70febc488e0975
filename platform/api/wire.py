"""The wire: answers as bytes of JSON, exact numbers as text, times in UTC."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ..engine.canonical import instant
from ..metadata.json_text import write_json


@dataclass(frozen=True, slots=True)
class Written:
    """A JSON value that is written already, as the body of an answer."""

    text: bytes


def dump(value: Any, *, documents: bool = False) -> bytes:
    """A JSON value in UTF-8; `documents` holds documents, whose numbers stay JSON's."""
    if isinstance(value, Written):
        return value.text
    if documents:
        text = write_json(value)
    else:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)
    return text.encode("utf-8", "replace")


def _plain(value: Any) -> Any:
    """Python values as they travel: exact numbers as text, times in UTC."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (frozenset, set)):
        return sorted(value)
    raise TypeError(f"not a JSON value: {type(value)!r}")
