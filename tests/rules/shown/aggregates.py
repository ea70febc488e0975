"""What cases show of aggregates: each over each kind of value, in each situation that it may meet.

Its value: plain and with a condition, where nothing is left, where all that is left is empty, at
the limit and past it. Its place: over a reference and an empty one, around and within another
aggregate, with `parent.`. Of the order of first and last: each kind of it, ties, records without.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fieldstone.rules.evaluate import Evaluator, Frame
from fieldstone.rules.ir import Aggregate, Typed, reads_outer
from tests.rules.casebook import Case, company, compiled, context
from tests.rules.generate.shapes import summaries
from tests.rules.shown.functions import at_limit, outermost

_CALCULATED = ("sum", "avg", "median")
_ENDING = ("number", "money", "text", "date", "datetime")


def wanted() -> Iterator[str]:
    """What the cases are to show of aggregates."""
    for one in summaries():
        of = f"{one.name} of {one.value or 'records'}"
        yield from (f"{of} with a condition" if condition else of for condition in one.conditions)
        yield f"{of}: nothing"
        if one.value not in (None, "boolean"):
            yield f"{of}: empties"
        if one.name in (*_CALCULATED, "min", "max") and one.value in _ENDING:
            yield f"{of}: limit"
        if one.name in _CALCULATED:
            yield f"{of}: past"
        if one.by is not None:
            yield f"{one.name} by {one.by}"
            yield from (f"{one.name} by {one.by}: {how}" for how in ("tie", "empties"))
    for name in sorted({one.name for one in summaries()}):
        yield f"{name}: around another"
        yield f"{name}: within another"
        yield f"{name}: parent"
        yield from (f"{name}: over {one} reference" for one in ("a", "an empty"))
    for name in ("any", "all"):
        yield from (f"{name}: {one}" for one in (True, False))


def shown_by(case: Case) -> Iterator[str]:
    """What a case shows of the aggregates in it that start from the record itself."""
    record = company(case).record("account", 1)
    for node in outermost(compiled(case).typed):
        if isinstance(node, Aggregate):
            evaluator = Evaluator(context(case))
            evaluator.frame = Frame(record)
            yield from _placed(node)
            yield from _valued(node, evaluator)


def _placed(node: Aggregate) -> Iterator[str]:
    """What the place of an aggregate shows."""
    parts = [one for one in (node.value, node.condition) if one is not None]
    inner = [one for part in parts for one in part.walk() if isinstance(one, Aggregate)]
    if inner:
        yield f"{node.function}: around another"
        yield from (f"{one.function}: within another" for one in inner)
    if any(reads_outer(one) for one in parts):
        yield f"{node.function}: parent"


def _valued(node: Aggregate, evaluator: Evaluator) -> Iterator[str]:
    """What the value of an aggregate shows."""
    name = node.function
    owner = evaluator.followed(node.up, node.steps)
    if node.steps:
        yield f"{name}: over {'a' if owner is not None else 'an empty'} reference"
    related = owner.related(node.entity, node.field) if owner is not None else ()
    frames = [Frame(one, evaluator.frame) for one in related]
    if name != "all":
        frames = [one for one in frames if evaluator.holds(node, one)]
    of = f"{name} of {node.value.type.kind if node.value is not None else 'records'}"
    result = evaluator.of(node, evaluator.frame.record)
    if name in ("any", "all"):
        yield f"{name}: {result}"
    values = [evaluator.inside(one, node.value) if node.value else one for one in frames]
    filled = [one for one in values if one is not None]
    if not frames:
        yield f"{of}: nothing"
    elif not filled:
        yield f"{of}: empties"
    else:
        yield f"{of} with a condition" if node.condition is not None else of
        if at_limit(result, node):
            yield f"{of}: limit"
        if name in _CALCULATED and result is None:
            yield f"{of}: past"
    if node.by is not None and frames:
        yield from _ordered(name, node.by, [evaluator.inside(one, node.by) for one in frames])


def _ordered(name: str, by: Typed, keys: list[Any]) -> Iterator[str]:
    filled = [one for one in keys if one is not None]
    of = f"{name} by {by.type.kind}"
    if filled:
        yield of
        if filled.count((min if name == "first" else max)(filled)) > 1:
            yield f"{of}: tie"
        if len(filled) < len(keys):
            yield f"{of}: empties"
