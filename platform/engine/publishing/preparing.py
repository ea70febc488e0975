"""Preparing: the long part of a publish, done beforehand in batches while everybody works on.

New columns, indexes and what lies under a column of its own are seen by no app in force. So they
are made and filled before the revision changes, some hundred rows a transaction; what is written in
the meantime is noted (`watching`) and done once more. The last transaction finds little left to do.

A job says how far a preparation is and who is at it. Whoever publishes the same again goes on where
another process died; else it is taken back (`taking_back`), at the latest when its lease ran out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from ...metadata.documents import Document
from ...metadata.model import App
from ...metadata.problems import Problem
from .. import clock, failpoints
from ..access import Caller
from ..dependencies import stored_formulas
from ..errors import Conflict
from ..stores import DialectName
from ..tables import tables_of
from ..transaction import Transaction
from ..work import jobs
from ..work.jobs import Job
from ..workspaces import Workspace
from . import progress, watching
from .checking import checked
from .converting import conversion_step
from .leaving import settled
from .plan import Plan, require_accepted, still_holds
from .progress import Progress
from .rows import batches
from .running import ROWS, Running, once_more, run_on, run_once
from .steps import Step
from .turns import in_turns
from .watching import Watched
from .work_out import Worked, work_out

MOST_AT_ONCE = 10_000
"""Rows that a publish works on in its one transaction; for more it prepares."""

STRUCTURE = frozenset(
    {
        "create_table",
        "create_link_table",
        "add_column",
        "reuse_column",
        "drop_column",
        "drop_link_table",
    }
)
"""Steps that change what no app in force sees."""

_INDEX = "create_index"
_T = TypeVar("_T")
_FEW = 50
"""Rows that were written meanwhile and may be left to the last transaction."""


@dataclass(frozen=True)
class Prepared:
    """What was prepared: the job that stands for it, what was worked out, the steps that are done.

    `since` is the instant of the publish, `kept` the documents that go back to an earlier revision,
    `empty` the tables of changed entities that had no rows.
    """

    job: Job
    worked: Worked
    since: datetime
    done: tuple[Step, ...]
    kept: tuple[Document, ...]
    empty: frozenset[str]


def large(tx: Transaction, plan: Plan) -> bool:
    """Whether a plan touches or looks at so many rows that it is worth preparing."""
    if any(one.rows > MOST_AT_ONCE for one in plan.steps):
        return True
    app = checked(plan.documents, tx.app if tx.revision and not plan.back else None).app
    return app is not None and changes_many(tx, app)


def changes_many(tx: Transaction, after: App) -> bool:
    """Whether an app declares an entity otherwise that has so many rows."""
    return any(_many(tx, one) for one in _changed(tx.app, after))


def any_large(tx: Transaction) -> bool:
    """Whether any entity has so many rows."""
    return any(_many(tx, one) for one in tx.layout.entities)


def _changed(before: App, after: App) -> Iterator[str]:
    """The entities of both apps that are declared otherwise."""
    for key, one in after.entities.items():
        if not one.system and key in before.entities and before.entities[key] != one:
            yield key


def _many(tx: Transaction, entity_id: str) -> bool:
    return entity_id in tx.layout and beyond(tx, tx.layout.table(entity_id), MOST_AT_ONCE)


def beyond(tx: Transaction, table: str, most: int) -> bool:
    """Whether a table has more rows."""
    row = sa.table(table, sa.column("id", sa.BigInteger()))
    return tx.connection.scalar(sa.select(row.c.id).offset(most).limit(1)) is not None


def _called(step: Step) -> str:
    """What tells the steps of one plan apart that write rows."""
    return f"{step.kind} {step.entity} {step.field} {step.target}"


def _table(worked: Worked, step: Step) -> str:
    """The table of the entity of a step."""
    assert worked.layout is not None
    return worked.layout.table(step.entity)


def _indexes(worked: Worked) -> tuple[Step, ...]:
    return tuple(one for one in worked.plan.steps if one.kind == _INDEX)


def _not_yet(worked: Worked, dialect: DialectName) -> Iterator[Step]:
    """Conversions of fields without values: somebody may write one in the meantime."""
    steps = {(one.entity, one.field) for one in worked.plan.steps if one.kind == "convert"}
    for at, one in worked.conversions.items():
        if at not in steps:
            yield conversion_step(one, dialect)


class Preparing:
    """One publish that is being prepared, from its job on."""

    def __init__(
        self,
        workspace: Workspace,
        caller: Caller,
        plan: Plan,
        accepted: Collection[str],
        job: Job,
        asked: Job | None = None,
    ) -> None:
        self.workspace = workspace
        self.caller = caller
        self.plan = plan
        self.accepted = accepted
        self.job = job
        self.held = (job,) if asked is None else (job, asked)
        self.since = datetime.fromisoformat(job.payload["since"])

    def done(self) -> Prepared:
        """Do everything that can be done beforehand; what it leaves is taken back by the caller."""
        worked, _, _ = self._worked()
        early = (*steps_before(worked.plan.steps), *_not_yet(worked, self.workspace.dialect))
        if "total" not in self._progress():
            self._measure(worked, (*early, *_indexes(worked)))
        if "watched" not in self._progress():
            # What nobody reads or writes need not be watched, and may be taken into use then.
            self._rows(worked, early, {"empty_column"})
            self._begin(worked, early)
        worked, kept, empty = self._worked()
        self._rows(worked, early, ROWS - {"empty_column"})
        self._catch_up(worked, early)
        self._indexes(worked)
        self._catch_up(worked, early)
        made = (*early, *_indexes(worked))
        return Prepared(self.job, worked, self.since, made, kept, empty)

    def _worked(self) -> tuple[Worked, tuple[Document, ...], frozenset[str]]:
        """The plan worked out anew on the rows of now.

        Along with what a revision of before comes to, and the tables that have no rows.
        """
        with self.workspace.reading() as tx:
            worked = work_out(tx, self.caller, self.plan.documents, back=self.plan.back)
            require_accepted(worked.plan.losses, self.accepted)
            still_holds(self.plan, self._but_late(worked.plan), self.accepted)
            kept = settled(tx, self.plan.documents) if self.plan.back else ()
            assert worked.app is not None
            changed = [
                tx.layout.table(one) for one in _changed(tx.app, worked.app) if one in tx.layout
            ]
            empty = frozenset(one for one in changed if not beyond(tx, one, 0))
        return worked, kept, empty

    def _but_late(self, fresh: Plan) -> Plan:
        """A plan without conversions of fields that got their first values since it was shown.

        They are done all the same (`_not_yet`).
        """
        shown = {one.does for one in self.plan.steps}
        kept = (one for one in fresh.steps if one.kind != "convert" or one.does in shown)
        return replace(fresh, steps=tuple(kept))

    def _progress(self) -> Progress:
        with self.workspace.reading() as tx:
            return progress.read(tx, self.job)

    def _measure(self, worked: Worked, steps: Iterable[Step]) -> None:
        """Note how many rows there are to go through."""
        tables = [_table(worked, one) for one in steps if one.kind in ROWS or one.kind == _INDEX]
        with self.workspace.reading() as tx:
            rows = progress.measured(tx, tables)
        self._write(lambda tx: progress.add(tx, self.job, **rows))

    def _write(self, work: Callable[[Transaction], _T], *, beside: bool = True) -> _T:
        """Run `work` in a transaction that holds the job, on the revision of the plan."""

        def held(tx: Transaction) -> _T:
            if tx.revision != self.plan.base:
                values = {"base": self.plan.base, "now": tx.revision}
                raise Conflict(Problem("publish.moved", values))
            for one in self.held:
                jobs.hold(tx, one)
            return work(tx)

        return self.workspace.altering(held, beside=beside)

    def _begin(self, worked: Worked, early: Iterable[Step]) -> None:
        """Watch the tables, and make what nobody sees."""

        def begin(tx: Transaction) -> None:
            running = self._running(tx, worked)
            watching.watch(tx.connection, tx.tables.dialect, _watched(tx, worked, early))
            for step in early:
                if step.kind in STRUCTURE:
                    run_once(running, step)
            progress.add(tx, self.job, watched=True)

        self._write(begin, beside=False)
        failpoints.hit("publish.watched")

    def _rows(self, worked: Worked, early: Iterable[Step], kinds: Collection[str]) -> None:
        """Write the rows of steps of these kinds, from where it was left."""
        for step in early:
            if step.kind in kinds:
                self._batched(worked, step)
                failpoints.hit("publish.prepared_step")

    def _batched(self, worked: Worked, step: Step) -> None:
        table, name = _table(worked, step), _called(step)
        known = self._progress()
        if name in known["done"]:
            return
        if step.kind == "empty_column" and "now" not in known:
            self._write(lambda tx: run_once(self._running(tx, worked), step))

        def batch(tx: Transaction, after: int | None) -> int | None:
            rows, upto = next(batches(tx.connection, table, after))
            run_on(self._running(tx, worked), step, rows)
            if upto is None:
                progress.over(tx, self.job, name, table)
            else:
                progress.further(tx, self.job, name, table, upto)
            return upto

        def turn(after: int | None) -> int | None:
            upto = self._write(lambda tx: batch(tx, after))
            failpoints.hit("publish.batch")
            return upto

        begun = known["after"] if known.get("now") == name else None
        in_turns(self.workspace.dialect, turn, after=begun)

    def _catch_up(self, worked: Worked, early: tuple[Step, ...]) -> None:
        """Do once more what was written meanwhile, until there is little left."""
        more = _FEW + 1
        while more > _FEW:
            more = self._write(lambda tx: self._caught_up(tx, worked, early))
            failpoints.hit("publish.caught_up")

    def _caught_up(self, tx: Transaction, worked: Worked, early: tuple[Step, ...]) -> int:
        running = self._running(tx, worked)
        taken = watching.take(tx.connection)
        left = once_more(running, early, taken)
        if left:
            known = {tuple(one) for one in progress.read(tx, self.job).get("left", ())}
            progress.add(tx, self.job, left=sorted(left | known))
        return sum(map(len, taken.values()))

    def _indexes(self, worked: Worked) -> None:
        for step in _indexes(worked):
            assert step.target is not None
            try:
                self.workspace.make_index(step.target, step.statements[0])
            except IntegrityError as error:
                raise Conflict(Problem("publish.breaks_unique")) from error
            name, table = _called(step), _table(worked, step)
            self._write(partial(progress.over, job=self.job, name=name, table=table))
            failpoints.hit("publish.indexed")

    def _running(self, tx: Transaction, worked: Worked) -> Running:
        return running_of(replace(tx, now=self.since), worked)


def running_of(tx: Transaction, worked: Worked) -> Running:
    """What steps need in a transaction that is at the revision before."""
    assert worked.app is not None and worked.layout is not None
    after = replace(
        tx,
        app=worked.app,
        layout=worked.layout,
        tables=tables_of(worked.app, worked.layout, tx.workspace.dialect),
        zone=clock.zone(worked.app.manifest.time_zone),
    )
    return Running(tx, after, worked.conversions)


def steps_before(steps: Iterable[Step]) -> tuple[Step, ...]:
    """The steps of a plan that can be done before its revision is in force, indexes apart."""
    return tuple(one for one in steps if one.kind in STRUCTURE | ROWS)


def _watched(tx: Transaction, worked: Worked, early: Iterable[Step]) -> list[Watched]:
    """The tables whose rows decide anything: of entities that change, and those formulas read."""
    assert worked.app is not None
    wanted = {*_changed(tx.app, worked.app), *(one.entity for one in early)}
    computed = {(one.entity, one.field) for one in early if one.kind == "recompute"}
    parents: dict[str, set[tuple[str, str]]] = {}
    for formula in stored_formulas(worked.app):
        if (formula.entity, formula.field) not in computed:
            continue
        for one in formula.inputs:
            wanted.add(one.entity)
            for way in one.route:
                wanted.add(way.entity)
                target = worked.app.entity(way.entity).field(way.field).to
                at = tx.layout.find(way.entity, way.field)
                if way.backward and at and target and target in tx.layout:
                    parents.setdefault(way.entity, set()).add((at.column, tx.layout.table(target)))
    return [
        Watched(tx.layout.entity(one), tuple(sorted(parents.get(one, ()))))
        for one in sorted(wanted)
        if one in tx.layout
    ]
