"""The rows that both sides are filled with: seeded, so that every run measures the same ones."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

NOW = datetime(2026, 6, 30, 4, 0, tzinfo=UTC)
"""The instant that rules are evaluated at."""

INDUSTRIES = ("retail", "manufacturing", "finance", "education", "medical", "logistics", "other")
KINDS = ("enterprise", "individual", "partner", "distributor")
STATUSES = ("interested", "negotiating", "signed", "lost")
STAGES = ("contact", "need", "quote", "negotiation", "won", "lost")
CITIES = ("Shanghai", "Beijing", "Shenzhen", "Hangzhou", "Chengdu", "Wuhan", "Nanjing", "Xiamen")
FIRST = ("Hua", "Dong", "Xin", "Tian", "Jin", "Hong", "Long", "Yuan", "Bo", "Rui")
SECOND = ("trade", "tech", "foods", "steel", "media", "energy", "build", "health", "motors")
MEMBERS = 50


def customers(count: int, seed: int = 7) -> Iterator[dict[str, Any]]:
    """Customers by id from 1; every value of the 20 fields as Python holds it, None for empty."""
    for number in range(1, count + 1):
        chance = random.Random(seed * 1_000_003 + number).random
        name = f"{_of(FIRST, chance())}{_of(FIRST, chance()).lower()} {_of(SECOND, chance())}"
        followed = chance() > 0.05
        yield {
            "id": number,
            "name": f"{name} {number:06d}",
            "phone": f"+861{3000000000 + number:010d}",
            "email": f"c{number}@{name.split()[0].lower()}.example",
            "kind": _of(KINDS, chance()),
            "industry": _of(INDUSTRIES, chance()),
            "city": _of(CITIES, chance()),
            "status": _of(STATUSES, chance()),
            "owner": 1 + int(chance() * MEMBERS),
            "annual_amount": Decimal(int(1000 / (1.0001 - chance()) ** 0.8 * 100)).scaleb(-2),
            "employees": 1 + int(chance() * 5000),
            "score": int(chance() * 101),
            "vip": chance() < 0.1,
            "website": f"https://{number}.example",
            "first_contact_on": (NOW - timedelta(days=1 + int(chance() * 900))).date(),
            "last_follow_up_at": NOW - timedelta(seconds=int(chance() * 86400 * 90))
            if followed
            else None,
            "budget": Decimal(int(chance() * 1e7)).scaleb(-2),
            "decision_days": int(chance() * 365),
            "need": "asked for a quote, price sensitive",
            "remark": "annual contract",
        }


def deals(count: int, seed: int = 11) -> Iterator[dict[str, Any]]:
    """Two deals for each of `count` customers, by id from 1."""
    for number in range(1, 2 * count + 1):
        chance = random.Random(seed * 1_000_003 + number).random
        yield {
            "id": number,
            "name": f"Deal {number}",
            "customer": 1 + (number - 1) // 2,
            "stage": _of(STAGES, chance()),
            "amount": Decimal(int(chance() * 1e7)).scaleb(-2),
            "owner": 1 + int(chance() * MEMBERS),
        }


def _of(values: tuple[str, ...], part: float) -> str:
    return values[int(part * len(values))]
