"""The value of an expression for one record.

A subclass of simpleeval's evaluator walks the typed expression, never Python's own tree: nothing of
simpleeval's defaults (attributes, methods, formatting, powers) can be reached.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from simpleeval import FeatureNotAvailable, SimpleEval

from ..metadata.problems import Problem
from . import arithmetic, values
from .context import Context
from .expression import Expression
from .ir import (
    Aggregate,
    Call,
    Compare,
    Constant,
    Extra,
    Formula,
    HasTag,
    If,
    In,
    IsEmpty,
    Logic,
    Not,
    Property,
    Read,
    Step,
    Typed,
    Via,
    Window,
)
from .records import RecordSource

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def evaluate(
    expression: Expression,
    record: RecordSource | None,
    context: Context,
    *,
    parent: RecordSource | None = None,
) -> Any:
    """The value of an expression for a record, as Python code expects it (see `values.plain`).

    `parent` is the record that `parent.` means. What is out of range is empty and noted in
    `context.problems`; nothing is raised for any values of the record.
    """
    value = Evaluator(context).of(expression.typed, record, parent)
    return values.plain(value, expression.type)


@dataclass(frozen=True, slots=True)
class Frame:
    """A record whose fields bare names mean, and the frame further out."""

    record: RecordSource | None
    outer: Frame | None = None

    def up(self, count: int) -> Frame:
        """The frame so many further out."""
        frame = self
        for _ in range(count):
            if frame.outer is None:
                raise LookupError("the expression reads an outer record, and none was given")
            frame = frame.outer
        return frame


class Evaluator(SimpleEval):  # type: ignore[misc]
    """Computes raw values; its handlers are by class of typed node, and there are no others."""

    def __init__(self, context: Context) -> None:
        # Not the base's own constructor: it would bring operators, functions and handlers along.
        self.context = context
        self.frame = Frame(None)

    def _eval(self, node: Any) -> Any:
        """The base looks a handler up among its own; ours are one table for all evaluators."""
        handler = _HANDLERS.get(type(node))
        if handler is None:
            raise FeatureNotAvailable(f"no {type(node).__name__} in expressions")
        return handler(self, node)

    def of(
        self, typed: Typed, record: RecordSource | None, parent: RecordSource | None = None
    ) -> Any:
        """The raw value of a typed expression for a record."""
        return self.inside(Frame(record, Frame(parent) if parent is not None else None), typed)

    def inside(self, frame: Frame, typed: Typed) -> Any:
        """The raw value in another frame."""
        before = self.frame
        self.frame = frame
        try:
            return self._eval(typed)
        finally:
            self.frame = before

    def followed(self, up: int, steps: Sequence[Step]) -> RecordSource | None:
        """The record that references lead to."""
        record = self.frame.up(up).record
        for step in steps:
            if record is None:
                return None
            record = record.follow(step.field)
        return record

    def _eval_constant(self, node: Constant) -> Any:
        return node.value

    def _eval_empty(self, node: IsEmpty) -> Any:
        return self._eval(node.operand) is None

    def _eval_not(self, node: Not) -> Any:
        return not self._eval(node.operand)

    def _eval_extra(self, node: Extra) -> Any:
        return values.raw(self.context.extra.get(node.name), node.type)

    def _eval_read(self, node: Read) -> Any:
        record = self.frame.up(node.up).record
        found = record.value(node.field) if record is not None else None
        value = values.raw(found, node.type)
        if node.type.kind == "choice" and isinstance(value, set | frozenset):
            return min(value, default=None)
        return value

    def _eval_via(self, node: Via) -> Any:
        record = self.followed(node.up, node.steps)
        if record is None:
            return False if node.type.kind == "boolean" else None
        return self.inside(Frame(record), node.body)

    def _eval_formula(self, node: Formula) -> Any:
        return self.inside(Frame(self.frame.up(node.up).record), node.body)

    def _eval_property(self, node: Property) -> Any:
        missing = False if node.type.kind == "boolean" else None
        return dict(node.values).get(self._eval(node.operand), missing)

    def _eval_has_tag(self, node: HasTag) -> Any:
        record = self.frame.up(node.up).record
        tags = frozenset(record.value(node.field) or ()) if record is not None else frozenset()
        return bool(tags) if node.tags is None else not tags.isdisjoint(node.tags)

    def _eval_call(self, node: Call) -> Any:
        arguments = [self._eval(argument) for argument in node.arguments]
        if node.operation.strict and None in arguments:
            return False if node.type.kind == "boolean" else None
        value = node.operation.python(node, arguments, self.context)
        if value is None and _failed(node, arguments):
            self.note(node)
        return value

    def note(self, node: Typed) -> None:
        """Remember that a value could not be computed."""
        if len(self.context.problems) < 100:
            self.context.problems.append(Problem("value.out_of_range", position=node.start + 1))

    def _eval_compare(self, node: Compare) -> Any:
        left, right = self._eval(node.left), self._eval(node.right)
        if left is None or right is None:
            return (left is right) == (node.operator == "==") and node.operator in ("==", "!=")
        shift = node.left.type.scale - node.right.type.scale
        if shift:
            left, right = arithmetic.compare(left, right, -shift), 0
        return _COMPARE[node.operator](left, right)

    def _eval_in(self, node: In) -> Any:
        value = self._eval(node.operand)
        if value is None:
            return False
        scale = node.operand.type.scale
        for item in node.items:
            other = self._eval(item)
            if other is not None and (
                arithmetic.compare(value, other, item.type.scale - scale) == 0
                if node.operand.type.numeric
                else value == other
            ):
                return True
        return False

    def _eval_boolop(self, node: Logic) -> Any:
        wanted = node.operator == "or"
        return wanted if any(self._eval(item) == wanted for item in node.items) else not wanted

    def _eval_ifexp(self, node: If) -> Any:
        return self._eval(node.body) if self._eval(node.test) else self._eval(node.other)

    def _eval_aggregate(self, node: Aggregate) -> Any:
        owner = self.followed(node.up, node.steps)
        outer = self.frame
        records = owner.related(node.entity, node.field) if owner is not None else ()
        frames = [Frame(record, outer) for record in records]
        if node.function == "any":
            return any(self.holds(node, frame) for frame in frames)
        if node.function == "all":
            return all(self.holds(node, frame) for frame in frames)
        frames = [frame for frame in frames if self.holds(node, frame)]
        if node.function in ("first", "last"):
            return self.picked(node, frames)
        if node.value is None:
            return len(frames)
        found = [value for frame in frames if (value := self.inside(frame, node.value)) is not None]
        return self.combined(node, found)

    def deciding(self, node: Aggregate) -> tuple[RecordSource, ...]:
        """The related records that decide an aggregate: those that count, or that fail an all()."""
        owner = self.followed(node.up, node.steps)
        records = owner.related(node.entity, node.field) if owner is not None else ()
        frames = [Frame(record, self.frame) for record in records]
        wanted = node.function != "all"
        frames = [frame for frame in frames if self.holds(node, frame) == wanted]
        if node.function in ("min", "max", "first", "last"):
            value = self._eval_aggregate(node)
            frames = [one for one in frames if node.value and self.inside(one, node.value) == value]
            frames = frames[:1] if value is not None else []
        return tuple(frame.record for frame in frames if frame.record is not None)

    def _eval_window(self, node: Window) -> Any:
        return self.window(node)

    def window(self, node: Window) -> Any:
        """What a value is among those of all records; `TableEvaluator` knows them."""
        raise LookupError("the expression needs the records of a table: see evaluate_all")

    def holds(self, node: Aggregate, frame: Frame) -> bool:
        """Whether a related record meets the condition."""
        return node.condition is None or bool(self.inside(frame, node.condition))

    def combined(self, node: Aggregate, found: list[Any]) -> Any:
        """What count, sum, avg, min or max make of the values that are not empty."""
        if node.function == "count":
            return len(found)
        if node.function == "count_distinct":
            return len(set(found))
        if node.function in ("min", "max"):
            return (min if node.function == "min" else max)(found, default=None)
        limit = arithmetic.limit(node.type.scale)
        value: int | None
        if node.function == "sum":
            value = arithmetic.limited(sum(found), limit)
        else:
            assert node.value is not None
            shift = node.type.scale - node.value.type.scale
            made = arithmetic.median if node.function == "median" else arithmetic.mean
            value = made(found, shift, limit)
        if value is None and found:
            self.note(node)
        return value

    def picked(self, node: Aggregate, frames: list[Frame]) -> Any:
        """The value of the first or last related record in the order of `by`, then of id."""
        keyed = []
        for frame in frames:
            key = self.inside(frame, node.by) if node.by is not None else 0
            if key is not None and frame.record is not None:
                keyed.append(((key, frame.record.value("id") or 0), frame))
        if not keyed:
            return False if node.type.kind == "boolean" else None
        pick = min if node.function == "first" else max
        frame = pick(keyed, key=lambda one: one[0])[1]
        return self.inside(frame, node.value) if node.value is not None else None


def _failed(node: Call, arguments: Sequence[Any]) -> bool:
    """Whether an empty result is a failure: not of an empty argument, nor of dividing by zero."""
    if not arguments or None in arguments or node.operation.partial:
        return False
    return not (node.operation.name in ("/", "//", "%") and arguments[1] == 0)


_HANDLERS: dict[type[Typed], Callable[[Evaluator, Any], Any]] = {
    Constant: Evaluator._eval_constant,
    Extra: Evaluator._eval_extra,
    Read: Evaluator._eval_read,
    Via: Evaluator._eval_via,
    Formula: Evaluator._eval_formula,
    Aggregate: Evaluator._eval_aggregate,
    Property: Evaluator._eval_property,
    HasTag: Evaluator._eval_has_tag,
    Call: Evaluator._eval_call,
    Compare: Evaluator._eval_compare,
    IsEmpty: Evaluator._eval_empty,
    In: Evaluator._eval_in,
    Logic: Evaluator._eval_boolop,
    Not: Evaluator._eval_not,
    If: Evaluator._eval_ifexp,
    Window: Evaluator._eval_window,
}
