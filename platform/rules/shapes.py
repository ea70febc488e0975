"""Shapes: what stands in a formula, and which type of field takes it."""

from __future__ import annotations

from ..metadata.expression import AGGREGATES, parse, tree
from ..metadata.fields import TYPES, FormulaType, Shape, field_type
from ..metadata.problems import Problem
from ..metadata.shown_names import TypeNames
from .expression import Expression
from .ir import Formula, Read, Typed, Via

_PROBLEMS = {"path": "formula.not_path", "aggregate": "formula.not_aggregate"}


def shape_of(expression: Expression) -> Shape:
    """What stands in an expression; `any` where it is more than one path or one aggregate."""
    node = parse(expression.text)
    if isinstance(node, tree.Path):
        return "path" if _of_another(expression.typed) else "any"
    if isinstance(node, tree.Call) and node.function.text in AGGREGATES:
        return "aggregate"
    return "any"


def shape_problem(expression: Expression, type_name: str) -> Problem | None:
    """What is wrong with an expression for a type of field; None where the type takes it."""
    wanted = field_type(type_name)
    if not isinstance(wanted, FormulaType) or wanted.shape == "any":
        return None
    found = shape_of(expression)
    if found == wanted.shape:
        return None
    params = {"type": TypeNames(wanted.name), "other": TypeNames(_taking(found))}
    return Problem(_PROBLEMS[wanted.shape], params, position=1)


def _of_another(typed: Typed) -> bool:
    """Whether a path leads over references to a value that the record there has itself."""
    while isinstance(typed, Via):
        typed = typed.body
        if isinstance(typed, Read | Formula):
            return True
    return False


def _taking(shape: Shape) -> str:
    """The first type that takes a shape."""
    types = (one for one in TYPES.values() if isinstance(one, FormulaType))
    return next(one.name for one in types if one.shape == shape)
