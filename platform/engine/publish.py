"""Publish: the one door through which documents come into force, and what previews that.

`preview` makes the plan, `publish` works it out again on the revision that it locks and does those
very steps: tables, values, indexes, views, the new revision and the audit entry in one
transaction. Where many rows are concerned, what nobody sees before the new revision is in force is
prepared (`preparing`), and what nobody reads any more is swept up afterwards (`sweeping`). After a
crash at any instant the workspace is wholly at the old or the new revision.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from ..metadata.documents import Document, write_folder
from ..metadata.problems import Problem, ProblemsError
from ..metadata.purging import marked
from ..metadata.resolve import to_names
from . import failpoints, revisions, template_bases
from .access import Caller, may_configure
from .errors import Conflict, Forbidden, Invalid, Refused
from .members import require_administrator
from .publishing import alone, preparing
from .publishing.asked import bring_about
from .publishing.closing import close
from .publishing.doctor import layout_matches
from .publishing.plan import Plan, still_holds
from .publishing.preparing import Prepared, Preparing, running_of
from .publishing.running import Running, run
from .publishing.sweeping import AFTER, leave, sweep
from .publishing.taking_back import take_back
from .publishing.work_out import Worked, work_out
from .records import journal
from .system_tables import CHANGE
from .transaction import Transaction
from .work import jobs, schedules
from .work.jobs import Job
from .workspaces import Workspace

__all__ = [
    "Plan",
    "export",
    "export_folder",
    "layout_matches",
    "preview",
    "publish",
    "purge_plan",
    "purged",
    "restore_plan",
    "verify",
]


def preview(
    place: Workspace | Transaction,
    caller: Caller,
    documents: Iterable[Document],
    *,
    base: int | None = None,
) -> Plan:
    """The plan of publishing these documents (in names or ids); changes nothing.

    `base` is the revision that they were made from, if the caller knows: Conflict when it is no
    longer in force. Forbidden without the right to change metadata.
    """
    if isinstance(place, Workspace):
        with place.reading() as tx:
            return preview(tx, caller, documents, base=base)
    require_right(place, caller)
    if base is not None and base != place.revision:
        raise _moved(base, place.revision)
    return work_out(place, caller, documents).plan


def publish(
    workspace: Workspace,
    caller: Caller,
    plan: Plan,
    reason: str | None = None,
    accept_loss: Collection[str] = (),
    *,
    first: Callable[[Transaction], None] | None = None,
    asked: Job | None = None,
) -> int:
    """Bring a plan into force; returns the id of the revision that is in force then.

    `accept_loss` names what may be lost (`Loss.key`). Conflict if another revision is in force
    than the plan was made for, or the data would make other steps of it; Invalid for a plan with
    problems or a loss that is not accepted. A plan without changes makes no revision. `first` is
    done in the same transaction, before anything else; what it raises refuses the publish. `asked`
    is the job of who asked for it, which is held meanwhile and done with it (LostJob or Conflict
    once it is stopped).
    """
    if plan.problems:
        raise Invalid(plan.problems)
    if plan.workspace != workspace.id:
        raise Conflict(Problem("publish.other_workspace"))

    accepted = set(accept_loss)
    with workspace.reading() as tx:
        _require_current(tx, caller, plan)
        large = preparing.large(tx, plan)
    job = alone.end_others(workspace, plan if large else None)

    def flip(tx: Transaction, prepared: Prepared | None = None) -> _Flipped:
        if first is not None:
            first(tx)
        flipped = _flip(tx, caller, plan, reason, accepted, prepared)
        if asked is not None:
            bring_about(tx, asked, flipped.revision)
        return flipped

    if large:
        job = job or alone.start(workspace, plan)
        work = Preparing(workspace, caller, plan, accepted, job, asked)
        done = _prepared(workspace, work, flip)
    else:
        done = workspace.altering(flip)
    failpoints.hit("publish.flipped")
    if done.left is not None:
        # The revision is in force: what fails here a worker does later.
        with suppress(Refused, jobs.LostJob), jobs.held(workspace, done.left):
            sweep(workspace, done.left)
    return done.revision


def _prepared(
    workspace: Workspace,
    work: Preparing,
    flip: Callable[[Transaction, Prepared | None], _Flipped],
) -> _Flipped:
    """Prepare, and flip; what was prepared is taken back if that comes to nothing."""
    try:
        with jobs.held(workspace, work.job):
            prepared = work.done()
        return workspace.altering(lambda tx: flip(tx, prepared))
    except Exception as error:
        with suppress(jobs.LostJob):
            take_back(workspace, work.job)
        if isinstance(error, IntegrityError):
            raise Conflict(Problem("publish.breaks_unique")) from error
        if isinstance(error, jobs.LostJob):
            raise Conflict(Problem("publish.busy")) from error
        raise


def verify(workspace: Workspace, caller: Caller, plan: Plan) -> tuple[Problem, ...]:
    """Carry a plan out on the real data, look at what came of it, and take everything back.

    Returns what went wrong, () where nothing did. What would be lost counts as accepted. Others
    wait as long as for the publish itself.
    """
    if plan.problems:
        return plan.problems

    def rehearse(tx: Transaction) -> None:
        losses = {one.key for one in plan.losses}
        raise _Rehearsed(layout_matches(_flip(tx, caller, plan, None, losses).after))

    try:
        workspace.altering(rehearse)
    except _Rehearsed as done:
        return done.problems
    except (Conflict, Invalid) as refused:
        return refused.problems
    return ()


class _Rehearsed(Exception):
    """Ends a transaction that must not be kept."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems


