"""Counts that need a look at the record for each related one, behind a count that needs none.

`count(visits, missed and at > parent.effective_at) >= 3` asks for three missed visits at least. How
many were missed the pass knows for every record; only where that is enough the rest is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ..ir import Compare, Formula, Logic, Not, Typed, reads_outer, structure
from ..types import BOOLEAN
from .existence import all_of, compared, conjuncts

Static = Callable[[Typed], Any]


def behind(node: Typed, static: Static) -> Typed:
    """A condition whose counts by the outer record stand behind what they imply."""
    match node:
        case Logic():
            return replace(node, items=tuple(behind(item, static) for item in node.items))
        case Not():
            return replace(node, operand=behind(node.operand, static))
        case Formula() if node.type == BOOLEAN:
            return replace(node, body=behind(node.body, static))
        case Compare() if (first := loosened(node, static)) is not None:
            return all_of(node, (first, node))
    return node


def loosened(node: Compare, static: Static) -> Compare | None:
    """What a count of so many related records implies without the record, or None.

    One record is looked for by its existence, which ends at the first.
    """
    found, operator, other = compared(node)
    if found is None or found.function != "count" or found.condition is None:
        return None
    if not other.static or other.type.scale or not _several(operator, static(other)):
        return None
    if found.value is not None and reads_outer(found.value):
        return None
    parts = list(conjuncts(found.condition))
    kept = [one for one in parts if not reads_outer(one)]
    if len(kept) == len(parts):
        return None
    condition = all_of(found.condition, tuple(kept)) if kept else None
    left = replace(found, condition=condition)
    return replace(node, operator=operator, left=left, right=other)


def _several(operator: str, count: Any) -> bool:
    if count is None:
        return False
    return bool(count > 1 if operator == ">=" else operator == ">" and count > 0)


def before(node: Typed, static: Static) -> Sequence[Typed]:
    """The parts of a condition without the counts that stand behind another, see `behind`."""
    parts = node.children()
    if not isinstance(node, Logic) or node.operator != "and":
        return parts
    names = {structure(one) for one in parts}
    firsts = [loosened(one, static) if isinstance(one, Compare) else None for one in parts]
    return [
        one
        for one, first in zip(parts, firsts, strict=True)
        if first is None or structure(first) not in names
    ]
