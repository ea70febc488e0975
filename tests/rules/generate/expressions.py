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
            lambda d: f"{self.pick('left', 'right')}({make('text', d)}, {self.count_of(d)})",
            lambda d: f"mid({make('text', d)}, {self.count_of(d)}, {self.count_of(d)})",
            lambda d: f"replace({make('text', d)}, {make('text', d)}, {make('text', d)})",
            lambda d: f"text({make(self.pick('number', 'money', 'date', 'datetime'), d)})",
            lambda d: f"text({make('number', d)}, {self.pick('0', '1', '2', '6')})",
            lambda d: self.switch("text", d),
        ]

    def count_of(self, depth: int) -> str:
        """How many characters, and where: mostly few."""
        return self.pick("0", "1", "2", "3", "-1", f"floor({self.make('number', depth)})")

    def switch(self, kind: str, depth: int) -> str:
        """A choice among results by a value of any kind."""
        of = self.pick("number", "money", "text", "date", "datetime", "reference")
        value, first = self.make(of, depth), self.pick(self.make(of, depth), "None")
        results = [self.make(kind, depth) for _ in range(3)]
        return (
            f"switch({value}, {first}, {results[0]}, {self.make(of, 0)}, {', '.join(results[1:])})"
        )

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
