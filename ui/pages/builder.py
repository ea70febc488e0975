"""The condition builder's requests: its rows for an expression, and after each button or choice."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from fieldstone.engine.errors import Invalid, Malformed
from fieldstone.engine.query.conditions import filter_of
from fieldstone.metadata.conditions import read
from fieldstone.metadata.model import Entity
from fieldstone.metadata.problems import ProblemsError

from ..desk import Desk, Visit
from ..rendering import fragment
from ..show.builder import (
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
from ..words import say

PREFIX = "c"


def open_builder(visit: Visit, entity: str) -> str:
    """The builder with the rows of the expression `where`, or with one new row."""
    with visit.reading() as desk:
        found = desk.entity(entity)
        return fragment("builder.html", builder=_of_text(desk, found, request.args.get("where")))


def change_builder(visit: Visit, entity: str) -> str:
    """The builder as it is typed, after the button `do`."""
    with visit.reading() as desk:
        found = desk.entity(entity)
        places = places_of(desk, found)
        typed = from_form(request.form, PREFIX)
        do = request.args.get("do", "")
        typed = changed(typed, do, _first(places))
        fresh = bool(do)
        return fragment("builder.html", builder=_model(desk, found, places, typed, fresh=fresh))


@dataclass(frozen=True)
class Built:
    """What came of a builder that was sent: an expression in names, or the builder with what is
    wrong.
    """

    text: str
    wrong: BuilderModel | None = None


def built(desk: Desk, entity: Entity) -> Built:
    """The condition over an entity that the request's form holds."""
    places = places_of(desk, entity)
    typed = from_form(request.form, PREFIX)
    group, keys = rows_of(typed, {one.path: one for one in places}, PREFIX)
    wrong = {name: say(key, desk.locale) for name, key in keys.items()}
    wrong |= _wrong_texts(desk, entity, typed, PREFIX)
    problems: tuple[str, ...] = ()
    text = "" if wrong else expression_of(group)
    if text:
        problems = _problems(desk, entity, text)
    if wrong or problems:
        return Built("", _model(desk, entity, places, typed, wrong, problems))
    return Built(text)


def _wrong_texts(desk: Desk, entity: Entity, group: TypedGroup, prefix: str) -> dict[str, str]:
    """What is wrong with the rows that are typed as expressions, each by itself."""
    found: dict[str, str] = {}
    for at, one in enumerate(group.items):
        name = f"{prefix}.{at}"
        if isinstance(one, TypedGroup):
            found |= _wrong_texts(desk, entity, one, name)
        elif isinstance(one, TypedText) and one.code:
            problems = _problems(desk, entity, one.code)
            found |= {name: " ".join(problems)} if problems else {}
    return found


def _problems(desk: Desk, entity: Entity, text: str) -> tuple[str, ...]:
    try:
        filter_of(desk.tx, desk.caller, entity.id, text)
    except (Invalid, Malformed, ProblemsError) as error:
        return tuple(one.text(desk.locale) for one in error.problems)
    return ()


def _first(places: tuple[Place, ...]) -> TypedRow:
    return TypedRow(places[0].path if places else "")


def _of_text(desk: Desk, entity: Entity, text: str | None) -> BuilderModel:
    places = places_of(desk, entity)
    try:
        typed = typed_of(read(text or ""), places)
    except ProblemsError:
        typed = TypedGroup("and", (TypedText(text or ""),))
    if not typed.items:
        typed = TypedGroup("and", (_first(places),))
    return _model(desk, entity, places, typed)


def _model(
    desk: Desk,
    entity: Entity,
    places: tuple[Place, ...],
    typed: TypedGroup,
    wrong: dict[str, str] | None = None,
    problems: tuple[str, ...] = (),
    *,
    fresh: bool = False,
) -> BuilderModel:
    return model_of(
        desk,
        places,
        typed,
        refresh=f"{desk.paths.list(entity.name)}/builder",
        prefix=PREFIX,
        wrong=wrong,
        problems=problems,
        fresh=fresh,
    )
