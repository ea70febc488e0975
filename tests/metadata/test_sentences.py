"""The sentences of the layer: the same in both languages, and every one that the code names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2] / "platform" / "metadata"
SENTENCES: dict[str, dict[str, str]] = {
    locale: json.loads((ROOT / "locale" / f"{locale}.json").read_text("utf-8"))
    for locale in ("en", "zh-CN")
}
BUILT = re.compile(
    r"(entity|field|option|tag|tag_dimension|tier_scheme|role|metric|dashboard|module)"
    r"\.unknown(_near)?$"
)
NAMED = re.compile(r'"((?:[a-z_]+)\.(?:[a-z_0-9]+))"')


def named_in_code() -> set[str]:
    """What looks like the id of a sentence in the layer's modules and schemas."""
    files = [*ROOT.glob("*.py"), *(ROOT / "checks").glob("*.py"), *(ROOT / "fields").glob("*.py")]
    files += (ROOT / "schemas").glob("*.json")
    found = {one for file in files for one in NAMED.findall(file.read_text("utf-8"))}
    changes = {f"field.{key}" for key in ("type", "scale", "to", "dimension", "scheme")}
    return {one for one in found - changes if not one.endswith(".json")}


def test_both_languages_have_the_same_sentences() -> None:
    assert set(SENTENCES["en"]) == set(SENTENCES["zh-CN"])


def test_both_languages_use_the_same_parameters() -> None:
    parameters = re.compile(r"(?<!\{)\{([a-z]+)\}(?!\})")
    for key, english in SENTENCES["en"].items():
        chinese = SENTENCES["zh-CN"][key]
        assert set(parameters.findall(english)) == set(parameters.findall(chinese)), key


def test_chinese_sentences_have_chinese_punctuation() -> None:
    for key, sentence in SENTENCES["zh-CN"].items():
        bare = re.sub(r"\{[^}]*\}|\{\{|\}\}", "", sentence)
        assert not re.search(r"[\u4e00-\u9fff][,;:?!]", bare), key
        if not key.startswith(("sort.", "key.", "change.", "type_name.", "merge.")):
            assert sentence.endswith(("。", "？")), key


def test_every_sentence_that_code_names_exists() -> None:
    prefixes = {key.partition(".")[0] for key in SENTENCES["en"]}
    named = {one for one in named_in_code() if one.partition(".")[0] in prefixes}
    assert named - set(SENTENCES["en"]) == set()


def test_every_sentence_is_used() -> None:
    named = named_in_code()
    dynamic = ("sort.", "key.", "change.", "type_hint.", "type_name.", "merge.")
    unused = {
        key
        for key in SENTENCES["en"]
        if key not in named and not key.startswith(dynamic) and not BUILT.fullmatch(key)
    }
    assert unused == set()


def test_every_key_of_the_schemas_has_words() -> None:
    """Reviews of changes and uses of things name the key that changed or refers."""
    apart = {"$ref", "$schema", "additionalProperties", "propertyNames"}
    apart |= {"id", "inverse_id", "name", "aliases", "archived", "kind"}
    files = (ROOT / "schemas").glob("*.json")
    keys = {key for file in files for key in keys_in(json.loads(file.read_text("utf-8")))}
    assert {one for one in keys - apart if f"key.{one}" not in SENTENCES["en"]} == set()


def keys_in(schema: object) -> Iterator[str]:
    """The keys that a schema lets documents have."""
    if isinstance(schema, dict):
        properties = schema.get("properties")
        yield from properties if isinstance(properties, dict) else ()
        for one in schema.values():
            yield from keys_in(one)
    elif isinstance(schema, list):
        for one in schema:
            yield from keys_in(one)
