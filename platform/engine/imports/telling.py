"""Telling: who hears of an import once it is over, and the rules that run if they were wanted."""

from __future__ import annotations

import sqlalchemy as sa

from .. import alerts, notifications
from ..access import Caller
from ..notifications import Message, sentence
from ..system_tables import IMPORT_ROW
from ..transaction import Transaction
from ..workspaces import Workspace
from .report import Report

PAGE = "_import"
"""What a notification names as its entity that leads to the page of an import."""


def tell_importer(tx: Transaction, member_id: int | None, report: Report, how: str) -> None:
    """Tell whoever imported that it is done, failed or stopped, with its counts."""
    if member_id is None:
        return
    entity = tx.app.entity(report.entity)
    title = {
        locale: text.replace("{what}", entity.text(locale))
        for locale, text in sentence(f"notification.import_{how}", what="{what}").items()
    }
    counts = {"created": report.created, "updated": report.updated, "failed": report.failed}
    body = sentence("notification.import_counts", **counts)
    key = f"import:{report.import_id}:{how}"
    notifications.send(tx, [Message(member_id, "import", title, body, key, PAGE, report.import_id)])


def tell_owners(tx: Transaction, caller: Caller, report: Report) -> None:
    """Tell each owner once how many of the records are theirs, however many there are."""
    entity = tx.app.entity(report.entity)
    messages = []
    for one in entity.live_fields:
        if one.family != "owner":
            continue
        for member_id, count in _by_owner(tx, report, one.id):
            if member_id != caller.member_id:
                messages.append(_summary(report, member_id, count))
    notifications.send(tx, messages)


def _by_owner(tx: Transaction, report: Report, field_id: str) -> list[tuple[int, int]]:
    row = tx.tables.table(report.entity).alias("r")
    owner = tx.tables.column(row, report.entity, field_id)
    written = sa.and_(
        IMPORT_ROW.c.record_id == tx.tables.column(row, report.entity, "id"),
        IMPORT_ROW.c.import_id == report.import_id,
        IMPORT_ROW.c.state.in_(("created", "updated")),
    )
    query = (
        sa.select(owner, sa.func.count())
        .select_from(sa.join(row, IMPORT_ROW, written))
        .where(owner.is_not(None))
        .group_by(owner)
        .order_by(owner)
    )
    return [(member_id, count) for member_id, count in tx.connection.execute(query)]


def _summary(report: Report, member_id: int, count: int) -> Message:
    title = sentence("notification.import_owned", count=count)
    key = f"import:{report.import_id}:owner:{member_id}"
    return Message(member_id, "import", title, {}, key, PAGE, report.import_id)


def run_rules(workspace: Workspace, entity_id: str) -> None:
    """Evaluate the rules of the entity now; doing it twice does no more than once."""
    with workspace.reading() as tx:
        chosen = [
            one.id
            for one in tx.app.rules.values()
            if one.entity == entity_id and one.active and not one.archived
        ]
    if chosen:
        alerts.run(workspace, chosen)
