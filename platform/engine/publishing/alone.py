"""Alone: one publish at a time, and what another process left half-done.

A preparation and what is swept up after a publish are jobs. While somebody holds one, nobody else
publishes; one whose holder died is ended first, unless it prepares the very plan that comes again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from ...metadata.json_text import write_json
from ...metadata.problems import Problem
from ..errors import Conflict
from ..system_tables import JOB
from ..transaction import Transaction
from ..work import jobs
from ..work.given_up import STATES
from ..work.jobs import Job
from ..workspaces import Workspace
from . import asked, physical
from .physical import PREPARE
from .plan import Plan
from .steps import Step
from .sweeping import SWEEP, sweep
from .taking_back import take_back

_ENDING: Mapping[str, Callable[[Workspace, Job], None]] = {PREPARE: take_back, SWEEP: sweep}


def require_alone(tx: Transaction) -> None:
    """Conflict while another publish is being prepared or swept up after."""
    if _left(tx) is not None:
        raise Conflict(Problem("publish.busy"))


def require_nobody_at_work(tx: Transaction) -> None:
    """Conflict while somebody prepares another publish or sweeps up after one."""
    row = _left(tx)
    if row is not None and _at_work(tx, row):
        raise Conflict(Problem("publish.busy"))


def end(workspace: Workspace, job: Job) -> None:
    """Do a job of PREPARE whose holder died: take back what was prepared.

    Not while a worker is to do what somebody asked for, which may be the very same: it goes on with
    it, or ends it.
    """
    with workspace.writing() as tx:
        if asked.waits_for(tx):
            jobs.put_off(tx, job, tx.now + jobs.LEASE)
            return
    take_back(workspace, job)


def end_others(workspace: Workspace, going_on: Plan | None = None) -> Job | None:
    """End what others left half-done; Conflict while somebody is at work.

    The preparation of the plan `going_on` is not ended, but returned to go on with.
    """
    while True:
        with workspace.reading() as tx:
            if _left(tx) is None:
                return None
        with workspace.writing() as tx:
            row = _left(tx)
            if row is None:
                return None
            if _at_work(tx, row):
                raise Conflict(Problem("publish.busy"))
            job = jobs.take_over(tx, row.id)
        if going_on and job.payload.get("plan") == _digest(going_on):
            return job
        _ENDING[job.kind](workspace, job)


def start(workspace: Workspace, plan: Plan) -> Job:
    """The job that stands for the preparation of a plan; Conflict if somebody was faster."""
    payload: dict[str, Any] = {
        "plan": _digest(plan),
        "steps": [_short(one).to_json() for one in plan.steps],
    }
    try:
        with workspace.writing() as tx:
            require_alone(tx)
            payload["since"] = tx.now.isoformat()
            payload["there"] = physical.read(tx.connection).to_json()
            return jobs.start(tx, PREPARE, PREPARE, payload)
    except IntegrityError as error:
        raise Conflict(Problem("publish.busy")) from error


def _left(tx: Transaction) -> sa.Row[Any] | None:
    # By states, for which there is an index: most jobs are done.
    open_ = JOB.c.state.in_([one for one in STATES if one != "done"])
    wanted = sa.and_(JOB.c.kind.in_(_ENDING), open_)
    return tx.connection.execute(sa.select(JOB).where(wanted).order_by(JOB.c.id)).first()


def _at_work(tx: Transaction, row: sa.Row[Any]) -> bool:
    """Whether somebody holds a job, and has not died."""
    return bool(row.state == "running" and row.lease_until > tx.now)


def _digest(plan: Plan) -> str:
    """What tells whether two plans do the same to the same."""
    said = {
        "base": plan.base,
        "back": plan.back,
        "template": plan.template,
        "documents": [dict(one.data) for one in plan.documents],
    }
    return hashlib.sha256(write_json(said).encode()).hexdigest()


def _short(step: Step) -> Step:
    """What it takes to undo a step."""
    return Step(step.kind, step.entity, step.field, step.target)
