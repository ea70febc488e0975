"""Random companies: members, accounts and deals."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from fieldstone.rules.calendar import FIRST_INSTANT, LAST_INSTANT
from tests.rules.generate.words import LETTERS
from tests.rules.world import NOW, World

_T = TypeVar("_T")
WHOLE = (0, 1, -1, 7, 8, 12, 100, 2026, 10**15 - 1, -(10**15) + 1)
DATES = (
    date.min,
    date.max,
    date(1, 12, 31),
    date(9999, 1, 1),
    date(2024, 2, 29),
    date(2025, 2, 28),
    date(2026, 1, 31),
    date(2026, 4, 30),
    date(2026, 12, 31),
    date(2026, 3, 29),
    date(2026, 10, 25),
    date(2018, 11, 4),
    date(2011, 12, 30),
)
"""Ends of the calendar and of months, leap days, days whose clocks change or that are left out."""
CHANGES = tuple(
    datetime.fromisoformat(one).replace(tzinfo=UTC)
    for one in (
        "2026-03-29T01:00:00",
        "2026-10-25T01:00:00",
        "2026-03-08T07:00:00",
        "2026-11-01T06:00:00",
        "2026-04-04T15:00:00",
        "2026-10-03T15:30:00",
        "2018-11-04T03:00:00",
        "2019-02-17T02:00:00",
        "2011-12-30T10:00:00",
        "2024-02-29T12:00:00",
    )
)
"""Instants at which the clocks of some zone change, and a leap day."""


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
        if self.random.random() < 0.01:
            return self.random.choice(LETTERS.strip()) * self.random.choice([9_999, 10_000])
        text = "".join(self.random.choice(LETTERS) for _ in range(self.random.randint(0, 5)))
        return text or None

    def whole(self) -> int | None:
        near = self.random.randint(-50, 50)
        return self.maybe(lambda: self.random.choice([*WHOLE, near, near]))

    def decimal(self, scale: int) -> Decimal | None:
        value = self.random.choice(
            [0, 1, -1, 50, 12345, 10**15 - 1, self.random.randint(-5000, 5000)]
        )
        return self.maybe(lambda: Decimal(value).scaleb(-scale))

    def date(self) -> date | None:
        chance = self.random.random()
        if chance < 0.1:
            return self.random.choice(DATES)
        days = self.random.choice(
            [0, 1, -1, -7, -8, 7, 30, -30, -365, self.random.randint(-4000, 4000)]
        )
        return None if chance < 0.35 else NOW.date() + timedelta(days=days)

    def instant(self) -> datetime | None:
        chance = self.random.random()
        micros = self.random.choice(
            [0, 1, 999_999, 12 * 3600 * 10**6, self.random.randrange(86_400 * 10**6)]
        )
        if chance < 0.04:
            return self.random.choice([FIRST_INSTANT, LAST_INSTANT])
        if chance < 0.14:
            hours = self.random.choice([0, 0, 1, -1, 24, -24])
            change = self.random.choice(CHANGES) + timedelta(hours=hours)
            return change + timedelta(microseconds=self.random.choice([0, -1, micros % 10**10]))
        days = self.random.choice([0, 1, -1, -7, 7, 30, -30, self.random.randint(-9000, 3000)])
        start = datetime(2026, 11, 21, tzinfo=UTC)
        return None if chance < 0.4 else start + timedelta(days=days, microseconds=micros)

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
            "fine": self.decimal(6),
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
            "version": number,
            "created_at": self.instant(),
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
            "version": number,
            "created_at": self.instant(),
            "deleted_at": NOW if self.random.random() < 0.15 else None,
        }
