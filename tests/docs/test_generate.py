"""The reference pages say what the schemas say, and are up to date."""

import json
from pathlib import Path
from typing import Any

import pytest

from docs import generate
from fieldstone.engine.settings import Described

PET = {
    "title": "Pet",
    "description": "An animal of the house.",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "description": "What one | calls it."},
        "legs": {"type": "integer", "default": 4},
        "friends": {"type": "array", "items": {"$ref": "#/$defs/friend"}},
    },
    "$defs": {"friend": {"enum": ["cat", "dog"], "description": "Who it likes."}},
    "examples": [{"name": "咪咪"}],
}


def test_a_page_has_a_row_for_every_key() -> None:
    lines = generate.page("pet.json", PET).splitlines()
    assert lines[1:4] == ["# Pet", "", "An animal of the house."]
    assert "| `name` | string | yes |  | What one \\| calls it. |" in lines
    assert "| `legs` | integer |  | `4` |  |" in lines
    assert "| `friends` | list of [friend](#friend) |  |  |  |" in lines
    assert '  "name": "咪咪"' in lines


def test_objects_described_in_place_have_rows_too() -> None:
    home = {"properties": {"street": {"type": "string", "description": "Where."}}}
    schema = {"properties": {"home": home, "walks": {"type": "array", "items": home}}}
    text = generate.page("pet.json", schema)
    assert "| `home.street` | string |  |  | Where. |" in text
    assert "| `walks[].street` | string |  |  | Where. |" in text


def test_keys_that_go_with_some_values_only_have_a_table() -> None:
    rules = [
        {
            "if": {"properties": {"type": {"const": kind}}},
            "then": {"propertyNames": {"enum": ["type", own]}},
        }
        for kind, own in [("text", "max_length"), ("number", "scale")]
    ]
    text = generate.page("field.json", {"properties": {"type": {}}, "allOf": rules})
    assert '| `type` | takes also |\n|---|---|\n| `"text"` | `max_length` |\n' in text
    assert '| `"number"` | `scale` |' in text


def test_a_page_has_a_part_for_every_definition() -> None:
    text = generate.page("pet.json", PET)
    assert '## friend\n\nWho it likes.\n\nA value: `"cat"`, `"dog"`.\n' in text


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string"}, "string"),
        ({"type": ["string", "null"]}, "string or null"),
        ({"const": 1}, "`1`"),
        ({"oneOf": [{"type": "string"}, {"type": "boolean"}]}, "string or boolean"),
        ({"$ref": "common.json#/$defs/label"}, "[label](common.md#label)"),
        ({"$ref": "field.schema.json"}, "[field](field.md)"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, "object of string"),
        ({}, "anything"),
        (True, "anything"),
        (False, "nothing"),
    ],
)
def test_types_in_words(schema: Any, words: str) -> None:
    assert generate.type_of(schema) == words


def test_the_index_lists_every_schema(tmp_path: Path) -> None:
    (tmp_path / "pet.schema.json").write_text(json.dumps(PET), "utf-8")
    written = generate.pages(tmp_path)
    assert set(written) == {"README.md", "pet.md"}
    assert "| [Pet](pet.md) | An animal of the house. |" in written["README.md"]


def test_settings_have_a_row_each() -> None:
    settings = [Described("FIELDSTONE_PETS", "How many.", "3"), Described("FIELDSTONE_X", "X.", "")]
    lines = generate.settings_page(settings).splitlines()
    assert lines[-2:] == ["| `FIELDSTONE_PETS` | `3` | How many. |", "| `FIELDSTONE_X` |  | X. |"]


def test_the_pages_are_up_to_date() -> None:
    kept = {path.name: path.read_text("utf-8") for path in generate.REFERENCE.glob("*.md")}
    assert kept == generate.reference(), "run make docs"
