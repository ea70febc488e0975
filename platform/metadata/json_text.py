"""JSON with nothing lost: strict reading with places, exact numbers, stable writing."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from json import decoder, encoder, scanner
from math import isfinite
from typing import Any

from .problems import Problem

MAX_DEPTH = 40
MAX_DIGITS = 30
_WIDTH = 100
_NESTED = (dict, list, tuple, Mapping)
_UNKEPT = re.compile("[\x00\ud800-\udfff]")


def read_json(content: bytes, place: str | None = None) -> tuple[Any, tuple[Problem, ...]]:
    """The value of a JSON text, or None and what is wrong with it.

    UTF-8 without mark; numbers are int or Decimal, never float; a repeated key, NaN, a NUL and a
    lone surrogate are refused. Text comes out in Unicode's NFC.
    """
    if content.startswith(b"\xef\xbb\xbf"):
        return None, (Problem("json.byte_order_mark", {}, place),)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return None, (Problem("json.not_utf8", {"line": line}, place),)
    try:
        value = _Reader(text).decode(text)
    except json.JSONDecodeError as error:
        return None, (Problem("json.syntax", {"line": error.lineno, "column": error.colno}, place),)
    except _TooDeep as error:
        params = {"limit": MAX_DEPTH, "line": _line(text, error.position)}
        return None, (Problem("json.too_deep", params, place),)
    problems = tuple(_refused(value, place, ""))
    return (None, problems) if problems else (_composed(value), ())


def can_be_kept(text: str) -> bool:
    """Whether databases keep a text: neither a NUL nor a lone surrogate is in it."""
    return _UNKEPT.search(text) is None


_readers: Any = decoder
_object_reader, _array_reader = _readers.JSONObject, _readers.JSONArray


class _TooDeep(Exception):
    """The text nests deeper than any document does."""

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


@dataclass(frozen=True)
class _Number:
    """Stands for a number that is out of bounds, until its place is known."""

    text: str


class _Repeated(dict[str, Any]):
    """An object that has keys more than once."""

    def __init__(self, pairs: list[tuple[str, Any]], line: int) -> None:
        super().__init__(pairs)
        times = Counter(key for key, _ in pairs)
        self.again = [key for key in self if times[key] > 1]
        self.line = line


class _Reader(json.JSONDecoder):
    """The standard decoder, marking repeated keys and numbers that are out of bounds."""

    def __init__(self, text: str) -> None:
        super().__init__(parse_float=_number, parse_int=_whole, parse_constant=_Number)
        self._text, self._depth = text, 0
        self.parse_object: Callable[..., Any] = self._object
        self.parse_array: Callable[..., Any] = self._array
        self.scan_once = scanner.py_make_scanner(self)  # type: ignore[attr-defined]

    def _object(self, start: tuple[str, int], *rest: Any) -> tuple[Any, int]:
        def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
            found = dict(items)
            if len(found) == len(items):
                return found
            return _Repeated(items, _line(self._text, start[1]))

        strict, scan_once, _, _, memo = rest
        return self._deeper(_object_reader, start, strict, scan_once, None, pairs, memo)

    def _array(self, start: tuple[str, int], *rest: Any) -> tuple[Any, int]:
        return self._deeper(_array_reader, start, *rest)

    def _deeper(self, parse: Any, start: tuple[str, int], *rest: Any) -> tuple[Any, int]:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _TooDeep(start[1])
        found: tuple[Any, int] = parse(start, *rest)
        self._depth -= 1
        return found


def _number(text: str) -> int | Decimal | _Number:
    if len(text) > MAX_DIGITS:
        return _Number(text[:MAX_DIGITS])
    try:
        number = Decimal(text)
    except InvalidOperation:
        return _Number(text)
    if abs(number.adjusted()) > MAX_DIGITS:
        return _Number(text)
    return int(number) if number == number.to_integral_value() else number


def _whole(text: str) -> int | _Number:
    return int(text) if len(text) <= MAX_DIGITS else _Number(text[:MAX_DIGITS])


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _refused(value: Any, place: str | None, pointer: str) -> Iterator[Problem]:
    """Repeated keys, numbers out of bounds, and text that no database keeps: NUL and surrogates."""
    if isinstance(value, str):
        if not can_be_kept(value):
            yield Problem("json.bad_text", {}, place, pointer)
    elif isinstance(value, _Number):
        yield Problem("json.number", {"number": value.text}, place, pointer)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _refused(item, place, f"{pointer}/{index}")
    elif isinstance(value, dict):
        if isinstance(value, _Repeated):
            for key in value.again:
                params = {"key": key, "line": value.line}
                yield Problem("json.repeated_key", params, place, pointer)
        for key, item in value.items():
            yield from _refused(key, place, pointer)
            yield from _refused(item, place, f"{pointer}/{escape(key)}")


def _composed(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [_composed(item) for item in value]
    if isinstance(value, dict):
        return {unicodedata.normalize("NFC", key): _composed(item) for key, item in value.items()}
    return value


def escape(key: str) -> str:
    """A key as a part of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1")


