"""Refused expressions come with their whole text corrected, where that is mechanical."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from ..metadata.expression import parse
from ..metadata.model import App, Entity
from ..metadata.problems import Fix, Problem, ProblemsError
from .functions import described

_T = TypeVar("_T")
_MOST = 12
"""How many places of one text are corrected."""
_UNKNOWN = ("name.unknown", "option.no_such", "function.unknown", "dimension.unknown")
_LABELLED = frozenset(
    {
        "expression.unexpected",
        "expression.character",
        "expression.full_width",
        "expression.no_value",
        "expression.operator",
        "expression.suffix",
    }
)
_CALLED = re.compile(r"(\w+)\s+$")
_VALUE = re.compile(r"[^\W\d]\w*(?:\.\w+)*")


def corrected(app: App, entity_id: str, text: str, read: Callable[[str], _T]) -> _T:
    """What `read` makes of a text; what it refuses is raised with the text corrected.

    A correction is offered if what comes of it is right, or wrong only in a name that nothing is
    like.
    """
    try:
        return read(text)
    except ProblemsError as error:
        first, *others = error.problems
        entity = app.entities.get(entity_id)
        first = _refined(first, entity, text)
        better = _corrected(first, entity, text, read)
        raise ProblemsError([replace(first, corrected=better), *others]) from None


def mended(text: str) -> str | None:
    """The text with its syntax corrected, where its fields are not known; None where it is right
    or nobody can tell what was meant.
    """
    try:
        parse(text)
    except ProblemsError as error:
        return _corrected(error.problems[0], None, text, parse)
    return None


def _corrected(
    problem: Problem, entity: Entity | None, text: str, read: Callable[[str], object]
) -> str | None:
    better = text
    left: Problem | None = problem
    for _ in range(_MOST):
        if left is None or left.fix is None:
            break
        better = left.fix.applied(better)
        try:
            read(better)
            left = None
        except ProblemsError as error:
            left = _refined(error.problems[0], entity, better)
    if better == text or (left is not None and not left.id.startswith(_UNKNOWN)):
        return None
    return better


def _refined(problem: Problem, entity: Entity | None, text: str) -> Problem:
    """A problem of the parser, which knows no fields and functions, told by what is known."""
    if entity is None or problem.position is None or problem.id not in _LABELLED:
        return problem
    return _label(problem, entity, text) or _function(problem, text) or problem


def _label(problem: Problem, entity: Entity, text: str) -> Problem | None:
    """A label that is no name, as `Annual amount` or `金额（万元）`, where the problem is."""
    at = (problem.position or 1) - 1
    known = [(label, one.name) for one in entity.live_fields for label in one.label.values()]
    for label, name in sorted(known, key=lambda one: -len(one[0])):
        if label.isidentifier() or len(label) < 3:
            continue
        start = text.find(label)
        if 0 <= start <= at <= start + len(label):
            fix = Fix(start, start + len(label), (name,))
            params = {"label": label, "name": name}
            return Problem("name.label", params, position=start + 1, fix=fix)
    return None


def _function(problem: Problem, text: str) -> Problem | None:
    """A function without its parentheses, as `len name`, where the problem is."""
    at = (problem.position or 1) - 1
    before = _CALLED.search(text[:at])
    if before is None or before.group(1) not in {one.name for one in described()}:
        return None
    value = _VALUE.match(text, at)
    fix = None
    if value is not None:
        name = before.group(1)
        fix = Fix(before.start(), value.end(), (f"{name}({value.group()})",))
    params = {"name": before.group(1), "call": f"{before.group(1)}(...)"}
    return Problem("name.function", params, position=before.start() + 1, fix=fix)
