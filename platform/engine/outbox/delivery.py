"""Delivery: sending what a row of the outbox says; asked for by its job, at least once."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from ...metadata.messages import render
from ...metadata.model import label_text
from .. import access, failpoints
from ..access import Caller
from ..alerts.inbox import one as one_alert
from ..errors import NotFound, Undelivered
from ..settings import Settings
from ..system_tables import MEMBER, OUTBOX
from ..transaction import Transaction
from ..work import jobs
from ..work.jobs import Job
from ..workspaces import Workspace
from . import endpoints, mail, resting, webhook
from .mail import Letter
from .webhook import Call

Sending = Callable[[], None]


def do_job(settings: Settings, workspace: Workspace, job: Job) -> None:
    """Send what a job of the outbox is about, and say that it was sent.

    Who may not be told any more is told nothing. A call of an endpoint that rests is put off. A
    worker that dies between sending and saying so lets it be sent once more, under the same id.
    """
    with workspace.writing() as tx:
        jobs.hold(tx, job)
        row = tx.connection.execute(sa.select(OUTBOX).where(OUTBOX.c.job_id == job.id)).first()
        put_off = row is not None and _put_off(tx, job, row)
        sending = None if put_off or row is None else _prepared(tx, settings, row)
    if put_off:
        raise jobs.LostJob(job.key)
    if row is not None and sending is not None:
        with jobs.held(workspace, job):
            _send(workspace, row, sending)
        failpoints.hit("outbox.sent")
    with workspace.writing() as tx:
        jobs.finish(tx, job)
        if row is not None and sending is not None:
            mine = OUTBOX.c.job_id == job.id
            tx.connection.execute(sa.update(OUTBOX).where(mine).values(sent_at=tx.now))
            if row.endpoint is not None:
                resting.answered(tx, row.endpoint)


def _put_off(tx: Transaction, job: Job, row: sa.Row[Any]) -> bool:
    """Leave a call for later if its endpoint rests, or give it up if it has waited for long."""
    rests = resting.until(tx, row.endpoint) if row.channel == "webhook" else None
    if rests is None:
        return False
    if row.created_at + resting.LONGEST_WAIT < tx.now:
        jobs.give_up(tx, job, f"the endpoint {row.endpoint} failed for too long")
    else:
        jobs.put_off(tx, job, rests)
    return True


def _send(workspace: Workspace, row: sa.Row[Any], sending: Sending) -> None:
    try:
        sending()
    except Undelivered as error:
        if row.endpoint is not None:
            with workspace.writing() as tx:
                resting.failed(tx, row.endpoint, str(error))
        raise


def _prepared(tx: Transaction, settings: Settings, row: sa.Row[Any]) -> Sending | None:
    if row.sent_at is not None:
        return None
    if row.channel == "webhook":
        return _call(tx, settings, row)
    return _letter(tx, settings, row)


def _call(tx: Transaction, settings: Settings, row: sa.Row[Any]) -> Sending:
    found = endpoints.find(tx, row.endpoint)
    if found is None:
        raise Undelivered(f"there is no endpoint {row.endpoint}")
    said = {"id": row.delivery, "event": row.kind, "workspace": tx.workspace.slug, **row.content}
    call = Call(
        delivery=row.delivery,
        event=row.kind,
        url=found.url,
        secret=found.secret(tx.workspace.id, settings.key()),
        body=json.dumps(said, ensure_ascii=False).encode(),
        at=int(tx.now.timestamp()),
    )
    return lambda: webhook.post(call, settings.webhook_networks)


def _letter(tx: Transaction, settings: Settings, row: sa.Row[Any]) -> Sending | None:
    if not settings.smtp_url or not settings.mail_from:
        raise Undelivered("no mail server is set")
    server, sender, clock = settings.smtp_url, settings.mail_from, tx.workspace.control.clock
    member = tx.connection.execute(
        sa.select(MEMBER.c.email, MEMBER.c.account).where(
            MEMBER.c.id == row.member_id, MEMBER.c.active
        )
    ).first()
    if member is None or not member.email:
        return None
    caller = access.for_member(tx, row.member_id, _locale(tx, member.account), "mail")
    title = label_text(row.content["title"], caller.locale, row.kind)
    lines = [title, "", _body(tx, caller, row.content), *_link(tx, settings, caller, row.content)]
    lines += ["", render("mail.why", caller.locale, {"workspace": tx.workspace.name})]
    letter = Letter(
        delivery=row.delivery,
        to=member.email,
        subject=f"{title} - {tx.workspace.name}",
        text="\n".join(lines) + "\n",
    )
    return lambda: mail.send(server, sender, letter, clock)


def _locale(tx: Transaction, account: str | None) -> str:
    try:
        return tx.workspace.control.accounts.get(account or "").locale
    except NotFound:
        return tx.app.manifest.default_locale


def _body(tx: Transaction, caller: Caller, content: Mapping[str, Any]) -> str:
    """What the message says to this reader: the words of an alert only if they may read it."""
    if content["alert_id"] is not None:
        try:
            return one_alert(tx, caller, content["alert_id"]).message
        except NotFound:
            return render("notification.alerts_entered", caller.locale, {"count": 1})
    return label_text(content["body"], caller.locale, "")


def _link(
    tx: Transaction, settings: Settings, caller: Caller, content: Mapping[str, Any]
) -> list[str]:
    """Where the page is that it leads to, where the installation knows its own address."""
    if not settings.public_url:
        return []
    place = f"{settings.public_url.rstrip('/')}/{tx.workspace.slug}"
    entity = tx.app.entities.get(content["entity"] or "")
    record_id = content["record_id"]
    if entity and record_id and access.may(tx.app, caller, entity.id, "read"):
        return ["", f"{place}/{entity.name}/{record_id}"]
    return ["", f"{place}/-/alerts" if content["alerts"] else f"{place}/"]
