"""Expressions of every kind, or around a call of every function and every aggregate."""

from __future__ import annotations

from tests.rules.generate.conditions import Conditions
from tests.rules.generate.making import VALUES
from tests.rules.generate.shapes import Shape, Summary, shapes, summaries


class Maker(Conditions):
    """Makes whole expressions over an account."""

    def anything(self) -> str:
        """An expression of some kind."""
        key = self.pick(*VALUES, *self.leaves.keys("tags"))
        if key in VALUES:
            return self.make(key, self.pick(1, 2, 2, 3, 3, 4))
        return self.leaf(key) if self.random.random() < 0.3 else self.either(key, 2)

    def around(self, wanted: Shape | Summary) -> str:
        """An expression in which a function is called with arguments of given kinds."""
        depth = self.pick(0, 1, 1, 2, 3)
        if isinstance(wanted, Shape):
            text = self.call(wanted, None, depth)
        else:
            text = self.summed(wanted, None, depth)
        if self.random.random() < 0.5:
            return text
        if wanted.gives == "boolean":
            return self.pick(f"not {text}", f"({text} == {self.make('boolean', 1)})")
        if wanted.same and wanted.gives.startswith(("choice", "reference")):
            return f"({text} is None)"
        other = self.make(wanted.gives, depth)
        return f"({text} {self.pick('==', '!=')} {other})"


def targets() -> tuple[Shape | Summary, ...]:
    """All that can be called, with each kind of argument."""
    return (*shapes(), *summaries())
