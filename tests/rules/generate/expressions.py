"""Expressions of every kind: numbers, conditions, times, and what has few ways."""

from __future__ import annotations

from tests.rules.generate.conditions import Conditions
from tests.rules.generate.making import Way
from tests.rules.generate.numbers import Numbers
from tests.rules.generate.times import Times
from tests.rules.generate.words import FIELDS, LETTERS


class Maker(Numbers, Conditions, Times):
    """Makes expressions of every kind."""

    def text_literal(self) -> str:
        text = "".join(self.random.choice(LETTERS) for _ in range(self.random.randint(0, 3)))
        escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
        return f'"{escaped}"'

    def text_ways(self) -> list[Way]:
        make = self.make
        return [
            lambda d: f"{self.pick('lower', 'upper', 'trim')}({make('text', d)})",
            lambda d: f"concat({make('text', d)}, {make('text', d)})",
            lambda d: f"{self.pick('min_of', 'max_of')}({make('text', d)}, {make('text', d)})",
        ]

    def choice_literal(self) -> str:
        return self.random.choice(FIELDS[self.entity]["choice"])

    def choice_ways(self) -> list[Way]:
        return []

    def tier_literal(self) -> str:
        return self.random.choice(FIELDS[self.entity]["tier"])

    def tier_ways(self) -> list[Way]:
        return []

    def reference_literal(self) -> str:
        return "me()"

    def reference_ways(self) -> list[Way]:
        return []
