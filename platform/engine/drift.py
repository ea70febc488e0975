"""Drift: who would move by a tier scheme as it is thought of now, and how their measures lie.

It ranks by the same statement as a run of the tiers, writes nothing, and answers with so few rows
that a page can show them, however many records there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from ..metadata.model import TierScheme
from ..rules.tiers import ranked
from .tiers import measure_of, measured
from .transaction import Transaction

BARS = 24
"""How many bars of equal width there are; one more holds the largest fiftieth beyond them."""


@dataclass(frozen=True, slots=True)
class Bar:
    """Records whose measures lie near each other, `low` to `high` as they are found.

    `counts` is by the id of the band in which they would be, None for none.
    """

    low: Decimal
    high: Decimal
    counts: Mapping[str | None, int]

    @property
    def count(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Drift:
    """What a scheme would do: `moves` counts records by (before, after), None for no tier.

    `counts` is by the id of each live band. `bars` are in the order of the measure, each with its
    place among `BARS` + 1; `beyond` says whether the last of them is wider than the others.
    """

    ranked: int
    counts: Mapping[str, int]
    moves: tuple[tuple[str | None, str | None, int], ...]
    bars: Mapping[int, Bar]

    @property
    def moved(self) -> int:
        """How many records would have another tier than now."""
        return sum(count for _, _, count in self.moves)


def drift(tx: Transaction, scheme: TierScheme) -> Drift:
    """What a run of `scheme` would do now, by one statement; ProblemsError for what cannot be read.

    The scheme is in ids and may be one that is not published; its entity and what its expressions
    name have to be. TooSlow as any question.
    """
    expression = measure_of(tx.app, scheme)
    rows = tx.connection.execute(_statement(tx, scheme, expression.scale)).all()
    return _told(scheme, rows, expression.scale if tx.tables.dialect == "sqlite" else 0)


def _statement(tx: Transaction, scheme: TierScheme, scale: int) -> sa.Select[Any]:
    """Rows (bar, before, tier, count, lowest, highest): a few for each bar."""
    on_sqlite = tx.tables.dialect == "sqlite"
    places = ranked(scheme, measured(tx, scheme), tx.tables.dialect)
    placed = places.cte("placed").prefix_with("MATERIALIZED")
    # The plain number: on SQLite it is whole, scaled, and arithmetic must leave it so.
    value = sa.type_coerce(placed.c.measure, sa.BigInteger if on_sqlite else sa.Numeric)
    low = sa.select(sa.func.min(value)).select_from(placed).scalar_subquery()
    most = placed.c.position * 50 > placed.c.ranked
    high = sa.select(sa.func.max(value)).where(most).scalar_subquery()
    smallest = sa.literal(1 if on_sqlite else Decimal(1).scaleb(-scale))
    part: sa.ColumnElement[Any] = ((value - low) * BARS).op("/", precedence=8)(
        (high - low + smallest).self_group()
    )
    bar = sa.case(
        (value.is_(None), -1),
        (value > high, BARS),
        else_=part if on_sqlite else sa.func.floor(part),
    ).label("bar")
    barred = sa.select(bar, placed.c.before, placed.c.tier, value.label("value")).subquery("barred")
    held = (barred.c.bar, barred.c.before, barred.c.tier)
    figures = (sa.func.count(), sa.func.min(barred.c.value), sa.func.max(barred.c.value))
    return sa.select(*held, *figures).group_by(*held)


def _told(scheme: TierScheme, rows: Sequence[Sequence[Any]], shift: int) -> Drift:
    counts: Counter[str | None] = Counter()
    moves: Counter[tuple[str | None, str | None]] = Counter()
    bars: dict[int, Bar] = {}
    for bar, before, after, count, low, high in rows:
        counts[after] += count
        if before != after:
            moves[before, after] += count
        if bar >= 0:
            bars[int(bar)] = _with(bars.get(int(bar)), after, count, _exact(low, shift),
                                   _exact(high, shift))  # fmt: skip
    order = {band.id: at for at, band in enumerate(scheme.bands)}
    last = len(order)
    found = sorted(
        ((before, after, count) for (before, after), count in moves.items()),
        key=lambda one: (order.get(one[0] or "", last), order.get(one[1] or "", last)),
    )
    bands = [band.id for band in scheme.bands if not band.archived]
    return Drift(
        sum(one.count for one in bars.values()),
        {one: counts[one] for one in bands},
        tuple(found),
        dict(sorted(bars.items())),
    )


def _exact(value: Any, shift: int) -> Decimal:
    return Decimal(value).scaleb(-shift)


def _with(bar: Bar | None, band: str | None, count: int, low: Decimal, high: Decimal) -> Bar:
    if bar is None:
        return Bar(low, high, {band: count})
    counts = {**bar.counts, band: bar.counts.get(band, 0) + count}
    return Bar(min(bar.low, low), max(bar.high, high), counts)
