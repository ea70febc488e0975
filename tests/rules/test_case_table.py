"""The table of cases is whole: functions with each kind of argument, empty, at a limit, past it.

What a case shows is read off its values, not told by hand. `cases_missing.json` lists what nobody
has written yet: it may only get shorter, and `python -m tests.rules.test_case_table` writes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from fieldstone.metadata.problems import ProblemsError
from fieldstone.rules.arithmetic import limit
from fieldstone.rules.evaluate import Evaluator
from fieldstone.rules.functions import Function
from fieldstone.rules.ir import Aggregate, Typed, Via
from fieldstone.rules.letters import LONGEST
from tests.rules.declared import APP
from tests.rules.generate.shapes import Shape, shapes
from tests.rules.lenient import read
from tests.rules.test_cases import CASES, Case, company, compiled, context

MISSING = Path(__file__).parent / "cases_missing.json"
_FILLED = {"number": "1.5", "whole": "1", "text": '"a"', "date": "today()", "datetime": "now()"}
_NEAR = 40
"""Days, characters and the like from a limit that still count as being at it."""


def shown_by(case: Case) -> Iterator[str]:
    """What a case shows of the functions in it, those within aggregates and paths left out."""
    try:
        expression = compiled(case)
    except ProblemsError:
        return
    record = company(case.get("record", {})).record("account", 1)
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


@cache
def missing() -> tuple[str, ...]:
    """What no case shows."""
    shown = {one for case in CASES for one in shown_by(case.values[0])}  # type: ignore[arg-type]
    return tuple(sorted(set(wanted()) - shown))


def test_what_no_case_shows_is_known_and_gets_less() -> None:
    known = json.loads(MISSING.read_text("utf-8"))
    found = list(missing())
    new = sorted(set(found) - set(known))
    assert not new, "write a case for each of these in tests/rules/cases"
    filled = sorted(set(known) - set(found))
    assert not filled, "take these out of cases_missing.json: python -m tests.rules.test_case_table"


if __name__ == "__main__":
    MISSING.write_text(json.dumps(list(missing()), indent=0, ensure_ascii=False) + "\n", "utf-8")
