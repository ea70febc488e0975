"""How deep the SQL of an expression nests, against what the databases take.

SQLite's parser holds a hundred symbols at most. The numbers here are how many it holds when it
comes to a part: three for what is within `f(`, five after a comma, eight within the WHERE of a
sub-select, and so on; they are the most that any way of writing the part needs. What a statement
puts around an expression has `STATEMENT`. PostgreSQL goes deeper, and so does SQLAlchemy's own
recursion within these bounds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from .ir import (
    Aggregate,
    Call,
    Compare,
    Formula,
    HasTag,
    If,
    In,
    IsEmpty,
    Logic,
    Not,
    Property,
    Typed,
    Via,
    Window,
)
from .types import BOOLEAN

STATEMENT = 26
"""Symbols for the statement around an expression: its page, its grouping, its cursor."""
MOST_SYMBOLS = 100 - STATEMENT
MOST_ROWS = 40
"""Symbols of a role's rows, which are put into the sub-selects of other expressions."""
MOST_HEIGHT = 800
"""Operators under each other, of the thousand that SQLite takes; a sum of ten has nine."""
MOST_FORMULAS = 24
"""Formula fields within each other."""

Rows = Callable[[str], int]
"""How many symbols the rows of any role need, for an entity."""

Way = Literal["true", "false", "value"]
"""How a condition is written, see `sql.compiler`; whatever is no condition is a value."""

_COLUMN = 3
_WHERE = 8
_AROUND: Mapping[Way, int] = {"true": 0, "false": 4, "value": 3}
"""For what may be NULL: nothing, NOT coalesce(..), coalesce(..)."""
_OTHER: Mapping[Way, Way] = {"true": "false", "false": "true", "value": "value"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A part of a node: how many symbols are held when its SQL begins, and how it nests."""

    part: Typed
    symbols: int
    height: int = 3
    way: Way = "value"

    @property
    def key(self) -> _Key:
        return self.part, self.way


_Key = tuple[Typed, Way]
_Measured = dict[_Key, tuple[int, int, int]]


def place_too_deep(root: Typed, rows: Rows, most: int = MOST_SYMBOLS) -> Typed | None:
    """The part of an expression at which its SQL is too deep, or None if it never gets so.

    The part is one of the expression's own text: a formula field stands for what is within it.
    """
    measured: _Measured = {}
    found = _measure(Entry(root, 0), rows, measured)
    if not _beyond(found, most, MOST_HEIGHT):
        return None
    at, symbols, height = Entry(root, 0), most, MOST_HEIGHT
    while symbols >= _COLUMN and not isinstance(at.part, Formula):
        deeper = (
            one
            for one in _entries(at)
            if _beyond(measured[one.key], symbols - one.symbols, height - one.height)
        )
        following = next(deeper, None)
        if following is None:
            break
        at, symbols = following, symbols - following.symbols
        height -= following.height
    return at.part


def symbols_of(root: Typed) -> int:
    """How many symbols an expression needs by itself, no role's rows within it."""
    return _measure(Entry(root, 0), lambda entity: 0, {})[0]


def _beyond(found: tuple[int, int, int], symbols: int, height: int) -> bool:
    return found[0] > symbols or found[1] > height or found[2] > MOST_FORMULAS


def _measure(at: Entry, rows: Rows, measured: _Measured) -> tuple[int, int, int]:
    """The symbols, the height and the formulas within each other, noted for all parts."""
    if at.key in measured:
        return measured[at.key]
    symbols, height, formulas = _own(at, rows), 1, 0
    for one in _entries(at):
        part = _measure(one, rows, measured)
        symbols = max(symbols, one.symbols + part[0])
        height = max(height, one.height + part[1])
        formulas = max(formulas, part[2])
    found = (symbols, height, formulas + isinstance(at.part, Formula))
    measured[at.key] = found
    return found


def _own(at: Entry, rows: Rows) -> int:
    """The symbols of a node's SQL apart from its parts."""
    node = at.part
    if node.static:
        return _COLUMN
    match node:
        case HasTag():
            return 18
        case In():
            return 12
        case Property():
            return 17 if node.type == BOOLEAN else 8
        case Via():
            # The join's condition, that a record is not deleted, and who may see it.
            targets = [rows(step.target) for step in node.steps]
            return _around(at) + max(15, _WHERE + max(targets))
        case Aggregate():
            steps = [_WHERE + rows(step.target) for step in node.steps]
            own = _WHERE + 4 + max([15, *steps]) if steps else 15
            return _around(at) + max(own, _exists(node) + rows(node.entity))
    if node.type.options and node.type.options.startswith("dimension:"):
        return 17
    return _COLUMN


def _entries(at: Entry) -> Iterator[Entry]:
    """The parts of a node with what stands before them; none where it becomes a parameter."""
    node, around = at.part, _around(at)
    if node.static:
        return
    match node:
        case Call():
            wide = len(node.arguments)
            for index, one in enumerate(node.arguments):
                comma = 2 if index else 0
                yield Entry(one, around + node.operation.symbols + comma, 3 + wide)
        case Compare():
            # Of numbers with different scales: CASE WHEN .. ELSE fs_compare(.., ..) END = 0.
            apart = node.left.type.scale != node.right.type.scale
            apart = apart and not (node.left.static or node.right.static)
            yield Entry(node.left, around + (8 if apart else 1))
            yield Entry(node.right, around + (10 if apart else 3))
        case IsEmpty():
            yield Entry(node.operand, 1)
        case In():
            yield Entry(node.operand, around + 1)
        case Logic():
            for one in node.items:
                yield Entry(one, 3, 1 + len(node.items), at.way)
        case Not():
            yield Entry(node.operand, 2 if at.way == "value" else 0, 3, _OTHER[at.way])
        case If():
            yield Entry(node.test, around + 4, 3, "true")
            yield Entry(node.body, around + 6)
            yield Entry(node.other, around + 5)
        case Property():
            yield Entry(node.operand, around + 1)
        case Via():
            yield Entry(node.body, around + 5, 10)
        case Formula():
            yield Entry(node.body, 0, 0, at.way)
        case Aggregate():
            yield from _aggregated(node, around)
        case Window():
            # CASE WHEN (CASE WHEN among THEN value END IS NOT NULL) THEN count(..) OVER (ORDER BY
            for one in node.children():
                yield Entry(one, around + 18, 10)


def _aggregated(node: Aggregate, around: int) -> Iterator[Entry]:
    if node.value is not None:
        summed = node.function in ("sum", "avg")
        yield Entry(node.value, around + (15 if summed else 8), 10)
    if node.condition is not None:
        way: Way = "false" if node.function == "all" else "true"
        yield Entry(node.condition, around + _exists(node), 10, way)
    if node.by is not None:
        yield Entry(node.by, around + 10, 10)


def _exists(node: Aggregate) -> int:
    """What stands before a condition on related records: EXISTS (, for all NOT (EXISTS (."""
    return _WHERE + {"any": 2, "all": 4}.get(node.function, 1)


def _around(at: Entry) -> int:
    """What stands around a condition that may be NULL, in the way in which it is written."""
    return _AROUND[at.way] if at.part.type == BOOLEAN else 0
