"""The condition of a rule, as rows of the builder and as text; either is made from the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from fieldstone.metadata.conditions import read
from fieldstone.metadata.model import Entity
from fieldstone.metadata.problems import Problem, ProblemsError
from fieldstone.rules import compile_expression, compile_message

from ....words import say
from ...builder import (
    BuilderModel,
    Place,
    TypedGroup,
    TypedRow,
    TypedText,
    changed,
    expression_of,
    from_form,
    model_of,
    places_of,
    rows_of,
    typed_of,
)
from ..frame import Studio

PREFIX = "c"
TEXT, ROWS = "text", "rows"


@dataclass(frozen=True)
class Asked:
    """What a condition asks: its text in names, and what is wrong with it or with its rows."""

    text: str
    lines: tuple[str, ...] = ()
    rows: Mapping[str, str] = field(default_factory=dict)

    @property
    def right(self) -> bool:
        """Whether there is a condition that can be asked."""
        return bool(self.text) and not self.lines and not self.rows


def asked_of(studio: Studio, entity: Entity, typed: MultiDict[str, str]) -> Asked:
    """The condition that the inputs hold: the rows, or the text where that was typed last."""
    locale = studio.desk.locale
    if typed.get("by") == TEXT:
        text = typed.get("when", "").strip()
        return Asked(text, lines_of(studio, entity, text) if text else ())
    places = {one.path: one for one in _places(studio, entity)}
    group, keys = rows_of(from_form(typed, PREFIX), places, PREFIX)
    if keys:
        return Asked("", (), {name: say(key, locale) for name, key in keys.items()})
    try:
        text = expression_of(group)
    except ProblemsError as error:
        return Asked("", told(error.problems, locale))
    return Asked(text, lines_of(studio, entity, text) if text else ())


def lines_of(
    studio: Studio, entity: Entity, text: str, *, condition: bool = True
) -> tuple[str, ...]:
    """What is wrong with an expression over the entity of the draft, each with its place."""
    locale = studio.desk.locale
    try:
        found = compile_expression(studio.app, entity.id, text, space="name")
    except ProblemsError as error:
        return told(error.problems, locale)
    if condition and found.type.kind != "boolean":
        return (say("rules.no_condition", locale),)
    return ()


def message_lines(studio: Studio, entity: Entity, text: str) -> tuple[str, ...]:
    """What is wrong with the expressions inside a message, each with its place."""
    try:
        compile_message(studio.app, entity.id, text, space="name")
    except ProblemsError as error:
        return told(error.problems, studio.desk.locale)
    return ()


def told(problems: Sequence[Problem], locale: str) -> tuple[str, ...]:
    """Problems as sentences with their places."""
    return tuple(
        say("studio.at", locale, position=one.position, text=one.text(locale))
        if one.position
        else one.text(locale)
        for one in problems
    )


def builder(
    studio: Studio,
    entity: Entity,
    typed: MultiDict[str, str],
    wrong: Mapping[str, str] | None = None,
) -> BuilderModel:
    """The rows as they are typed."""
    return _model(studio, entity, from_form(typed, PREFIX), wrong)


def pressed(studio: Studio, entity: Entity, typed: MultiDict[str, str], do: str) -> BuilderModel:
    """The rows after a button of the builder."""
    group = changed(from_form(typed, PREFIX), do, _first(_places(studio, entity)))
    return _model(studio, entity, group, fresh=bool(do))


def rows_from(studio: Studio, entity: Entity, text: str) -> BuilderModel:
    """The rows that say what an expression in names says; one empty row for none."""
    places = _places(studio, entity)
    try:
        group = typed_of(read(text), places)
    except ProblemsError:
        group = TypedGroup("and", (TypedText(text),))
    if not group.items:
        group = TypedGroup("and", (_first(places),))
    return _model(studio, entity, group)


def _first(places: Sequence[Place]) -> TypedRow:
    return TypedRow(places[0].path if places else "")


def _places(studio: Studio, entity: Entity) -> tuple[Place, ...]:
    return places_of(studio.desk, entity, studio.app, viewer=False)


def _model(
    studio: Studio,
    entity: Entity,
    group: TypedGroup,
    wrong: Mapping[str, str] | None = None,
    *,
    fresh: bool = False,
) -> BuilderModel:
    return model_of(
        studio.desk,
        _places(studio, entity),
        group,
        refresh=studio.paths.rule_builder(entity.id),
        prefix=PREFIX,
        wrong=wrong,
        fresh=fresh,
    )
