"""Making an expression: leaves, ways to nest, and how deep."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Self

from tests.rules.generate.words import FIELDS

Way = Callable[[int], str]
"""Makes an expression whose parts nest at most so deep."""


class Making:
    """Makes expressions as text; `depth` bounds how far they nest.

    For each kind of value there is a method `<kind>_literal` and one `<kind>_ways`.
    """

    def __init__(self, random_: random.Random, entity: str = "account", inner: bool = False):
        self.random = random_
        self.entity = entity
        self.inner = inner

    def make(self, kind: str, depth: int) -> str:
        """An expression of a kind."""
        if depth <= 0 or self.random.random() < 0.15:
            return self.leaf(kind)
        ways: list[Way] = getattr(self, kind + "_ways")()
        ways += [lambda d: self.either(kind, d), lambda d: self.leaf(kind)]
        if kind not in ("boolean",):
            ways.append(lambda d: f"coalesce({self.make(kind, d)}, {self.make(kind, d)})")
        return self.random.choice(ways)(depth - 1)

    def leaf(self, kind: str) -> str:
        chance = self.random.random()
        if chance < 0.55:
            name = self.random.choice(FIELDS[self.entity][kind])
            return name
        if self.inner and chance < 0.65 and kind in FIELDS["account"]:
            return "parent." + self.random.choice(FIELDS["account"][kind])
        return str(getattr(self, kind + "_literal")())

    def pick(self, *items: str) -> str:
        return self.random.choice(items)

    def either(self, kind: str, depth: int) -> str:
        body, other = self.make(kind, depth), self.make(kind, depth)
        return f"({body} if {self.make('boolean', depth)} else {other})"

    def inside(self, entity: str) -> Self:
        """One that makes what stands within an aggregate over an entity."""
        return type(self)(self.random, entity, inner=True)
