"""Random expressions of every type, and random companies to try them on."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from tests.rules.world import NOW, World

_T = TypeVar("_T")

ZONES = (
    "Asia/Shanghai",
    "America/New_York",
    "Europe/London",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "UTC",
)
LETTERS = "aAbB zZéÉßſİıςΣσñÑАа中文科技ＡａＺ　 \tµΜ😀_%'\"\\"
FIELDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "account": {
        "number": ("n", "m", "rate", "size", "doubled", "kind.days", "tier.silence_days"),
        "money": ("amount", "cost", "kept", "won"),
        "boolean": ("flag", "hot", "good", "kind.urgent", "belongs_to.flag", "owner.active"),
        "text": ("name", "note", "owner.name", "belongs_to.name", "owner.manager.team"),
        "date": ("day", "until", "belongs_to.day"),
        "datetime": ("at", "seen", "belongs_to.seen"),
        "choice": ("kind", "belongs_to.kind"),
        "tier": ("tier", "tier_before", "belongs_to.tier"),
        "reference": ("owner", "owner.manager", "belongs_to.owner"),
    },
    "deal": {
        "number": ("quantity", "pieces", "stage.probability", "stage.max_days", "account.n"),
        "money": ("amount", "account.amount", "weighted"),
        "boolean": ("flag", "stage.closed", "account.flag", "account.good"),
        "text": ("name", "stage.outcome", "seller.name"),
        "date": ("closed_on", "account.day"),
        "datetime": ("at",),
        "choice": ("account.kind",),
        "tier": ("account.tier",),
        "reference": ("seller", "account.owner"),
    },
}
OPTIONS = {"choice": ("large", "middle", "small"), "tier": ("A", "B", "C")}


class Maker:
    """Makes expressions as text; `depth` bounds how far they nest."""

    def __init__(self, random_: random.Random, entity: str = "account", inner: bool = False):
        self.random = random_
        self.entity = entity
        self.inner = inner

    def make(self, kind: str, depth: int) -> str:
        """An expression of a kind."""
        if depth <= 0 or self.random.random() < 0.15:
            return self.leaf(kind)
        ways: list[Callable[[int], str]] = getattr(self, kind + "_ways")()
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

    def number_literal(self) -> str:
        return self.pick(
            "0", "1", "-1", "2", "3", "7", "30", "100", "0.5", "-2.5", "0.000001", "12.345",
            "999999999999999", "-999999999999999", "0.1", "3.14159", "1000000",
        )  # fmt: skip

    def money_literal(self) -> str:
        return self.random.choice(FIELDS[self.entity]["money"])

    def number_ways(self) -> list[Callable[[int], str]]:
        make = self.make
        ways: list[Callable[[int], str]] = [
            lambda d: f"({make('number', d)} {self.pick('+', '-', '*')} {make('number', d)})",
            lambda d: f"({make('number', d)} {self.pick('/', '//', '%')} {make('number', d)})",
            lambda d: f"({make('money', d)} {self.pick('/', '//')} {make('money', d)})",
            lambda d: f"(-{make('number', d)})",
            lambda d: f"abs({make('number', d)})",
            lambda d: f"round({make('number', d)}, {self.pick('0', '1', '2', '6')})",
            lambda d: f"{self.pick('floor', 'ceil')}({make('number', d)})",
            lambda d: f"len({make('text', d)})",
            lambda d: f"{self.pick('days_since', 'days_until', 'months_since')}({make('date', d)})",
            lambda d: f"{self.pick('days_since', 'months_since')}({make('datetime', d)})",
            lambda d: f"days_between({make('date', d)}, {make('datetime', d)})",
            lambda d: f"months_between({make('date', d)}, {make('date', d)})",
            lambda d: f"hours_since({make('datetime', d)})",
            lambda d: f"hours_between({make('datetime', d)}, {make('datetime', d)})",
            lambda d: f"{self.pick('year', 'month', 'day', 'weekday')}({make('date', d)})",
            lambda d: f"{self.pick('year', 'month')}({make('datetime', d)})",
            lambda d: f"{self.pick('min_of', 'max_of')}({make('number', d)}, {make('number', d)})",
        ]
        if not self.inner:
            ways += [self.count, lambda d: self.over("number", d)]
        return ways

    def count(self, depth: int) -> str:
        deal = Maker(self.random, "deal", inner=True)
        return self.pick(
            f"count(deals, {deal.make('boolean', depth)})",
            "count(deals)",
            "count(deals.amount)",
            "count(subsidiaries, flag)",
            "count(belongs_to.subsidiaries)",
        )

    def over(self, kind: str, depth: int) -> str:
        """An aggregate over the deals that gives a number or an amount."""
        deal = Maker(self.random, "deal", inner=True)
        name = self.random.choice(FIELDS["deal"][kind])
        function = self.pick("sum", "avg", "min", "max", "first", "last")
        order = Maker(self.random, "deal")
        by = f", by={order.leaf('date')}" if function in ("first", "last") else ""
        if self.random.random() < 0.6:
            return f"{function}(deals.{name}, {deal.make('boolean', depth)}{by})"
        return f"{function}(deals.{name}{by})"

    def money_ways(self) -> list[Callable[[int], str]]:
        make = self.make
        ways: list[Callable[[int], str]] = [
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

    def boolean_literal(self) -> str:
        return self.pick("True", "False")

    def boolean_ways(self) -> list[Callable[[int], str]]:
        make = self.make
        order = ("==", "!=", "<", "<=", ">", ">=")

        def compared(kind: str, *operators: str) -> Callable[[int], str]:
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
            self.tagged,
        ]
        if not self.inner:
            ways += [self.quantified, self.quantified]
        return ways

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
        functions = ["days_since", "days_until", "months_since", "year"]
        if kind == "datetime":
            functions.append("hours_since")
        function = self.random.choice(functions)
        if self.random.random() < 0.25:
            step = self.pick("start_of_month", "start_of_quarter", "start_of_year", "date")
            if step == "date":
                item = self.random.choice(FIELDS[self.entity]["datetime"])
            other = self.pick("today()", "start_of_month(today())", "date(2026, 11, 20)")
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
        deal = Maker(self.random, "deal", inner=True)
        return f"{self.pick('any', 'all')}(deals, {deal.make('boolean', depth)})"

    def text_literal(self) -> str:
        text = "".join(self.random.choice(LETTERS) for _ in range(self.random.randint(0, 3)))
        escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
        return f'"{escaped}"'

    def text_ways(self) -> list[Callable[[int], str]]:
        make = self.make
        return [
            lambda d: f"{self.pick('lower', 'upper', 'trim')}({make('text', d)})",
            lambda d: f"concat({make('text', d)}, {make('text', d)})",
            lambda d: f"{self.pick('min_of', 'max_of')}({make('text', d)}, {make('text', d)})",
        ]

    def date_literal(self) -> str:
        return self.pick(
            "today()", "date(2026, 2, 28)", "date(2024, 2, 29)", "date(2026, 2, 30)",
            "date(1, 1, 1)", "date(9999, 12, 31)", "date(2026, 11, 21)",
        )  # fmt: skip

    def date_ways(self) -> list[Callable[[int], str]]:
        make = self.make
        starts = ("start_of_week", "start_of_month", "start_of_quarter", "start_of_year")
        return [
            lambda d: f"date({make('datetime', d)})",
            lambda d: f"add_days({make('date', d)}, floor({make('number', d)}))",
            lambda d: f"add_days({make('date', d)}, {self.pick('1', '-7', '31', '4000000')})",
            lambda d: f"add_months({make('date', d)}, floor({make('number', d)}))",
            lambda d: f"add_months({make('date', d)}, {self.pick('1', '-1', '12', '-13')})",
            lambda d: f"{self.pick(*starts)}({make('date', d)})",
            lambda d: f"{self.pick(*starts)}({make('datetime', d)})",
            lambda d: (
                f"date({self.pick('2026', 'floor(n)')}, floor({make('number', d)}), 15)"
                if self.entity == "account"
                else f"date(2026, floor({make('number', d)}), 15)"
            ),
            lambda d: f"{self.pick('min_of', 'max_of')}({make('date', d)}, {make('date', d)})",
        ]

    def datetime_literal(self) -> str:
        return "now()"

    def datetime_ways(self) -> list[Callable[[int], str]]:
        make = self.make
        return [
            lambda d: f"add_days({make('datetime', d)}, {self.pick('1', '-7', '31', '400')})",
            lambda d: f"add_months({make('datetime', d)}, {self.pick('1', '-1', '12', '-13')})",
            lambda d: f"add_hours({make('datetime', d)}, {self.pick('1', '-7.5', '0.000001')})",
            lambda d: f"add_hours({make('datetime', d)}, {make('number', d)})",
            lambda d: (
                f"{self.pick('min_of', 'max_of')}({make('datetime', d)}, {make('datetime', d)})"
            ),
            lambda d: f"start_of_day({make('date', d)})",
        ]

    def choice_literal(self) -> str:
        return self.random.choice(FIELDS[self.entity]["choice"])

    def choice_ways(self) -> list[Callable[[int], str]]:
        return []

    def tier_literal(self) -> str:
        return self.random.choice(FIELDS[self.entity]["tier"])

    def tier_ways(self) -> list[Callable[[int], str]]:
        return []

    def reference_literal(self) -> str:
        return "me()"

    def reference_ways(self) -> list[Callable[[int], str]]:
        return []


class Company:
    """Random records: empties are frequent, extremes happen, references may dangle."""

    def __init__(self, random_: random.Random) -> None:
        self.random = random_

    def world(self) -> World:
        """A world of members, accounts and deals."""
        world = World()
        for number in range(1, 4):
            world.add(
                "member",
                {
                    "id": number,
                    "name": self.text(),
                    "team": self.text(),
                    "manager": self.maybe(lambda: self.random.randint(1, 4)),
                    "active": self.random.random() < 0.5,
                },
            )
        for number in range(1, 5):
            world.add("account", self.account(number))
        for number in range(1, 8):
            world.add("deal", self.deal(number))
        return world

    def maybe(self, make: Callable[[], _T]) -> _T | None:
        return None if self.random.random() < 0.3 else make()

    def text(self) -> str | None:
        text = "".join(self.random.choice(LETTERS) for _ in range(self.random.randint(0, 5)))
        return text or None

    def whole(self) -> int | None:
        return self.maybe(
            lambda: self.random.choice(
                [
                    0,
                    1,
                    -1,
                    7,
                    8,
                    12,
                    100,
                    2026,
                    10**15 - 1,
                    -(10**15) + 1,
                    self.random.randint(-50, 50),
                ]
            )
        )

    def decimal(self, scale: int) -> Decimal | None:
        value = self.random.choice(
            [0, 1, -1, 50, 12345, 10**15 - 1, self.random.randint(-5000, 5000)]
        )
        return self.maybe(lambda: Decimal(value).scaleb(-scale))

    def date(self) -> date | None:
        days = self.random.choice(
            [0, 1, -1, -7, -8, 7, 30, -30, -365, self.random.randint(-4000, 4000)]
        )
        special = [date(2024, 2, 29), date(2026, 1, 31), date(2026, 12, 31)]
        return self.maybe(
            lambda: (
                self.random.choice([NOW.date() + timedelta(days=days), *special][:4])
                if self.random.random() < 0.3
                else NOW.date() + timedelta(days=days)
            )
        )

    def instant(self) -> datetime | None:
        days = self.random.choice([0, 1, -1, -7, 7, 30, -30, self.random.randint(-9000, 3000)])
        micros = self.random.choice(
            [0, 1, 999_999, 12 * 3600 * 10**6, self.random.randrange(86_400 * 10**6)]
        )
        start = datetime(2026, 11, 21, tzinfo=UTC)
        return self.maybe(lambda: start + timedelta(days=days, microseconds=micros))

    def account(self, number: int) -> dict[str, Any]:
        amount, cost = self.decimal(2), self.decimal(2)
        return {
            "id": number,
            "name": self.text(),
            "note": self.text(),
            "n": self.whole(),
            "m": self.whole(),
            "amount": amount,
            "cost": cost,
            "rate": self.decimal(4),
            "size": self.decimal(3),
            "kept": None if amount is None or cost is None else amount + cost,
            "flag": self.random.random() < 0.5,
            "hot": self.random.random() < 0.5,
            "day": self.date(),
            "until": self.date(),
            "at": self.instant(),
            "seen": self.instant(),
            "kind": self.maybe(lambda: self.random.choice(["big", "mid", "small"])),
            "tier": self.maybe(lambda: self.random.choice("abc")),
            "tier_before": self.maybe(lambda: self.random.choice("abc")),
            "owner": self.maybe(lambda: self.random.randint(1, 4)),
            "parent_account": self.maybe(lambda: self.random.randint(1, 4)),
            "industry": frozenset(
                self.random.sample(["retail", "medical"], self.random.randint(0, 1))
            ),
            "free": frozenset(self.random.sample(["vip", "trial"], self.random.randint(0, 2))),
            "deleted_at": NOW if number == 4 and self.random.random() < 0.5 else None,
        }

    def deal(self, number: int) -> dict[str, Any]:
        return {
            "id": number,
            "name": self.text(),
            "account": self.maybe(lambda: self.random.randint(1, 3)),
            "amount": self.decimal(2),
            "quantity": self.decimal(2),
            "count_": self.whole(),
            "stage": self.maybe(lambda: self.random.choice(["contact", "quote", "won", "lost"])),
            "closed_on": self.date(),
            "at": self.instant(),
            "flag": self.random.random() < 0.5,
            "seller": self.maybe(lambda: self.random.randint(1, 4)),
            "tags": frozenset(self.random.sample(["vip", "trial"], self.random.randint(0, 2))),
            "deleted_at": NOW if self.random.random() < 0.15 else None,
        }
