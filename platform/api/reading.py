"""Reading requests strictly: JSON bodies, query parameters and the reader's language."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Final

from werkzeug.datastructures import LanguageAccept, MultiDict
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.http import parse_accept_header, parse_options_header
from werkzeug.wrappers import Request

from ..engine.errors import Malformed, Refused, TooLarge
from ..metadata.json_text import can_be_kept
from ..metadata.messages import LOCALES
from ..metadata.naming import nearest
from ..metadata.problems import Problem
from .parameters import MOST_WHOLE, Parameter

MOST_BYTES = 16 * 1024 * 1024
"""The largest body that is read."""

NO_BODY: Final = object()
"""Stands for a body that was not sent, which is something else than null."""

_MOST_DEPTH = 40
_MOST_DIGITS = 30


class UnsupportedMediaType(Refused):
    """The body is not JSON in UTF-8."""

    status = 415


def body_of(request: Request) -> Any:
    """The JSON value of a request's body, numbers as int or Decimal; NO_BODY without one.

    TooLarge, UnsupportedMediaType or Malformed where it cannot be read; a repeated key, NaN, NUL
    and half a surrogate pair cannot.
    """
    request.max_content_length = MOST_BYTES
    try:
        content = request.get_data(cache=False)
    except RequestEntityTooLarge as error:
        raise TooLarge(Problem("api.body_too_large", {"limit": MOST_BYTES})) from error
    except ClientDisconnected as error:
        raise Malformed(Problem("api.body_cut")) from error
    if not content:
        return NO_BODY
    kind, options = parse_options_header(request.headers.get("Content-Type"))
    charset = options.get("charset", "utf-8").lower()
    if kind.lower() != "application/json" or charset not in {"utf-8", "utf8", "us-ascii"}:
        raise UnsupportedMediaType(Problem("api.media_type", {"type": kind[:100]}))
    return json_of(content)


def json_of(content: bytes) -> Any:
    """The value of a JSON text in UTF-8; Malformed where it is none."""
    try:
        text = content.decode("utf-8")
        value = _DECODER.decode(text)
    except UnicodeDecodeError as error:
        raise Malformed(Problem("api.not_utf8")) from error
    except json.JSONDecodeError as error:
        place = {"line": error.lineno, "column": error.colno}
        raise Malformed(Problem("api.not_json", place)) from error
    except RecursionError as error:
        raise Malformed(Problem("api.too_deep", {"limit": _MOST_DEPTH})) from error
    if text.count("[") + text.count("{") > _MOST_DEPTH:
        _refuse_depth(value, _MOST_DEPTH)
    if "\\u" in text or not unicodedata.is_normalized("NFC", text):
        return _composed(value)
    return value


def parameters_of(given: MultiDict[str, str], known: Iterable[Parameter]) -> Mapping[str, Any]:
    """Query parameters by name: text, or a list of texts where one may be repeated.

    Malformed lists every unknown, repeated and unreadable one.
    """
    by_name = {one.name: one for one in known}
    if not given:
        return {}
    problems: list[Problem] = []
    found: dict[str, Any] = {}
    for name, values in given.lists():
        parameter = by_name.get(name)
        if parameter is None:
            problems.append(_unknown(name[:100], nearest(name, by_name)))
        elif len(values) > 1 and not parameter.repeated:
            problems.append(Problem("api.parameter_repeated", {"name": name}))
        elif any("\x00" in value for value in values):
            problems.append(Problem("api.bad_text", {"name": name}))
        else:
            texts = [unicodedata.normalize("NFC", value) for value in values]
            found[name] = texts if parameter.repeated else texts[0]
    problems += _unreadable(found, by_name)
    if problems:
        raise Malformed(problems)
    return found


@lru_cache(maxsize=512)
def locale_of(header: str | None) -> str | None:
    """The language that we speak and an Accept-Language header likes best, or None."""
    if not header:
        return None
    wanted = parse_accept_header(header[:500], LanguageAccept)
    for tag, _ in sorted(wanted, key=lambda pair: -pair[1]):
        for one in LOCALES:
            if tag.lower().replace("_", "-").split("-")[0] == one.lower().split("-")[0]:
                return one
    return None


def _unknown(name: str, near: str | None) -> Problem:
    if near is None:
        return Problem("api.parameter_unknown", {"name": name})
    return Problem("api.parameter_unknown_near", {"name": name, "near": near})


def _unreadable(found: dict[str, Any], known: Mapping[str, Parameter]) -> Iterable[Problem]:
    for name, value in found.items():
        parameter = known[name]
        if parameter.whole is not None:
            low, high = parameter.whole
            plain = value.isascii() and value.isdigit() and len(value) <= len(str(MOST_WHOLE))
            if plain and low <= int(value) <= high:
                found[name] = int(value)
            else:
                yield Problem("api.parameter_whole", {"name": name, "low": low, "high": high})
        elif parameter.one_of and value not in parameter.one_of:
            allowed = ", ".join(parameter.one_of)
            yield Problem("api.parameter_one_of", {"name": name, "allowed": allowed})


def _pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(items)
    if len(found) != len(items):
        twice = Counter(key for key, _ in items).most_common(1)[0][0]
        raise Malformed(Problem("api.repeated_key", {"key": twice[:100]}))
    return found


def _whole(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise _bad_number(text)
    return int(text)


def _number(text: str) -> int | Decimal:
    try:
        number = Decimal(text) if len(text) <= _MOST_DIGITS else None
    except InvalidOperation as error:
        raise _bad_number(text) from error
    if number is None or abs(number.adjusted()) > _MOST_DIGITS:
        raise _bad_number(text)
    # 5.0 is a whole number in JSON, whoever wrote it.
    return int(number) if number == number.to_integral_value() else number


def _constant(text: str) -> int:
    raise _bad_number(text)


def _bad_number(text: str) -> Malformed:
    return Malformed(Problem("api.bad_number", {"number": text[:_MOST_DIGITS]}))


_DECODER = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_int=_whole, parse_float=_number, parse_constant=_constant
)


def _refuse_depth(value: Any, left: int) -> None:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    if inner and not left:
        raise Malformed(Problem("api.too_deep", {"limit": _MOST_DEPTH}))
    for one in inner:
        if isinstance(one, (dict, list)):
            _refuse_depth(one, left - 1)


def _composed(value: Any) -> Any:
    if isinstance(value, str):
        if not can_be_kept(value):
            raise Malformed(Problem("api.bad_text", {"name": "JSON"}))
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [_composed(one) for one in value]
    if isinstance(value, dict):
        return {_composed(key): _composed(one) for key, one in value.items()}
    return value
