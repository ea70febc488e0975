"""The desk of bulk changes: what people ask for, how far it is, stopping it and taking it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from .. import access, schemas
from ..access import Caller
from ..errors import Conflict, Invalid, NotFound
from ..insert import insert_new
from ..system_tables import BULK, BULK_ROW, JOB
from ..transaction import Transaction
from ..work import jobs
from . import run
from .chosen import Act, Choosing, Chosen, counted

MOST: Final = 100_000
"""Records that one bulk change may be about."""

AT_ONCE: Final = 100
"""Up to so many are changed in the very request; more are a job."""

WORKING: Final = ("running", "stopping", "undoing")
"""The states in which there is something to do."""

OVER: Final = ("done", "stopped", "failed", "undone")
"""The states that a bulk change ends in; the first three may be taken back."""


@dataclass(frozen=True, slots=True)
class Bulk:
    """A bulk change as its people see it.

    `field` is the id of what is changed, None where records are deleted. `counts` has `total`,
    `changed`, `same` (had the value already), `refused`; of an undo `restored` and `left`.
    `waits` says that nobody has begun with it yet, `stuck` that a worker gave it up.
    """

    id: int
    entity: str
    act: str
    state: str
    member_id: int | None
    field: str | None
    values: Mapping[str, Any]
    counts: Mapping[str, int]
    why: Sequence[Mapping[str, str]]
    created_at: datetime
    finished_at: datetime | None
    waits: bool = False
    stuck: bool = False

    @property
    def done(self) -> int:
        """How many of the total are dealt with."""
        names = run.BACK if self.state in ("undoing", "undone") else run.DEALT
        return sum(self.counts.get(one, 0) for one in names)

    @property
    def total(self) -> int:
        """How many there are to deal with."""
        return self.counts["changed" if self.state in ("undoing", "undone") else "total"]


@dataclass(frozen=True, slots=True)
class Row:
    """A record that was refused, or left by an undo, and why, each reason by locale."""

    record_id: int
    reasons: Sequence[Mapping[str, str]]


def change(
    tx: Transaction,
    caller: Caller,
    chosen: Chosen,
    act: Act,
    values: Mapping[str, Any],
    token: str,
    *,
    most: int = MOST,
) -> Bulk:
    """Begin to change chosen records (`values` by field id, as the API speaks) or to delete them.

    `token` stands for the wish: asked for again with the same one, it is the same change. A few
    records are changed at once, more by a job. Invalid for a value that is none or for more than
    `most` records, Conflict where there is nothing to change, Forbidden, NotFound or Malformed as
    for a list.
    """
    known = _by_token(tx, caller, token)
    if known is not None:
        return get(tx, caller, known)
    access.entity_for(tx.app, caller, chosen.entity_id, act)
    if act == "update":
        _judge(tx, caller, chosen, values)
    number = counted(tx, caller, chosen, act).may
    if not number:
        raise Conflict.because("bulk.nothing")
    if number > most:
        raise Invalid.because("bulk.too_many", count=number, most=most)
    fresh = _note(tx, caller, chosen, act, values, token, number)
    bulk_id = _by_token(tx, caller, token)
    assert bulk_id is not None
    if fresh:
        _enter(tx, caller, chosen, act, bulk_id)
        if number <= AT_ONCE:
            run.go_on(tx, bulk_id, caller)
            run.go_on(tx, bulk_id, caller)
        else:
            jobs.enqueue(tx, run.CHANGE, _key(caller, token), {"bulk": bulk_id})
    return get(tx, caller, bulk_id)


def _key(caller: Caller, token: str) -> str:
    """The key of the job of a wish, by which it is one job however often it is asked for."""
    return f"{run.CHANGE}:{_own(caller, token)}"


def _note(
    tx: Transaction,
    caller: Caller,
    chosen: Chosen,
    act: Act,
    values: Mapping[str, Any],
    token: str,
    number: int,
) -> bool:
    """Note the change of so many records; whether nobody was first."""
    return insert_new(
        tx.connection,
        BULK,
        {
            "entity": chosen.entity_id,
            "act": act,
            "state": "running",
            "member_id": caller.member_id,
            "token": _own(caller, token),
            "what": {"values": dict(values), "locale": caller.locale, "system": caller.system},
            "counts": {"total": number, **dict.fromkeys(run.DEALT, 0)},
            "job": _key(caller, token),
            "created_at": tx.now,
        },
    )


def _judge(tx: Transaction, caller: Caller, chosen: Chosen, values: Mapping[str, Any]) -> None:
    """Refuse what can be said of the values without looking at any record."""
    settable = access.writable(tx.app, caller, chosen.entity_id)
    fixed = [one for one in values if one not in settable]
    if fixed:
        raise Invalid(access.unknown_field(tx.app, caller, chosen.entity_id, fixed[0]))
    if not values:
        raise Invalid.because("bulk.no_field")
    ((_, problems),) = schemas.load(tx, caller, chosen.entity_id, "update", [values])
    if problems:
        raise Invalid(problems)


def _enter(tx: Transaction, caller: Caller, chosen: Chosen, act: Act, bulk_id: int) -> None:
    """Note which records it is about: what comes to meet the condition later is not among them."""
    found = Choosing(tx, caller, chosen).changeable(act).subquery("chosen")
    (at,) = found.c
    what = sa.select(sa.literal(bulk_id), at, sa.literal("waiting"))
    tx.connection.execute(sa.insert(BULK_ROW).from_select(["bulk_id", "record_id", "state"], what))


def _own(caller: Caller, token: str) -> str:
    return f"{caller.member_id or 0}:{token}"


def _by_token(tx: Transaction, caller: Caller, token: str) -> int | None:
    found: int | None = tx.connection.scalar(
        sa.select(BULK.c.id).where(BULK.c.token == _own(caller, token))
    )
    return found


def get(tx: Transaction, caller: Caller, bulk_id: int) -> Bulk:
    """A bulk change of the caller's, or one that an administrator looks at; NotFound else."""
    row = tx.connection.execute(sa.select(BULK).where(BULK.c.id == bulk_id)).first()
    known = row is not None and access.may(tx.app, caller, row.entity, "read")
    if row is None or not known or not _may_see(tx, caller, row):
        raise NotFound.because("bulk.unknown", number=bulk_id)
    values = row.what["values"]
    found = Bulk(
        id=row.id,
        entity=row.entity,
        act=row.act,
        state=row.state,
        member_id=row.member_id,
        field=next(iter(values), None),
        values=values,
        counts=row.counts,
        why=row.why or (),
        created_at=row.created_at,
        finished_at=row.finished_at,
    )
    if found.state not in WORKING:
        return found
    job = tx.connection.scalar(sa.select(JOB.c.state).where(JOB.c.key == row.job))
    return replace(found, waits=job == "queued", stuck=job == "dead")