def restore_plan(place: Workspace | Transaction, caller: Caller, revision: int) -> Plan:
    """The plan that goes back to the documents of an old revision; NotFound if there is none.

    What was declared since and holds data is archived with it, the rest goes. The template that the
    documents go back to is that of then. What was purged since comes back empty, under another id;
    the plan notes it.
    """
    if isinstance(place, Workspace):
        with place.reading() as tx:
            return restore_plan(tx, caller, revision)
    require_right(place, caller)
    documents = revisions.documents(place.connection, revision)
    plan = work_out(place, caller, documents, back=True).plan
    then, now = (
        template_bases.of_revision(place.connection, one) for one in (revision, place.revision)
    )
    return replace(plan, template=then.hash) if then and then != now else plan


def purge_plan(place: Workspace | Transaction, caller: Caller, addresses: Iterable[str]) -> Plan:
    """The plan that purges what is archived at these addresses (`entity/deal#/fields/old`).

    Invalid lists the addresses that lead to nothing; what stands against it the plan tells.
    """
    if isinstance(place, Workspace):
        with place.reading() as tx:
            return purge_plan(tx, caller, addresses)
    require_right(place, caller)
    return preview(place, caller, purged(place.app.documents, addresses))


def purged(documents: Iterable[Document], addresses: Iterable[str]) -> tuple[Document, ...]:
    """Documents that say of what lies at these addresses that it is purged; Invalid as above."""
    try:
        return marked(documents, addresses)
    except ProblemsError as error:
        raise Invalid(error.problems) from error


def export(place: Workspace | Transaction, revision: int | None = None) -> tuple[Document, ...]:
    """The documents of a revision (of the one in force) in names, as people write them."""
    if isinstance(place, Workspace):
        with place.reading() as tx:
            return export(tx, revision)
    wanted = place.revision if revision is None else revision
    return to_names(revisions.documents(place.connection, wanted))


def export_folder(
    place: Workspace | Transaction, folder: Path, revision: int | None = None
) -> None:
    """Write the documents of a revision as a folder fit for version control."""
    write_folder(folder, export(place, revision))


def require_right(tx: Transaction, caller: Caller) -> None:
    """Raise Forbidden for a caller without the right to change metadata."""
    if not may_configure(tx.app, caller):
        raise Forbidden(Problem("publish.forbidden"))


def _moved(base: int, now: int) -> Conflict:
    return Conflict(Problem("publish.moved", {"base": base, "now": now}))


@dataclass(frozen=True)
class _Flipped:
    """What a flip led to: the revision in force, and the job of what is left to sweep up."""

    after: Transaction
    left: Job | None = None

    @property
    def revision(self) -> int:
        return self.after.revision


def _require_current(tx: Transaction, caller: Caller, plan: Plan) -> None:
    require_right(tx, caller)
    if tx.revision != plan.base:
        raise _moved(plan.base, tx.revision)


def _flip(
    tx: Transaction,
    caller: Caller,
    plan: Plan,
    reason: str | None,
    accepted: set[str],
    prepared: Prepared | None = None,
) -> _Flipped:
    """Everything that is left to do, in a transaction that nobody else writes beside."""
    _require_current(tx, caller, plan)
    if prepared is None:
        alone.require_alone(tx)
        worked = work_out(tx, caller, plan.documents, back=plan.back)
        still_holds(plan, worked.plan, accepted)
    else:
        worked = prepared.worked
        close(tx, caller, plan, accepted, prepared)
    fresh = replace(worked.plan, template=plan.template)
    if fresh.empty or worked.app is None or worked.layout is None:
        return _Flipped(tx)
    require_administrator(tx, worked.app)
    running = running_of(tx, worked)
    if any(one.kind == "purge_beside" for one in worked.plan.steps):
        running = replace(running, change=journal.change_set(tx, caller))
    left = _do(running, worked, prepared)
    after = running.after
    after.revision = revisions.append(
        tx.connection,
        worked.plan.documents,
        worked.layout,
        author=caller.member_id,
        reason=reason,
        at=tx.now,
        template=plan.template,
    )
    tx.connection.execute(
        sa.insert(CHANGE).values(
            actor=caller.member_id, origin=caller.origin, at=tx.now, revision=after.revision
        )
    )
    schedules.sync(after)
    failpoints.hit("publish.before_commit")
    return _Flipped(after, left)


def _do(running: Running, worked: Worked, prepared: Prepared | None) -> Job | None:
    """Do the steps in their order; of a large publish what is left for afterwards."""
    done = set() if prepared is None else {one.does for one in prepared.done}
    later = []
    try:
        for step in worked.plan.steps:
            if step.does in done:
                continue
            if prepared is not None and step.kind in AFTER:
                later.append(step)
                continue
            run(running, step)
            failpoints.hit(f"publish.{step.kind}")
    except IntegrityError as error:
        raise Conflict(Problem("publish.breaks_unique")) from error
    return leave(running, later)
