"""Closing: what the transaction does that brings a prepared publish into force."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import sqlalchemy as sa

from ...metadata.problems import Problem
from .. import stored
from ..access import Caller
from ..errors import Conflict, Invalid
from ..system_tables import JOB
from ..transaction import Transaction
from ..work import jobs
from . import converting, progress, watching
from .leaving import settled
from .plan import Plan, require_accepted
from .preparing import Prepared, beyond, running_of
from .purging import losing, purges
from .running import once_more
from .work_out import standing_against


def close(
    tx: Transaction, caller: Caller, plan: Plan, accepted: Collection[str], prepared: Prepared
) -> None:
    """Do what is left of a preparation, in the transaction that brings the plan into force.

    Invalid where rows that were written meanwhile stand against it or lose what is not accepted,
    Conflict where the preparation was taken back or they would make another plan of it.
    """
    worked = prepared.worked
    assert worked.app is not None
    try:
        jobs.finish(tx, prepared.job)
    except jobs.LostJob as error:
        raise Conflict(Problem("publish.data_moved")) from error
    left = {tuple(one) for one in progress.read(tx, prepared.job).get("left", ())}
    tx.connection.execute(sa.delete(JOB).where(JOB.c.id == prepared.job.id))
    # What had no rows had no steps for them.
    begun = any(beyond(tx, one, 0) for one in prepared.empty)
    gone = purges(tx.app, worked.app)
    begun = begun or not losing(tx, gone, watching.noted) <= worked.losing
    if begun or (plan.back and settled(tx, plan.documents) != prepared.kept):
        raise Conflict(Problem("publish.data_moved"))
    refused = standing_against(tx, caller, worked.app, worked.plan.documents, watching.noted)
    if refused:
        raise Invalid(refused)
    losses = (
        converting.lost(one, converting.look(tx, caller, one, watching.noted(one.old.table)))
        for one in worked.conversions.values()
    )
    require_accepted((one for one in losses if one), accepted)
    running = running_of(replace(tx, now=prepared.since), worked)
    while taken := watching.take(tx.connection):
        left |= once_more(running, prepared.done, taken)
    for entity_id, field_id in sorted(left):
        stored.leave_to_job(running.after, entity_id, field_id)
    watching.unwatch(tx.connection, tx.tables.dialect)
