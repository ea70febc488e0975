"""Customers and follow-ups, seeded; written as each database takes most of them at once."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

import sqlalchemy as sa

from fieldstone.rules.sql_types import instant_text

NOW = datetime(2026, 6, 30, 4, 0, tzinfo=UTC)
"""The instant that conditions are evaluated at: noon in Shanghai."""
EACH = 3
"""Follow-ups for each customer, in the mean: some have none, some have ten."""
Row = tuple[Any, ...]

CUSTOMER = (
    "id", "name", "owner", "status", "grade", "phone", "wechat", "need", "budget",
    "first_contact_at", "next_at", "vip", "created_at", "version",
)  # fmt: skip
FOLLOW_UP = ("id", "content", "customer", "at", "kind", "result", "created_at", "version")
_STATUSES = ("potential", "intent", "trying", "won", "lost", "abandoned")
_GRADES = ("A", "B", "B", "C", "C", "C", "C", None, None, None)
_KINDS = ("call", "call", "visit", "mail", "complaint")
_RESULTS = ("progress", "same", "no_answer", "refused", None)


def customers(count: int) -> Iterator[Row]:
    """Customers by id from 1."""
    chance = random.Random(7)
    draw = chance.random
    for number in range(1, count + 1):
        created = _before(draw(), 900)
        first = created + timedelta(days=int(draw() * 30)) if draw() > 0.1 else None
        yield (
            number,
            f"Customer {number:07d}",
            1 if draw() > 0.1 else None,
            chance.choice(_STATUSES) if draw() > 0.02 else None,
            chance.choice(_GRADES),
            f"+861{3000000000 + number}" if draw() > 0.3 else None,
            f"wx{number}" if draw() > 0.6 else None,
            "asked for a quote" if draw() > 0.4 else None,
            Decimal(int(draw() * 1e7)).scaleb(-2) if draw() > 0.2 else None,
            first if first is None or first < NOW else NOW,
            NOW + timedelta(days=int(draw() * 30)) if draw() > 0.5 else None,
            draw() < 0.1,
            created,
            1,
        )


def follow_ups(count: int) -> Iterator[Row]:
    """`EACH` times as many follow-ups as there are customers, of customers by chance."""
    chance = random.Random(11)
    for number in range(1, EACH * count + 1):
        at = _before(chance.random(), 400)
        yield (
            number,
            "called",
            1 + int(chance.random() * count),
            at,
            chance.choice(_KINDS),
            chance.choice(_RESULTS),
            at,
            1,
        )


def write(connection: sa.Connection, table: str, names: Sequence[str], rows: Iterable[Row]) -> None:
    """Put rows into a table in large pieces: COPY, or one prepared statement on SQLite."""
    columns = ", ".join(f'"{name}"' for name in names)
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "postgresql":
        with driver.cursor().copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join("?" * len(names))
    statement = f'INSERT INTO "{table}" ({columns}) VALUES ({marks})'
    walk = map(_for_sqlite, rows)
    while chunk := list(islice(walk, 20_000)):
        driver.executemany(statement, chunk)


def _before(part: float, days: int) -> datetime:
    return NOW - timedelta(seconds=int(part * 86400 * days))


def _for_sqlite(row: Row) -> Row:
    return tuple(map(_stored, row))


def _stored(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant_text(value)
    return int(value.scaleb(2)) if isinstance(value, Decimal) else value
