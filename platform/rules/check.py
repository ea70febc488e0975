"""The one check of an app: its documents, and the type of every expression and message in them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from ..metadata.check import Checked
from ..metadata.check import check as check_documents
from ..metadata.documents import Document
from ..metadata.expressions import ExpressionPlace, expressions
from ..metadata.model import App
from ..metadata.problems import Problem, ProblemsError
from .depth import MOST_ROWS, place_too_deep
from .doubtful import doubts_of
from .expression import Expression, compile_expression, formula_expression
from .grounds import Grounds
from .messages import compile_message
from .offers import offered
from .shapes import shape_problem
from .types import BOOLEAN, NO_VALUE, Words


def check(
    documents: Iterable[Document], base: App | None = None, *, lenient: bool = False
) -> Checked:
    """Check documents as `metadata.check` does, and every expression in them as well.

    The outcome has an `app` only where nothing at all is wrong. What would be refused today but
    was accepted before (`Expression.doubts`) passes where it stands as in `base`, and everywhere
    when `lenient`: documents of a backup were published once. A refused expression comes with its
    whole text corrected, where that is mechanical.
    """
    given = tuple(documents)
    checked = check_documents(given, base)
    problems = checked.problems
    if checked.app is not None:
        problems = (*problems, *problems_of(checked.app, base, lenient=lenient))
    if not problems:
        return checked
    return replace(checked, app=None, problems=offered(given, problems, base))


def problems_of(app: App, base: App | None = None, *, lenient: bool = False) -> Iterator[Problem]:
    """What is wrong with the expressions and messages of an app, with their places."""

    @cache
    def before() -> frozenset[tuple[str, str]]:
        return frozenset(map(_standing, expressions(base))) if base is not None else frozenset()

    grounds = Grounds(app)
    for place in expressions(app):
        standing = _standing_on(grounds, place)
        if standing in _sound:
            continue
        doubted, problems = _problems_at(app, place)
        if not doubted and not problems:
            _remember(standing)
        if doubted and not lenient and _standing(place) not in before():
            problems = (*doubted, *problems)
        for problem in problems:
            yield problem.at(place.document.path, place.pointer)


_sound: set[bytes] = set()
_MOST_SOUND = 50_000


def _remember(standing: bytes) -> None:
    """A change touches few expressions: the others are not typed again (see `validate`)."""
    if len(_sound) >= _MOST_SOUND:
        _sound.clear()
    _sound.add(standing)


def _standing_on(grounds: Grounds, place: ExpressionPlace) -> bytes:
    """The hash of an expression with its place and of all that it can read."""
    entities = (place.entity, place.parent, place.field[0] if place.field else None)
    read = [one and grounds.of(one) for one in entities]
    document, *rest = place
    whole = (document.kind, document.hash, rest, read)
    return hashlib.sha256(repr(whole).encode("utf-8", "surrogatepass")).digest()


def _standing(place: ExpressionPlace) -> tuple[str, str]:
    """An expression by its document and text: where in the document it stands may change."""
    return place.document.key, place.text


_Found = tuple[tuple[Problem, ...], tuple[Problem, ...]]
"""What would be refused today though it may have been accepted before, and what is wrong."""


def _problems_at(app: App, place: ExpressionPlace) -> _Found:
    try:
        if place.kind == "message":
            message = compile_message(app, place.entity, place.text, allow_viewer=place.viewer)
            return message.doubts, ()
        formula = _formula_of(place)
        if formula is not None:
            found = formula_expression(app, place.entity, formula)
            return found.doubts, tuple(_formula_problems(found, app, place))
        found = compile_expression(
            app,
            place.entity,
            place.text,
            parent=place.parent,
            allow_viewer=place.viewer,
            into=place.field,
            over_table=place.table,
        )
    except ProblemsError as error:
        return (), error.problems
    checks = (_type_problems, _rows_problems, _measure_problems)
    return tuple(doubts_of(found)), tuple(
        problem for one in checks for problem in one(found, place)
    )


def _rows_problems(found: Expression, place: ExpressionPlace) -> Iterator[Problem]:
    """A role's rows are put into the SQL of other expressions, so they may not be as deep."""
    if place.document.kind != "role":
        return
    deep = place_too_deep(found.typed, lambda entity: 0, MOST_ROWS)
    if deep is not None:
        yield Problem("expression.nested_rows", position=deep.start + 1)


def _formula_of(place: ExpressionPlace) -> str | None:
    """The id of the formula field whose expression stands at a place, or None."""
    parts = place.pointer.split("/")
    if place.document.kind != "entity" or parts[1:2] != ["fields"] or parts[3:] != ["formula"]:
        return None
    field: Any = place.document.data["fields"][int(parts[2])]
    return str(field["id"])


def _formula_problems(found: Expression, app: App, place: ExpressionPlace) -> Iterator[Problem]:
    field = app.entity(place.entity).field(_formula_of(place) or "")
    yield from _no_value(found)
    misshapen = shape_problem(found, field.type)
    if misshapen is not None:
        yield misshapen
    if field.stored and found.depends_on_time:
        yield Problem("formula.stored_time", position=1)


def _no_value(found: Expression) -> Iterator[Problem]:
    """What is many values at once, or never one."""
    problem = NO_VALUE.get(found.type.kind)
    if problem is not None:
        yield Problem(problem, position=1)


def _type_problems(found: Expression, place: ExpressionPlace) -> Iterator[Problem]:
    if place.field is not None:
        return
    fitting = _FITTING.get(place.expects, ())
    if place.expects == "group":
        yield from _no_value(found)
    if not fitting or found.type.kind in fitting:
        return
    params = {"wanted": Words(fitting[0]), "found": Words(found.type.kind)}
    yield Problem("type.expected", params, position=1)


_FITTING: Mapping[str, tuple[str, ...]] = {
    "boolean": (BOOLEAN.kind,),
    "number": ("number", "money"),
    "day": ("date", "datetime"),
    "choice": ("choice",),
}
"""The kinds of type that a place takes, the one that people are told of first."""


def _measure_problems(found: Expression, place: ExpressionPlace) -> Iterator[Problem]:
    """What a metric measures is a number, or something that can be told apart."""
    _, key, *rest = place.pointer.split("/")
    if place.document.kind != "metric" or rest != ["of"]:
        return
    aggregate = place.document.data[key]["aggregate"]
    if aggregate == "count_distinct":
        yield from _no_value(found)
    elif not found.type.numeric:
        params = {"wanted": Words("number"), "found": Words(found.type.kind)}
        yield Problem("type.expected", params, position=1)
