"""Documents of unknown or other kinds, twice, missing, or in the wrong folder."""

from __future__ import annotations

import random

from fieldstone.metadata.documents import FOLDERS
from tests.metadata.fuzz.shapes import chosen, misspelt
from tests.metadata.fuzz.templates import Template
from tests.metadata.fuzz.wrong import Wrong, at, changed, sort, written


@sort
def kind_unknown(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, lambda one: one.parts == ("kind",))
    assert place is not None
    kinds = ("", "Entity", misspelt(chance, place.value), "report", "x" * 100_000, "实体")
    files = changed(template, place.path, ("kind",), chance.choice(kinds))
    where = [at(place.path, "kind")]
    return Wrong(files=files, where=where, ids=["document.kind"], exact=True)


@sort
def kind_exchanged(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, lambda one: one.parts == ("kind",))
    assert place is not None
    other = chance.choice([one for one in ("app", *FOLDERS) if one != place.value])
    files = changed(template, place.path, ("kind",), other)
    where = [at(place.path, "kind")]
    return Wrong(files=files, where=where, ids=["document.wrong_folder"], exact=True)


@sort
def wrong_folder(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, lambda one: not one.parts)
    assert place is not None
    folder, name = place.path.rpartition("/")[::2]
    other = chance.choice([one for one in FOLDERS.values() if one != folder])
    files = {place.path: None, f"{other}/{name}": written(place.value)}
    where = [at(f"{other}/{name}", "kind")]
    if place.path == "app.json":
        where.append(at("app.json"))
    ids = ["document.wrong_folder", "folder.no_app"]
    return Wrong(files=files, where=where, ids=ids, of_file=True)


@sort
def folder_misspelt(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, lambda one: not one.parts and "/" in one.path)
    assert place is not None
    folder, name = place.path.rpartition("/")[::2]
    typo = misspelt(chance, folder)
    files = {place.path: None, f"{typo}/{name}": written(place.value)}
    return Wrong(files=files, where=[at(f"{typo}/")], ids=["folder.unknown"], of_file=True)


@sort
def document_twice(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, lambda one: not one.parts and "/" in one.path)
    assert place is not None
    other = f"{place.path.rpartition('/')[0]}/zz.json"
    where = [at(path, key) for path in (place.path, other) for key in ("name", "id")]
    return Wrong(files={other: written(place.value)}, where=where, exact=True)


@sort
def no_app(chance: random.Random, template: Template) -> Wrong | None:
    files = {"app.json": None} | dict.fromkeys(
        chance.sample(sorted(template.data), chance.randrange(len(template.data)))
    )
    return Wrong(files=files, where=[at("app.json")], ids=["app.missing", "folder.no_app"])


@sort
def document_missing(chance: random.Random, template: Template) -> Wrong | None:
    """Some documents are gone; whether one was needed, `gone_but_used` knows."""
    some = chance.sample(sorted(template.data), chance.choice((1, 1, 1, 2, 5)) % len(template.data))
    return Wrong(files=dict.fromkeys(some), must="app.json" in some, where=[at("app.json")])


@sort
def schema_that_is_junk(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, lambda one: not one.parts)
    assert place is not None
    value, right = chance.choice(
        ((5, False), ([], False), ({"a": 1}, False), (None, False), ("nonsense", True), ("", True))
    )
    files = changed(template, place.path, ("$schema",), value)
    return Wrong(files=files, where=[at(place.path, "$schema")], must=not right)
