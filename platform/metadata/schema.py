"""The JSON Schemas of the kinds: loaded once, with every `$ref` put in place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

from .model.families import BROUGHT

KINDS = (
    "app",
    "entity",
    "tag_dimension",
    "tier_scheme",
    "alert_rule",
    "form",
    "view",
    "metric",
    "dashboard",
    "role",
)
FOLDER = Path(__file__).parent / "schemas"
Node = Mapping[str, Any]


_P = ParamSpec("_P")
_T = TypeVar("_T")
_kept: list[Callable[[], None]] = []


def kept(function: Callable[_P, _T]) -> Callable[_P, _T]:
    """Keep what a function makes of the schemas until a field type comes or goes."""
    made = cache(function)
    _kept.append(made.cache_clear)
    return cast(Callable[_P, _T], made)


def forget() -> None:
    """Forget what was made of the schemas, since a field type came or went."""
    for clear in _kept:
        clear()


@kept
def published(name: str) -> Mapping[str, Any]:
    """The schema file of a kind as it is published, or `common` for the shared definitions.

    The field types of packages are in it.
    """
    schema: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    for more, like in BROUGHT.items():
        _widen(schema, more, like)
    return schema


def _widen(node: Any, more: str, like: str) -> None:
    """Let a type stand wherever a schema names the one that it is like."""
    if isinstance(node, list):
        for one in node:
            _widen(one, more, like)
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if key in ("x-types", "types") and isinstance(value, list) and like in value:
            value.append(more)
        _widen(value, more, like)
    if node.get("x-declares") == "field":
        node["properties"]["type"]["enum"].append(more)
        taken = next(one for one in node["allOf"] if _about(one) == like)
        of_more = {"properties": {"type": {"const": more}}, "required": ["type"]}
        node["allOf"].append({**taken, "if": of_more})


def _about(part: Mapping[str, Any]) -> str:
    """The type that a part of the declaration of a field is about."""
    return str(part.get("if", {}).get("properties", {}).get("type", {}).get("const", ""))


@kept
def schema_of(kind: str) -> Node:
    """The schema of a kind in one piece: no `$ref` and no `$defs` left."""
    whole = published(kind)
    inlined: Node = _inline({k: v for k, v in whole.items() if k != "$defs"}, whole)
    return inlined


def _inline(node: Any, whole: Mapping[str, Any]) -> Any:
    if isinstance(node, list):
        return [_inline(item, whole) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" not in node:
        return {key: _inline(value, whole) for key, value in node.items()}
    file, _, path = node["$ref"].partition("#/$defs/")
    source = published(file.removesuffix(".json")) if file else whole
    beside = {key: _inline(value, whole) for key, value in node.items() if key != "$ref"}
    return {**_inline(source["$defs"][path], source), **beside}


def property_node(node: Node, key: str) -> Node | None:
    """The schema of an object's key, or None where the key is unknown."""
    found = node.get("properties", {}).get(key)
    if found is None and isinstance(node.get("additionalProperties"), Mapping):
        found = node["additionalProperties"]
    return None if found is None else cast(Node, found)


def branch(node: Node, value: Any) -> Node:
    """The node that describes `value`: of `anyOf`, the branch that fits its shape best.

    What stands beside `anyOf` (an `x-ref`, say) holds for the branch as well.
    """
    branches = node.get("anyOf")
    if not branches or "type" in node:
        return node
    fitting = [one for one in branches if fits(one, value)] or [branches[0]]
    if len(fitting) > 1 and isinstance(value, Mapping):
        fitting.sort(key=lambda one: -len(set(value) & set(one.get("properties", {}))))
    beside = {key: part for key, part in node.items() if key.startswith("x-")}
    return {**fitting[0], **beside}


_SHAPES: tuple[tuple[str, type | tuple[type, ...]], ...] = (
    ("object", Mapping),
    ("array", (list, tuple)),
    ("string", str),
    ("boolean", bool),
)
# What nearly every value is of: asking an abstract class like Mapping takes far longer.
_EXACTLY: Mapping[type, str] = {
    dict: "object",
    list: "array",
    tuple: "array",
    str: "string",
    bool: "boolean",
    type(None): "null",
    int: "number",
    Decimal: "number",
}


