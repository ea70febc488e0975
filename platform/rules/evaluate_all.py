"""The values of an expression for many records: one evaluator, and all of them at hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from . import arithmetic, values
from .context import Context
from .evaluate import Evaluator, Frame
from .expression import Expression
from .ir import Typed, Window
from .records import RecordSource
from .windows import places


def evaluate_all(
    expression: Expression,
    records: Iterable[RecordSource | None],
    context: Context,
    *,
    parent: RecordSource | None = None,
) -> list[Any]:
    """The value of an expression for each record, in their order, as `evaluate` gives one.

    The records are the table of rank(), share() and percentile(). What these need of all records is
    computed once, and what reads no record once for all; `context.problems` stays bounded.
    """
    table = TableEvaluator(list(records), context, parent)
    return [values.plain(value, expression.type) for value in table.all(expression.typed)]


class TableEvaluator(Evaluator):
    """Computes raw values for the records of a table, one after the other."""

    def __init__(
        self,
        records: Sequence[RecordSource | None],
        context: Context,
        parent: RecordSource | None = None,
    ) -> None:
        super().__init__(context)
        outer = Frame(parent) if parent is not None else None
        self.frames = [Frame(one, outer) for one in records]
        self.at = 0
        self.windows: dict[Window, list[Any]] = {}

    def all(self, typed: Typed) -> list[Any]:
        """The raw values of a typed expression, of each record."""
        if typed.static and self.frames:
            return [self.inside(self.frames[0], typed)] * len(self.frames)
        found = []
        for at, frame in enumerate(self.frames):
            self.at = at
            found.append(self.inside(frame, typed))
        return found

    def window(self, node: Window) -> Any:
        if node not in self.windows:
            at = self.at
            self.windows[node] = self.placed(node)
            self.at = at
        return self.windows[node][self.at]

    def placed(self, node: Window) -> list[Any]:
        """What a window gives each record."""
        found = self.all(node.value)
        groups = self.all(node.within) if node.within is not None else [None] * len(found)
        most = arithmetic.limit(node.type.scale)
        answers = places(node.function, found, groups, most)
        for value, answer in zip(found, answers, strict=True):
            if value is not None and answer is None:
                self.note(node)
                break
        return answers
