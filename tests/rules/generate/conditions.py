"""Conditions: comparisons, lists, options, tags; what functions tell is registered."""

from __future__ import annotations

from fieldstone.rules.types import options_of
from tests.rules.declared import APP
from tests.rules.generate.leaves import family
from tests.rules.generate.making import VALUES, Way
from tests.rules.generate.shapes import Shape, shapes
from tests.rules.generate.values import Values

ORDER = ("==", "!=", "<", "<=", ">", ">=")
EQUAL = ("==", "!=")
BOUNDS = ("0", "1", "7", "30", "-3", "365", "2026", "0.5", "100000000", "47.5")
DAYS = ("today()", "start_of_month(today())", "date(2026, 11, 20)", "date(9999, 12, 1)")


class Conditions(Values):
    """Ways to a condition."""

    def boolean_literal(self, key: str) -> str:
        return self.pick("True", "False")

    def boolean_ways(self, key: str) -> list[Way]:
        make = self.make

        def compared(kind: str, *operators: str) -> Way:
            return lambda d: f"({make(kind, d)} {self.pick(*operators)} {make(kind, d)})"

        def joined(d: int) -> str:
            word = self.pick("and", "or")
            return f"({make('boolean', d)} {word} {make('boolean', d)})"

        ways = [compared(kind, *ORDER) for kind in ("number", "money", "date", "datetime", "text")]
        return [
            *ways,
            joined,
            joined,
            lambda d: f"(not {make('boolean', d)})",
            lambda d: f"({make('money', d)} {self.pick(*ORDER)} {make('number', d)})",
            compared("boolean", *EQUAL),
            compared("reference:member", *EQUAL),
            self.option,
            self.option,
            self.bound,
            self.bound,
            self.listed,
            self.chained,
            self.emptiness,
            self.tagged,
        ]

    def options(self, key: str) -> tuple[str, ...]:
        return tuple(one.name for one in options_of(APP, key.partition(":")[2]))

    def option(self, depth: int) -> str:
        """A choice against options of its set, or another choice."""
        key = self.pick(*self.leaves.keys("choice"))
        chance = self.random.random()
        written = [f'"{self.pick(*self.options(key))}"' for _ in range(2)]
        if chance < 0.35:
            return f"({self.read(key)} {self.pick('in', 'not in')} [{', '.join(written)}])"
        item = self.make(key, depth)
        if chance < 0.65:
            return f"({item} {self.pick(*EQUAL)} {self.make(key, depth)})"
        return f"({item} {self.pick(*EQUAL)} {written[0]})"

    def emptiness(self, depth: int) -> str:
        kinds = [*VALUES, *self.leaves.keys("tags")]
        item = self.make(self.pick(*kinds), depth)
        return f"({item} {self.pick('is None', 'is not None', '== None', '!= None')})"

    def chained(self, depth: int) -> str:
        key = self.pick("number", "number", "date", "datetime", "text", "money")
        first, second = self.pick(*ORDER), self.pick(*ORDER)
        items = [self.make(key, depth) for _ in range(3)]
        return f"({items[0]} {first} {items[1]} {second} {items[2]})"

    def listed(self, depth: int) -> str:
        """Membership in a list of constants."""
        plain = ("number", "number", "money", "text", "date", "datetime", "boolean")
        key = self.pick(*plain, "reference:member")
        written = {"money": "number", "reference:member": "reference"}
        literal = getattr(self, f"{written.get(key, key)}_literal")
        if key == "reference:member":
            items = ["me()"] * self.pick(0, 1, 1)
        else:
            items = [literal(key) for _ in range(self.random.randint(0, 3))]
        items = [one for one in items if one != '""']
        return f"({self.make(key, depth)} {self.pick('in', 'not in')} [{', '.join(items)}])"

    def bound(self, depth: int) -> str:
        """What becomes a bound on a date: a step or a distance of a field, and a constant."""
        shape = self.pick(*_of_days())
        self.used.append(shape)
        item = f"{shape.name}({self.read(shape.kinds[0])})"
        if shape.gives == "date":
            return f"({item} {self.pick(*ORDER)} {self.pick(*DAYS)})"
        number = self.pick(*BOUNDS, self.read("whole"), f"({self.read('whole')} if True else 3)")
        sides = (item, number) if self.random.random() < 0.8 else (number, item)
        return f"({sides[0]} {self.pick(*ORDER)} {sides[1]})"

    def tagged(self, depth: int) -> str:
        """Tags of the record, or of one that a reference leads to."""
        key = self.pick(*self.leaves.keys("tags"))
        path, tag = self.read(key), self.pick(*self.options(key))
        ways = [
            f'has_tag({path}, "{tag}")',
            f'("{tag}" {self.pick("in", "not in")} {path})',
            f"is_empty({path})",
            f'({path} in ["{tag}", "{self.pick(*self.options(key))}"])',
        ]
        dimension = APP.dimensions[key.rpartition(":")[2]]
        if dimension.exclusive:
            ways.append(f'({path} {self.pick(*EQUAL)} "{tag}")')
        if self.leaves.near.get(key):
            ways.append(f'has_tag("{dimension.name}", "{tag}")')
        return self.pick(*ways)


def _of_days() -> list[Shape]:
    """Functions of one date or time that give a number or a date."""
    return [
        one
        for one in shapes()
        if len(one.kinds) == 1
        and family(one.kinds[0]) in ("date", "datetime")
        and one.gives in ("number", "date")
    ]
