"""Tiers at work: ranks the records of a scheme and writes who moved, by a few statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from ..metadata.model import TierScheme
from ..metadata.problems import Problem
from ..rules import Context, compile_expression, to_sql
from ..rules.tiers import ranked
from . import failpoints
from .column_types import RECORD_ID
from .errors import NotFound
from .scratch import scratch
from .system_tables import CHANGE, TIER_RANK, TRANSITION
from .transaction import Transaction
from .work import schedules
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


@dataclass(frozen=True, slots=True)
class TierStanding:
    """Where a record would stand if its scheme ran now; `tier` is the band's id, None for none."""

    scheme: str
    measure: Decimal
    position: int
    ranked: int
    tier: str | None


def run(workspace: Workspace, schemes: Iterable[str] | None = None) -> list[TierReport]:
    """Grade by the schemes of those names or ids (by default all active), one transaction each.

    NotFound names every scheme that there is not.
    """
    with workspace.reading() as tx:
        chosen = _chosen(tx, schemes)
    reports = []
    for scheme_id in chosen:
        with workspace.writing() as tx:
            reports.append(run_scheme(tx, tx.app.schemes[scheme_id]))
        failpoints.hit("tiers.after_scheme")
    return reports


def do_job(tx: Transaction, job: Job) -> None:
    """Grade by the scheme that a scheduled job names; nothing if it is gone by now."""
    scheme = tx.app.schemes.get(job.payload["rule"])
    if scheme is not None and scheme.active and not scheme.archived:
        run_scheme(tx, scheme)


def run_scheme(tx: Transaction, scheme: TierScheme) -> TierReport:
    """Grade the records of a scheme inside this transaction.

    Records that are not ranked lose their tier. Who moved gets the new tier, the one before and
    the time, and a transition; the record's version stays, as nobody edited it.
    """
    with scratch(tx, "_moves", *_move_columns()) as moves:
        tx.connection.execute(
            moves.insert().from_select([column.name for column in moves.c], _moves(tx, scheme))
        )
        moved = _write_moves(tx, scheme, moves)
        report = _report(tx, scheme, moves, moved)
    schedules.evaluated(tx, "tier", scheme.id, asdict(report))
    return report


def reason(tx: Transaction, scheme_id: str, record_id: int) -> TierReason | None:
    """Why a record got the tier that it has, as of the run that gave it; None without a tier."""
    row = tx.connection.execute(
        sa.select(TIER_RANK).where(
            TIER_RANK.c.scheme == scheme_id, TIER_RANK.c.record_id == record_id
        )
    ).first()
    if row is None:
        return None
    measure = _exact(tx, row.measure, row.scale)
    return TierReason(scheme_id, measure, row.position, row.ranked, row.at)


def standing(tx: Transaction, scheme_id: str, record_id: int) -> TierStanding | None:
    """Where a record would stand by the figures of now; None if it would not be ranked.

    All records of the scheme are ranked for the answer: for one record that somebody looks at.
    """
    scheme = tx.app.schemes[scheme_id]
    places = ranked(scheme, _measured(tx, scheme), tx.tables.dialect).subquery("standing")
    row = tx.connection.execute(
        sa.select(places).where(places.c.id == record_id, places.c.measure.is_not(None))
    ).first()
    if row is None:
        return None
    scale = compile_expression(tx.app, scheme.entity, scheme.measure).scale
    # The expression's own type has put the point where it belongs already.
    measure = Decimal(row.measure).quantize(Decimal(1).scaleb(-scale))
    return TierStanding(scheme_id, measure, row.position, row.ranked, row.tier)


def _chosen(tx: Transaction, schemes: Iterable[str] | None) -> list[str]:
    if schemes is None:
        return [one.id for one in tx.app.schemes.values() if one.active and not one.archived]
    by_name = {one.name: one.id for one in tx.app.schemes.values() if not one.archived}
    names = list(schemes)
    missing = [name for name in names if name not in by_name and name not in tx.app.schemes]
    if missing:
        raise NotFound([Problem("tier_scheme.unknown", {"name": name}) for name in missing])
    return [by_name.get(name, name) for name in names]


def _exact(tx: Transaction, measure: Decimal | int, scale: int) -> Decimal:
    # SQLite holds exact numbers as whole ones: the scale says where the point belongs.
    shift = -scale if tx.tables.dialect == "sqlite" else 0
    return Decimal(measure).scaleb(shift).quantize(Decimal(1).scaleb(-scale))


def _move_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", RECORD_ID, primary_key=True, autoincrement=False),
        sa.Column("before", sa.Text()),
        sa.Column("after", sa.Text()),
        sa.Column("measure", TIER_RANK.c.measure.type),
        sa.Column("position", sa.BigInteger()),
        sa.Column("ranked", sa.BigInteger()),
    ]


