"""Which aggregates are computed together: in a pass over all related records, or in one look."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..ir import (
    Aggregate,
    Compare,
    Formula,
    HasTag,
    In,
    Read,
    Typed,
    Via,
    reads_outer,
    structure,
)
from .bounds import rewritten
from .existence import compared, conjuncts, counted, reached
from .loosened import before
from .without import false_without

if TYPE_CHECKING:
    from .compiler import Compiler

ONE_BY_ONE = ("first", "last")
EXISTENCE = ("any", "all")
_FEW = 3
"""A list of so many values narrows a table; a longer one may be most of them. So many bounds of an
extreme are looked at one by one."""
Instead = Callable[[Aggregate, Aggregate], bool]
"""Whether, instead of an extreme that is held against a bound, it is asked if one reaches it."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is found in an expression; `deep` tells that what aggregates read of the record is, too.

    A pass that joins the record has that within it.
    """

    instead: Instead
    deep: bool


@dataclass
class Pass:
    """Aggregates over the records of `entity` whose `field` points at one, by what they compute.

    `outer` tells that they read the record pointed at; `inner` that records without a row in the
    pass are not wanted.
    """

    entity: str
    field: str
    outer: bool
    aggregates: dict[Hashable, Aggregate] = dataclasses.field(default_factory=dict)
    inner: bool = False

    @property
    def relation(self) -> tuple[str, str]:
        """What the related records are found by."""
        return self.entity, self.field

    @property
    def owner(self) -> str:
        """The entity of the records pointed at."""
        return next(iter(self.aggregates.values())).owner

    @property
    def existence(self) -> bool:
        """Whether nothing is asked but that there is a record, which ends at the first one."""
        return all(one.function in EXISTENCE for one in self.aggregates.values())

    def absent(self, node: Aggregate) -> bool:
        """Whether an aggregate of the record is over nothing where the pass has no row."""
        return not node.up and not node.steps and key(node) in self.aggregates


def key(node: Aggregate) -> Hashable:
    """What an aggregate computes, wherever it stands."""
    parts = (node.function, node.entity, node.field, node.value, node.condition, node.by)
    return structure(parts)


def chosen(compiler: Compiler, typed: Sequence[Typed], *, filtering: bool) -> list[Pass]:
    """The relations that one pass is better for than a sub-select for each record.

    Not where another condition leaves few records anyway. Measured at 1,000,000 records with three
    related ones each: on PostgreSQL a pass is better for any aggregate of one condition; on SQLite
    where records without related ones do not matter, or where it serves two aggregates of one
    expression, and for one relation only, since a second pass would be copied. Of several
    conditions at once a look is better on both, see `looked_at`.
    """
    alone = filtering and len(typed) == 1
    if alone and any(_narrows(one) for one in conjuncts(typed[0])):
        return []
    instead = _always if alone else _sparing(compiler, typed) if compiler.sqlite else _never
    passes = _passes(compiler, typed, Search(instead, deep=compiler.sqlite))
    if alone:
        passes = [one for one in passes if not one.existence]
    for one in passes:
        one.inner = filtering and all(false_without(compiler, each, one.absent) for each in typed)
    several = filtering and not alone
    if compiler.sqlite:
        return _most(one for one in passes if one.inner or (_serves(one) and not several))
    look = looked_at(compiler, typed) if several else None
    return [one for one in passes if look is None or one.relation != look.relation]


def looked_at(compiler: Compiler, typed: Sequence[Typed]) -> Pass | None:
    """The relation of which one look at a record's related ones serves most of the aggregates.

    What stands beside the record already needs no look.
    """
    row = compiler.frame.row
    passes = _passes(compiler, typed, Search(_sparing(compiler, typed), deep=True))
    left = [
        one for one in passes if not any((row, name) in compiler.beside for name in one.aggregates)
    ]
    return next(iter(_most(filter(_serves, left))), None)


def read_of_record(compiler: Compiler, parts: Iterable[Typed]) -> list[Pass]:
    """What a pass reads of the record pointed at that is itself an aggregate."""
    return _passes(compiler, parts, Search(_never, deep=False), 1)


def _serves(one: Pass) -> bool:
    return len(one.aggregates) > 1


def _most(passes: Iterable[Pass]) -> list[Pass]:
    """The pass that serves most, of those that do not read the record outside; none or one."""
    better = [one for one in passes if not one.outer]
    return sorted(better, key=lambda one: -len(one.aggregates))[:1]


def _passes(
    compiler: Compiler, typed: Iterable[Typed], search: Search, depth: int = 0
) -> list[Pass]:
    found: dict[Hashable, Pass] = {}
    for node in (node for one in typed for node in _aggregates(compiler, one, depth, search)):
        parts = (node.entity, node.field, any(reads_outer(child) for child in node.children()))
        found.setdefault(parts, Pass(*parts)).aggregates[key(node)] = node
    return sorted(found.values(), key=lambda one: one.outer)


def _narrows(node: Typed) -> bool:
    """Whether a condition on the record's own fields leaves but a part of the records."""
    match node:
        case Compare(operator="=="):
            sides = ((node.left, node.right), (node.right, node.left))
            return any(_own(side) and other.static for side, other in sides)
        case In():
            return _own(node.operand) and len(node.items) <= _FEW
    return isinstance(node, Read | HasTag)


def _own(node: Typed) -> bool:
    """Whether a value is read from the record itself."""
    return not node.static and not any(isinstance(one, Aggregate | Via) for one in node.walk())


def _always(found: Aggregate, there: Aggregate) -> bool:
    return True


def _never(found: Aggregate, there: Aggregate) -> bool:
    return False


def _sparing(compiler: Compiler, typed: Sequence[Typed]) -> Instead:
    """Instead of an extreme that is only held against a few bounds, whether one reaches them.

    SQLite counts what reaches a bound in a fifth of the time that it takes to find a maximum.
    """
    bounds: defaultdict[Hashable, set[Hashable]] = defaultdict(set)

    def note(found: Aggregate, there: Aggregate) -> bool:
        bounds[key(found)].add(key(there))
        return True

    search = Search(note, deep=True)
    values = {key(node) for one in typed for node in _aggregates(compiler, one, 0, search)}
    return lambda found, there: key(found) not in values and len(bounds[key(found)]) <= _FEW


def _aggregates(compiler: Compiler, node: Typed, depth: int, search: Search) -> Iterator[Aggregate]:
    """The aggregates over what points at the record `depth` frames further out."""
    if node.static or isinstance(node, Via):
        return
    if isinstance(node, Compare):
        other = _other(compiler, node, search.instead)
        if other is not None:
            yield from _aggregates(compiler, other, depth, search)
            return
    if isinstance(node, Formula):
        if node.up == depth:
            yield from _aggregates(compiler, node.body, 0, search)
        return
    if isinstance(node, Aggregate):
        if node.up == depth and not node.steps and node.function not in ONE_BY_ONE:
            yield node
            if not search.deep:
                return
        depth += 1
    for child in before(node, compiler.static) if search.deep else node.children():
        yield from _aggregates(compiler, child, depth, search)


def _other(compiler: Compiler, node: Compare, instead: Instead) -> Typed | None:
    """What a comparison is compiled as instead of itself, see `Compiler.simpler`."""
    bound = rewritten(node, compiler.context, compiler.static)
    found = bound or counted(node, compiler.static)
    if found is not None:
        return found
    aggregate, there = compared(node)[0], reached(node, compiler.static)
    if aggregate is None or not isinstance(there, Aggregate):
        return None
    return there if instead(aggregate, there) else None
