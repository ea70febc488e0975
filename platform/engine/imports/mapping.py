"""Mappings: which column of a file goes into which field, and how its values are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from pathlib import Path
from typing import Any

import jsonschema

from ...metadata.json_text import read_json
from ...metadata.model import App, Entity, Field
from ...metadata.naming import nearest
from ...metadata.problems import Problem
from .. import access
from ..access import Caller
from ..errors import Invalid

_TEXTS: Mapping[str, Any] = {"type": "object", "additionalProperties": {"type": ["string", "null"]}}
SCHEMA: Mapping[str, Any] = {
    "title": "Mapping of a file to an entity",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "columns": {
            "description": "Column -> field, or {field, key, format}; null leaves a column out.",
            "type": "object",
            "additionalProperties": {
                "anyOf": [
                    {"type": ["string", "null"]},
                    {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["field"],
                        "properties": {
                            "field": {"type": "string"},
                            "key": {"description": "The field of the target that names it."},
                            "format": {"description": "strptime format of dates and times."},
                        },
                    },
                ]
            },
        },
        "values": {
            "description": "Column or field -> value in the file -> value to take, null for none.",
            "type": "object",
            "additionalProperties": _TEXTS,
        },
        "constants": {"description": "Field -> the same value for every row.", **_TEXTS},
        "key": {"description": "The field by which records are found again.", "type": "string"},
        "stage_times": {
            "description": "Stage -> the column that says when it was entered (history).",
            "type": "object",
            "additionalProperties": {"type": "string"},
        },
        "created_at": {"description": "The column that says when it was made (history)."},
    },
}


@dataclass(frozen=True, slots=True)
class Target:
    """Where the cells of a column go: the field, how references are named, how dates are written.

    `values` replaces whole values of the file, None leaving the field empty.
    """

    column: str
    field: Field
    key: str | None = None
    format: str | None = None
    values: Mapping[str, str | None] = dataclass_field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Mapped:
    """A mapping checked against a file's columns and an entity.

    `targets` by column index; `constants` by field; `key` the field by which records are found
    again; `stage_times` stage id -> column index; `created_at` a column index.
    """

    entity: Entity
    targets: Mapping[int, Target]
    constants: Sequence[tuple[Target, str]]
    key: Field | None
    stage_times: Mapping[str, int]
    created_at: int | None

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


def guess(app: App, caller: Caller, entity_id: str, columns: Sequence[str]) -> dict[str, str]:
    """Column -> field name for the columns that are called like a field, in any language."""
    writable = access.writable(app, caller, entity_id, "create")
    names: dict[str, str] = {}
    for one in app.entity(entity_id).live_fields:
        if one.id in writable:
            for word in (one.name, *one.aliases, *one.label.values()):
                names.setdefault(_folded(word), one.name)
    found: dict[str, str] = {}
    for column in columns:
        name = names.get(_folded(column))
        if name is not None and name not in found.values():
            found[column] = name
    return found


def resolve(
    app: App, caller: Caller, entity_id: str, columns: Sequence[str], raw: Mapping[str, Any]
) -> Mapped:
    """Check a mapping (see SCHEMA); Invalid lists every problem, with the nearest right name."""
    wrong = [
        Problem("import.mapping", {"reason": error.message}, pointer=_pointer(error.path))
        for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(raw)
    ]
    if wrong:
        raise Invalid(wrong)
    return _Resolver(app, caller, entity_id, columns, raw).resolve()


class _Resolver:
    """Reads the parts of a mapping and collects what is wrong with each."""

    def __init__(
        self,
        app: App,
        caller: Caller,
        entity_id: str,
        columns: Sequence[str],
        raw: Mapping[str, Any],
    ) -> None:
        self.app = app
        self.caller = caller
        self.entity = app.entity(entity_id)
        self.columns = columns
        self.raw = raw
        self.problems: list[Problem] = []

    def resolve(self) -> Mapped:
        targets = {}
        for column, to in self.raw.get("columns", {}).items():
            index = self._column(column, f"/columns/{column}")
            target = self._target(column, to) if to is not None else None
            if index is not None and target is not None:
                targets[index] = target
        constants = []
        for name, value in self.raw.get("constants", {}).items():
            target = self._target(name, name, part="constants")
            if target is not None and value is not None:
                constants.append((target, value))
        self._refuse_twice([*targets.values(), *(one for one, _ in constants)])
        self._refuse_strange_values(targets.values())
        mapped = Mapped(
            self.entity, targets, constants, self._key(), self._stage_times(), self._created_at()
        )
        if not targets:
            self.problems.append(Problem("import.nothing_mapped", {}))
        if self.problems:
            raise Invalid(self.problems)
        return mapped

    def _column(self, name: str, pointer: str) -> int | None:
        if name in self.columns:
            return self.columns.index(name)
        near = nearest(name, self.columns) or ", ".join(self.columns[:20])
        params = {"column": name, "nearest": near}
        self.problems.append(Problem("import.unknown_column", params, pointer=pointer))
        return None

    def _target(self, column: str, to: Any, part: str = "columns") -> Target | None:
        name, key, format_ = (
            (to["field"], to.get("key"), to.get("format"))
            if isinstance(to, dict)
            else (to, None, None)
        )
        field = self._field(self.entity.id, name, f"/{part}/{column}")
        if field is None:
            return None
        if field.id not in access.writable(self.app, self.caller, self.entity.id, "create"):
            params = {"field": field}
            self.problems.append(Problem("field.read_only", params, pointer=f"/{part}/{column}"))
            return None
        if key is not None:
            key = self._key_of(field, key, f"/{part}/{column}/key")
        values = {**self._values(field.name), **self._values(column)}
        return Target(column, field, key, format_, values)

    def _values(self, name: str) -> Mapping[str, str | None]:
        found: Mapping[str, str | None] = self.raw.get("values", {}).get(name, {})
        return found

    def _key_of(self, field: Field, key: str, pointer: str) -> str | None:
        to = "member" if field.type in ("owner", "member") else field.to
        if to is None:
            self.problems.append(Problem("import.key_of_plain", {"field": field}, pointer=pointer))
            return None
        found = self._field(to, key, pointer)
        return found.id if found else None

    def _field(self, entity_id: str, name: str, pointer: str) -> Field | None:
        found = access.field_for(self.app, self.caller, entity_id, name)
        if found is None:
            self.problems.append(
                access.unknown_field(self.app, self.caller, entity_id, name, pointer)
            )
        return found

    def _refuse_twice(self, targets: Iterable[Target]) -> None:
        seen: dict[str, str] = {}
        for one in targets:
            if one.field.id in seen:
                params = {"field": one.field, "column": seen[one.field.id]}
                self.problems.append(
                    Problem("import.field_twice", params, pointer=f"/columns/{one.column}")
                )
            seen[one.field.id] = one.column

    def _refuse_strange_values(self, targets: Iterable[Target]) -> None:
        names = {name for one in targets for name in (one.column, one.field.name)}
        for name in self.raw.get("values", {}):
            if name not in names:
                near = nearest(name, sorted(names)) or ", ".join(sorted(names))
                params = {"column": name, "nearest": near}
                self.problems.append(
                    Problem("import.unknown_column", params, pointer=f"/values/{name}")
                )

    def _key(self) -> Field | None:
        name = self.raw.get("key")
        return None if name is None else self._field(self.entity.id, name, "/key")

    def _stage_times(self) -> dict[str, int]:
        found: dict[str, int] = {}
        pipeline = self.entity.pipeline
        for name, column in self.raw.get("stage_times", {}).items():
            pointer = f"/stage_times/{name}"
            stages = pipeline.stages if pipeline else ()
            stage = next((one for one in stages if name in (one.name, one.id, *one.aliases)), None)
            index = self._column(column, pointer)
            if stage is None:
                near = nearest(name, [one.name for one in stages]) or ""
                params = {"stage": name, "nearest": near}
                self.problems.append(Problem("import.unknown_stage", params, pointer=pointer))
            elif index is not None:
                found[stage.id] = index
        return found

    def _created_at(self) -> int | None:
        name = self.raw.get("created_at")
        return None if name is None else self._column(str(name), "/created_at")


def _folded(word: str) -> str:
    return "".join(letter for letter in word.casefold() if letter.isalnum())


def _pointer(path: Iterable[Any]) -> str:
    return "".join(f"/{part}" for part in path)
