"""Mappings: which column of a file goes into which field, and how its values are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from pathlib import Path
from typing import Any

from ...metadata.json_text import read_json
from ...metadata.model import App, Entity, Field
from ...rules.types import target_of
from .. import access
from ..access import Caller
from ..errors import Invalid

_TEXTS: Mapping[str, Any] = {"type": "object", "additionalProperties": {"type": ["string", "null"]}}
_LISTS: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": {"type": "array", "items": {"type": "string"}},
}
_PLACE: Mapping[str, Any] = {
    "anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "additionalProperties": False,
            "required": ["field"],
            "properties": {
                "field": {"type": "string"},
                "key": {
                    "description": "The field of the target that names it.",
                    "type": "string",
                },
                "format": {
                    "description": "strptime format of dates and times; % for per cent.",
                    "type": "string",
                },
            },
        },
    ]
}
SCHEMA: Mapping[str, Any] = {
    "title": "Mapping of a file to an entity",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "columns": {
            "description": (
                "Column -> field, or {field, key, format}, or several of them;"
                " null leaves a column out."
            ),
            "type": "object",
            "additionalProperties": {
                "anyOf": [{"type": "null"}, _PLACE, {"type": "array", "items": _PLACE}]
            },
        },
        "values": {
            "description": "Column or field -> value in the file -> value to take, null for none.",
            "type": "object",
            "additionalProperties": _TEXTS,
        },
        "create": {
            "description": "Column of a reference -> values for which records are to be made.",
            **_LISTS,
        },
        "skip": {"description": "Column -> values whose rows are left out.", **_LISTS},
        "constants": {"description": "Field -> the same value for every row.", **_TEXTS},
        "key": {"description": "The field by which records are found again.", "type": "string"},
        "stage_times": {
            "description": "Stage -> the column that says when it was entered (history).",
            "type": "object",
            "additionalProperties": {"type": "string"},
        },
        "created_at": {
            "description": "The column that says when it was made (history).",
            "type": "string",
        },
    },
}


@dataclass(frozen=True, slots=True)
class Target:
    """Where the cells of a column go: the field, how references are named, how dates are written.

    `values` replaces whole values of the file, None leaving the field empty. `options` are the
    names of options by every word that may stand for them, folded. Rows with a value of `skip` are
    left out; records are made for those of `create`.
    """

    column: str
    field: Field
    key: str | None = None
    format: str | None = None
    values: Mapping[str, str | None] = dataclass_field(default_factory=dict)
    options: Mapping[str, str] = dataclass_field(default_factory=dict)
    create: frozenset[str] = frozenset()
    skip: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Mapped:
    """A mapping checked against a file's columns and an entity.

    `targets` are pairs of a column's index and where its cells go; `key` is the field by which
    records are found again, `key_column` its column where the field itself is never written (an
    id, an automatic number); `stage_times` stage id -> column index; `created_at` a column index.
    """

    entity: Entity
    targets: Sequence[tuple[int, Target]]
    constants: Sequence[tuple[Target, str]]
    key: Field | None
    key_column: int | None
    stage_times: Mapping[str, int]
    created_at: int | None

    @property
    def all_targets(self) -> list[Target]:
        """Where columns and constants go."""
        return [one for _, one in self.targets] + [one for one, _ in self.constants]

    @property
    def history(self) -> bool:
        """Whether the file brings times of what happened elsewhere."""
        return bool(self.stage_times) or self.created_at is not None


def read_mapping(path: Path) -> dict[str, Any]:
    """The JSON of a mapping or values file; Invalid where it is none."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Invalid.because("import.file", file=str(path), reason=error.strerror) from error
    found, problems = read_json(content, path.name)
    if problems:
        raise Invalid(problems)
    if not isinstance(found, dict):
        raise Invalid.because("import.mapping", reason="{ ... }")
    return found


def guess(
    app: App, caller: Caller, entity_id: str, columns: Sequence[str], key: str | None = None
) -> dict[str, Any]:
    """Column -> place for the columns that are called like a field, in any language.

    A place is the name of a field, or of a reference and the field of its target that names it.

    `key` is the field by which records are to be found, which need not be one that is written.
    """
    wanted = set(access.writable(app, caller, entity_id, "create"))
    found_by = None if key is None else access.field_for(app, caller, entity_id, key)
    if found_by is not None:
        wanted.add(found_by.id)
    fields = [one for one in app.entity(entity_id).live_fields if one.id in wanted]
    names = _names(fields)
    found: dict[str, Any] = {}
    taken: set[str] = set()
    for column in columns:
        one = names.get(folded(column))
        place: Any = None if one is None else one.name
        if one is None and "." in column:
            one, place = _by_path(app, caller, names, column)
        if one is not None and one.id not in taken:
            found[column] = place
            taken.add(one.id)
    return found


def _names(fields: Sequence[Field]) -> dict[str, Field]:
    """Fields by every word that may stand for them, folded; names come before labels."""
    found: dict[str, Field] = {}
    for one in fields:
        found.setdefault(folded(one.name), one)
    for one in fields:
        for word in (*one.aliases, *one.label.values()):
            found.setdefault(folded(word), one)
    return found


def _by_path(
    app: App, caller: Caller, names: Mapping[str, Field], column: str
) -> tuple[Field | None, Any]:
    """The reference and its place for a column such as `customer.code`, as exports call them."""
    word, _, rest = column.partition(".")
    one = names.get(folded(word))
    target = None if one is None else target_of(one)
    if one is None or target is None or target not in app.entities:
        return None, None
    known = access.readable(app, caller, target)
    key = _names([each for each in app.entity(target).live_fields if each.id in known])
    named = key.get(folded(rest))
    return (None, None) if named is None else (one, {"field": one.name, "key": named.name})


def folded(word: str) -> str:
    """The letters and digits of a column's name, whatever their case."""
    return "".join(letter for letter in word.casefold() if letter.isalnum())
