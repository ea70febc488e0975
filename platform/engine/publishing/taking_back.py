"""Taking back: what a preparation made that was not brought into force."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import partial

import sqlalchemy as sa

from .. import failpoints, search
from ..layout import table_name
from ..system_tables import COUNTER, JOB
from ..transaction import Transaction
from ..work import jobs
from ..work.jobs import Job
from ..workspaces import Workspace
from . import ddl, physical, watching
from .physical import Physical
from .rows import BESIDE, OWN, Rows, batches, run_within
from .steps import Step
from .turns import in_turns


def steps_of(job: Job) -> tuple[Step, ...]:
    """The steps of the plan that a job prepares, without statements."""
    return tuple(Step.from_json(one) for one in job.payload["steps"])


def take_back(workspace: Workspace, job: Job) -> None:
    """Remove what was prepared: rows in batches, then tables, columns and indexes, and the job."""
    steps = steps_of(job)
    with workspace.reading() as tx:
        divided = list(_rows(tx, steps, physical.read(tx.connection)))
    for table, statement in divided:
        in_batches(workspace, job, table, partial(run_within, statement=statement))

    def end(tx: Transaction) -> None:
        jobs.finish(tx, job)
        tx.connection.execute(sa.delete(JOB).where(JOB.c.id == job.id))
        watching.unwatch(tx.connection, tx.tables.dialect)
        for statement in _structure(tx, steps, physical.read(tx.connection)):
            tx.connection.exec_driver_sql(statement)
        for one in steps:
            if one.kind == "number":
                own = f"{one.entity}.{one.field}."
                numbered = COUNTER.c.key.startswith(own, autoescape=True)
                tx.connection.execute(sa.delete(COUNTER).where(numbered))

    workspace.altering(end)
    failpoints.hit("publish.taken_back")


def in_batches(
    workspace: Workspace,
    job: Job,
    table: str,
    work: Callable[[sa.Connection, Rows], None],
    of: str | None = None,
) -> None:
    """Do some work on the rows of a table, in batches that each hold the job.

    `of` an entity: on those of its records, in a table that has rows of many.
    """

    def batch(tx: Transaction, after: int | None) -> int | None:
        jobs.hold(tx, job)
        rows, upto = next(batches(tx.connection, table, after, of))
        work(tx.connection, rows)
        return upto

    def turn(after: int | None) -> int | None:
        upto = workspace.altering(lambda tx: batch(tx, after), beside=True)
        failpoints.hit("publish.swept")
        return upto

    in_turns(workspace.dialect, turn)


def _rows(tx: Transaction, steps: Iterable[Step], there: Physical) -> Iterator[tuple[str, str]]:
    """Rows beside the tables, and columns that were taken into use: (table, statement)."""
    for one in steps:
        at = tx.layout.entities.get(one.entity)
        if at is None:
            continue
        field, target = one.field or "", one.target or ""
        if one.kind == "fill" and at.link_table and field not in at.fields:
            link, where = ddl.quoted(at.link_table), f'"field_id" = {ddl.text(field)}'
            yield at.table, f"DELETE FROM {link} WHERE {where} AND {BESIDE}"
        elif one.kind == "search" and target not in _searched(tx, one.entity):
            where = f'"entity" = {ddl.text(one.entity)} AND "field" = {ddl.text(target)}'
            yield at.table, f'DELETE FROM "_search" WHERE {where} AND {BESIDE}'
        elif one.kind == "reuse_column" and target in there.tables[at.table]:
            kind = there.tables[at.table][target]
            yield at.table, ddl.empty_column(at.table, target, kind, OWN)


def _searched(tx: Transaction, entity_id: str) -> Collection[str]:
    """What values of an entity are indexed under by the app in force."""
    entity = tx.app.entities.get(entity_id)
    return search.places(entity, tx.layout).values() if entity else ()


def _structure(tx: Transaction, steps: Iterable[Step], there: Physical) -> Iterator[str]:
    """What was made, the last first; what is not there was not made yet."""
    layout = tx.layout
    for one in reversed(tuple(steps)):
        at = layout.entities.get(one.entity)
        table = at.table if at else table_name(one.entity)
        columns = there.tables.get(table, {})
        match one.kind:
            case "create_index" if one.target in there.indexes:
                yield ddl.drop_index(one.target or "")
            case "add_column" if at and one.target in columns and one.target not in at.columns:
                yield ddl.drop_column(table, one.target or "")
            case "reuse_column" if at and one.target in columns:
                key = there.keys.get((table, one.target or ""))
                if key is not None:
                    yield ddl.drop_key(table, key[0])
                # It was free, or what an earlier conversion left; either is empty by now.
                was = next(name for name in (*at.free, *at.spares) if name not in columns)
                yield ddl.rename_column(table, one.target or "", was)
            case "create_link_table" if one.target in there.tables:
                if not at or one.target != at.link_table:
                    yield ddl.drop_table(one.target or "")
            case "create_table" if at is None and table in there.tables:
                yield from _keys_of(table, there)
                yield ddl.drop_table(table)


def _keys_of(table: str, there: Physical) -> Iterator[str]:
    """The keys that point at a table, which no database drops under them."""
    for (owner, _), (name, target) in sorted(there.keys.items()):
        if target == table:
            yield ddl.drop_key(owner, name)
