"""Conditions that a single related record decides: they become EXISTS, which ends at the first one.

`count(..) > 0` is that there is one, `max(x) >= 3` that there is one with `x >= 3`. A value that is
empty or below a bound is one that does not reach it: `last is None or last < d` is `not last >= d`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..ir import (
    FLIPPED,
    OPPOSITE,
    Aggregate,
    Compare,
    Formula,
    If,
    IsEmpty,
    Logic,
    Not,
    Read,
    Typed,
    Via,
    structure,
)
from ..types import BOOLEAN
from .bounds import rewritten

if TYPE_CHECKING:
    from .compiler import Compiler

Static = Callable[[Typed], Any]
_SOME = {(">", 0), (">=", 1), ("!=", 0)}
_NONE = {("==", 0), ("<", 1), ("<=", 0)}
_REACHED = {"max": (">", ">="), "min": ("<", "<=")}


def counted(node: Compare, static: Static) -> Typed | None:
    """`count(...) > 0` and its kind as the existence of a record, or None."""
    found, operator, other = compared(node)
    if found is None or found.function != "count" or not other.static:
        return None
    if found.value is not None or other.type.scale:
        return None
    test = (operator, static(other))
    if test not in _SOME | _NONE:
        return None
    there = replace(found, function="any", type=BOOLEAN, bound=0, nullable=False)
    return there if test in _SOME else _not(node, there)


def reached(node: Compare, static: Static) -> Typed | None:
    """`max(...) >= 3` and its kind as the existence of a record, or None."""
    found, operator, other = compared(node)
    if found is None or found.value is None or not other.static or static(other) is None:
        return None
    if operator not in _REACHED.get(found.function, ()):
        return None
    far = replace(node, operator=operator, left=found.value, right=other)
    items = (far,) if found.condition is None else (found.condition, far)
    condition = all_of(node, items)
    return replace(
        found,
        function="any",
        type=BOOLEAN,
        bound=0,
        nullable=False,
        value=None,
        condition=condition,
    )


def merged(compiler: Compiler, node: Typed) -> Typed:
    """A condition in which what is empty or beyond a bound is written as not within it."""
    match node:
        case Logic(operator="or"):
            return _merged_or(compiler, node)
        case Logic():
            return replace(node, items=tuple(merged(compiler, item) for item in node.items))
        case Not():
            return replace(node, operand=merged(compiler, node.operand))
        case Formula() if node.type == BOOLEAN:
            return replace(node, body=merged(compiler, node.body))
    return node


def _merged_or(compiler: Compiler, node: Logic) -> Typed:
    items = [merged(compiler, item) for item in node.items]
    empties = {structure(one.operand): one for one in items if isinstance(one, IsEmpty)}
    for item in items:
        if not isinstance(item, Compare) or item.operator not in ("<", "<=", ">", ">="):
            continue
        bound = rewritten(item, compiler.context, compiler.static) or item
        if not isinstance(bound, Compare):
            continue
        for value, other in ((bound.left, bound.right), (bound.right, bound.left)):
            empty = empties.get(structure(value))
            found = _within(compiler, bound, value, other) if empty else None
            if found is not None:
                left = [found if each is item else each for each in items if each is not empty]
                if len(left) == 1:
                    return left[0]
                return _merged_or(compiler, replace(node, items=tuple(left)))
    return replace(node, items=tuple(items))


def _within(compiler: Compiler, bound: Compare, value: Typed, other: Typed) -> Typed | None:
    """That `value` is empty or compares as `bound` says, with the value computed only once."""
    opposite = _not(bound, replace(bound, operator=OPPOSITE[bound.operator]))
    if other.static:
        return None if compiler.static(other) is None else opposite
    if not isinstance(other, Read) or not any(
        isinstance(one, Aggregate | Via) for one in value.walk()
    ):
        return None
    if not other.nullable:
        return opposite
    return If(
        type=BOOLEAN,
        start=bound.start,
        end=bound.end,
        nullable=False,
        test=_empty(other),
        body=_empty(value),
        other=opposite,
    )


def compared(node: Compare) -> tuple[Aggregate | None, str, Typed]:
    """The aggregate that is compared, the operator as if it stood left, and the other side."""
    for side, operator, other in (
        (node.left, node.operator, node.right),
        (node.right, FLIPPED[node.operator], node.left),
    ):
        found = _inside(side)
        if isinstance(found, Aggregate):
            return found, operator, other
    return None, node.operator, node.right


def _inside(node: Typed) -> Typed:
    """What a formula of the record itself is made of."""
    while isinstance(node, Formula) and not node.up:
        node = node.body
    return node


def _not(at: Typed, operand: Typed) -> Not:
    return Not(type=BOOLEAN, start=at.start, end=at.end, nullable=False, operand=operand)


def _empty(operand: Typed) -> IsEmpty:
    return IsEmpty(
        type=BOOLEAN, start=operand.start, end=operand.end, nullable=False, operand=operand
    )


def all_of(at: Typed, items: tuple[Typed, ...]) -> Typed:
    """That all of some conditions hold, in place of `at`."""
    if len(items) == 1:
        return items[0]
    return Logic(
        type=BOOLEAN, start=at.start, end=at.end, nullable=False, operator="and", items=items
    )


def conjuncts(node: Typed) -> Iterator[Typed]:
    """The conditions that must all hold for a condition to hold."""
    if isinstance(node, Logic) and node.operator == "and":
        for item in node.items:
            yield from conjuncts(item)
    elif isinstance(node, Formula) and node.type == BOOLEAN and not node.up:
        yield from conjuncts(node.body)
    else:
        yield node
