"""Conditions: comparisons, options, tags, and what holds of related records."""

from __future__ import annotations

from tests.rules.generate.making import Making, Way
from tests.rules.generate.words import FIELDS, OPTIONS


class Conditions(Making):
    """Ways to a condition."""

    def boolean_literal(self) -> str:
        return self.pick("True", "False")

    def boolean_ways(self) -> list[Way]:
        make = self.make
        order = ("==", "!=", "<", "<=", ">", ">=")

        def compared(kind: str, *operators: str) -> Way:
            return lambda d: f"({make(kind, d)} {self.pick(*operators)} {make(kind, d)})"

        ways = [
            lambda d: f"({make('boolean', d)} {self.pick('and', 'or')} {make('boolean', d)})",
            lambda d: f"({make('boolean', d)} {self.pick('and', 'or')} {make('boolean', d)})",
            lambda d: f"(not {make('boolean', d)})",
            compared("number", *order),
            compared("number", *order),
            compared("money", *order),
            lambda d: f"({make('money', d)} {self.pick(*order)} {make('number', d)})",
            compared("date", *order),
            compared("datetime", *order),
            compared("text", *order),
            compared("boolean", "==", "!="),
            compared("reference", "==", "!="),
            lambda d: self.option("choice", d),
            lambda d: self.option("tier", d),
            self.bound,
            self.bound,
            self.listed,
            lambda d: f"({make('number', d)} < {make('number', d)} <= {make('number', d)})",
            lambda d: f"({make(self.kind(), d)} {self.pick('is', 'is not')} None)",
            lambda d: f"({make(self.kind(), d)} {self.pick('==', '!=')} None)",
            lambda d: f"is_empty({make(self.kind(), d)})",
            lambda d: (
                f"{self.pick('contains', 'starts_with', 'ends_with')}"
                f"({make('text', d)}, {make('text', d)})"
            ),
            lambda d: f'matches({make("text", d)}, "{self.pattern()}")',
            lambda d: f"is_workday({make(self.pick('date', 'datetime'), d)})",
            lambda d: f"is_filled({make(self.kind(), d)})",
            lambda d: f"between({make('number', d)}, {make('number', d)}, {make('money', d)})",
            lambda d: f"between({make('date', d)}, {make('date', d)}, today())",
            self.tagged,
        ]
        if not self.inner:
            ways += [self.quantified, self.quantified]
        return ways

    def pattern(self) -> str:
        """Characters of texts among those that stand for others."""
        pieces = ("?", "*", "*", "#", "a", "Z", "中", "文", "é", " ", "_", "%", ".", "+", "(")
        return "".join(self.pick(*pieces) for _ in range(self.random.randint(1, 5)))

    def kind(self) -> str:
        return self.pick("number", "text", "date", "datetime", "choice", "tier", "reference")

    def option(self, kind: str, depth: int) -> str:
        name = self.make(kind, depth)
        if "(" not in name and self.random.random() < 0.4:
            options = ", ".join(f'"{self.pick(*OPTIONS[kind])}"' for _ in range(2))
            return f"({name} {self.pick('in', 'not in')} [{options}])"
        if self.random.random() < 0.5:
            return f"({name} {self.pick('==', '!=')} {self.make(kind, depth)})"
        return f'({name} {self.pick("==", "!=")} "{self.pick(*OPTIONS[kind])}")'

    def bound(self, depth: int) -> str:
        """What becomes a bound on a date: the distance from today, or a step, and a constant."""
        operator = self.pick("==", "!=", "<", "<=", ">", ">=")
        kind = self.pick("date", "datetime")
        item = self.random.choice(FIELDS[self.entity][kind])
        functions = ["days_since", "days_until", "months_since", "year", "years_since"]
        functions += ["workdays_since", "workdays_since", "workdays_until"]
        if kind == "datetime":
            functions += ["hours_since", "minutes_since"]
        function = self.random.choice(functions)
        if self.random.random() < 0.25:
            edge = self.pick("start", "start", "end")
            step = self.pick(f"{edge}_of_month", f"{edge}_of_quarter", f"{edge}_of_year", "date")
            if step == "date":
                item = self.random.choice(FIELDS[self.entity]["datetime"])
            other = self.pick("today()", "start_of_month(today())", "date(2026, 11, 20)",
                "end_of_month(today())", "end_of_year(today())", "date(2026, 12, 31)",
            )  # fmt: skip
            return f"({step}({item}) {operator} {other})"
        number = self.pick(
            "0", "1", "7", "30", "-3", "365", "2026", "0.5", "tier_days", "100000000", "47.5"
        )
        if number == "tier_days":
            number = (
                self.pick("tier.silence_days", "(kind.days if flag else 3)")
                if self.entity == "account"
                else self.pick("stage.max_days", "account.tier.silence_days")
            )
        sides = (f"{function}({item})", number)
        left, right = sides if self.random.random() < 0.8 else sides[::-1]
        return f"({left} {operator} {right})"

    def listed(self, depth: int) -> str:
        items = ", ".join(
            self.pick("0", "1", "7", "0.5", "-2.5", "100", "1.25")
            for _ in range(self.random.randint(0, 3))
        )
        return f"({self.make('number', depth)} {self.pick('in', 'not in')} [{items}])"

    def tagged(self, depth: int) -> str:
        if self.entity == "deal":
            return self.pick(
                'has_tag("free", "VIP")', '("trial" in labels)', "is_empty(account.industry)"
            )
        return self.pick(
            'has_tag("industry", "retail")',
            'has_tag("free", "VIP")',
            '("trial" in free)',
            '(industry == "medical")',
            '(industry != "retail")',
            'has_tag(belongs_to.free, "VIP")',
            "(industry.weight > 1)",
            "is_empty(free)",
        )

    def quantified(self, depth: int) -> str:
        deal = self.inside("deal")
        return f"{self.pick('any', 'all')}(deals, {deal.make('boolean', depth)})"
