"""How a tier scheme ranks records: one statement gives each its position, its tier and why."""

from __future__ import annotations

from decimal import Decimal

import sqlalchemy as sa

from ..metadata.model import Band, TierScheme

_PARTS = 1_000_000


def ranked(
    scheme: TierScheme, measured: sa.FromClause, dialect: str
) -> sa.Select[tuple[object, ...]]:
    """Rows (id, measure, position, ranked, tier) for every row of `measured` (id, measure).

    `measured` holds those who are ranked at all: a measure that is empty is no rank and must not
    be in it. Position 1 has the largest measure; `ranked` is how many there are. Ties: with
    `ties: id` equal values follow the record's id, so the line may run between them; with
    `ties: share` they share the position of the first of them, so all get the better tier.
    `share_of_records` reads "the first 20 %" as position <= floor(0.2 n). `share_of_value` gives
    a tier while the part of the total held by better records is below the band's cumulative
    share (the one who crosses the line stays in the better tier; nothing and less is never in
    it). `threshold` gives the first band whose `min` the measure reaches.
    """
    measure = measured.c.measure
    order = (measure.desc(), measured.c.id)
    position = (
        sa.func.rank().over(order_by=order[0])
        if scheme.ties == "share"
        else sa.func.row_number().over(order_by=order)
    )
    inner = sa.select(
        measured.c.id,
        measure,
        position.label("position"),
        sa.func.count().over().label("ranked"),
        *_running_totals(scheme, measured),
    ).subquery("inner_ranks")
    return sa.select(
        inner.c.id, inner.c.measure, inner.c.position, inner.c.ranked, _tier(scheme, inner, dialect)
    )


def _running_totals(
    scheme: TierScheme, measured: sa.FromClause
) -> tuple[sa.ColumnElement[object], ...]:
    if scheme.method != "share_of_value":
        return ()
    # The plain number, so that a sum of scaled integers stays one on SQLite.
    amount = sa.type_coerce(measured.c.measure, sa.BigInteger)
    worth = sa.case((amount > 0, amount), else_=0)
    if scheme.ties == "share":
        before = sa.func.sum(worth).over(order_by=amount.desc(), range_=(None, 0)) - sa.func.sum(
            worth
        ).over(partition_by=amount)
    else:
        before = (
            sa.func.sum(worth).over(order_by=(amount.desc(), measured.c.id), rows=(None, 0)) - worth
        )
    return before.label("before"), sa.func.sum(worth).over().label("total")


def _tier(scheme: TierScheme, ranks: sa.FromClause, dialect: str) -> sa.ColumnElement[str]:
    arms: list[tuple[sa.ColumnElement[bool], str]] = []
    reached = Decimal(0)
    last: str | None = None
    for band in scheme.bands:
        if band.rest:
            last = band.id
            continue
        reached += Decimal(band.share or 0)
        arms.append((_within(scheme, band, reached, ranks, dialect), band.id))
    if not arms:
        return sa.literal(last, sa.Text).label("tier")
    return sa.case(*arms, else_=last).label("tier")


def _within(
    scheme: TierScheme, band: Band, reached: Decimal, ranks: sa.FromClause, dialect: str
) -> sa.ColumnElement[bool]:
    parts = int(reached * _PARTS)
    if scheme.method == "threshold":
        return sa.and_(ranks.c.measure >= band.min)
    if scheme.method == "share_of_records":
        return sa.and_(ranks.c.position * _PARTS <= ranks.c.ranked * parts)
    total = ranks.c.total
    if dialect == "postgresql":
        line = total * sa.literal(parts) / sa.literal(_PARTS)
        return sa.and_(sa.type_coerce(ranks.c.measure, sa.BigInteger) > 0, ranks.c.before < line)
    # Multiplied in two steps: total * parts could pass 64 bits. Rounded up, since before is whole.
    rest = (total % _PARTS) * parts
    line = (total // _PARTS) * parts + (rest + (_PARTS - 1)) // _PARTS
    return sa.and_(sa.type_coerce(ranks.c.measure, sa.BigInteger) > 0, ranks.c.before < line)
