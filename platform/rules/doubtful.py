"""What can be computed in a document's condition and was hardly meant: it always says the same."""

from __future__ import annotations

from collections.abc import Iterator

from ..metadata.problems import Problem
from .expression import Expression
from .ir import Compare, Constant, Formula, IsEmpty, Read, Typed
from .types import BOOLEAN, TEXT


def doubts_of(found: Expression) -> Iterator[Problem]:
    """The doubts about an expression of a document: those of its type and those of its sense.

    Whoever tries an expression is told what it gives, so these are no matter of compiling it.
    """
    yield from found.doubts
    whole = found.typed
    fixed = whole.static and not found.depends_on_time and not found.depends_on_viewer
    if whole.type == BOOLEAN and fixed and not isinstance(whole, Constant):
        yield Problem("type.constant", position=whole.start + 1)
        return
    for node in _written(whole):
        if isinstance(node, IsEmpty) and _always_filled(node.operand):
            yield Problem("type.never_empty", position=node.start + 1)
        if isinstance(node, Compare):
            for side in (node.left, node.right):
                if isinstance(side, Constant) and side.type == TEXT and _is_blank(side):
                    yield Problem("type.blank", position=side.start + 1)


def _written(node: Typed) -> Iterator[Typed]:
    """A node and those below it, without the formulas that it uses: those are told elsewhere."""
    yield node
    if not isinstance(node, Formula):
        for child in node.children():
            yield from _written(child)


def _always_filled(item: Typed) -> bool:
    return isinstance(item, Read) and not item.nullable and item.type.kind != "tags"


def _is_blank(side: Constant) -> bool:
    """Whether a text has nothing in it; empty text is no value at all."""
    return not str(side.value or "").strip()
