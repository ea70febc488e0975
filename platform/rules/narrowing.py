"""Narrowing: the columns by which a condition picks its records, so that an index may serve it.

Read from the typed form in the way in which the compiler writes it: `not` is pushed down, distances
from today are bounds on their date, a property of an option is a list of options. What joins
conditions by "or" narrows by no one column.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from .context import Context
from .evaluate import Evaluator
from .expression import Expression
from .ir import FLIPPED, Compare, Formula, In, IsEmpty, Logic, Not, Property, Read, Typed
from .sql.bounds import rewritten
from .types import BOOLEAN

_SOME_DAY = datetime(2026, 6, 15, 12, tzinfo=UTC)
"""Bounds are the same columns on every day; an hour that no clock skips."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A field of the records themselves: compared for equality, or else by order."""

    field: str
    equal: bool


def narrowed(expression: Expression) -> tuple[Narrowing, ...]:
    """By which fields of its records a condition narrows them, in order, each once."""
    if expression.type != BOOLEAN:
        return ()
    context = Context(_SOME_DAY, ZoneInfo(expression.app.manifest.time_zone))
    found: dict[str, Narrowing] = {}
    for one in _Narrower(expression.entity, context).true(expression.typed):
        if one.equal or one.field not in found:
            found[one.field] = one
    return tuple(found.values())


class _Narrower:
    def __init__(self, entity: str, context: Context) -> None:
        self.entity = entity
        self.context = context

    def static(self, node: Typed) -> Any:
        return Evaluator(self.context).of(node, None)

    def true(self, node: Typed) -> Iterator[Narrowing]:
        """What narrows where the condition holds."""
        match node:
            case Logic() if node.operator == "and":
                for item in node.items:
                    yield from self.true(item)
            case Not():
                yield from self.false(node.operand)
            case Formula() if node.up == 0:
                yield from self.true(node.body)
            case Compare():
                yield from self.compared(node)
            case In() if node.items:
                yield from self.by(node.operand, *node.items)
            case Property() if any(value for _, value in node.values):
                yield from self.by(node.operand)
            case IsEmpty() if node.operand.nullable:
                yield from self.by(node.operand)
            case Read():
                yield from self.by(node)

    def false(self, node: Typed) -> Iterator[Narrowing]:
        """What narrows where the condition does not hold."""
        match node:
            case Logic() if node.operator == "or":
                for item in node.items:
                    yield from self.false(item)
            case Not():
                yield from self.true(node.operand)
            case Formula() if node.up == 0:
                yield from self.false(node.body)
            case Compare():
                yield from self.not_compared(node)
            case Read():
                yield from self.by(node)

    def compared(self, node: Compare) -> Iterator[Narrowing]:
        bound = rewritten(node, self.context, self.static)
        if bound is not None:
            yield from self.true(bound)
        elif node.operator != "!=":
            for left, right in ((node.left, node.right), (node.right, node.left)):
                if right.static:
                    yield from self.by(left, right, equal=node.operator == "==")

    def not_compared(self, node: Compare) -> Iterator[Narrowing]:
        bound = rewritten(node, self.context, self.static)
        if bound is not None:
            yield from self.false(bound)
        elif node.operator == "!=":
            yield from self.compared(_with(node, "=="))
        elif node.operator != "==" and not (node.left.nullable or node.right.nullable):
            yield from self.compared(_with(node, FLIPPED[node.operator]))

    def by(self, node: Typed, *others: Typed, equal: bool = True) -> Iterator[Narrowing]:
        """The column that a node is, unless it is computed with to be compared."""
        if not isinstance(node, Read) or node.up or node.entity != self.entity:
            return
        if (node.type.options or "").startswith("dimension:"):
            return  # tags stand in a table of their own
        if all(one.type.scale <= node.type.scale for one in others):
            yield Narrowing(node.field, equal)


def _with(node: Compare, operator: str) -> Compare:
    return Compare(
        type=node.type,
        start=node.start,
        end=node.end,
        nullable=node.nullable,
        operator=operator,
        left=node.left,
        right=node.right,
    )
