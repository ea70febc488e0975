"""Conditions as inputs of the Studio: the builder's rows over the draft, or the expression."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from fieldstone.metadata import expression_to_ids, expression_to_names
from fieldstone.metadata.conditions import Written, read, rows, write
from fieldstone.metadata.model import Entity
from fieldstone.metadata.problems import ProblemsError

from ...words import say
from ..builder import (
    BuilderModel,
    Place,
    TypedGroup,
    TypedRow,
    TypedText,
    changed,
    from_form,
    model_of,
    places_of,
    rows_of,
    typed_of,
)
from . import settings
from .frame import Studio

KEYS = ("enter_when", "where", "rows")
"""The conditions that a page of the Studio may hold, by the key of the document."""


@dataclass(frozen=True)
class ConditionInput:
    """A condition as a page shows it: with `builder` as rows, else as the expression `text`.

    `lines` say what is wrong with it as a whole.
    """

    key: str
    label: str
    hint: str
    path: str
    text: str = ""
    builder: BuilderModel | None = None
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Condition:
    """What came of a condition that was sent: an expression in names, and how to show it again."""

    text: str
    shown: ConditionInput
    right: bool


def shown(studio: Studio, entity: Entity, key: str, text_in_ids: str) -> ConditionInput:
    """The input of a condition that stands in a document."""
    text = text_in_ids
    if text:
        try:
            text = expression_to_names(studio.app, entity.id, text_in_ids)
        except ProblemsError:
            return _input(studio, entity, key, text)
    return as_rows(studio, entity, key, text)


def in_ids(studio: Studio, entity: Entity, condition: Condition) -> str:
    """The expression of a right condition as documents keep it."""
    return expression_to_ids(studio.app, entity.id, condition.text) if condition.text else ""


def as_rows(studio: Studio, entity: Entity, key: str, text: str) -> ConditionInput:
    """An expression (in names) as rows; what is none stays as it is written."""
    places = places_of(studio.desk, entity, studio.app)
    try:
        typed = typed_of(read(text), places)
    except ProblemsError:
        typed = TypedGroup("and", (TypedText(text),))
    return _input(studio, entity, key, text, _model(studio, entity, key, places, typed))


def as_text(studio: Studio, entity: Entity, key: str, text: str) -> ConditionInput:
    """An expression (in names) to be typed."""
    return _input(studio, entity, key, text)


def pressed(
    studio: Studio, entity: Entity, key: str, form: MultiDict[str, str], do: str
) -> BuilderModel:
    """The builder after one of its buttons, or after another field was chosen."""
    places = places_of(studio.desk, entity, studio.app)
    first = TypedRow(places[0].path if places else "")
    typed = changed(from_form(form, key), do, first)
    return _model(studio, entity, key, places, typed, fresh=bool(do))


def sent(studio: Studio, entity: Entity, key: str, form: MultiDict[str, str]) -> Condition:
    """The condition that a form holds, checked."""
    if form.get(f"{key}.as") == "text":
        text = form.get(key, "").strip()
        lines = _wrong(studio, entity, text)
        return Condition(text, _input(studio, entity, key, text, lines=lines), not lines)
    places = places_of(studio.desk, entity, studio.app)
    typed = from_form(form, key)
    group, keys = rows_of(typed, {one.path: one for one in places}, key)
    wrong = {name: say(each, studio.desk.locale) for name, each in keys.items()}
    text = "" if wrong else write(group)
    if any(isinstance(one, Written) for one in rows(group)) and not _wrong(studio, entity, text):
        text = write(read(text))
    lines = _wrong(studio, entity, text)
    model = _model(studio, entity, key, places, typed, wrong)
    again = _input(studio, entity, key, text, model, lines)
    return Condition(text, again, not (wrong or lines))


def _wrong(studio: Studio, entity: Entity, text: str) -> tuple[str, ...]:
    if not text:
        return ()
    return tuple(settings.wrong_expression(studio.app, entity.id, text, studio.desk.locale))


def _model(
    studio: Studio,
    entity: Entity,
    key: str,
    places: Sequence[Place],
    typed: TypedGroup,
    wrong: dict[str, str] | None = None,
    *,
    fresh: bool = False,
) -> BuilderModel:
    return model_of(
        studio.desk,
        places,
        typed,
        refresh=f"{studio.paths.condition(entity.id, key)}/builder",
        prefix=key,
        wrong=wrong,
        fresh=fresh,
    )


def _input(
    studio: Studio,
    entity: Entity,
    key: str,
    text: str,
    builder: BuilderModel | None = None,
    lines: tuple[str, ...] = (),
) -> ConditionInput:
    locale = studio.desk.locale
    label, hint = (
        say(f"studio.condition.{key}", locale),
        say(f"studio.condition_hint.{key}", locale),
    )
    path = studio.paths.condition(entity.id, key)
    return ConditionInput(key, label, hint, path, text, builder, lines)
