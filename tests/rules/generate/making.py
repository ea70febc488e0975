"""Making an expression: leaves, calls of what is registered, ways to nest, and how deep."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Self, TypeVar

from tests.rules.generate.leaves import family, leaves
from tests.rules.generate.shapes import Parameter, Shape, Summary, giving, summing

_T = TypeVar("_T")
Way = Callable[[int], str]
"""Makes an expression whose parts nest at most so deep."""
MOST_NESTING = 2
"""How deep aggregates nest."""
VALUES = (
    "number", "money", "boolean", "boolean", "text", "date", "datetime",
    "choice:field:account.kind", "choice:scheme:abc", "reference:member", "reference:account",
)  # fmt: skip
"""The kinds of value that an expression over an account is made of."""


class Making:
    """Makes expressions as text; `depth` bounds how far they nest.

    What is made is told by key (`leaves.key_of`; "whole" are whole numbers). `outer` makes what
    `parent.` means. For each family there is a method `<family>_literal` and one `<family>_ways`.
    Each call and aggregate that is made is noted in `used`.
    """

    def __init__(
        self, random_: random.Random, entity: str = "account", outer: Making | None = None
    ) -> None:
        self.random = random_
        self.entity = entity
        self.outer = outer
        self.level: int = 0 if outer is None else outer.level + 1
        self.used: list[Shape | Summary] = [] if outer is None else outer.used
        self.leaves = leaves(entity)

    def make(self, key: str, depth: int) -> str:
        """An expression of a key."""
        if depth <= 0 or self.random.random() < 0.15 or family(key) == "tags":
            return self.leaf(key)
        kind = family(key)
        groups: list[Way] = [lambda d: self.either(key, d), lambda d: self.leaf(key)]
        ways: list[Way] = getattr(self, kind + "_ways")(key)
        if ways:
            groups += [lambda d: self.pick(*ways)(d)] * (6 if kind == "boolean" else 3)
        if giving(key):
            groups += [lambda d: self.call(self.pick(*giving(key)), key, d)] * 3
        if self.level < MOST_NESTING and summing(key):
            groups.append(lambda d: self.summed(self.pick(*summing(key)), key, d))
        return self.pick(*groups)(depth - 1)

    def leaf(self, key: str) -> str:
        """A field, a path or something written out."""
        chance = self.random.random()
        if self.outer is not None and chance < 0.15 and self.outer.leaves.of(key):
            return f"parent.{self.outer.read(key)}"
        if chance < 0.7 and self.leaves.of(key):
            return self.read(key)
        return str(getattr(self, family(key) + "_literal")(key))

    def read(self, key: str) -> str:
        """A field or a path of a key; fields more often than there are of them."""
        near, far = self.leaves.near.get(key, ()), self.leaves.far.get(key, ())
        if near and far:
            return self.pick(*(near if self.random.random() < 0.65 else far))
        return self.pick(*(near or far))

    def pick(self, *items: _T) -> _T:
        """One of some."""
        return self.random.choice(items)

    def either(self, key: str, depth: int) -> str:
        """One of two by a condition."""
        body, other = self.make(key, depth), self.make(key, depth)
        if self.random.random() < 0.1:
            other = "None"
        return f"({body} if {self.make('boolean', depth)} else {other})"

    def call(self, shape: Shape, key: str | None, depth: int) -> str:
        """A call of a function; `key` is what it is to give where that depends on the arguments."""
        self.used.append(shape)
        known = {family(key): key} if key is not None and shape.same else {}
        arguments = []
        for parameter in shape.parameters:
            if parameter.constants:
                arguments.append(self.pick(*parameter.constants))
                continue
            wanted = known.setdefault(parameter.kind, self.key_for(parameter))
            empty = self.random.random() < 0.02 and len(shape.parameters) > 1
            arguments.append("None" if empty else self.make(wanted, depth))
        return f"{shape.name}({', '.join(arguments)})"

    def key_for(self, parameter: Parameter) -> str:
        """A key of a parameter's kind."""
        keys = self.leaves.keys(parameter.kind)
        if parameter.kind in ("choice", "reference", "tags") and keys:
            return self.pick(*keys)
        return parameter.kind

    def summed(self, summary: Summary, key: str | None, depth: int) -> str:
        """An aggregate over related records."""
        kind = summary.value
        wanted = key if summary.same else None
        relations = [
            (path, entity)
            for path, entity in self.related()
            if kind is None or any(self.named(entity, kind, wanted))
        ]
        path, entity = self.pick(*relations)
        inner = self.inside(entity)
        if kind is not None:
            found = self.named(entity, kind, wanted)
            path = f"{path}.{inner.read(self.pick(*found))}"
        self.used.append(summary)
        condition = by = ""
        if self.pick(*summary.conditions):
            condition = f", {inner.make('boolean', depth)}"
        if summary.by is not None:
            order = type(self)(self.random, entity)
            order.level = MOST_NESTING
            by = f", by={order.make(summary.by, self.pick(0, 0, 1))}"
        return f"{summary.name}({path}{condition}{by})"

    def related(self) -> list[tuple[str, str]]:
        """Paths to related records, those of the outer record too; near ones more often."""
        found = list(self.leaves.relations) + list(self.leaves.relations[:2]) * 2
        if self.outer is not None:
            found += [
                (f"parent.{path}", entity) for path, entity in self.outer.leaves.relations[:2]
            ]
        return found

    def named(self, entity: str, kind: str, wanted: str | None) -> tuple[str, ...]:
        """The keys that an aggregate's value may have in an entity."""
        keys = leaves(entity).keys(kind)
        return keys if wanted is None else tuple(one for one in keys if one == wanted)

    def inside(self, entity: str) -> Self:
        """One that makes what stands within an aggregate over an entity."""
        return type(self)(self.random, entity, self)
