"""What cases show of functions: each with every kind of argument, empty, at a limit, past it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from fieldstone.rules.arithmetic import limit
from fieldstone.rules.evaluate import Evaluator
from fieldstone.rules.functions import Function
from fieldstone.rules.ir import Aggregate, Typed, Via
from fieldstone.rules.letters import LONGEST
from tests.rules.casebook import Case, company, compiled, context
from tests.rules.declared import APP
from tests.rules.generate.shapes import Shape, shapes
from tests.rules.lenient import read

_FILLED = {"number": "1.5", "whole": "1", "text": '"a"', "date": "today()", "datetime": "now()"}
_NEAR = 40
"""Days, characters and the like from a limit that still count as being at it."""


def shown_by(case: Case) -> Iterator[str]:
    """What a case shows of the functions in it, those within aggregates and paths left out."""
    expression = compiled(case)
    record = company(case).record("account", 1)
    for node in outermost(expression.typed):
        if node.written is None or not isinstance(node.written.function, Function):
            continue
        about = context(case)
        name = node.written.function.name
        arguments = node.written.arguments
        kinds = ", ".join(one.type.kind for one in arguments)
        values = [Evaluator(about).of(one, record) for one in arguments]
        about.problems.clear()
        result = Evaluator(about).of(node, record)
        yield f"{name}({kinds})"
        for at, value in enumerate(values):
            if value is None:
                yield f"{name}: argument {at + 1} empty"
        sides = [*zip(values, arguments, strict=True), (result, node)]
        if any(at_limit(value, one) for value, one in sides):
            yield f"{name}: limit"
        if result is None and values and None not in values:
            yield f"{name}: past"


def outermost(node: Typed) -> Iterator[Typed]:
    """The parts of an expression that are about the record itself."""
    yield node
    if not isinstance(node, Aggregate | Via):
        below = node.written.arguments if node.written is not None else node.children()
        for child in below:
            yield from outermost(child)


def at_limit(value: Any, node: Typed) -> bool:
    """Whether a raw value is at the end of what values of its type may be, or is the least."""
    if isinstance(value, bool) or value is None:
        return False
    if isinstance(value, int):
        # Numbers as stored have 15 digits in all.
        return node.type.numeric and abs(value) >= min(10**15 - 1, limit(node.type.scale) - 1)
    if isinstance(value, str):
        return len(value) >= LONGEST - _NEAR
    if isinstance(value, datetime | date):
        return value.year in (1, 9999)
    return False


def wanted() -> Iterator[str]:
    """What the table is to show."""
    for shape in shapes():
        if len(shape.kinds) <= _fewest(shape):
            yield str(shape)
        for at, parameter in enumerate(shape.parameters[:3]):
            if not parameter.constants:
                yield f"{shape.name}: argument {at + 1} empty"
        if shape.kinds:
            yield f"{shape.name}: limit"
        if may_fail(shape):
            yield f"{shape.name}: past"


def may_fail(shape: Shape) -> bool:
    """Whether a call may be empty though nothing that it is given is."""
    written = [
        one.constants[0] if one.constants else _FILLED.get(one.kind) for one in shape.parameters
    ]
    if not written or shape.gives == "boolean" or None in written:
        return False
    return read(APP, f"{shape.name}({', '.join(map(str, written))})").typed.nullable


def _fewest(shape: Shape) -> int:
    return min(len(one.kinds) for one in shapes() if one.name == shape.name) + 1
