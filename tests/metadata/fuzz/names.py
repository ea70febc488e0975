"""Names and ids that are taken, reserved or badly written."""

from __future__ import annotations

import random

from fieldstone.metadata.system import SYSTEM_NAMES
from tests.metadata.fuzz.shapes import chosen
from tests.metadata.fuzz.templates import Place, Template, inner
from tests.metadata.fuzz.wrong import Where, Wrong, at, changed, sort, written

BAD = ("A b", "", "x" * 41, "名称", "a-b", "a.b", " a", "a\n", "é", "_a", "x" * 300_000)
RESERVED = ("class", "count", "parent", "none", "true", "by", "and", "today", "if", "lambda")


def _is_named(place: Place) -> bool:
    return "x-declares" in place.node and "name" in place.value


def _siblings(place: Place) -> bool:
    """Whether the place is a list of things with names, two at least."""
    return (
        isinstance(place.value, list)
        and len(place.value) > 1
        and "name" in place.node["items"].get("properties", {})
        and "x-declares" in place.node["items"]
    )


@sort
def name_badly_written(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, _is_named)
    assert place is not None
    key = chance.choice(("name", "id"))
    files = changed(template, place.path, (*place.parts, key), chance.choice(BAD))
    return Wrong(files=files, where=[at(place.path, *place.parts, key)], exact=True)


@sort
def name_reserved(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, lambda one: one.node.get("x-declares") in {"entity", "field"})
    if place is None:
        return None
    parts = (*place.parts, "name")
    files = changed(template, place.path, parts, chance.choice(RESERVED))
    return Wrong(files=files, where=[at(place.path, *parts)], ids=["name.reserved"], exact=True)


@sort
def name_of_the_product(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, lambda one: one.node.get("x-declares") in {"entity", "field"})
    if place is None:
        return None
    field = place.node["x-declares"] == "field"
    name = chance.choice(sorted(SYSTEM_NAMES)) if field else "member"
    parts = (*place.parts, "name")
    files = changed(template, place.path, parts, name)
    ids = ["name.system_field", "name.system_entity"]
    return Wrong(files=files, where=[at(place.path, *parts)], ids=ids, exact=True)


@sort
def name_of_a_companion(chance: random.Random, template: Template) -> Wrong | None:
    suffixes = {"stage": "entered_at", "owner": "since", "tier": "before"}
    place = chosen(
        chance,
        template,
        lambda one: (
            isinstance(one.value, dict)
            and one.value.get("type") in suffixes
            and one.node.get("x-declares") == "field"
        ),
    )
    if place is None:
        return None
    name = f"{place.value['name']}_{suffixes[place.value['type']]}"
    parts = (*place.parts[:-1], len(template.data[place.path]["fields"]))
    data = template.copy(place.path)
    data["fields"].append({"name": name, "type": "text"})
    where = [at(place.path, *parts, "name")]
    files: dict[str, bytes | None] = {place.path: written(data)}
    return Wrong(files=files, where=where, ids=["name.companion"], exact=True)


@sort
def name_taken(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, _siblings)
    if place is None:
        return None
    one, other = chance.sample(range(len(place.value)), 2)
    name = place.value[other]["name"]
    as_option = place.node["items"]["x-declares"] in {"option", "stage", "tag", "band"}
    files = changed(
        template,
        place.path,
        (*place.parts, one, "name"),
        name.swapcase() if as_option and chance.random() < 0.5 else name,
    )
    where = [at(place.path, *place.parts, each, "name") for each in (one, other)]
    return Wrong(files=files, where=where, ids=["name.taken", "name.aliased"], exact=True)


@sort
def id_taken(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, _siblings)
    if place is None:
        return None
    data = template.copy(place.path)
    found = inner(data, place.parts)
    one, other = chance.sample(range(len(found)), 2)
    found[one]["id"] = found[other]["id"] = chance.choice(("same", found[one]["name"].lower()))
    where = [at(place.path, *place.parts, each, "id") for each in (one, other)]
    return Wrong(files={place.path: written(data)}, where=where, ids=["id.taken"], exact=True)


@sort
def alias_taken(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, _siblings)
    if place is None:
        return None
    one, other = chance.sample(range(len(place.value)), 2)
    parts = (*place.parts, one, "aliases")
    files = changed(template, place.path, parts, [place.value[other]["name"]])
    if place.node["items"]["x-declares"] not in {"field", "menu_item", "card"}:
        return Wrong(files=files, must=False)  # A band `A` has no alias that is written so.
    return Wrong(files=files, where=[at(place.path, *parts)], exact=True)


@sort
def entry_twice(chance: random.Random, template: Template) -> Wrong | None:
    def wanted(one: Place) -> bool:
        return isinstance(one.value, list) and bool(one.value) and _key(one) != ""

    place = chosen(chance, template, wanted)
    if place is None:
        return None
    data = template.copy(place.path)
    found = inner(data, place.parts)
    index = chance.randrange(len(found))
    found.append(found[index])
    last = len(found) - 1
    where: list[Where] = [at(place.path, *place.parts, each) for each in (index, last)]
    return Wrong(files={place.path: written(data)}, where=[*where, at(place.path, *place.parts)])


def _key(place: Place) -> str:
    """What tells the entries of a list apart, or nothing."""
    if place.node.get("x-merge") != "id":
        return ""
    return str(place.node.get("x-key", "id"))


@sort
def inverse_taken(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(
        chance, template, lambda one: isinstance(one.value, dict) and "inverse" in one.value
    )
    if place is None:
        return None
    data = template.copy(place.path)
    last = len(data["fields"])
    data["fields"].append({**place.value, "name": "zz_other"})
    data["fields"][last].pop("id", None)
    where = [at(place.path, "fields", each, "inverse") for each in (last, place.parts[-1])]
    ids = ["inverse.taken", "name.aliased"]
    return Wrong(files={place.path: written(data)}, where=where, ids=ids, exact=True)
