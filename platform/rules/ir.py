"""Typed expressions: what remains when names are resolved; both backends read this and no text.

A value is *raw* here: numbers are scaled integers (`arithmetic`), choices and tags are ids,
references are record ids, dates and datetimes are Python's, None is empty. A bare name means a
field of the innermost *frame*; `up` counts the frames further out (`parent.`).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from .types import Type

if TYPE_CHECKING:
    from .functions.registry import Function, Operation


@dataclass(frozen=True, slots=True)
class Written:
    """The function that people wrote, and its arguments, where a part came of a call."""

    function: Function
    arguments: tuple[Typed, ...]


_Measures = tuple[bool, int, int, int, int]
"""Whether a part is static, its size, height, nesting and tables."""
_ALONE: _Measures = (True, 1, 1, 0, 0)
_OF_A_RECORD: _Measures = (False, 1, 1, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Typed:
    """A typed expression and the place of its text.

    `nullable` tells whether it can be empty; `bound` is the largest size that a raw number can
    have. `written` is the call that it came of, for those who tell people of it: what it means is
    in the node alone.
    """

    type: Type
    start: int
    end: int
    nullable: bool = True
    bound: int = 0
    written: Written | None = None
    measured: _Measures | None = field(default=None, init=False, repr=False)

    @property
    def static(self) -> bool:
        """Whether it needs no record."""
        return self.measures()[0]

    @property
    def size(self) -> int:
        """How many parts it has, itself included."""
        return self.measures()[1]

    @property
    def height(self) -> int:
        """How many parts stand within each other."""
        return self.measures()[2]

    @property
    def nesting(self) -> int:
        """How many aggregates stand within each other."""
        return self.measures()[3]

    @property
    def tables(self) -> int:
        """How many times others' records are looked into."""
        return self.measures()[4]

    def measures(self) -> _Measures:
        """What the bounds are checked with, found when it is first asked for.

        Not on making: a long sum is made anew with each of its terms.
        """
        if self.measured is not None:
            return self.measured
        static, size, height, nesting, tables = self.standing_alone(), 1, 0, 0, self.looks()
        for child in self.children():
            alone, parts, levels, within, looks = child.measures()
            static = static and alone
            size += parts
            height = levels if levels > height else height
            nesting = within if within > nesting else nesting
            tables += looks
        found = (static, size, 1 + height, self.opens() + nesting, tables)
        object.__setattr__(self, "measured", found)
        return found

    def children(self) -> tuple[Typed, ...]:
        """The expressions directly under this one."""
        return ()

    def standing_alone(self) -> bool:
        """Whether this node itself reads nothing of a record."""
        return True

    def opens(self) -> int:
        """1 for an aggregate, else 0."""
        return 0

    def looks(self) -> int:
        """How many tables besides that of the record this node itself looks into."""
        return 0

    def walk(self) -> Iterator[Typed]:
        """This node and all below it, outermost first."""
        waiting: list[Typed] = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children()))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Constant(Typed):
    """A value that is written in the expression."""

    value: Any

    def measures(self) -> _Measures:
        return _ALONE


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Extra(Typed):
    """A named value that the caller passes along (`Context.extra`)."""

    name: str

    def standing_alone(self) -> bool:
        return True


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Read(Typed):
    """The stored value of a field of the record `up` frames out."""

    up: int
    entity: str
    field: str

    def measures(self) -> _Measures:
        return _OF_A_RECORD


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Step:
    """One reference on a path: the field of an entity, and the entity that it leads to."""

    entity: str
    field: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Via(Typed):
    """`body` in a frame of the record that the references `steps` lead to, from `up` frames out."""

    up: int
    steps: tuple[Step, ...]
    body: Typed

    def children(self) -> tuple[Typed, ...]:
        return (self.body,)

    def looks(self) -> int:
        return len(self.steps)

    def standing_alone(self) -> bool:
        return False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Formula(Typed):
    """A formula field that is not stored: `body` in a frame of the record `up` frames out."""

    up: int
    entity: str
    field: str
    body: Typed

    def children(self) -> tuple[Typed, ...]:
        return (self.body,)

    def standing_alone(self) -> bool:
        return False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Aggregate(Typed):
    """What `function` makes of the records of `entity` whose `field` points at a record.

    That record is `up` frames out, `steps` further. Each related record opens a frame for
    `value`, `condition` and `by`.
    """

    function: str
    up: int
    steps: tuple[Step, ...]
    owner: str
    entity: str
    field: str
    value: Typed | None
    condition: Typed | None
    by: Typed | None

    def children(self) -> tuple[Typed, ...]:
        return tuple(one for one in (self.value, self.condition, self.by) if one is not None)

    def standing_alone(self) -> bool:
        return False

    def looks(self) -> int:
        return 1 + len(self.steps)

    def opens(self) -> int:
        return 1


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Window(Typed):
    """What a value is among those of all records of the table, or of those alike in `within`.

    `function` is rank (1 is the largest, equal ones share the place), total, count (of those that
    are filled in) or upto (how many are not above). Empty values have none and do not count.
    """

    function: str
    value: Typed
    within: Typed | None

    def children(self) -> tuple[Typed, ...]:
        return (self.value,) if self.within is None else (self.value, self.within)

    def standing_alone(self) -> bool:
        return False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Property(Typed):
    """A declared property of an option: raw value by option id; others have none."""

    operand: Typed
    name: str
    values: tuple[tuple[str, Any], ...]

    def children(self) -> tuple[Typed, ...]:
        return (self.operand,)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HasTag(Typed):
    """Whether the record `up` frames out has one of `tags` in a tags field; None means any tag."""

    up: int
    entity: str
    field: str
    tags: tuple[str, ...] | None

    def looks(self) -> int:
        return 1

    def standing_alone(self) -> bool:
        return False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Call(Typed):
    """An operation with its arguments; `extra` holds what the operation fixed when typed."""

    operation: Operation
    arguments: tuple[Typed, ...]
    extra: Any = None

    def children(self) -> tuple[Typed, ...]:
        return self.arguments


FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
"""The operator of a comparison whose sides change places."""
OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
"""The operator that holds where one does not, for sides that are not empty."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Compare(Typed):
    """Two values by == != < <= > or >=."""

    operator: str
    left: Typed
    right: Typed

    def children(self) -> tuple[Typed, ...]:
        return (self.left, self.right)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IsEmpty(Typed):
    """Whether a value is empty."""

    operand: Typed

    def children(self) -> tuple[Typed, ...]:
        return (self.operand,)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class In(Typed):
    """Whether a value is one of `items`, which are static."""

    operand: Typed
    items: tuple[Typed, ...]

    def children(self) -> tuple[Typed, ...]:
        return (self.operand, *self.items)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Logic(Typed):
    """Conditions joined by "and" or "or"."""

    operator: str
    items: tuple[Typed, ...]

    def children(self) -> tuple[Typed, ...]:
        return self.items


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Not(Typed):
    """The opposite of a condition."""

    operand: Typed

    def children(self) -> tuple[Typed, ...]:
        return (self.operand,)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class If(Typed):
    """`body` where `test` holds, else `other`."""

    test: Typed
    body: Typed
    other: Typed

    def children(self) -> tuple[Typed, ...]:
        return (self.test, self.body, self.other)


def reads_outer(item: Typed, depth: int = 0) -> bool:
    """Whether an expression reads a record further out than its own frame."""
    if isinstance(item, Read | HasTag | Via | Formula | Aggregate) and item.up > depth:
        return True
    if isinstance(item, Via | Formula):
        return False
    inner = depth + isinstance(item, Aggregate)
    return any(reads_outer(child, inner) for child in item.children())


_PLACE = frozenset({"start", "end", "nullable", "bound", "written", "measured"})


def structure(value: Any) -> Hashable:
    """What a typed expression is apart from its place in a text; equal ones have equal values."""
    if isinstance(value, tuple):
        return tuple(map(structure, value))
    if isinstance(value, Typed | Step):
        parts = [getattr(value, one.name) for one in fields(value) if one.name not in _PLACE]
        return (type(value).__name__, *map(structure, parts))
    return value if value.__hash__ else repr(value)
