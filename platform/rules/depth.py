"""How deep the SQL of an expression nests, against what the databases take.

SQLite's parser holds a hundred symbols at most. The numbers here are how many it holds when it
comes to a part: three for what is within `f(`, five after a comma, eight within the WHERE of a
sub-select, and so on; they are the most that any way of writing the part needs. What a statement
puts around an expression has `STATEMENT`. PostgreSQL goes deeper, and so does SQLAlchemy's own
recursion within these bounds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

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

_COLUMN = 3
_WHERE = 8
_BOOLEAN = 5
"""coalesce(.., false), and NOT (..) around it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A part of a node: how many symbols are held when its SQL begins, and how it nests."""

    part: Typed
    symbols: int
    height: int = 3


def place_too_deep(root: Typed, rows: Rows, most: int = MOST_SYMBOLS) -> Typed | None:
    """The part of an expression at which its SQL is too deep, or None if it never gets so.

    The part is one of the expression's own text: a formula field stands for what is within it.
    """
    measured: dict[Typed, tuple[int, int, int]] = {}
    _measure(root, rows, measured)
    if not _beyond(measured[root], most):
        return None
    node, symbols, height, formulas = root, most, MOST_HEIGHT, MOST_FORMULAS
    while not isinstance(node, Formula):
        deeper = next(
            (
                one
                for one in _entries(node)
                if measured[one.part][0] > symbols - one.symbols
                or measured[one.part][1] > height - one.height
                or measured[one.part][2] > formulas
            ),
            None,
        )
        if deeper is None:
            break
        symbols, height = symbols - deeper.symbols, height - deeper.height
        node = deeper.part
        if symbols < _COLUMN:
            break
    return node


def symbols_of(root: Typed) -> int:
    """How many symbols an expression needs by itself, no role's rows within it."""
    measured: dict[Typed, tuple[int, int, int]] = {}
    _measure(root, lambda entity: 0, measured)
    return measured[root][0]


def _beyond(found: tuple[int, int, int], most: int) -> bool:
    symbols, height, formulas = found
    return symbols > most or height > MOST_HEIGHT or formulas > MOST_FORMULAS


def _measure(node: Typed, rows: Rows, measured: dict[Typed, tuple[int, int, int]]) -> None:
    """Note the symbols, the height and the formulas within each other, of all parts."""
    if node in measured:
        return
    symbols, height, formulas = _own(node, rows), 1, 0
    for one in _entries(node):
        _measure(one.part, rows, measured)
        part = measured[one.part]
        symbols = max(symbols, one.symbols + part[0])
        height = max(height, one.height + part[1])
        formulas = max(formulas, part[2])
    measured[node] = (symbols, height, formulas + isinstance(node, Formula))


def _own(node: Typed, rows: Rows) -> int:
    """The symbols of a node's SQL apart from its parts."""
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
            return _boolean(node) + max(15, _WHERE + max(targets))
        case Aggregate():
            steps = [_WHERE + rows(step.target) for step in node.steps]
            own = _WHERE + 4 + max([15, *steps]) if steps else 15
            return _boolean(node) + max(own, _WHERE + 3 + rows(node.entity))
    if node.type.options and node.type.options.startswith("dimension:"):
        return 17
    return _COLUMN


def _entries(node: Typed) -> Iterator[Entry]:
    """The parts of a node with what stands before them; none where it becomes a parameter."""
    if node.static:
        return
    match node:
        case Call():
            wide = len(node.arguments)
            for at, one in enumerate(node.arguments):
                more = 2 if at else 0
                yield Entry(one, _boolean(node) + node.operation.symbols + more, 3 + wide)
        case Compare():
            apart = node.left.type.scale != node.right.type.scale
            apart = apart and not (node.left.static or node.right.static)
            around = 11 if apart else _BOOLEAN
            yield Entry(node.left, around + 3)
            yield Entry(node.right, around + 5)
        case IsEmpty():
            yield Entry(node.operand, 3)
        case In():
            yield Entry(node.operand, _BOOLEAN + 1)
        case Logic():
            for one in node.items:
                yield Entry(one, 3, 1 + len(node.items))
        case Not():
            yield Entry(node.operand, 2)
        case If():
            for one, symbols in ((node.test, 4), (node.body, 6), (node.other, 5)):
                yield Entry(one, symbols)
        case Property():
            yield Entry(node.operand, _boolean(node) + 1)
        case Via():
            yield Entry(node.body, _boolean(node) + 5, 10)
        case Formula():
            yield Entry(node.body, 0, 0)
        case Aggregate():
            yield from _aggregated(node)


def _aggregated(node: Aggregate) -> Iterator[Entry]:
    summed = node.function in ("sum", "avg")
    exists = node.function in ("any", "all")
    around = 0 if exists else _boolean(node)
    if node.value is not None:
        yield Entry(node.value, around + (15 if summed else 8), 10)
    if node.condition is not None:
        yield Entry(node.condition, around + _WHERE + (6 if exists else 1), 10)
    if node.by is not None:
        yield Entry(node.by, around + 10, 10)


def _boolean(node: Typed) -> int:
    return _BOOLEAN if node.type == BOOLEAN else 0
