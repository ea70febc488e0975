"""What a mapping says besides one field a column: second fields, same values, times of history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fieldstone.engine.imports import rights
from fieldstone.metadata.model import Entity, Field

from ...desk import Desk
from ...words import say
from .steps import Option

_MADE = "created"
"""What the form calls the time when a record was made; stages go by their names after `at.`."""

_GIVEN = frozenset({"auto_number", "formula", "stage", "tier"})
"""Types whose values come by themselves, so that a required one wants no column."""


@dataclass(frozen=True)
class Same:
    """A field that has the same value in every record of the file; `known` are its options."""

    name: str
    text: str
    value: str
    known: tuple[str, ...]
    required: bool


@dataclass(frozen=True)
class When:
    """A time of history, and the column that tells it."""

    name: str
    text: str
    columns: tuple[Option, ...]


def places_of(mapping: Mapping[str, Any], column: str) -> list[Mapping[str, Any]]:
    """Where the cells of a column go: {field, key?, format?} each, the first first."""
    to = mapping.get("columns", {}).get(column)
    places = to if isinstance(to, list) else [to]
    return [{"field": one} if isinstance(one, str) else one for one in places if one]


def mapped_names(mapping: Mapping[str, Any]) -> list[str]:
    """The fields that columns go into, in the order of the columns."""
    columns = mapping.get("columns", {})
    return [str(one["field"]) for column in columns for one in places_of(mapping, column)]


def same_of(
    desk: Desk, entity: Entity, mapping: Mapping[str, Any], fields: Iterable[Field]
) -> tuple[Same, ...]:
    """The fields with one value for all, and the required ones that nothing gives a value yet."""
    given: Mapping[str, str | None] = mapping.get("constants", {})
    named = set(mapped_names(mapping))
    found = []
    for one in fields:
        lacking = one.required and one.default is None and one.family not in _GIVEN
        if one.name in named or not (lacking or one.name in given):
            continue
        known = tuple(option.text(desk.locale) for option in one.options if not option.archived)
        found.append(
            Same(one.name, one.text(desk.locale), given.get(one.name) or "", known, one.required)
        )
    return tuple(found)


def times_of(
    desk: Desk, entity: Entity, mapping: Mapping[str, Any], columns: Sequence[str]
) -> tuple[When, ...]:
    """When records were made and entered their stages, for whoever may bring history."""
    if not rights.may_bring_history(desk.tx, desk.caller, entity.id):
        return ()
    none = say("imports.time.none", desk.locale)
    chosen = {_MADE: mapping.get("created_at"), **_stage_times(mapping)}
    names = [(_MADE, entity.field("created_at").text(desk.locale))]
    for stage in entity.pipeline.stages if entity.pipeline else ():
        if not stage.archived:
            words = say("imports.time.stage", desk.locale, stage=stage.text(desk.locale))
            names.append((f"at.{stage.name}", words))
    return tuple(
        When(
            name,
            text,
            (
                Option("", none, not chosen.get(name)),
                *(Option(one, one, one == chosen.get(name)) for one in columns),
            ),
        )
        for name, text in names
    )


def asks_times(entity: Entity, mapping: Mapping[str, Any]) -> bool:
    """Whether the times are worth a look: some are chosen, or the file brings stages."""
    if mapping.get("created_at") or mapping.get("stage_times"):
        return True
    pipeline = entity.pipeline
    return pipeline is not None and entity.field(pipeline.field).name in mapped_names(mapping)


def besides_from(columns: Sequence[str], form: Mapping[str, str], old: Any) -> dict[str, Any]:
    """What a form says of same values and times; what it does not ask stays as it was."""
    constants = dict(old.get("constants", {}))
    times = _stage_times(old)
    created = old.get("created_at")
    for key, text in form.items():
        kind, _, name = key.partition(".")
        if kind == "same":
            constants[name] = text.strip() or None
        elif kind == "time" and name == _MADE:
            created = text
        elif kind == "time":
            times[name] = text
    constants = {name: text for name, text in constants.items() if text is not None}
    stages = {name[3:]: column for name, column in times.items() if column in columns}
    found: dict[str, Any] = {"constants": constants} if constants else {}
    found |= {"stage_times": stages} if stages else {}
    return found | ({"created_at": created} if created in columns else {})


def _stage_times(mapping: Mapping[str, Any]) -> dict[str, str]:
    return {f"at.{name}": column for name, column in mapping.get("stage_times", {}).items()}