def shape(value: Any) -> str:
    """What JSON calls the value: object, array, string, boolean, null or number."""
    found = _EXACTLY.get(type(value))
    if found is not None:
        return found
    return next((name for name, kind in _SHAPES if isinstance(value, kind)), "number")


def fits(node: Node, value: Any) -> bool:
    """Whether the value has the JSON type that the node wants."""
    if "anyOf" in node and "type" not in node:
        return any(fits(one, value) for one in node["anyOf"])
    if "enum" in node or "const" in node:
        return isinstance(value, (str, int))
    wanted, found = node.get("type"), shape(value)
    return wanted == found or (wanted == "integer" and found == "number")


def in_shape(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """A document with only what has the JSON type that its schema wants, known keys alone.

    In lists an empty value takes the place of a misshapen one, so that the others keep theirs.
    """
    shaped: Mapping[str, Any] = _shaped(data, schema_of(data["kind"]))
    return shaped


def _shaped(value: Any, node: Node) -> Any:
    node = branch(node, value)
    if isinstance(value, (list, tuple)):
        inner = node.get("items", {})
        empty = _EMPTY.get(str(inner.get("type")), {})
        return [_shaped(one if fits(inner, one) else empty, inner) for one in value]
    if not isinstance(value, Mapping) or not ("properties" in node or "x-key-ref" in node):
        return value
    known = ((key, one, property_node(node, key)) for key, one in value.items())
    return {
        key: _shaped(one, inner)
        for key, one, inner in known
        if inner is not None and fits(inner, one)
    }


_EMPTY: Mapping[str, Any] = {"object": {}, "string": "", "array": []}


def without_defaults(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """A document without the keys that only say the default, and without `$schema`."""
    stripped: Mapping[str, Any] = without_ids(bare(data), schema_of(data["kind"]))
    return stripped


def bare(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """`without_defaults`, but with every id, also where it is equal to the name."""
    stripped: Mapping[str, Any] = _strip(
        {k: v for k, v in data.items() if k != "$schema"}, schema_of(data["kind"])
    )
    return stripped


def _strip(value: Any, node: Node) -> Any:
    node = branch(node, value)
    if isinstance(value, (list, tuple)):
        return [_strip(item, node.get("items", {})) for item in value]
    if not isinstance(value, Mapping):
        return value
    kept = {}
    for key, item in value.items():
        inner = property_node(node, key) or {}
        if "default" not in inner or inner["default"] != item:
            kept[key] = _strip(item, inner)
    return kept


def without_ids(value: Any, node: Node) -> Any:
    """Drop the ids that are equal to the name: the name alone says them."""
    node = branch(node, value)
    if isinstance(value, (list, tuple)):
        return [without_ids(one, node.get("items", {})) for one in value]
    if not isinstance(value, Mapping):
        return value
    kept = {key: without_ids(one, property_node(node, key) or {}) for key, one in value.items()}
    if "x-declares" in node and kept.get("id") == kept.get("name"):
        kept.pop("id", None)
    if kept.get("inverse_id") is not None and kept["inverse_id"] == kept.get("inverse"):
        kept.pop("inverse_id")
    return kept


def in_schema_order(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """A document with its keys in the order of the schema, unknown ones last."""
    ordered: Mapping[str, Any] = _ordered(data, schema_of(data["kind"]))
    return ordered


def _ordered(value: Any, node: Node) -> Any:
    node = branch(node, value)
    if isinstance(value, (list, tuple)):
        return [_ordered(item, node.get("items", {})) for item in value]
    if not isinstance(value, Mapping):
        return value
    known = [key for key in node.get("properties", {}) if key in value]
    return {
        key: _ordered(value[key], property_node(node, key) or {})
        for key in [*known, *(key for key in value if key not in known)]
    }


def keys_for(node: Node, value: Mapping[str, Any]) -> Iterator[str]:
    """The keys that an object of this shape may have: those of its type where types differ."""
    for part in node.get("allOf", ()):
        condition = part["if"].get("properties", {}).get("type", {})
        if "const" in condition and condition["const"] == value.get("type"):
            yield from part["then"]["propertyNames"]["enum"]
            return
    yield from node.get("properties", {})
