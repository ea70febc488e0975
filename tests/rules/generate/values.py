"""Numbers, amounts, texts, dates and instants: what is written out, and what operators make."""

from __future__ import annotations

from tests.rules.generate.leaves import family
from tests.rules.generate.making import Making, Way
from tests.rules.generate.words import DATES, INSTANTS, LETTERS, NUMBERS, WHOLE


class Values(Making):
    """Ways to a value that is no condition; functions are not among them, they are registered."""

    def number_literal(self, key: str) -> str:
        return self.pick(*NUMBERS)

    def number_ways(self, key: str) -> list[Way]:
        make = self.make
        return [
            lambda d: f"({make('number', d)} {self.pick('+', '-', '*')} {make('number', d)})",
            lambda d: f"({make('number', d)} {self.pick('/', '//', '%')} {make('number', d)})",
            lambda d: f"({make('money', d)} {self.pick('/', '//')} {make('money', d)})",
            lambda d: f"(-{make('number', d)})",
            lambda d: make("whole", d),
            self.chain,
        ]

    def chain(self, depth: int) -> str:
        """A long sum or product, exact on the way."""
        marks = self.pick(("+", "-"), ("*",), ("+", "-", "*", "/"))
        text = self.make("number", depth)
        for _ in range(self.random.randint(2, 5)):
            text += f" {self.pick(*marks)} {self.make('number', 0)}"
        return f"({text})"

    def whole_literal(self, key: str) -> str:
        return self.pick(*WHOLE)

    def whole_ways(self, key: str) -> list[Way]:
        make = self.make
        return [
            lambda d: (
                f"({make('whole', d)} {self.pick('+', '-', '*', '//', '%')} {make('whole', d)})"
            ),
            lambda d: f"floor({make('number', d)})",
            lambda d: f"(-{make('whole', d)})",
        ]

    def money_literal(self, key: str) -> str:
        return self.read("money")

    def money_ways(self, key: str) -> list[Way]:
        make = self.make
        return [
            lambda d: f"({make('money', d)} {self.pick('+', '-')} {make('money', d)})",
            lambda d: f"({make('money', d)} {self.pick('+', '-')} {make('number', d)})",
            lambda d: f"({make('money', d)} * {make('number', d)})",
            lambda d: f"({make('money', d)} {self.pick('/', '//', '%')} {make('number', d)})",
            lambda d: f"({make('money', d)} % {make('money', d)})",
            lambda d: f"(-{make('money', d)})",
        ]

    def text_literal(self, key: str) -> str:
        text = "".join(self.pick(*LETTERS) for _ in range(self.random.randint(0, 3)))
        escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
        return f'"{escaped}"'

    def text_ways(self, key: str) -> list[Way]:
        return []

    def date_literal(self, key: str) -> str:
        return self.pick(*DATES)

    def date_ways(self, key: str) -> list[Way]:
        return []

    def datetime_literal(self, key: str) -> str:
        return self.pick(*INSTANTS)

    def datetime_ways(self, key: str) -> list[Way]:
        return []

    def choice_literal(self, key: str) -> str:
        if not self.leaves.of(key) or self.random.random() < 0.3:
            return f'"{self.pick(*self.options(key))}"'
        return self.read(key)

    def choice_ways(self, key: str) -> list[Way]:
        return []

    def tags_literal(self, key: str) -> str:
        return self.read(key)

    def tags_ways(self, key: str) -> list[Way]:
        return []

    def reference_literal(self, key: str) -> str:
        return "me()" if key == "reference:member" or not self.leaves.of(key) else self.read(key)

    def reference_ways(self, key: str) -> list[Way]:
        return []

    def options(self, key: str) -> tuple[str, ...]:
        """The names of the options of a choice or of tags."""
        raise NotImplementedError(family(key))
