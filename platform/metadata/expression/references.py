"""What an expression speaks of, read from its tree: paths, functions and quoted texts, by scope.

A scope is a kind of record whose fields bare names mean: 0 is the record of the expression itself,
and every aggregate (`count(deals, stage == "won")`) opens one for its condition and its `by`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .tree import Call, Name, Node, Path, Text

AGGREGATES = frozenset(
    {
        "count",
        "count_distinct",
        "sum",
        "avg",
        "median",
        "min",
        "max",
        "any",
        "all",
        "first",
        "last",
    }
)
"""Functions over the records that point here; the first argument names them."""
PARENT = "parent"
"""In an aggregate's condition and in a reference's `where`: the outer record."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The records that an aggregate goes over: `source` is its first argument, in scope `outer`."""

    outer: int
    source: Path


@dataclass(frozen=True, slots=True)
class Mention:
    """A path, a function's name or a quoted text, and the scope in which it stands."""

    node: Path | Name | Text
    scope: int


@dataclass(frozen=True, slots=True)
class References:
    """All mentions in the order of the text; `scopes[0]` is None, the expression's own record."""

    scopes: tuple[Scope | None, ...]
    paths: tuple[Mention, ...]
    functions: tuple[Mention, ...]
    texts: tuple[Mention, ...]


def references(node: Node) -> References:
    """Which paths, functions and texts an expression mentions, with their places and scopes."""
    scopes: list[Scope | None] = [None]
    found = tuple(_mentions(node, 0, scopes))
    return References(
        tuple(scopes),
        tuple(one for one in found if isinstance(one.node, Path)),
        tuple(one for one in found if isinstance(one.node, Name)),
        tuple(one for one in found if isinstance(one.node, Text)),
    )


def _mentions(node: Node, scope: int, scopes: list[Scope | None]) -> Iterator[Mention]:
    if isinstance(node, Path | Text):
        yield Mention(node, scope)
    if isinstance(node, Call):
        yield Mention(node.function, scope)
        if opens_scope(node):
            yield from _aggregate(node, scope, scopes)
            return
    for child in node.children():
        yield from _mentions(child, scope, scopes)


def _aggregate(node: Call, scope: int, scopes: list[Scope | None]) -> Iterator[Mention]:
    source = node.arguments[0]
    assert isinstance(source, Path)
    yield Mention(source, scope)
    scopes.append(Scope(scope, source))
    inner = len(scopes) - 1
    for child in node.children()[1:]:
        yield from _mentions(child, inner, scopes)


def opens_scope(node: Call) -> bool:
    """Whether a call is an aggregate over a path, so that its other arguments are in its scope."""
    return (
        node.function.text in AGGREGATES
        and bool(node.arguments)
        and isinstance(node.arguments[0], Path)
    )
