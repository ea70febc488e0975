"""Running: the steps of a plan, done one after the other in the transaction that flips."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from ...metadata.fields import pattern
from ...metadata.tombstones import place_of
from .. import search, stored
from ..system_tables import COUNTER
from ..transaction import Transaction
from . import erasing
from .converting import Conversion, convert
from .literals import instant
from .steps import NOW, Step

_CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Running:
    """What steps need: the transaction as it was, the same as it will be, and the conversions."""

    before: Transaction
    after: Transaction
    conversions: Mapping[tuple[str, str], Conversion]


def run(running: Running, step: Step) -> None:
    """Do one step."""
    connection = running.before.connection
    dialect = running.before.tables.dialect
    for statement in step.statements:
        timed = statement.replace(NOW, instant(running.before.now, dialect))
        # Without parameters the driver leaves percent signs alone.
        connection.exec_driver_sql(timed, execution_options={"no_parameters": True})
    if not step.statements:
        _WITHOUT_STATEMENTS[step.kind](running, step)


def _convert(running: Running, step: Step) -> None:
    assert step.field is not None
    convert(running.before, running.conversions[step.entity, step.field])


def _recompute(running: Running, step: Step) -> None:
    assert step.field is not None
    stored.recompute(running.after, step.entity, step.field)


def _search(running: Running, step: Step) -> None:
    search.rebuild(running.after, step.entity)


def _number(running: Running, step: Step) -> None:
    """Number the records that are there, in their order, each in the series of its own day."""
    tx, entity_id, field_id = running.after, step.entity, step.field
    assert field_id is not None
    written = pattern(tx.app.entity(entity_id).field(field_id).pattern or "")
    assert written is not None
    table = tx.tables.table(entity_id)
    at, made = (tx.tables.column(table, entity_id, one) for one in ("id", "created_at"))
    column = tx.tables.column(table, entity_id, field_id)
    put = (
        sa.update(table)
        .where(at == sa.bindparam("at"))
        .values({column.name: sa.bindparam("value", type_=column.type)})
    )
    counters: dict[str, int] = {}
    last = 0
    page = sa.select(at, made).where(column.is_(None)).order_by(at).limit(_CHUNK)
    while rows := tx.connection.execute(page.where(at > last)).all():
        last = rows[-1][0]
        values = []
        for record_id, created in rows:
            day = (created or tx.now).astimezone(tx.zone).date()
            series = written.series(day)
            counters[series] = counters.get(series, 0) + 1
            values.append({"at": record_id, "value": written.write(day, counters[series])})
        tx.connection.execute(put, values)
    _keep_counters(tx, f"{entity_id}.{field_id}", counters)


def _keep_counters(tx: Transaction, prefix: str, counters: Mapping[str, int]) -> None:
    for series, value in counters.items():
        key = f"{prefix}.{series}"
        tx.connection.execute(sa.delete(COUNTER).where(COUNTER.c.key == key))
        tx.connection.execute(sa.insert(COUNTER).values(key=key, value=value))


def _purge_beside(running: Running, step: Step) -> None:
    assert step.target is not None
    erasing.erase(running.before, running.after, place_of(step.target))


_WITHOUT_STATEMENTS: Mapping[str, Callable[[Running, Step], None]] = {
    "convert": _convert,
    "recompute": _recompute,
    "search": _search,
    "number": _number,
    "purge_beside": _purge_beside,
}
