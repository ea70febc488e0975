"""Tiers at work: finds who is to have another tier, and writes that, by a few statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa

from ..metadata.model import App, TierScheme
from ..rules import Context, Expression, compile_expression, over_table
from ..rules.tiers import ranked
from . import failpoints
from .column_types import RECORD_ID
from .system_tables import CHANGE, TIER_RANK, TRANSITION
from .transaction import Transaction
from .work import jobs, schedules
from .work.jobs import Job
from .workspaces import Workspace


@dataclass(frozen=True, slots=True)
class TierReport:
    """What a run found: how many are ranked, how many hold each tier now, who moved.

    `counts` is by band id; `moves` counts records by (before, after), None standing for no tier.
    """

    scheme: str
    ranked: int
    counts: Mapping[str, int]
    moves: tuple[tuple[str | None, str | None, int], ...]

    @property
    def moved(self) -> int:
        """How many records have another tier than before."""
        return sum(count for _, _, count in self.moves)


@dataclass(frozen=True, slots=True)
class TierReason:
    """Why a record got its tier: its measure, its position (1 is the best) among `ranked`.

    These are the figures of `at`, the run in which the record came to the tier it has; others
    may have passed it since, or it them, without crossing a line.
    """

    scheme: str
    measure: Decimal
    position: int
    ranked: int
    at: datetime


MOVES = sa.Table(
    "_moves",
    sa.MetaData(),
    sa.Column("id", RECORD_ID, primary_key=True, autoincrement=False),
    sa.Column("before", sa.Text()),
    sa.Column("after", sa.Text()),
    sa.Column("measure", TIER_RANK.c.measure.type),
    sa.Column("position", sa.BigInteger()),
    sa.Column("ranked", sa.BigInteger()),
    prefixes=["TEMPORARY"],
)
"""Who is to have another tier: what a run finds before it writes."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What a run found: whether anybody moves, how many are ranked, how many held each tier."""

    scheme: TierScheme
    moves: bool
    ranked: int
    held: Mapping[str | None, int]


def run(workspace: Workspace, schemes: Iterable[str] | None = None) -> list[TierReport]:
    """Grade by the schemes of those names or ids (by default all active), one after the other.

    NotFound names every scheme that there is not.
    """
    with workspace.reading() as tx:
        chosen = schedules.chosen(tx.app.schemes, schemes, "tier_scheme.unknown")
    reports = []
    for scheme_id in chosen:
        reports.append(_run(workspace, scheme_id))
        failpoints.hit("tiers.after_scheme")
    return reports


def do_job(workspace: Workspace, job: Job) -> None:
    """Grade by the scheme that a scheduled job names; nothing if it is gone by now."""

    def scan(tx: Transaction) -> _Found | None:
        scheme = tx.app.schemes.get(job.payload["rule"])
        return _look(tx, scheme) if scheme and scheme.active and not scheme.archived else None

    def write(tx: Transaction, found: _Found | None) -> None:
        jobs.finish(tx, job)
        if found is not None:
            _write(tx, found)

    with jobs.held(workspace, job):
        workspace.scanning(MOVES, scan, write)


def _run(workspace: Workspace, scheme_id: str) -> TierReport:
    def scan(tx: Transaction) -> _Found:
        return _look(tx, tx.app.schemes[scheme_id])

    return workspace.scanning(MOVES, scan, _write)


def reason(tx: Transaction, scheme_id: str, record_id: int) -> TierReason | None:
    """Why a record got the tier that it has, as of the run that gave it; None without a tier."""
    row = tx.connection.execute(
        sa.select(TIER_RANK).where(
            TIER_RANK.c.scheme == scheme_id, TIER_RANK.c.record_id == record_id
        )
    ).first()
    if row is None:
        return None
    # SQLite holds exact numbers as whole ones: the scale says where the point belongs.
    shift = -row.scale if tx.tables.dialect == "sqlite" else 0
    measure = Decimal(row.measure).scaleb(shift).quantize(Decimal(1).scaleb(-row.scale))
    return TierReason(scheme_id, measure, row.position, row.ranked, row.at)


def measure_of(app: App, scheme: TierScheme) -> Expression:
    """What a scheme measures; it may be a place or a share among all who are ranked."""
    return compile_expression(app, scheme.entity, scheme.measure, over_table=True)


def measured(tx: Transaction, scheme: TierScheme) -> sa.CTE:
    """The live records with the tier they hold and their measure, NULL for who is not ranked.

    Nobody holds one by a field that is not published yet.
    """
    row = tx.tables.table(scheme.entity).alias("ranked_record")
    context = Context(tx.now, tx.zone)
    among = compile_expression(tx.app, scheme.entity, scheme.where) if scheme.where else None
    measure = measure_of(tx.app, scheme)
    over = over_table([measure], tx.tables, row, context, mode="value", among=among)
    value = over.found[0]
    if over.among is not None:
        value = sa.case((over.among, value))
    before: sa.ColumnElement[str | None] = sa.cast(sa.null(), sa.Text)
    if scheme.field in tx.app.entity(scheme.entity).by_id:
        before = tx.tables.column(row, scheme.entity, scheme.field)
    found = sa.select(row.c.id, before.label("before"), value.label("measure"))
    found = found.select_from(over.source).where(row.c.deleted_at.is_(None), *over.where)
    # Kept, so that a measure over related records is computed once for each record.
    return found.cte("measured").prefix_with("MATERIALIZED")