def _measured(tx: Transaction, scheme: TierScheme) -> sa.CTE:
    """The live records with the tier they hold and their measure, NULL for who is not ranked."""
    row = tx.tables.table(scheme.entity).alias("ranked_record")
    context = Context(tx.now, tx.zone)
    measure = compile_expression(tx.app, scheme.entity, scheme.measure)
    value = to_sql(measure, tx.tables, row, context, mode="value")
    if scheme.where:
        condition = compile_expression(tx.app, scheme.entity, scheme.where)
        value = sa.case((to_sql(condition, tx.tables, row, context, mode="filter"), value))
    before = tx.tables.column(row, scheme.entity, scheme.field)
    found = sa.select(row.c.id, before.label("before"), value.label("measure"))
    # Kept, so that a measure over related records is computed once for each record.
    return found.where(row.c.deleted_at.is_(None)).cte("measured").prefix_with("MATERIALIZED")


def _moves(tx: Transaction, scheme: TierScheme) -> sa.Select[Any]:
    """Who is to have another tier than before, one statement over all records of the scheme."""
    places = ranked(scheme, _measured(tx, scheme), tx.tables.dialect).subquery("moving")
    return sa.select(places).where(places.c.before.is_distinct_from(places.c.tier))


def _write_moves(
    tx: Transaction, scheme: TierScheme, moves: sa.Table
) -> tuple[tuple[str | None, str | None, int], ...]:
    """Write who moved; returns how many by the tier before and after."""
    rows = tx.connection.execute(
        sa.select(moves.c.before, moves.c.after, sa.func.count())
        .group_by(moves.c.before, moves.c.after)
        .order_by(moves.c.before, moves.c.after)
    ).all()
    if rows:
        _write_transitions(tx, scheme, moves)
        _write_tiers(tx, scheme, moves)
        _write_reasons(tx, scheme, moves)
    return tuple((row[0], row[1], row[2]) for row in rows)


def _write_transitions(tx: Transaction, scheme: TierScheme, moves: sa.Table) -> None:
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
                moves.c.id,
                sa.literal(scheme.field),
                moves.c.before,
                moves.c.after,
                sa.literal(tx.now, TRANSITION.c.at.type),
                sa.literal(origin),
            ),
        )
    )


def _write_tiers(tx: Transaction, scheme: TierScheme, moves: sa.Table) -> None:
    table = tx.tables.table(scheme.entity)
    tier = tx.tables.column(table, scheme.entity, scheme.field)
    since = tx.tables.column(table, scheme.entity, f"{scheme.field}_since")
    previous = tx.tables.column(table, scheme.entity, f"{scheme.field}_before")
    tx.connection.execute(
        sa.update(table)
        .where(table.c.id == moves.c.id)
        .values({previous: moves.c.before, since: tx.now, tier: moves.c.after})
    )


def _write_reasons(tx: Transaction, scheme: TierScheme, moves: sa.Table) -> None:
    """Keep why each record that moved has its tier; who stays keeps the reason it had."""
    scale = compile_expression(tx.app, scheme.entity, scheme.measure).scale
    tx.connection.execute(
        sa.delete(TIER_RANK).where(
            TIER_RANK.c.scheme == scheme.id, TIER_RANK.c.record_id.in_(sa.select(moves.c.id))
        )
    )
    tx.connection.execute(
        sa.insert(TIER_RANK).from_select(
            ["scheme", "record_id", "measure", "scale", "position", "ranked", "at"],
            sa.select(
                sa.literal(scheme.id),
                moves.c.id,
                moves.c.measure,
                sa.literal(scale, sa.Integer()),
                moves.c.position,
                moves.c.ranked,
                sa.literal(tx.now, TIER_RANK.c.at.type),
            ).where(moves.c.after.is_not(None)),
        )
    )


def _report(
    tx: Transaction,
    scheme: TierScheme,
    moves: sa.Table,
    moved: tuple[tuple[str | None, str | None, int], ...],
) -> TierReport:
    row = tx.tables.table(scheme.entity)
    tier = tx.tables.column(row, scheme.entity, scheme.field)
    held = sa.select(tier, sa.func.count()).where(row.c.deleted_at.is_(None)).group_by(tier)
    counts: dict[str | None, int] = {each[0]: each[1] for each in tx.connection.execute(held)}
    bands = [band for band in scheme.bands if not band.archived]
    return TierReport(
        scheme.id,
        _ranked(tx, scheme, moves, counts),
        {band.id: counts.get(band.id, 0) for band in bands},
        moved,
    )


def _ranked(
    tx: Transaction, scheme: TierScheme, moves: sa.Table, counts: Mapping[str | None, int]
) -> int:
    """How many are ranked: who moved knows it; else whoever holds a tier, if there is a rest."""
    found: int | None = tx.connection.scalar(sa.select(moves.c.ranked).limit(1))
    if found is not None:
        return found
    if any(band.rest and not band.archived for band in scheme.bands):
        return sum(count for tier, count in counts.items() if tier is not None)
    measured = _measured(tx, scheme)
    return tx.connection.scalar(sa.select(sa.func.count(measured.c.measure))) or 0
