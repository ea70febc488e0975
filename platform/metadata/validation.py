"""Validating documents by their JSON Schema, with every refusal told in our own words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from .documents import Document
from .json_text import canonical_text, escape, number_text
from .naming import nearest
from .problems import MOST_TOLD, Problem
from .schema import KINDS, kept, keys_for, schema_of, shape


def _is_integer(_: Any, value: Any) -> bool:
    if isinstance(value, Decimal):
        return value == value.to_integral_value()
    return isinstance(value, int) and not isinstance(value, bool)


def _all_of(validator: Any, parts: Any, instance: Any, schema: Any) -> Iterator[Any]:
    """As the standard says, but what holds for another type is passed over: it is most of it."""
    for index, part in enumerate(parts):
        if not _of_other_type(part, instance):
            yield from validator.descend(instance, part, schema_path=index)


def _of_other_type(part: Any, instance: Any) -> bool:
    """Whether a part is `if` the type is one `then`, and the instance is of another."""
    condition = part.get("if", {})
    if condition.get("required") != ["type"] or not isinstance(instance, dict):
        return False
    return bool(instance.get("type") != condition["properties"]["type"]["const"])


def _unique_items(validator: Any, unique: Any, instance: Any, schema: Any) -> Iterator[Any]:
    """As the standard says; its own way compares every pair where items are of several types."""
    known = {canonical_text(one) for one in instance} if isinstance(instance, list | tuple) else ()
    if known and len(known) < len(instance):
        yield ValidationError("")


def _matching(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[Any]:
    """As the standard says; Python's own `$` also stands before a line's end."""
    if isinstance(instance, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), instance):
        yield ValidationError("")


_Validator: Any = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    validators={"allOf": _all_of, "pattern": _matching, "uniqueItems": _unique_items},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer),
)


@kept
def _validator(kind: str) -> Any:
    return _Validator(schema_of(kind))


_sound: set[bytes] = set()
_MOST_SOUND = 50_000


def validate(document: Document) -> tuple[Problem, ...]:
    """Everything that the schema of the document's kind finds wrong with it, in its order.

    Of the many documents of an app a change touches few, and all are validated with each plan,
    preview and publishing: those in which nothing was found are remembered by their hash.
    """
    if document.kind not in KINDS:
        return ()
    if document.digest in _sound:
        return ()
    every = _once(_validator(document.kind).iter_errors(dict(document.data)))
    found = [one.at(document.path, "") for one in islice(every, MOST_TOLD)]
    if not found:
        if len(_sound) >= _MOST_SOUND:
            _sound.clear()
        _sound.add(document.digest)
        return ()
    found.sort(key=lambda problem: _pointer_order(problem.pointer))
    more = [Problem("document.more", {"most": MOST_TOLD}, document.path)] if any(every) else []
    return (*found, *more)


def _once(errors: Iterable[Any]) -> Iterator[Problem]:
    """The problems of what jsonschema finds: each once, and a key that no type has only as that."""
    seen: set[tuple[str, str, str]] = set()
    for problem in (one for error in errors for one in _translated(error)):
        key = (problem.id, problem.pointer, str(dict(problem.params)))
        if problem.id.startswith("schema.key_unknown"):
            seen.add(("schema.key_not_for_type", problem.pointer, ""))
        elif problem.id == "schema.key_not_for_type":
            key = (*key[:2], "")
        if key not in seen:
            seen.add(key)
            yield problem


def _pointer_order(pointer: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in pointer.split("/"))


def _pointer(error: Any, *more: str) -> str:
    parts = [*(str(part) for part in error.absolute_path), *more]
    return "".join(f"/{escape(part)}" for part in parts)


def _translated(error: Any) -> Iterator[Problem]:
    """One refusal of jsonschema as problems of ours."""
    keyword = str(error.validator)
    if keyword == "maxItems" and _live(error.instance) <= error.validator_value:
        return
    own = error.schema.get("x-problem", {}) if isinstance(error.schema, dict) else {}
    if keyword in own:
        yield Problem(own[keyword], {}, None, _pointer(error))
    elif "propertyNames" in error.schema_path:
        yield from _bad_key(error)
    elif keyword == "additionalProperties":
        yield from _unknown_keys(error)
    elif keyword in {"anyOf", "oneOf"}:
        yield from _best_branch(error)
    else:
        problem, params = _SENTENCES.get(keyword, _other)(error)
        yield Problem(problem, params, None, _pointer(error))


def _live(items: list[Any]) -> int:
    """How many entries of a list are not archived.

    Those that are count elsewhere, after what is purged has gone: else nothing could be purged from
    a list that has too many.
    """
    return sum(not (isinstance(one, dict) and one.get("archived") is True) for one in items)


def _bad_key(error: Any) -> Iterator[Problem]:
    key = str(error.instance)
    if "then" in error.schema_path:
        allowed = list(error.validator_value)
        params = {"key": key, "nearest": nearest(key, allowed) or ", ".join(allowed)}
        yield Problem("schema.key_not_for_type", params, None, _pointer(error, key))
    else:
        yield Problem("schema.name", {"name": key}, None, _pointer(error, key))


def _unknown_keys(error: Any) -> Iterator[Problem]:
    allowed = [key for key in keys_for(error.schema, error.instance) if key != "$schema"]
    for key in error.instance:
        if key in error.schema["properties"]:
            continue
        meant = nearest(key, allowed)
        if meant:
            yield Problem(
                "schema.key_unknown_near",
                {"key": key, "nearest": meant},
                None,
                _pointer(error, key),
            )
        else:
            params = {"key": key, "allowed": ", ".join(allowed)}
            yield Problem("schema.key_unknown", params, None, _pointer(error, key))


def _best_branch(error: Any) -> Iterator[Problem]:
    """The problems of the branch that was meant: of the value's own shape, with the fewest."""
    branches: dict[Any, list[Any]] = {}
    for inner in error.context or ():
        branches.setdefault(inner.schema_path[0], []).append(inner)
    found = shape(error.instance)
    fitting = [
        inner for index, inner in branches.items() if found in _shapes(error.validator_value[index])
    ]
    if fitting:
        for inner in min(fitting, key=len):
            yield from _translated(inner)
        return
    expected = dict.fromkeys(one for each in error.validator_value for one in _shapes(each))
    params = {"expected": ", ".join(expected), "found": found}
    yield Problem("schema.type", params, None, _pointer(error))


