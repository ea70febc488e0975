"""Addresses on the web."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from ..model import Field
from .base import EMPTY, EQUAL, TEXT, plain_text, refuse
from .text import TextType

_LENGTH = 2000


class UrlType(TextType):
    """An http or https address; no other scheme, for links are clicked."""

    name = "url"
    widget = "url"
    operators: ClassVar[tuple[str, ...]] = (*EQUAL, *TEXT, *EMPTY)
    widens_to = frozenset({"text"})
    default_length = _LENGTH

    def read(self, field: Field, value: Any, zone: ZoneInfo | None, archived: bool) -> Any:
        text = plain_text(value).strip()
        if "://" not in text and "." in text.partition("/")[0] and ":" not in text:
            text = f"https://{text}"
        try:
            parts = urlsplit(text)
            host = parts.hostname
        except ValueError:
            refuse("value.not_url")
        controls = any(letter <= " " or letter == "\x7f" for letter in text)
        if parts.scheme not in {"http", "https"} or not host or controls or len(text) > _LENGTH:
            refuse("value.not_url")
        return text

    def json_schema(self, field: Field) -> Mapping[str, Any]:
        return {"type": "string", "maxLength": _LENGTH, "format": "uri"}