def _look(tx: Transaction, scheme: TierScheme) -> _Found:
    """Find who is to have another tier, by one statement over all records of the scheme."""
    places = ranked(scheme, measured(tx, scheme), tx.tables.dialect).subquery("moving")
    moving = sa.select(places).where(places.c.before.is_distinct_from(places.c.tier))
    tx.connection.execute(MOVES.insert().from_select([one.name for one in MOVES.c], moving))
    row = tx.tables.table(scheme.entity)
    tier = tx.tables.column(row, scheme.entity, scheme.field)
    by_tier = sa.select(tier, sa.func.count()).where(row.c.deleted_at.is_(None)).group_by(tier)
    held: dict[str | None, int] = {one[0]: one[1] for one in tx.connection.execute(by_tier)}
    found: int | None = tx.connection.scalar(sa.select(MOVES.c.ranked).limit(1))
    if found is not None:
        return _Found(scheme, True, found, held)
    return _Found(scheme, False, _ranked(tx, scheme, held), held)


def _ranked(tx: Transaction, scheme: TierScheme, held: Mapping[str | None, int]) -> int:
    """How many are ranked where nobody moves: with a rest, whoever holds a tier."""
    if any(band.rest and not band.archived for band in scheme.bands):
        return sum(count for tier, count in held.items() if tier is not None)
    everyone = measured(tx, scheme)
    return tx.connection.scalar(sa.select(sa.func.count(everyone.c.measure))) or 0


def _write(tx: Transaction, found: _Found) -> TierReport:
    """Write who moved, if they still are as they were found.

    Records that are not ranked lose their tier. Who moves gets the new tier, the one before and
    the time, and a transition; the record's version stays, as nobody edited it.
    """
    scheme = found.scheme
    moves = _still_true(tx, scheme) if found.moves else ()
    if moves:
        _write_transitions(tx, scheme)
        _write_tiers(tx, scheme)
        _write_reasons(tx, scheme)
    counts = Counter(found.held)
    for before, after, count in moves:
        counts[before] -= count
        counts[after] += count
    bands = [band.id for band in scheme.bands if not band.archived]
    report = TierReport(scheme.id, found.ranked, {one: counts[one] for one in bands}, moves)
    schedules.evaluated(tx, "tier", scheme.id, asdict(report))
    return report


def _still_true(
    tx: Transaction, scheme: TierScheme
) -> tuple[tuple[str | None, str | None, int], ...]:
    """Leave out who was deleted or got another tier since; returns who moves, counted.

    The records that move are locked until they are written.
    """
    row = tx.tables.table(scheme.entity).alias("moving_record")
    tier = tx.tables.column(row, scheme.entity, scheme.field)
    still = (
        sa.select(row.c.id)
        .join_from(MOVES, row, row.c.id == MOVES.c.id)
        .where(row.c.deleted_at.is_(None), tier.is_not_distinct_from(MOVES.c.before))
        .order_by(row.c.id)
        .with_for_update(of=row, key_share=True)
        .cte("still")
        .prefix_with("MATERIALIZED")
    )
    tx.connection.execute(sa.delete(MOVES).where(MOVES.c.id.not_in(sa.select(still.c.id))))
    rows = tx.connection.execute(
        sa.select(MOVES.c.before, MOVES.c.after, sa.func.count())
        .group_by(MOVES.c.before, MOVES.c.after)
        .order_by(MOVES.c.before, MOVES.c.after)
    )
    return tuple((one[0], one[1], one[2]) for one in rows)


def _write_transitions(tx: Transaction, scheme: TierScheme) -> None:
    origin = f"tier:{scheme.id}"
    change = tx.connection.execute(
        sa.insert(CHANGE)
        .values(actor=None, origin=origin, at=tx.now, revision=tx.revision)
        .returning(CHANGE.c.id)
    ).scalar_one()
    columns = ["change_id", "entity", "record_id", "field", "before", "after", "at", "origin"]
    tx.connection.execute(
        sa.insert(TRANSITION).from_select(
            columns,
            sa.select(
                sa.literal(change, sa.BigInteger()),
                sa.literal(scheme.entity),
                MOVES.c.id,
                sa.literal(scheme.field),
                MOVES.c.before,
                MOVES.c.after,
                sa.literal(tx.now, TRANSITION.c.at.type),
                sa.literal(origin),
            ),
        )
    )


def _write_tiers(tx: Transaction, scheme: TierScheme) -> None:
    table = tx.tables.table(scheme.entity)
    tier = tx.tables.column(table, scheme.entity, scheme.field)
    since = tx.tables.column(table, scheme.entity, f"{scheme.field}_since")
    previous = tx.tables.column(table, scheme.entity, f"{scheme.field}_before")
    tx.connection.execute(
        sa.update(table)
        .where(table.c.id == MOVES.c.id)
        .values({previous: MOVES.c.before, since: tx.now, tier: MOVES.c.after})
    )


def _write_reasons(tx: Transaction, scheme: TierScheme) -> None:
    """Keep why each record that moved has its tier; who stays keeps the reason it had."""
    scale = measure_of(tx.app, scheme).scale
    tx.connection.execute(
        sa.delete(TIER_RANK).where(
            TIER_RANK.c.scheme == scheme.id, TIER_RANK.c.record_id.in_(sa.select(MOVES.c.id))
        )
    )
    tx.connection.execute(
        sa.insert(TIER_RANK).from_select(
            ["scheme", "record_id", "measure", "scale", "position", "ranked", "at"],
            sa.select(
                sa.literal(scheme.id),
                MOVES.c.id,
                MOVES.c.measure,
                sa.literal(scale, sa.Integer()),
                MOVES.c.position,
                MOVES.c.ranked,
                sa.literal(tx.now, TIER_RANK.c.at.type),
            ).where(MOVES.c.after.is_not(None)),
        )
    )
