"""Ways to put an expression into another one of its kind, for expressions that are deep."""

from __future__ import annotations

import random
from collections.abc import Mapping

LEAVES: Mapping[str, tuple[str, ...]] = {
    "number": ("n", "m", "rate", "size", "amount", "3", "0.25", "doubled"),
    "date": ("day", "until", "belongs_to.day", "today()"),
    "text": ("name", "note", "owner.name"),
    "boolean": ("flag", "hot", "belongs_to.flag", "kind.urgent", "good"),
}
CHAINS: Mapping[str, tuple[str, ...]] = {
    "number": ("+", "-", "*", "/", "//", "%"),
    "boolean": ("and", "or"),
}
LISTS: Mapping[str, tuple[str, ...]] = {
    "number": ("coalesce", "min_of", "max_of"),
    "date": ("coalesce", "min_of", "max_of"),
    "text": ("concat", "coalesce", "min_of", "max_of"),
}
NESTS: Mapping[str, tuple[str, ...]] = {
    "number": (
        "({} + n) * m", "({} - rate) // m", "m // ({})", "m % ({})", "({}) / 7", "n / ({})",
        "({} if n > m else m)", "(n if ({}) > m else 2)", "abs({})", "-({})", "n - -({}) * m",
        "round(({}) / 3)", "floor(({}) / 3)", "ceil({} * 0.5)", "coalesce(m, {})",
        "min_of(m, {})", "max_of({}, 1)", "n * (n + {})", "m - (n + ({}) * 2)", "rate * size * {}",
        "({} + rate * 0.123456)", "(1 if ({}) == rate else 2)", "(1 if not (({}) == size) else 2)",
        "(1 if ({}) in [1, 2.5] else 2)", "days_since(add_days(day, floor({})))",
        "(n if ({}) is None else m)", "round(m / ({}), 2)", "hours_since(add_hours(at, {}))",
        "(n - ({}) - m)", "sum(deals.count_, amount > parent.n) + ({})",
        "months_between(day, add_months(until, round({})))", "year(date(floor({}), 2, 15))",
        "workdays_since(add_days(day, floor({})))", "work_hours_since(add_hours(at, {}))",
        "workdays_between(add_days(day, floor({})), until)",
        "work_hours_between(add_hours(at, {}), now())",
        "work_hours_between(now(), add_hours(at, {}))",
        "years_since(add_years(day, floor({})))", "quarter(add_months(day, floor({})))",
        "minutes_since(add_hours(at, {}))", "hour(add_hours(at, {}))",
        "week(date(floor({}), 2, 15))", "days_in_month(add_months(day, floor({})))",
        "round_up({} / 3, 2)", "round_down(({}) / 3)", "sign({})", "number(text({}))",
        "number(text({}, 2), 1)", "find(text({}), name)", "switch(n, {}, m, 3, 4, 5)",
        "switch({}, 1, m, 2, n, 5)", "switch({}, None, m, 2, n, 5)", "switch(n, None, m, 7, {}, 5)",
        "switch(n, None, m, 7, 3, {})", "(1 if between({}, m, n) else 2)",
        "(1 if between(m, {}, n) else 2)", "(1 if between(m, n, {}) else 2)",
    ),
    "date": (
        "start_of_week({})", "start_of_month({})", "start_of_quarter({})", "start_of_year({})",
        "end_of_week({})", "end_of_month({})", "end_of_quarter({})", "end_of_year({})",
        "add_workdays({}, n)", "add_workdays(until, workdays_between({}, until))",
        "add_workdays(until, workdays_between(until, {}))", "(until if is_workday({}) else day)",
        "next_anniversary({})", "add_years({}, n)", "add_years(until, years_between({}, until))",
        "add_days({}, n)", "add_months({}, n)", "coalesce({}, until)", "coalesce(until, {})",
        "max_of(until, {})", "({} if flag else until)", "(until if flag else {})",
        "date(start_of_day({}))", "date(add_hours(start_of_day({}), rate))",
        "date(add_days(start_of_day({}), 3))", "date(add_months(start_of_day({}), m))",
        "add_days(until, days_between({}, until))", "add_months(until, months_since({}))",
        "add_days(until, year({}))", "add_days(until, weekday({}))",
        "(until if ({}) > until else day)", "(until if is_empty({}) else day)",
        "(until if days_since({}) > 30 else day)", "date(2026, month({}), day({}))",
        "(until if any(deals, closed_on > parent.day) else {})",
    ),
    "text": (
        "lower({})", "upper({})", "trim({})", "concat({}, 'x')", "concat(name, {})",
        "max_of(note, {})", "coalesce({}, note)", "({} if flag else note)",
        "(note if contains({}, name) else name)", "(note if ends_with(name, {}) else name)",
        "(note if starts_with({}, 'a') else name)", "(note if len({}) > n else name)",
        "(note if ({}) in ['a', 'b'] else name)", "(note if ({}) < name else name)",
        "left({}, 3)", "right({}, n)", "mid({}, 2, n)", "mid(name, find(name, {}), 3)",
        "replace({}, 'a', 'b')", "replace(name, {}, note)", "replace(name, note, {})",
        "(note if matches({}, '*a?') else name)", "text(number({}, 2))",
        "switch(name, {}, note, 'b')", "switch({}, 'a', note, 'b')", "switch(name, 'a', {}, 'b')",
    ),
    "boolean": (
        "(({}) == hot)", "(hot != ({}))", "(not (({}) == hot))", "(({} and hot) or flag)",
        "(flag and (hot or {}))", "(flag if {} else hot)", "(hot if flag else {})", "(not {})",
        "(flag if not (hot and {}) else hot)", "is_empty(1 if {} else n)",
        "((1 if {} else n) > m)", "((n if {} else m) == size)", "((day if {} else until) == until)",
        "contains(name if {} else note, 'x')", "((day if {} else until) in [today()])",
        "(any(deals, flag) == ({}))",
    ),
}  # fmt: skip
RELATED = (
    "any(deals, flag == ({}))", "not any(deals, {})", "all(deals, {})", "not all(deals, {})",
    "count(deals, {}) > n", "(sum(deals.amount, {}) > 3) == hot", "first(deals.flag, {})",
    "not last(deals.flag, {}, by=at)", "avg(deals.weighted, {}) > rate",
    "median(deals.weighted, {}) > rate", "count_distinct(deals.seller, {}) > n",
)  # fmt: skip
"""What holds of the deals of an account; within it `flag` is the deal's."""
WITHIN = (
    "(flag and (account.hot or {}))", "(not (({}) == account.good))",
    "(flag if {} else stage.closed)", "((amount if {} else 2) > weighted)",
    "any(account.subsidiaries, flag == ({}))",
)  # fmt: skip


