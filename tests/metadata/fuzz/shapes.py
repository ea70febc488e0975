"""What a schema refuses: types, keys, bounds, and numbers and text that no document may hold."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from fieldstone.metadata.json_text import write_json
from fieldstone.metadata.schema import Node, fits, keys_for
from tests.metadata.fuzz.templates import Place, Template
from tests.metadata.fuzz.wrong import RAW, Wrong, at, changed, renamed_key, sort, without

VALUES: tuple[Any, ...] = (
    "text", "", 7, -1, Decimal("0.5"), True, False, None, [], {}, [1], ["a", ["b"]], {"a": 1},
    [{}], {"en": "x"}, {"expr": "1"}, [None],
)  # fmt: skip
NUMBERS = (
    "NaN", "Infinity", "-Infinity", "1e999", "-1e999", "1E-999", "1e99999999999999999999",
    "9" * 31, "-" + "1" * 5000, "0." + "1" * 40, "1e31",
)  # fmt: skip
TEXTS = ('"a\\u0000"', '"\\ud800"', '"\\udc00\\ud83d"', '"\\u0000"', '"x\\udfff y"')
LOCALES = ("EN", "zh_CN", "english", "en-us", "zh-cn", "", "en ", "中文", "en-US-x")


def chosen(
    chance: random.Random, template: Template, wanted: Callable[[Place], object]
) -> Place | None:
    """A place that is wanted, by chance; the rare ones are as likely as those in every file."""
    found = [one for one in template.places if wanted(one)]
    if not found:
        return None
    kinds = sorted({_title(one) for one in found})
    title = chance.choice(kinds)
    return chance.choice([one for one in found if _title(one) == title])


def _title(place: Place) -> str:
    """What the place is for its schema: the keys on the way, without those of lists and maps."""
    keys = [str(one) for one in place.parts if not isinstance(one, int)]
    return "/".join([place.path.partition("/")[0], *keys[-2:]])


def _is_object(place: Place) -> bool:
    return isinstance(place.value, dict) and "properties" in place.node


@sort
def wrong_type(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, lambda one: one.parts)
    assert place is not None
    values = [one for one in VALUES if not fits(place.schema, one)]
    files = changed(template, place.path, place.parts, chance.choice(values))
    return Wrong(files=files, where=[at(place.path, *place.parts)], exact=True)


@sort
def key_missing(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, lambda one: _is_object(one) and any(_required(one)))
    if place is None:
        return None
    key = chance.choice(sorted(_required(place)))
    # An empty object may have been meant as another of several shapes.
    says = {} if "anyOf" in place.schema else {"key": key}
    return Wrong(
        files=without(template, place.path, (*place.parts, key)),
        where=[at(place.path, *place.parts)],
        ids=["schema.key_missing"],
        says=says,
        exact=True,
    )


def _required(place: Place) -> Iterator[str]:
    """The keys that the object has to have, and has."""
    yield from (one for one in place.node.get("required", ()) if one in place.value)
    for part in place.node.get("allOf", ()):
        condition = part["if"].get("properties", {}).get("type", {})
        if "const" in condition and condition["const"] == place.value.get("type"):
            yield from part["then"].get("required", ())


@sort
def key_unknown(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, _is_object)
    assert place is not None
    key = chance.choice(("zzz", "Label", "", "a/b~c", "名称", "__class__", "x" * 300, "$ref"))
    files = changed(template, place.path, (*place.parts, key), chance.choice(VALUES))
    where = [at(place.path, *place.parts, key)]
    return Wrong(files=files, where=where, ids=_UNKNOWN, says={"key": key}, exact=True)


_UNKNOWN = ("schema.key_unknown", "schema.key_unknown_near")


@sort
def key_misspelt(chance: random.Random, template: Template) -> Wrong | None:
    def wanted(one: Place) -> bool:
        return "properties" in one.holder and len(str(one.parts[-1])) > 3

    place = chosen(chance, template, lambda one: one.parts and wanted(one))
    assert place is not None
    key = str(place.parts[-1])
    typo = misspelt(chance, key)
    if typo in place.holder["properties"]:
        return None
    files = renamed_key(template, place.path, place.parts, typo)
    if place.parts == ("kind",):
        return Wrong(files=files, where=[at(place.path)], says={"key": key}, exact=True)
    where = [at(place.path, *place.parts[:-1], typo)]
    says = {"key": typo, "nearest": key}
    return Wrong(files=files, where=where, ids=_UNKNOWN[1:], says=says, exact=True)


def misspelt(chance: random.Random, word: str) -> str:
    """A word with a slip in it: a letter too many, too few, or two exchanged."""
    index = chance.randrange(1, len(word) - 1)
    ways = (
        word[:index] + word[index + 1 :],
        word[:index] + word[index] + word[index:],
        word[:index] + word[index + 1] + word[index] + word[index + 2 :],
        word + "s",
    )
    return chance.choice([one for one in ways if one != word])


@sort
def key_of_another_type(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, lambda one: one.node.get("x-declares") == "field")
    if place is None:
        return None
    others = set(place.node["properties"]) - set(keys_for(place.node, place.value))
    key = chance.choice(sorted(others))
    files = changed(template, place.path, (*place.parts, key), "text")
    where = [at(place.path, *place.parts, key)]
    ids = ["schema.key_not_for_type"]
    return Wrong(files=files, where=where, ids=ids, says={"key": key}, exact=True)


@sort
def locale_that_is_none(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, lambda one: "propertyNames" in one.node)
    assert place is not None
    key = chance.choice(LOCALES)
    files = changed(template, place.path, (*place.parts, key), "text")
    return Wrong(files=files, where=[at(place.path, *place.parts, key)], exact=True)


@sort
def out_of_bounds(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, lambda one: one.parts and any(_beyond(one.node, one.value)))
    assert place is not None
    value = chance.choice(list(_beyond(place.node, place.value)))
    files = changed(template, place.path, place.parts, value)
    return Wrong(files=files, where=[at(place.path, *place.parts)])


def _beyond(node: Node, value: Any) -> Iterator[Any]:
    """Values of the right type that the schema does not accept."""
    for key, step in (("minimum", -1), ("maximum", 1)):
        if key in node:
            yield node[key] + step
            yield node[key] + step * 10**20
            yield node[key] + step * Decimal("0.5")
    if "enum" in node or "const" in node:
        yield from ("zz_other", "", "x" * 5000, 10**25)
    if "maxLength" in node:
        yield "x" * (node["maxLength"] + 1)
        yield "字" * 200_000
    if node.get("minLength"):
        yield ""
    if "pattern" in node:
        yield from ("A b", "", "a\n", "..", "名", "-" * 41, "x" * 100_000)
    if "maxItems" in node and value:
        yield [*value] * (node["maxItems"] // len(value) + 1)
    if node.get("minItems"):
        yield []
    if node.get("minProperties"):
        yield {}
    if node.get("uniqueItems") and value:
        yield [*value, value[0]]


@sort
def number_that_is_none(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, lambda one: one.parts and not isinstance(one.value, dict))
    assert place is not None
    files = changed(template, place.path, place.parts, RAW, chance.choice(NUMBERS))
    where = [at(place.path, *place.parts)]
    return Wrong(files=files, where=where, ids=["json.number"], exact=True)


@sort
def text_that_is_none(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, lambda one: one.parts and isinstance(one.value, str))
    assert place is not None
    raw = chance.choice(TEXTS)
    if chance.random() < 0.8 or isinstance(place.parts[-1], int):
        files = changed(template, place.path, place.parts, RAW, raw)
        where = [at(place.path, *place.parts)]
    else:
        files = changed(template, place.path, (*place.parts[:-1], "zz"), RAW, f"1, {raw}: 1")
        where = [at(place.path, *place.parts[:-1])]
    return Wrong(files=files, where=where, ids=["json.bad_text"], exact=True)


@sort
def key_repeated(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, lambda one: one.parts and isinstance(one.parts[-1], str))
    assert place is not None
    key = str(place.parts[-1])
    again = f"{write_json(place.value)}, {write_json(key)}: " * chance.randint(1, 3)
    files = changed(template, place.path, place.parts, RAW, again + write_json(place.value))
    where = [at(place.path, *place.parts[:-1])]
    ids = ["json.repeated_key"]
    return Wrong(files=files, where=where, ids=ids, says={"key": key}, exact=True)


@sort
def too_deep(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, lambda one: one.parts)
    assert place is not None
    depth = chance.choice((41, 100, 1_000, 100_000))
    begin, end = chance.choice((("[", "]"), ('{"a": ', "}"), ('[{"a": ', "}]")))
    raw = begin * depth + "1" + end * depth
    files = changed(template, place.path, place.parts, RAW, raw)
    return Wrong(files=files, where=[at(place.path)], ids=["json.too_deep"])
