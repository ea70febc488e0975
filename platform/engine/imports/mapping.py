"""Mappings: which column of a file goes into which field, and how its values are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from pathlib import Path
from typing import Any

from ...metadata.json_text import read_json
from ...metadata.model import App, Entity, Field
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
) -> dict[str, str]:
    """Column -> field name for the columns that are called like a field, in any language.

    `key` is the field by which records are to be found, which need not be one that is written.
    """
    wanted = set(access.writable(app, caller, entity_id, "create"))
    found_by = None if key is None else access.field_for(app, caller, entity_id, key)
    if found_by is not None:
        wanted.add(found_by.id)
    names: dict[str, str] = {}
    for one in app.entity(entity_id).live_fields:
        if one.id in wanted:
            for word in (one.name, *one.aliases, *one.label.values()):
                names.setdefault(_folded(word), one.name)
    found: dict[str, str] = {}
    for column in columns:
        name = names.get(_folded(column))
        if name is not None and name not in found.values():
            found[column] = name
    return found


def _folded(word: str) -> str:
    return "".join(letter for letter in word.casefold() if letter.isalnum())
