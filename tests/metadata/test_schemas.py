"""The published schemas: every key explained, every list mergeable, every name resolvable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from fieldstone.metadata.documents import document_of
from fieldstone.metadata.expression import AGGREGATES
from fieldstone.metadata.fields import TYPES, keys_of
from fieldstone.metadata.model import Field
from fieldstone.metadata.naming import FUNCTIONS, MAX_BYTES, free_id, is_reserved, nearest
from fieldstone.metadata.schema import KINDS, published, schema_of
from fieldstone.metadata.system import companions
from fieldstone.metadata.validation import validate

NAMES = {
    "entity",
    "tag_dimension",
    "tier_scheme",
    "role",
    "field",
    "path",
    "option",
    "sibling",
    "value",
    "recipient",
    "metric",
    "dashboard",
    "module",
}
SCOPES = {"entity", "target", "field"}
PLAIN = {
    "webhook",
    "id",
    "name",
    "aliases",
    "inverse",
    "inverse_id",
    "max_length",
    "pattern",
    "version",
}
"""Keys of texts that name nothing that is declared elsewhere."""


def nodes(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema within a schema, with the keys that lead to it."""
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            if key not in {"x-ref", "x-scope", "x-key-ref", "default", "enum", "allOf", "oneOf"}:
                yield from nodes(value, f"{path}/{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from nodes(value, f"{path}/{index}")


def properties(kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key of every object, with its schema."""
    for path, node in nodes(schema_of(kind)):
        if node.get("type") == "object":
            for key, inner in node.get("properties", {}).items():
                yield f"{path}/{key}", inner


@pytest.mark.parametrize("kind", KINDS)
def test_every_key_is_explained(kind: str) -> None:
    Draft202012Validator.check_schema(published(kind))
    silent = [
        path
        for path, node in properties(kind)
        if not node.get("title") or not node.get("description")
    ]
    assert silent == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_object_is_closed(kind: str) -> None:
    open_ = [
        path
        for path, node in nodes(schema_of(kind))
        if "properties" in node and "additionalProperties" not in node and "type" in node
    ]
    assert open_ == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_list_says_how_it_merges(kind: str) -> None:
    for path, node in nodes(schema_of(kind)):
        if node.get("type") != "array":
            continue
        assert node.get("x-merge") in {"id", "set", "ordered", "atomic"}, path
        if node["x-merge"] == "id":
            assert node.get("x-key", "id") in node["items"]["properties"], path


@pytest.mark.parametrize("kind", KINDS)
def test_references_speak_the_vocabulary(kind: str) -> None:
    for path, node in nodes(schema_of(kind)):
        for key in ("x-ref", "x-key-ref"):
            ref = node.get(key)
            if ref is None:
                continue
            assert len({"names", "expression", "message"} & set(ref)) == 1, path
            assert ref.get("names", "entity") in NAMES, path
            assert {ref.get("of", "entity"), ref.get("expression", "entity")} <= SCOPES, path
            assert set(ref.get("types", ())) <= set(TYPES), path
            assert ref.get("hides", "holder") in {"holder", "mention"}, path
        assert set(node.get("x-scope", {})) <= SCOPES, path
        assert node.get("x-hides", "holder") == "holder", path


@pytest.mark.parametrize("kind", KINDS)
def test_every_identifier_is_a_reference_or_a_name_of_its_own(kind: str) -> None:
    for path, node in nodes(schema_of(kind)):
        pattern = str(node.get("pattern", ""))
        key = path.rpartition("/")[2]
        named = pattern.startswith(("^[a-z][a-z0-9_]", "^-?[a-z]", "^[A-Za-z0-9]")) or (
            node.get("maxLength") == 2000 and "expression" in str(node.get("title", "")).lower()
        )
        own = key in PLAIN or "propertyNames" in path
        own = own or "/aliases/" in path or "/purged/" in path
        assert "x-ref" in node or own or not named, path


def test_field_types_of_schema_and_registry_agree() -> None:
    field = published("entity")["$defs"]["field"]
    assert field["properties"]["type"]["enum"] == list(TYPES)
    for kind in TYPES:
        listed = {
            key for key, node in field["properties"].items() if kind in node.get("x-types", TYPES)
        }
        assert keys_of(kind) == listed


def test_functions_are_reserved() -> None:
    assert AGGREGATES <= FUNCTIONS
    assert all(is_reserved(one) for one in (*FUNCTIONS, "parent", "return", "True"))
    assert not is_reserved("amount")


def test_every_identifier_fits_into_a_database() -> None:
    longest = Field(id="a" * 40, name="a" * 40, type="stage")
    ids = [
        longest.id,
        *(one.id for kind in TYPES for one in companions(replace(longest, type=kind))),
    ]
    assert max(len(one.encode()) for one in ids) <= MAX_BYTES


def test_near_names_and_free_ids() -> None:
    assert nearest("chanel", ["channel", "customer"]) == "channel"
    assert nearest("zzz", ["channel"]) is None
    assert free_id("a", {"a", "a_2"}) == "a_3"
    assert len(free_id("a" * 40, {"a" * 40})) == 40


@pytest.mark.parametrize("wrong", [True, "1", Decimal("1.5"), [1]], ids=repr)
def test_a_document_is_judged_by_what_it_says_now(wrong: Any) -> None:
    """That it was sound a moment ago says nothing of it once a value has become another's like."""
    rule = {
        "kind": "alert_rule",
        "name": "late",
        "label": {"en": "Late", "zh-CN": "迟"},
        "entity": "deal",
        "when": "amount > 1",
        "schedule": "0 9 * * *",
        "message": {"en": "Late", "zh-CN": "迟"},
        "tell": ["owner"],
        "cooldown_days": 1,
    }
    assert validate(document_of(rule)) == ()
    assert validate(document_of({**rule, "cooldown_days": wrong})) != ()
    assert validate(document_of(rule)) == ()
