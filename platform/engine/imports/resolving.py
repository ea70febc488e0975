"""Resolving: a mapping checked against a file and an entity, with every problem of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import jsonschema

from ...metadata.json_text import escape
from ...metadata.model import App, Field
from ...metadata.naming import nearest
from ...metadata.problems import Problem
from .. import access
from ..access import Caller
from ..errors import Invalid
from ..reading.values import words_of
from .mapping import SCHEMA, Mapped, Target


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
        self.writable = access.writable(app, caller, entity_id, "create")
        self.key: Field | None = None
        self.key_column: int | None = None
        self.problems: list[Problem] = []

    def resolve(self) -> Mapped:
        name = self.raw.get("key")
        self.key = None if name is None else self._field(self.entity.id, name, "/key")
        targets = list(self._targets())
        constants = list(self._constants())
        self._refuse_twice([*(one for _, one in targets), *(one for one, _ in constants)])
        self._refuse_strange_values([one for _, one in targets])
        self._refuse_key_without_column(targets)
        mapped = Mapped(
            self.entity,
            targets,
            constants,
            self.key,
            self.key_column,
            self._stage_times(),
            self._created_at(),
        )
        if not targets:
            self.problems.append(Problem("import.nothing_mapped", {}))
        if self.problems:
            raise Invalid(self.problems)
        return mapped

    def _targets(self) -> Iterable[tuple[int, Target]]:
        for column, to in self.raw.get("columns", {}).items():
            index = self._column(column, f"/columns/{escape(column)}")
            for one in to if isinstance(to, list) else [to]:
                if one is None:
                    continue
                target = self._target(column, one)
                if index is None or target is None:
                    continue
                if self.key is target.field and target.field.id not in self.writable:
                    self.key_column = index
                else:
                    yield index, target

    def _constants(self) -> Iterable[tuple[Target, str]]:
        for name, value in self.raw.get("constants", {}).items():
            target = self._target(name, name, part="constants")
            if target is not None and value is not None:
                yield target, value

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
        place = f"/{part}/{escape(column)}"
        field = self._field(self.entity.id, name, place)
        if field is None:
            return None
        if field.id not in self.writable and field is not self.key:
            params = {"field": field}
            self.problems.append(Problem("field.read_only", params, pointer=place))
            return None
        if key is not None:
            key = self._key_of(field, key, f"{place}/key")
        values = {**self._values(field.name), **self._values(column)}
        create, skip = (
            frozenset(one.strip() for one in self.raw.get(name, {}).get(column, ()))
            for name in ("create", "skip")
        )
        return Target(column, field, key, format_, values, words_of(field.options), create, skip)

    def _values(self, name: str) -> Mapping[str, str | None]:
        found: Mapping[str, str | None] = self.raw.get("values", {}).get(name, {})
        return found

    def _key_of(self, field: Field, key: str, pointer: str) -> str | None:
        to = "member" if field.family in ("owner", "member") else field.to
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
                place = f"/columns/{escape(one.column)}"
                self.problems.append(Problem("import.field_twice", params, pointer=place))
            seen[one.field.id] = one.column

    def _refuse_strange_values(self, targets: Iterable[Target]) -> None:
        names = {name for one in targets for name in (one.column, one.field.name)}
        for name in self.raw.get("values", {}):
            if name not in names:
                near = nearest(name, sorted(names)) or ", ".join(sorted(names))
                params = {"column": name, "nearest": near}
                self.problems.append(
                    Problem("import.unknown_column", params, pointer=f"/values/{escape(name)}")
                )

    def _refuse_key_without_column(self, targets: Sequence[tuple[int, Target]]) -> None:
        key = self.key
        if key is None or self.key_column is not None:
            return
        if all(one.field is not key for _, one in targets):
            params = {"field": key}
            self.problems.append(Problem("import.key_not_mapped", params, pointer="/key"))

    def _stage_times(self) -> dict[str, int]:
        found: dict[str, int] = {}
        pipeline = self.entity.pipeline
        for name, column in self.raw.get("stage_times", {}).items():
            pointer = f"/stage_times/{escape(name)}"
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
        return None if name is None else self._column(name, "/created_at")


def _pointer(path: Iterable[Any]) -> str:
    return "".join(f"/{escape(str(part))}" for part in path)
