"""Conditions as inputs of the Studio: rows of the builder and text, each made from the other."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from werkzeug.datastructures import MultiDict

from fieldstone.engine.errors import NotFound
from fieldstone.metadata import expression_to_ids, expression_to_names
from fieldstone.metadata.conditions import read
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
    expression_of,
    from_form,
    model_of,
    places_of,
    rows_of,
    typed_of,
)
from . import settings
from .frame import Studio

TEXT, ROWS = "text", "rows"

_ACTION = re.compile(r"action\.[0-9]{1,2}\.when")


@dataclass(frozen=True)
class _Kind:
    """How a condition is called; one that is `needed` begins with a row to fill in.

    With `viewer` it may depend on who looks at it.
    """

    label: str
    hint: str
    needed: bool = False
    viewer: bool = False


_FORM_HINT = "studio.condition_hint.form"
_KINDS = {
    "enter_when": _Kind("studio.condition.enter_when", "studio.condition_hint.enter_when"),
    "where": _Kind("studio.condition.where", "studio.condition_hint.where"),
    "when": _Kind("rules.condition", "rules.condition_hint", needed=True),
    "visible_when": _Kind("studio.visible_when", _FORM_HINT),
    "required_when": _Kind("studio.required_when", _FORM_HINT),
    "read_only_when": _Kind("studio.read_only_when", _FORM_HINT),
    "filter": _Kind("cards.filter", "studio.condition_hint.where", viewer=True),
    "metric.filter": _Kind("cards.metric_filter", "studio.condition_hint.where"),
    "metric.value.where": _Kind("cards.counted", "studio.condition_hint.where"),
    "metric.over.where": _Kind("cards.out_of", "studio.condition_hint.where"),
}
"""The conditions that a page of the Studio may hold, by the key of the document."""

_OF_ACTION = _Kind("rules.action_when", "rules.action_when_hint")


@dataclass(frozen=True)
class ConditionInput:
    """A condition as a page shows it: its rows, and the text that says the same.

    `by` is what was typed last, which the other follows; `lines` say what is wrong with the whole.
    """

    key: str
    label: str
    hint: str
    path: str
    text: str
    by: str
    builder: BuilderModel
    lines: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The key as part of an id that style and scripts can name."""
        return self.key.replace(".", "-")


@dataclass(frozen=True)
class Condition:
    """What came of inputs: an expression in names, and what is wrong with it or with its rows."""

    text: str
    lines: tuple[str, ...] = ()
    rows: Mapping[str, str] = field(default_factory=dict)
    corrected: str = ""
    """What was probably meant, where the text is wrong and that is known."""

    @property
    def right(self) -> bool:
        """Whether the text says what the inputs hold, and can be asked."""
        return not self.lines and not self.rows


def shown(studio: Studio, entity: Entity, key: str, text: str) -> ConditionInput:
    """The input of a condition that stands in a document, in ids."""
    if text:
        with suppress(ProblemsError):
            text = expression_to_names(studio.app, entity.id, text)
    return _input(studio, entity, key, text, TEXT, rows_from(studio, entity, key, text))


def again(
    studio: Studio, entity: Entity, key: str, form: MultiDict[str, str], *, checked: bool = True
) -> ConditionInput:
    """The input as it was sent, with what is wrong where it is `checked`."""
    found = sent(studio, entity, key, form) if checked else Condition(form.get(key, ""))
    if form.get(f"{key}.as", TEXT) == TEXT:
        text = form.get(key, "")
        one = _input(studio, entity, key, text, TEXT, rows_from(studio, entity, key, text))
    else:
        text = form.get(key, "") if found.rows else found.text
        typed = from_form(form, key)
        model = _model(studio, entity, key, _places(studio, entity, key), typed, found.rows)
        one = _input(studio, entity, key, text, ROWS, model)
    return replace(one, lines=found.lines)


def sent(studio: Studio, entity: Entity, key: str, form: MultiDict[str, str]) -> Condition:
    """The condition that the inputs hold: of the rows or of the text, which was typed last."""
    _kind(key)
    locale = studio.desk.locale
    if form.get(f"{key}.as", TEXT) == TEXT:
        text = form.get(key, "").strip()
    else:
        places = {one.path: one for one in _places(studio, entity, key)}
        group, keys = rows_of(from_form(form, key), places, key)
        if keys:
            return Condition("", (), {name: say(one, locale) for name, one in keys.items()})
        try:
            text = expression_of(group)
        except ProblemsError as error:
            return Condition("", settings.told(error.problems, locale))
    viewer = _kind(key).viewer
    lines = lines_of(studio, entity, text, viewer=viewer) if text else ()
    corrected = settings.correction(studio.app, entity.id, text, viewer=viewer) if lines else ""
    return Condition(text, lines, corrected=corrected)


def lines_of(studio: Studio, entity: Entity, text: str, *, viewer: bool = False) -> tuple[str, ...]:
    """What is wrong with a condition over the entity of the draft, each with its place."""
    return tuple(
        settings.wrong_expression(
            studio.app, entity.id, text, studio.desk.locale, expected="boolean", viewer=viewer
        )
    )


def in_ids(studio: Studio, entity: Entity, condition: Condition) -> str:
    """The expression of a right condition as documents keep it."""
    return expression_to_ids(studio.app, entity.id, condition.text) if condition.text else ""


def pressed(
    studio: Studio, entity: Entity, key: str, form: MultiDict[str, str], do: str
) -> BuilderModel:
    """The rows after one of their buttons, or after another field was chosen."""
    places = _places(studio, entity, key)
    typed = changed(from_form(form, key), do, _first(places))
    return _model(studio, entity, key, places, typed, fresh=bool(do))


def rows_from(studio: Studio, entity: Entity, key: str, text: str) -> BuilderModel:
    """The rows that say what an expression in names says; what is none stays as it is written."""
    places = _places(studio, entity, key)
    try:
        group = typed_of(read(text), places)
    except ProblemsError:
        group = TypedGroup("and", (TypedText(text),))
    if not group.items and _kind(key).needed:
        group = TypedGroup("and", (_first(places),))
    return _model(studio, entity, key, places, group)


def _kind(key: str) -> _Kind:
    """How the condition of that key is called; NotFound for one that no page holds."""
    found = _OF_ACTION if _ACTION.fullmatch(key) else _KINDS.get(key)
    if found is None:
        raise NotFound.because("draft.unknown", document=key[:100])
    return found


def _first(places: Sequence[Place]) -> TypedRow:
    return TypedRow(places[0].path if places else "")


def _places(studio: Studio, entity: Entity, key: str) -> tuple[Place, ...]:
    return places_of(studio.desk, entity, studio.app, viewer=_kind(key).viewer)


def _model(
    studio: Studio,
    entity: Entity,
    key: str,
    places: Sequence[Place],
    typed: TypedGroup,
    wrong: Mapping[str, str] | None = None,
    *,
    fresh: bool = False,
) -> BuilderModel:
    _kind(key)
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
    studio: Studio, entity: Entity, key: str, text: str, by: str, builder: BuilderModel
) -> ConditionInput:
    locale, kind = studio.desk.locale, _kind(key)
    label, hint = say(kind.label, locale), say(kind.hint, locale)
    path = studio.paths.condition(entity.id, key)
    return ConditionInput(key, label, hint, path, text, by, builder)