def _may_see(tx: Transaction, caller: Caller, row: Any) -> bool:
    return row.member_id == caller.member_id or access.may_configure(tx.app, caller)


def rows(tx: Transaction, one: Bulk, state: str, *, limit: int = 50) -> list[Row]:
    """The records that are `refused` or `left`, the first of them, with the reasons."""
    found = tx.connection.execute(
        sa.select(BULK_ROW.c.record_id, BULK_ROW.c.problems)
        .where(BULK_ROW.c.bulk_id == one.id, BULK_ROW.c.state == state)
        .order_by(BULK_ROW.c.record_id)
        .limit(limit)
    )
    return [Row(record_id, problems or ()) for record_id, problems in found]


def stop(tx: Transaction, one: Bulk) -> None:
    """Stop what goes on; records that are changed stay so, and can be taken back."""
    if one.state in ("running", "undoing"):
        state = "done" if one.state == "undoing" else "stopping"
        _set(tx, one, (one.state,), state=state)


def undo(tx: Transaction, caller: Caller, one: Bulk) -> None:
    """Take a bulk change back; Conflict for one that goes on or is taken back already."""
    if one.state == "undoing":
        return
    if one.state not in OVER[:-1]:
        raise Conflict.because("bulk.not_undoable", number=one.id)
    counts = {**dict.fromkeys(run.BACK, 0), **one.counts}
    # Stopped and asked for again, each time is a job of its own.
    key = f"{run.UNDO}:{one.id}:{tx.now.isoformat()}"
    _set(tx, one, OVER[:-1], state="undoing", counts=counts, job=key)
    if counts["changed"] - counts["restored"] - counts["left"] <= AT_ONCE:
        run.go_back(tx, one.id, caller)
        run.go_back(tx, one.id, caller)
    else:
        jobs.enqueue(tx, run.UNDO, key, {"bulk": one.id, "member": caller.member_id})


def _set(tx: Transaction, one: Bulk, states: tuple[str, ...], **values: Any) -> None:
    """Change one that is still in one of these states; Conflict if it has gone on."""
    still = sa.and_(BULK.c.id == one.id, BULK.c.state.in_(states))
    done = tx.connection.execute(sa.update(BULK).where(still).values(**values))
    if done.rowcount != 1:
        raise Conflict.because("bulk.went_on", number=one.id)
