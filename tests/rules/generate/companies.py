"""Random companies: members, accounts and deals."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from tests.rules.generate.words import LETTERS
from tests.rules.world import NOW, World

_T = TypeVar("_T")


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
