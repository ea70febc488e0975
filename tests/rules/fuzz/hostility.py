"""Hostile expressions: refused or bounded in time and memory, and alike where they are accepted."""

from __future__ import annotations

import random
import resource
from collections.abc import Sequence

from tests.rules.fuzz.agreement import Tried
from tests.rules.generate.hostile import Hostile, with_circles

MEMORY = 50 << 10
"""Kilobytes by which one expression may make a process grow."""


class Attacked(Tried):
    """A company that is asked hostile expressions."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.app = with_circles(self.app)

    def made(self, chance: random.Random, number: int) -> tuple[str, Sequence[object]]:
        return Hostile(chance).make(), ()

    def one(self, number: int) -> None:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        super().one(number)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        if grown > MEMORY:
            self.figures.wrong.append(f"large: {grown >> 10} MB: {self.seed}/{number}")