class Nester:
    """Makes deep expressions of a kind: `levels` long or deep, of one way or of many."""

    def __init__(self, random_: random.Random) -> None:
        self.random = random_

    def make(self, kind: str, levels: int) -> str:
        """A chain, a list of arguments, a nest, or some of each within each other."""
        shape = self.random.choice(("chain", "list", "nest", "nest", "mixed", "mixed"))
        if shape == "chain" and kind in CHAINS:
            return self.chain(kind, levels, self.random.choice(CHAINS[kind]))
        if shape == "list" and kind in LISTS:
            return self.listed(kind, levels)
        if shape == "mixed":
            return self.mixed(kind, levels)
        way = self.random.choice(NESTS[kind])
        return self.nested(kind, [way] * levels)

    def chain(self, kind: str, length: int, *operators: str) -> str:
        """Operands in one row."""
        text = self.leaf(kind)
        for _ in range(length):
            text += f" {self.random.choice(operators)} {self.leaf(kind)}"
        return text

    def listed(self, kind: str, length: int) -> str:
        """A function of many arguments."""
        items = ", ".join(self.leaf(kind) for _ in range(length))
        return f"{self.random.choice(LISTS[kind])}({items})"

    def mixed(self, kind: str, levels: int) -> str:
        """Nests of different ways, some of them longer for a chain."""
        text = self.nested(kind, self.random.choices(NESTS[kind], k=levels))
        if kind == "boolean" and self.random.random() < 0.3:
            inner = self.nested(kind, self.random.choices(WITHIN, k=levels), "flag")
            return self.random.choice(RELATED).replace("{}", inner)
        if kind == "number" and self.random.random() < 0.5:
            text = f"{self.chain(kind, self.random.randint(1, 20), '+', '-')} - ({text})"
        return text

    def nested(self, kind: str, ways: list[str], leaf: str | None = None) -> str:
        """A leaf, put into each way in turn."""
        text = leaf or self.leaf(kind)
        for way in ways:
            text = way.replace("{}", text)
            if len(text) > 2_000:
                break
        return text

    def leaf(self, kind: str) -> str:
        return self.random.choice(LEAVES[kind])