def _shapes(node: Any) -> list[str]:
    """The shapes of JSON that a branch describes."""
    if "anyOf" in node:
        return [one for each in node["anyOf"] for one in _shapes(each)]
    return ["number" if node.get("type") == "integer" else node.get("type", "")]


def _shown(value: Any) -> str:
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        return number_text(value)
    return str(value)


def _type(error: Any) -> tuple[str, dict[str, Any]]:
    return "schema.type", {"expected": error.validator_value, "found": shape(error.instance)}


def _required(error: Any) -> tuple[str, dict[str, Any]]:
    missing = [key for key in error.validator_value if key not in error.instance]
    # jsonschema says one missing key an error, in the order of the schema.
    key = next((key for key in missing if f"'{key}'" in error.message), missing[0])
    return "schema.key_missing", {"key": key}


def _enum(error: Any) -> tuple[str, dict[str, Any]]:
    allowed = [str(one) for one in error.validator_value]
    meant = nearest(str(error.instance), allowed)
    if meant:
        return "schema.not_allowed_near", {"value": _shown(error.instance), "nearest": meant}
    return "schema.not_allowed", {"value": _shown(error.instance), "allowed": ", ".join(allowed)}


def _const(error: Any) -> tuple[str, dict[str, Any]]:
    return "schema.not_allowed", {
        "value": _shown(error.instance),
        "allowed": _shown(error.validator_value),
    }


def _pattern(error: Any) -> tuple[str, dict[str, Any]]:
    if error.validator_value.startswith("^[a-z][a-z0-9_]{0,39}"):
        return "schema.name", {"name": error.instance}
    if error.validator_value.startswith("^[A-Za-z0-9][A-Za-z0-9_]"):
        return "schema.option_name", {"name": error.instance}
    return "schema.form", {"value": error.instance, "pattern": error.validator_value}


def _limit(problem: str) -> Any:
    def told(error: Any) -> tuple[str, dict[str, Any]]:
        return problem, {"limit": error.validator_value, "value": _shown(error.instance)}

    return told


def _other(error: Any) -> tuple[str, dict[str, Any]]:
    return "schema.other", {"reason": error.message}


_SENTENCES: dict[str, Any] = {
    "type": _type,
    "required": _required,
    "enum": _enum,
    "const": _const,
    "pattern": _pattern,
    "minLength": _limit("schema.text_too_short"),
    "maxLength": _limit("schema.text_too_long"),
    "minimum": _limit("schema.too_small"),
    "maximum": _limit("schema.too_large"),
    "exclusiveMinimum": _limit("schema.not_above"),
    "exclusiveMaximum": _limit("schema.not_below"),
    "minItems": _limit("schema.list_too_short"),
    "maxItems": _limit("schema.list_too_long"),
    "minProperties": _limit("schema.list_too_short"),
    "uniqueItems": lambda error: ("schema.repeated", {}),
}
