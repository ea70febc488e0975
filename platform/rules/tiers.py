"""How a tier scheme ranks records: one statement gives each its position, its tier and why."""

from __future__ import annotations

from decimal import Decimal

import sqlalchemy as sa

from ..metadata.model import Band, TierScheme

_PARTS = 1_000_000


def ranked(scheme: TierScheme, measured: sa.CTE, dialect: str) -> sa.Select[tuple[object, ...]]:
    """Rows (id, before, tier, measure, position, ranked) of those who are ranked or hold a tier.

    `measured` has rows (id, before, measure): the tier that a record holds, or NULL, and what it
    is ranked by; a measure of NULL is no rank, and such a record is not given a tier. Make it a
    CTE that is computed once: it is read twice. Position 1 has the largest measure; `ranked` is
    how many have a rank. Ties: with `ties: id` equal values follow the record's id, so the line
    may run between them; with `ties: share` they share the position of the first of them, so all
    get the better tier. `share_of_records` reads "the first 20 %" as position <= floor(0.2 n).
    `share_of_value` gives a tier while the part of the total held by better records is below the
    band's cumulative share (the one who crosses the line stays in the better tier; nothing and
    less is never in it). `threshold` gives the first band whose `min` the measure reaches.
    """
    measure, before = measured.c.measure, measured.c.before
    order = (measure.desc().nulls_last(), measured.c.id)
    position = (
        sa.func.rank().over(order_by=order[0])
        if scheme.ties == "share"
        else sa.func.row_number().over(order_by=order)
    )
    # A scalar instead of count() over (): a window over everything would keep all rows twice.
    everyone = sa.select(sa.func.count(measure)).select_from(measured).scalar_subquery()
    places = (
        sa.select(
            measured.c.id,
            before,
            measure,
            position.label("position"),
            everyone.label("ranked"),
            *_running_totals(scheme, measured),
        )
        .where(sa.or_(measure.is_not(None), before.is_not(None)))
        .subquery("places")
    )
    row = places.c
    return sa.select(
        row.id, row.before, _tier(scheme, places, dialect), row.measure, row.position, row.ranked
    )


def _running_totals(scheme: TierScheme, measured: sa.CTE) -> tuple[sa.ColumnElement[object], ...]:
    if scheme.method != "share_of_value":
        return ()
    # The plain number, so that a sum of scaled integers stays one on SQLite.
    amount = sa.type_coerce(measured.c.measure, sa.BigInteger)
    worth = sa.case((amount > 0, amount), else_=0)
    order = (measured.c.measure.desc().nulls_last(), measured.c.id)
    better = (
        sa.func.sum(worth).over(order_by=order[0], groups=(None, -1))
        if scheme.ties == "share"
        else sa.func.sum(worth).over(order_by=order, rows=(None, -1))
    )
    total = sa.select(sa.func.sum(worth)).select_from(measured).scalar_subquery()
    return sa.func.coalesce(better, 0).label("better"), total.label("total")


def _tier(scheme: TierScheme, places: sa.FromClause, dialect: str) -> sa.ColumnElement[str]:
    arms: list[tuple[sa.ColumnElement[bool], sa.ColumnElement[str | None]]] = [
        (places.c.measure.is_(None), sa.cast(sa.null(), sa.Text))
    ]
    reached = Decimal(0)
    last: str | None = None
    for band in scheme.bands:
        if band.archived:
            continue
        if band.rest:
            last = band.id
            continue
        reached += Decimal(band.share or 0)
        arms.append((_within(scheme, band, reached, places, dialect), sa.literal(band.id)))
    return sa.case(*arms, else_=sa.literal(last, sa.Text)).label("tier")


def _within(
    scheme: TierScheme, band: Band, reached: Decimal, places: sa.FromClause, dialect: str
) -> sa.ColumnElement[bool]:
    parts = int(reached * _PARTS)
    if scheme.method == "threshold":
        return sa.and_(places.c.measure >= band.min)
    if scheme.method == "share_of_records":
        return sa.and_(places.c.position * _PARTS <= places.c.ranked * parts)
    worth = sa.type_coerce(places.c.measure, sa.BigInteger) > 0
    better, total = places.c.better, places.c.total
    if dialect == "postgresql":
        return sa.and_(worth, better * _PARTS < total * parts)
    # Multiplied in two steps: total * parts could pass 64 bits. Rounded up, since what is better
    # is whole.
    rest = (total % _PARTS) * parts
    return sa.and_(worth, better < (total // _PARTS) * parts + (rest + (_PARTS - 1)) // _PARTS)
