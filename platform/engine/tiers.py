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
    """Why a record has its tier: its measure, its position (1 is the best) among `ranked`.

    `at` is the run since which all of this has held.
    """

    scheme: str
    measure: Decimal
    position: int
    ranked: int
    at: datetime


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
    with (
        scratch(tx, "_ranks", *_rank_columns()) as ranks,
        scratch(tx, "_moves", *_move_columns()) as moves,
    ):
        _fill_ranks(tx, scheme, ranks)
        _fill_moves(tx, scheme, ranks, moves)
        _write_moves(tx, scheme, moves)
        _write_reasons(tx, scheme, ranks)
        report = _report(tx, scheme, ranks, moves)
    schedules.evaluated(tx, "tier", scheme.id, asdict(report))
    return report


def reason(tx: Transaction, scheme_id: str, record_id: int) -> TierReason | None:
    """Why a record has its tier, as of the last run; None if it was not ranked then."""
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


def _chosen(tx: Transaction, schemes: Iterable[str] | None) -> list[str]:
    if schemes is None:
        return [one.id for one in tx.app.schemes.values() if one.active and not one.archived]
    by_name = {one.name: one.id for one in tx.app.schemes.values() if not one.archived}
    names = list(schemes)
    missing = [name for name in names if name not in by_name and name not in tx.app.schemes]
    if missing:
        raise NotFound([Problem("tier_scheme.unknown", {"name": name}) for name in missing])
    return [by_name.get(name, name) for name in names]


def _rank_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", RECORD_ID, primary_key=True, autoincrement=False),
        sa.Column("measure", TIER_RANK.c.measure.type),
        sa.Column("position", sa.BigInteger()),
        sa.Column("ranked", sa.BigInteger()),
        sa.Column("tier", sa.Text()),
    ]


def _move_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", RECORD_ID, primary_key=True, autoincrement=False),
        sa.Column("before", sa.Text()),
        sa.Column("after", sa.Text()),
    ]


def _fill_ranks(tx: Transaction, scheme: TierScheme, ranks: sa.Table) -> None:
    row = tx.tables.table(scheme.entity).alias("ranked_record")
    context = Context(tx.now, tx.zone)
    measure = compile_expression(tx.app, scheme.entity, scheme.measure)
    value = to_sql(measure, tx.tables, row, context, mode="value")
    where: list[sa.ColumnElement[bool]] = [row.c.deleted_at.is_(None)]
    if scheme.where:
        condition = compile_expression(tx.app, scheme.entity, scheme.where)
        where.append(to_sql(condition, tx.tables, row, context, mode="filter"))
    found = sa.select(row.c.id, value.label("measure")).where(*where).subquery("found")
    measured = sa.select(found).where(found.c.measure.is_not(None)).subquery("measured")
    statement = ranked(scheme, measured, tx.workspace.dialect)
    tx.connection.execute(ranks.insert().from_select([c.name for c in ranks.c], statement))


def _fill_moves(tx: Transaction, scheme: TierScheme, ranks: sa.Table, moves: sa.Table) -> None:
    row = tx.tables.table(scheme.entity).alias("moved_record")
    before = tx.tables.column(row, scheme.entity, scheme.field)
    changed = (
        sa.select(row.c.id, before, ranks.c.tier)
        .select_from(row.outerjoin(ranks, ranks.c.id == row.c.id))
        .where(row.c.deleted_at.is_(None), before.is_distinct_from(ranks.c.tier))
    )
    tx.connection.execute(moves.insert().from_select(["id", "before", "after"], changed))


def _write_moves(tx: Transaction, scheme: TierScheme, moves: sa.Table) -> None:
    if not tx.connection.scalar(sa.select(sa.exists().select_from(moves))):
        return
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
    table = tx.tables.table(scheme.entity)
    tier = tx.tables.column(table, scheme.entity, scheme.field)
    since = tx.tables.column(table, scheme.entity, f"{scheme.field}_since")
    previous = tx.tables.column(table, scheme.entity, f"{scheme.field}_before")
    after = sa.select(moves.c.after).where(moves.c.id == table.c.id).scalar_subquery()
    tx.connection.execute(
        sa.update(table)
        .where(table.c.id.in_(sa.select(moves.c.id)))
        .values({previous: tier, since: tx.now, tier: after})
    )


def _write_reasons(tx: Transaction, scheme: TierScheme, ranks: sa.Table) -> None:
    """Keep why each record has its tier; reasons that still hold are not written again."""
    scale = compile_expression(tx.app, scheme.entity, scheme.measure).scale
    mine = TIER_RANK.c.scheme == scheme.id
    holds = sa.exists().where(
        ranks.c.id == TIER_RANK.c.record_id,
        ranks.c.measure == TIER_RANK.c.measure,
        ranks.c.position == TIER_RANK.c.position,
        ranks.c.ranked == TIER_RANK.c.ranked,
        TIER_RANK.c.scale == scale,
    )
    tx.connection.execute(sa.delete(TIER_RANK).where(mine, sa.not_(holds)))
    there = sa.exists().where(mine, TIER_RANK.c.record_id == ranks.c.id)
    tx.connection.execute(
        sa.insert(TIER_RANK).from_select(
            ["scheme", "record_id", "measure", "scale", "position", "ranked", "at"],
            sa.select(
                sa.literal(scheme.id),
                ranks.c.id,
                ranks.c.measure,
                sa.literal(scale, sa.Integer()),
                ranks.c.position,
                ranks.c.ranked,
                sa.literal(tx.now, TIER_RANK.c.at.type),
            ).where(sa.not_(there)),
        )
    )


def _report(tx: Transaction, scheme: TierScheme, ranks: sa.Table, moves: sa.Table) -> TierReport:
    by_tier = sa.select(ranks.c.tier, sa.func.count()).group_by(ranks.c.tier)
    counts: dict[str, int] = {row[0]: row[1] for row in tx.connection.execute(by_tier)}
    moved = tx.connection.execute(
        sa.select(moves.c.before, moves.c.after, sa.func.count())
        .group_by(moves.c.before, moves.c.after)
        .order_by(moves.c.before, moves.c.after)
    ).all()
    return TierReport(
        scheme.id,
        sum(counts.values()),
        {band.id: counts.get(band.id, 0) for band in scheme.bands},
        tuple((row[0], row[1], row[2]) for row in moved),
    )
