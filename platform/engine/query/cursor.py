"""Cursors: where a page ended, as text that only the same request of the same caller can use."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from ...metadata.problems import Problem
from ..errors import Malformed

_MARK: Final = 16


def digest(parts: object) -> str:
    """A short hash of what a request asks for."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def encode(secret: str, request: str, keys: Sequence[Any]) -> str:
    """The cursor behind a row whose values of the order are `keys`."""
    body = json.dumps([request, [_dump(one) for one in keys]], ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(_mark(secret, body) + body).decode().rstrip("=")


def decode(secret: str, request: str, text: str, count: int) -> tuple[Any, ...]:
    """The values of the order that a cursor holds.

    Malformed if it was changed, or made for another filter, order, revision or person.
    """
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        mark, body = raw[:_MARK], raw[_MARK:]
        if not hmac.compare_digest(mark, _mark(secret, body)):
            raise ValueError
        made_for, keys = json.loads(body)
        if made_for != request or len(keys) != count:
            raise ValueError
        return tuple(_load(one) for one in keys)
    except (ValueError, TypeError, KeyError, binascii.Error, InvalidOperation) as error:
        raise Malformed(Problem("query.cursor", pointer="/cursor")) from error


def _mark(secret: str, body: bytes) -> bytes:
    return hmac.new(secret.encode(), body, hashlib.sha256).digest()[:_MARK]


def _dump(value: Any) -> list[Any]:
    match value:
        case None:
            return ["n"]
        case bool():
            return ["b", value]
        case int():
            return ["i", str(value)]
        case Decimal():
            return ["d", str(value)]
        case datetime():
            return ["t", value.astimezone(UTC).isoformat()]
        case date():
            return ["c", value.isoformat()]
        case _:
            return ["s", str(value)]


def _load(item: list[Any]) -> Any:
    kind = item[0]
    if kind == "n":
        return None
    value = item[1]
    readers: dict[str, Callable[[Any], Any]] = {
        "b": bool,
        "i": int,
        "d": Decimal,
        "t": datetime.fromisoformat,
        "c": date.fromisoformat,
        "s": str,
    }
    return readers[kind](value)
