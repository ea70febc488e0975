"""Numbers and amounts, aggregates among them."""

from __future__ import annotations

from tests.rules.generate.making import Making, Way
from tests.rules.generate.words import FIELDS


class Numbers(Making):
    """Ways to a number and to an amount of money."""

    def number_literal(self) -> str:
        return self.pick(
            "0", "1", "-1", "2", "3", "7", "30", "100", "0.5", "-2.5", "0.000001", "12.345",
            "999999999999999", "-999999999999999", "0.1", "3.14159", "1000000",
        )  # fmt: skip

    def money_literal(self) -> str:
        return self.random.choice(FIELDS[self.entity]["money"])

    def number_ways(self) -> list[Way]:
        make = self.make
        ways: list[Way] = [
            lambda d: f"({make('number', d)} {self.pick('+', '-', '*')} {make('number', d)})",
            lambda d: f"({make('number', d)} {self.pick('/', '//', '%')} {make('number', d)})",
            lambda d: f"({make('money', d)} {self.pick('/', '//')} {make('money', d)})",
            lambda d: f"(-{make('number', d)})",
            lambda d: f"abs({make('number', d)})",
            lambda d: f"round({make('number', d)}, {self.pick('0', '1', '2', '6')})",
            lambda d: f"{self.pick('floor', 'ceil')}({make('number', d)})",
            lambda d: f"{self.pick('round_up', 'round_down')}({make('number', d)}, 1)",
            lambda d: f"{self.pick('round_up', 'round_down', 'sign')}({make('number', d)})",
            lambda d: f"len({make('text', d)})",
            lambda d: f"find({make('text', d)}, {make('text', d)})",
            lambda d: f"number({make('text', d)}, {self.pick('0', '2', '6')})",
            lambda d: f"number(text({make('number', d)}))",
            lambda d: self.switch("number", d),
            lambda d: f"{self.pick('days_since', 'days_until', 'months_since')}({make('date', d)})",
            lambda d: f"{self.pick('days_since', 'months_since')}({make('datetime', d)})",
            lambda d: f"days_between({make('date', d)}, {make('datetime', d)})",
            lambda d: f"months_between({make('date', d)}, {make('date', d)})",
            lambda d: f"hours_since({make('datetime', d)})",
            lambda d: f"hours_between({make('datetime', d)}, {make('datetime', d)})",
            lambda d: f"{self.pick('year', 'month', 'day', 'weekday')}({make('date', d)})",
            lambda d: f"{self.pick('year', 'month', 'quarter', 'week')}({make('datetime', d)})",
            lambda d: f"{self.pick('quarter', 'week', 'day_of_year')}({make('date', d)})",
            lambda d: f"{self.pick('days_in_month', 'years_since')}({make('date', d)})",
            lambda d: f"{self.pick('hour', 'minute', 'minutes_since')}({make('datetime', d)})",
            lambda d: f"workdays_between({make('date', d)}, {make('datetime', d)})",
            lambda d: f"{self.pick('workdays_since', 'workdays_until')}({make('date', d)})",
            lambda d: f"work_hours_between({make('datetime', d)}, {make('datetime', d)})",
            lambda d: f"work_hours_since({make('datetime', d)})",
            lambda d: f"years_between({make('date', d)}, {make('date', d)})",
            lambda d: f"minutes_between({make('datetime', d)}, {make('datetime', d)})",
            lambda d: f"{self.pick('min_of', 'max_of')}({make('number', d)}, {make('number', d)})",
        ]
        if not self.inner:
            ways += [self.count, lambda d: self.over("number", d)]
        return ways

    def count(self, depth: int) -> str:
        deal = self.inside("deal")
        return self.pick(
            f"count(deals, {deal.make('boolean', depth)})",
            "count(deals)",
            "count(deals.amount)",
            "count(subsidiaries, flag)",
            "count(belongs_to.subsidiaries)",
        )

    def over(self, kind: str, depth: int) -> str:
        """An aggregate over the deals that gives a number or an amount."""
        deal = self.inside("deal")
        name = self.random.choice(FIELDS["deal"][kind])
        function = self.pick("sum", "avg", "min", "max", "first", "last")
        order = type(self)(self.random, "deal")
        by = f", by={order.leaf('date')}" if function in ("first", "last") else ""
        if self.random.random() < 0.6:
            return f"{function}(deals.{name}, {deal.make('boolean', depth)}{by})"
        return f"{function}(deals.{name}{by})"

    def switch(self, kind: str, depth: int) -> str:
        """A choice among results, which the maker of all kinds makes."""
        raise NotImplementedError

    def money_ways(self) -> list[Way]:
        make = self.make
        ways: list[Way] = [
            lambda d: f"({make('money', d)} {self.pick('+', '-')} {make('money', d)})",
            lambda d: f"({make('money', d)} * {make('number', d)})",
            lambda d: f"({make('money', d)} {self.pick('/', '//', '%')} {make('number', d)})",
            lambda d: f"({make('money', d)} % {make('money', d)})",
            lambda d: f"round({make('money', d)}, 1)",
            lambda d: f"{self.pick('min_of', 'max_of')}({make('money', d)}, {make('money', d)})",
        ]
        if not self.inner:
            ways.append(lambda d: self.over("money", d))
        return ways
