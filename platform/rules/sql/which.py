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
from .existence import all_of, conjuncts
from .looking import looking

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
    numbered = list(enumerate(parts))
    shared, left, others = _apart(numbered)
    if not shared:
        return _looked(compiler, numbered)
    # What the others ask is written twice, so that a record is looked at once.
    found = _looked(compiler, [*left, *others])
    return _case(compiler, shared, found, _looked(compiler, others) if others else whole(0))


def _looked(compiler: Compiler, conditions: Sequence[_Numbered]) -> Sql:
    wanted = [
        all_of(next(iter(parts.values())), tuple(parts.values()))
        for _, parts in conditions
        if parts
    ]
    return looking(compiler, wanted, lambda: _bits(compiler, conditions))


def _apart(
    conditions: Sequence[_Numbered],
) -> tuple[Mapping[Hashable, Typed], list[_Numbered], list[_Numbered]]:
    """What most conditions share, what else is asked by those that share it, and the others."""
    counts = Counter(name for _, parts in conditions for name in parts)
    name, most = counts.most_common(1)[0] if counts else (None, 0)
    if most < 2:
        return {}, [], list(conditions)
    among = [(number, parts) for number, parts in conditions if name in parts]
    shared = {
        one: part for one, part in among[0][1].items() if all(one in parts for _, parts in among)
    }
    left: list[_Numbered] = [
        (number, {one: part for one, part in parts.items() if one not in shared})
        for number, parts in among
    ]
    return shared, left, [one for one in conditions if name not in one[1]]


def _bits(compiler: Compiler, conditions: Sequence[_Numbered]) -> Sql:
    shared, left, others = _apart(conditions)
    if not shared:
        return _sum(
            [_case(compiler, parts, whole(1 << number), whole(0)) for number, parts in conditions]
        )
    found = [_case(compiler, shared, _bits(compiler, left), whole(0))]
    return _sum([*found, _bits(compiler, others)] if others else found)


def _case(compiler: Compiler, parts: Mapping[Hashable, Typed], value: Sql, other: Sql) -> Sql:
    if not parts:
        return value
    ordered = sorted(parts.values(), key=lambda one: _effort(compiler, one))
    return sa.case((sa.and_(*map(compiler.true, ordered)), value), else_=other)


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
