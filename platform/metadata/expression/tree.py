"""The tree of an expression: frozen nodes that know where in the text they stand.

Positions are character offsets, `start` inclusive and `end` exclusive, counted from 0; what people
are shown (`Problem.position`) counts from 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Node:
    """Any part of an expression and its place in the text."""

    start: int
    end: int

    def children(self) -> tuple[Node, ...]:
        """The nodes directly under this one, in the order of the text."""
        return ()

    def walk(self) -> Iterator[Node]:
        """This node and all below it, outermost first."""
        yield self
        for child in self.children():
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A number as written: `value` is exact, `scale` its digits after the point."""

    value: Decimal
    scale: int


@dataclass(frozen=True, slots=True)
class Text(Node):
    """Quoted text, NFC; `value` is empty for `""`, which means the same as None."""

    value: str


@dataclass(frozen=True, slots=True)
class Truth(Node):
    """True or False."""

    value: bool


@dataclass(frozen=True, slots=True)
class Nothing(Node):
    """None: the empty value."""


@dataclass(frozen=True, slots=True)
class Items(Node):
    """A list of constants, as `in` takes it."""

    items: tuple[Node, ...]

    def children(self) -> tuple[Node, ...]:
        return self.items


@dataclass(frozen=True, slots=True)
class Name(Node):
    """One identifier of a path, or the name of a function."""

    text: str


@dataclass(frozen=True, slots=True)
class Path(Node):
    """A name, or names joined by points: `amount`, `customer.owner.name`."""

    names: tuple[Name, ...]

    @property
    def dotted(self) -> str:
        """The path as text, without spaces."""
        return ".".join(name.text for name in self.names)


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A function with its arguments; `by` is the keyword argument of first and last."""

    function: Name
    arguments: tuple[Node, ...]
    by: Node | None = None

    def children(self) -> tuple[Node, ...]:
        return self.arguments if self.by is None else (*self.arguments, self.by)


@dataclass(frozen=True, slots=True)
class Negative(Node):
    """Unary minus."""

    operand: Node

    def children(self) -> tuple[Node, ...]:
        return (self.operand,)


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """Two operands of + - * / // or %."""

    operator: str
    left: Node
    right: Node

    def children(self) -> tuple[Node, ...]:
        return (self.left, self.right)


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """Operands chained by == != < <= > >= in, "not in", is, "is not": one operator fewer."""

    operands: tuple[Node, ...]
    operators: tuple[str, ...]

    def children(self) -> tuple[Node, ...]:
        return self.operands


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """Two or more conditions joined by "and" or "or"."""

    operator: str
    items: tuple[Node, ...]

    def children(self) -> tuple[Node, ...]:
        return self.items


@dataclass(frozen=True, slots=True)
class Not(Node):
    """The opposite of a condition."""

    operand: Node

    def children(self) -> tuple[Node, ...]:
        return (self.operand,)


@dataclass(frozen=True, slots=True)
class Either(Node):
    """`body if test else other`."""

    body: Node
    test: Node
    other: Node

    def children(self) -> tuple[Node, ...]:
        return (self.body, self.test, self.other)