def number_text(number: int | Decimal) -> str:
    """A number as plain digits, the same for equal numbers: `0.1`, `15`."""
    if isinstance(number, int):
        return str(number)
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def canonical_text(value: Any) -> str:
    """The one text that equal JSON values share: sorted keys, no spaces, exact numbers."""
    if isinstance(value, Mapping):
        parts = [f"{_quoted(key)}:{canonical_text(value[key])}" for key in sorted(value)]
        return "{" + ",".join(parts) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join([canonical_text(item) for item in value]) + "]"
    return _scalar(value)


def write_json(value: Any, indent: int = 0) -> str:
    """A value for people and version control: short ones on a line, long ones indented by two."""
    if not isinstance(value, _NESTED) or not value:
        return _scalar(value)
    flat = None if _is_tall(value) else _flat(value, _WIDTH - indent)
    if flat is not None:
        return flat
    pad = " " * (indent + 2)
    if isinstance(value, Mapping):
        lines = [f"{pad}{_quoted(k)}: {write_json(v, indent + 2)}" for k, v in value.items()]
        return "{\n" + ",\n".join(lines) + "\n" + " " * indent + "}"
    lines = [pad + write_json(item, indent + 2) for item in value]
    return "[\n" + ",\n".join(lines) + "\n" + " " * indent + "]"


def _is_tall(value: Any) -> bool:
    """A document stands on lines of its own, however short it is."""
    return isinstance(value, Mapping) and "kind" in value


def _flat(value: Any, room: int) -> str | None:
    """A value on one line, or None where it is longer than there is room."""
    if not isinstance(value, _NESTED) or not value:
        text = _scalar(value)
        return text if len(text) <= room else None
    mapping = isinstance(value, Mapping)
    parts: list[str] = []
    for one in value:
        head = f"{_quoted(one)}: " if mapping else ""
        # What stands around it: a comma and a space, or for the last one the brackets.
        within = _flat(value[one] if mapping else one, room - len(head) - 2)
        if within is None:
            return None
        parts.append(head + within)
        room -= len(head) + len(within) + 2
    text = ", ".join(parts)
    return f"{{{text}}}" if mapping else f"[{text}]"


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return _quoted(value if value.isascii() else unicodedata.normalize("NFC", value))
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (int, Decimal)):
        return number_text(value)
    if isinstance(value, float) and isfinite(value):
        return number_text(Decimal(repr(value)))
    if isinstance(value, _NESTED) and not value:
        return "{}" if isinstance(value, Mapping) else "[]"
    raise TypeError(f"not a JSON value: {value!r}")


_quoted: Callable[[str], str] = encoder.encode_basestring
"""A text within quotation marks: what `json.dumps` makes of it, asked at once."""
