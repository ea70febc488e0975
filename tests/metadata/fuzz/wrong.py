"""A wrong document: what was done to a template, and where that has to be told."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from fieldstone.metadata.json_text import write_json
from tests.metadata.fuzz.templates import Parts, Template, inner, pointer_of

Where = tuple[str, str]
"""A file and a JSON pointer in it."""


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """A template with something done to it.

    `files` are the files that differ (None for one that is gone). `where` are the places at which
    it has to be told: at one of them, or within it unless `exact`, a problem must lie, and be one
    of `ids` where there are any, with what `says` says among its parameters. A file's pointer ""
    stands for the file as a whole: what cannot be read has a line, not a place. Without `must` it
    may be right as well; then whatever is refused has only to lie somewhere. `of_file` says that
    the file is wrong, not the document in it.
    """

    files: Mapping[str, bytes | None]
    where: Collection[Where] = ()
    must: bool = True
    ids: Collection[str] = ()
    says: Mapping[str, Any] = field(default_factory=dict)
    exact: bool = False
    of_file: bool = False


Make = Callable[[random.Random, Template], Wrong | None]
"""Does something wrong by chance; None where the template has no place for it."""

SORTS: dict[str, Make] = {}
"""The sorts of wrong documents by name."""


def sort(make: Make) -> Make:
    """Register a sort, by the name of its function."""
    assert make.__name__ not in SORTS
    SORTS[make.__name__] = make
    return make


RAW = "\ue000raw\ue000"
"""A text that stands for JSON which no value writes; see `written`."""


def written(data: Any, raw: str | None = None) -> bytes:
    """A document as bytes; `raw` is put where RAW stands, quotes and all."""
    text = write_json(data)
    if raw is not None:
        text = text.replace(f'"{RAW}"', raw)
    return text.encode("utf-8", "surrogatepass")


def changed(
    template: Template, path: str, parts: Parts, value: Any, raw: str | None = None
) -> dict[str, bytes | None]:
    """The one file that differs when a value is put at a place."""
    data = template.copy(path)
    if not parts:
        return {path: written(value, raw)}
    inner(data, parts[:-1])[parts[-1]] = value
    return {path: written(data, raw)}


def without(template: Template, path: str, parts: Parts) -> dict[str, bytes | None]:
    """The one file that differs when a value is taken away."""
    data = template.copy(path)
    del inner(data, parts[:-1])[parts[-1]]
    return {path: written(data)}


def renamed_key(template: Template, path: str, parts: Parts, key: str) -> dict[str, bytes | None]:
    """The one file that differs when a key is called otherwise, at its place in the order."""
    data = template.copy(path)
    held = inner(data, parts[:-1])
    pairs = [(key if each == parts[-1] else each, value) for each, value in held.items()]
    held.clear()
    held.update(pairs)
    return {path: written(data)}


def at(path: str, *parts: str | int) -> Where:
    """The place at the end of a way."""
    return path, pointer_of(parts)
