"""Functions and operations: what people write, and what both backends compute.

A `Function` is typed into operations; an `Operation` is written once, its Python meaning and its
SQL for each database side by side. What ships registers as a plug-in's would.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

import sqlalchemy as sa

from ...metadata.model import App
from ...metadata.problems import Fix
from ..context import Context
from ..ir import Call, Typed

Sql = sa.ColumnElement[Any]
MOST_ARGUMENTS = 100
"""What PostgreSQL passes to a function; SQLite passes 127."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One computation on raw values.

    A `strict` one is empty as soon as an argument is, and is not called then. `python` gets the
    call and its raw arguments, and returns a raw value or None; `sqlite` and `postgresql` get
    the call and the arguments' SQL. On SQLite numbers are scaled integers and dates are texts; on
    PostgreSQL numbers are themselves. `symbols` is how many symbols SQLite's parser holds when it
    comes to the first argument (`depth`): three for a function of one's own. What a `partial` one
    leaves empty is its meaning, and not noted as a value that could not be computed.
    """

    name: str
    python: Callable[[Call, Sequence[Any], Context], Any]
    sqlite: Callable[[Call, Sequence[Sql], Context], Sql]
    postgresql: Callable[[Call, Sequence[Sql], Context], Sql]
    symbols: int = 3
    strict: bool = True
    partial: bool = False
    time: bool = False
    viewer: bool = False


class Typing(Protocol):
    """What a function may ask the typer for while its call is typed."""

    @property
    def app(self) -> App:
        """The App that the expression is written for."""

    def make(self, operation: Operation, call: Place, *arguments: Typed, **given: Any) -> Typed:
        """A call of an operation, its text at `call`."""

    def refuse(self, problem: str, at: Place, **params: Any) -> Exception:
        """The error to raise for something in the text."""

    def doubt(self, problem: str, at: Place, fix: Fix | None = None, **params: Any) -> None:
        """Refuse what is newly written; what was published before goes on (`Expression.doubts`)."""

    def unify(self, items: Sequence[Typed], at: Place) -> tuple[Typed, ...]:
        """The items with one type for all; refuses those that have none in common."""

    def compare(self, a: Typed, operator: str, b: Typed, at: Place) -> Typed:
        """`a operator b`, where the operator is one of == != < <= > >=."""

    def is_empty(self, item: Typed, at: Place) -> Typed:
        """Whether an item is empty."""


class Place(Protocol):
    """Something with a place in the text."""

    @property
    def start(self) -> int: ...

    @property
    def end(self) -> int: ...


Typed_ = Callable[[Typing, Place, tuple[Typed, ...]], Typed]
"""Makes the typed expression of a call."""
Group = Literal[
    "text", "numbers", "dates", "working_days", "conditions", "related", "people", "table"
]
"""What a function is about: a chapter of the reference."""
GROUPS: Mapping[Group, Mapping[str, str]] = {
    "text": {"en": "Text", "zh-CN": "文本"},
    "numbers": {"en": "Numbers", "zh-CN": "数字"},
    "dates": {"en": "Dates and times", "zh-CN": "日期与时间"},
    "working_days": {"en": "Working days", "zh-CN": "工作日"},
    "conditions": {"en": "Conditions and choices", "zh-CN": "条件与选择"},
    "related": {"en": "Related records", "zh-CN": "相关记录"},
    "people": {"en": "Tags and people", "zh-CN": "标签与成员"},
    "table": {"en": "Over a table", "zh-CN": "整个列表"},
}
"""The groups in the order of the reference, as people call them."""


@dataclass(frozen=True, slots=True)
class Example:
    """An expression that is run: its `value`, or the CRM entity `of` whose records it is about.

    A value is written as the cases are: decimals, dates and times as text, empty as None. Where
    the present matters it is `AS_OF`, in the zone Asia/Shanghai.
    """

    text: str
    value: Any = None
    of: str | None = None


AS_OF = datetime(2026, 11, 21, 4, 30, tzinfo=UTC)
"""The present of the examples: a Saturday, half past twelve in Shanghai."""


@dataclass(frozen=True, kw_only=True)
class Function:
    """What people write: `signature` and `example` are shown with `help`, by locale.

    `kinds` says, for each parameter, which kinds of type it takes; the last one repeats when
    `repeats`; `least` arguments are needed. `typed` makes the typed expression of a call.
    `examples` are run by the tests and stand in the reference, in the chapter `group`; what an
    empty argument makes of it is told by `empty`, unless the value is empty then. `words` are what
    sentences say of a call, by locale: `{0}` and `{1}` stand for its arguments, `{all}` for all of
    them; the phrase with as many as there are is taken. `denied` says that a condition fails.
    """

    name: str
    signature: str
    help: Mapping[str, str]
    example: str
    group: Group
    examples: tuple[Example, ...] = ()
    words: tuple[Mapping[str, str], ...] = ()
    denied: Mapping[str, str] | None = None
    empty: Mapping[str, str] | None = None
    kinds: tuple[frozenset[str], ...] = ()
    least: int | None = None
    repeats: bool = False
    typed: Typed_

    def kinds_of(self, at: int) -> frozenset[str]:
        """The kinds that the argument at an index may have."""
        return self.kinds[min(at, len(self.kinds) - 1)]

    @property
    def fewest(self) -> int:
        """How many arguments there must be at least."""
        return len(self.kinds) if self.least is None else self.least

    @property
    def most(self) -> int:
        """How many arguments there may be at most."""
        return MOST_ARGUMENTS if self.repeats else len(self.kinds)


class NameTaken(ValueError):
    """There is another function, or another of SQLite's functions, of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the function {name!r} exists already")
        self.name = name


