"""Which of several conditions a record fulfils, with what they have in common looked at once.

Ten rules that all begin with `owner is not None and status not in [...]` ask that of a record ten
times. As bits of one number they ask it once, and what stands behind it only where it holds.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from ..functions.numbers import whole
from ..ir import Aggregate, Compare, HasTag, Typed, Via, structure
from .existence import conjuncts

if TYPE_CHECKING:
    from .compiler import Compiler

Sql = sa.ColumnElement[Any]
_Numbered = tuple[int, Mapping[Hashable, Typed]]
"""The number of a condition, and what must all hold for it, by what it is."""
MOST = 60
"""So many conditions have a bit each in one number."""


def which(compiler: Compiler, conditions: Sequence[Typed]) -> Sql:
    """The number that has bit n where condition n holds: 0 where none does."""
    parts = [{structure(part): part for part in conjuncts(one)} for one in conditions]
    return _bits(compiler, list(enumerate(parts)))


def _bits(compiler: Compiler, conditions: Sequence[_Numbered]) -> Sql:
    counts = Counter(name for _, parts in conditions for name in parts)
    name, most = counts.most_common(1)[0] if counts else (None, 0)
    if most < 2:
        return _sum([_case(compiler, parts, whole(1 << number)) for number, parts in conditions])
    among = [(number, parts) for number, parts in conditions if name in parts]
    shared = {
        one: part for one, part in among[0][1].items() if all(one in parts for _, parts in among)
    }
    left = [
        (number, {one: part for one, part in parts.items() if one not in shared})
        for number, parts in among
    ]
    found = [_case(compiler, shared, _bits(compiler, left))]
    others = [one for one in conditions if name not in one[1]]
    return _sum([*found, _bits(compiler, others)] if others else found)


def _case(compiler: Compiler, parts: Mapping[Hashable, Typed], value: Sql) -> Sql:
    if not parts:
        return value
    ordered = sorted(parts.values(), key=lambda one: _effort(compiler, one))
    return sa.case((sa.and_(*map(compiler.true, ordered)), value), else_=whole(0))


def _effort(compiler: Compiler, node: Typed) -> int:
    """How costly a condition is to look at: the record's own fields, what is beside it, others."""
    if isinstance(node, Compare):
        node = compiler.simpler(node) or node
    if isinstance(node, Aggregate):
        return 2 if compiler.standing_beside(node) is None else 1
    if isinstance(node, HasTag | Via):
        return 2
    return max((_effort(compiler, child) for child in node.children()), default=0)


def _sum(items: Sequence[Sql]) -> Sql:
    return reduce(operator.add, items)