SqliteFunction = tuple[int, Callable[..., Any]]
"""How many arguments (-1: any number), and what computes it; None stands for NULL."""
_FUNCTIONS: dict[str, Function] = {}
_SQLITE: dict[str, SqliteFunction] = {}


def register(function: Function) -> Function:
    """Make a function known to expressions; its name must be free (NameTaken)."""
    if function.name in _FUNCTIONS:
        raise NameTaken(function.name)
    _FUNCTIONS[function.name] = function
    return function


def register_sqlite(name: str, count: int, function: Callable[..., Any]) -> None:
    """Make a function known to statements on SQLite; its name must be free (NameTaken).

    The functions of the product begin with `fs_`; those of a plug-in with a name of its own.
    """
    if name in _SQLITE or name.startswith("fs_"):
        raise NameTaken(name)
    _SQLITE[name] = (count, function)


def sqlite_functions() -> Mapping[str, SqliteFunction]:
    """What `register_sqlite` made known."""
    return _SQLITE


Kept = tuple[dict[str, Function], dict[str, SqliteFunction]]


def snapshot() -> Kept:
    """All that is registered, for `restore`."""
    return dict(_FUNCTIONS), dict(_SQLITE)


def restore(kept: Kept) -> None:
    """Forget what was registered since a `snapshot`."""
    functions_before, sqlite_before = kept
    _FUNCTIONS.clear()
    _FUNCTIONS.update(functions_before)
    _SQLITE.clear()
    _SQLITE.update(sqlite_before)


def function_named(name: str) -> Function | None:
    """The function of that name, or None."""
    return _FUNCTIONS.get(name)


def functions() -> tuple[Function, ...]:
    """All functions, by name."""
    return tuple(_FUNCTIONS[name] for name in sorted(_FUNCTIONS))


NUMBER = frozenset({"number", "money"})
TEXT = frozenset({"text"})
DAY = frozenset({"date", "datetime"})
INSTANT = frozenset({"datetime"})
ANY = frozenset(
    {"text", "number", "money", "boolean", "date", "datetime", "choice", "reference", "tags"}
)
VALUE = ANY - {"tags", "boolean"}


def both(english: str, chinese: str) -> Mapping[str, str]:
    """A help text in both languages."""
    return {"en": english, "zh-CN": chinese}
