"""What is in the company: compared between two ways to it, and judged by what must always hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa

from fieldstone.engine import publish
from fieldstone.engine import query as queries
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.audit import sealing, verifying
from fieldstone.engine.system_metadata import METADATA
from fieldstone.engine.system_tables import ALERT
from fieldstone.engine.transaction import Transaction
from fieldstone.engine.workspaces import Workspace

# What two ways to the same state may differ in: when, by which attempt, under which number.
_NUMBERS = frozenset({"id", "change_id", "alert_id", "import_id", "bulk_id", "author", "measure"})
_EFFORT = frozenset({"kept", "attempts", "lease_until", "progress", "payload", "key", "last_run"})
_UNLIKE = _NUMBERS | _EFFORT | {"parent", "revision", "layout", "definition"}
_SEALS = "_audit_entry"
"""Written when somebody comes to it: its chain is verified, its rows are not compared."""
_ABOUT: Mapping[str, str] = {"_tier_rank": "customer", "_import_row": "order", "_bulk_row": "order"}
"""Whose records a system table is about that does not say so itself."""


@dataclass(frozen=True)
class Found:
    """What is in a workspace, without times and without the numbers of rows."""

    tables: Mapping[str, list[tuple[str, ...]]]
    searched: Mapping[str, int]
    problems: tuple[str, ...]

    def differs(self, other: Found) -> list[str]:
        """What is not as in `other`, in lines."""
        lines = list(self.problems)
        for name in sorted({*self.tables, *other.tables}):
            mine, theirs = self.tables.get(name, []), other.tables.get(name, [])
            if mine != theirs:
                more = [one for one in mine if one not in theirs][:3]
                less = [one for one in theirs if one not in mine][:3]
                lines.append(f"{name}: {len(mine)} rows, not {len(theirs)}; +{more} -{less}")
        if self.searched != other.searched:
            lines.append(f"search: {self.searched}, not {other.searched}")
        return lines

    def without(self, *names: str) -> Found:
        """The same, some tables left out."""
        kept = {name: rows for name, rows in self.tables.items() if name not in names}
        return replace(self, tables=kept)


def look(workspace: Workspace) -> Found:
    """Everything in a workspace that its users could notice, and what the doctor says of it."""
    with workspace.reading() as tx:
        titles = _titles(tx)
        tables = {name: _rows(tx, name, table, titles) for name, table in _tables(tx).items()}
        problems = [one.line() for one in publish.layout_matches(tx)]
        return Found(tables, _searched(tx), (*problems, *_unjust(tx)))


def _tables(tx: Transaction) -> dict[str, sa.TableClause]:
    found: dict[str, sa.TableClause] = dict(METADATA.tables)
    del found[_SEALS]
    for entity in tx.app.entities.values():
        if not entity.system:
            found[entity.id] = tx.tables.table(entity.id)
            if tx.layout.link_table(entity.id):
                found[f"{entity.id}__tags"] = tx.tables.links(entity.id)
    return found


def _titles(tx: Transaction) -> dict[tuple[str, int], str]:
    found: dict[tuple[str, int], str] = {}
    for entity in tx.app.entities.values():
        if not entity.system:
            row = tx.tables.table(entity.id)
            title = tx.tables.column(row, entity.id, entity.title)
            for record_id, text in tx.connection.execute(sa.select(row.c.id, title)):
                found[entity.id, record_id] = text
    return found


def _rows(
    tx: Transaction, name: str, table: sa.TableClause, titles: Mapping[tuple[str, int], str]
) -> list[tuple[str, ...]]:
    entity = _ABOUT.get(name, name.removesuffix("__tags"))
    references = {
        tx.layout.entity(entity).fields[one.id].column: one.to
        for one in (tx.app.entities[entity].live_fields if entity in tx.app.entities else ())
        if one.type == "reference"
    }
    found = []
    for row in tx.connection.execute(sa.select(table)).mappings():
        if row.get("kind") == sealing.KIND:
            continue
        values = []
        for column, value in row.items():
            if column in _UNLIKE or isinstance(value, datetime):
                continue
            if column == "after" and row["field"] == "deleted_at":
                value = value and "some time"
            if column == "record_id":
                value = titles.get((row.get("entity", entity), value), value and "?")
            elif column in references:
                value = titles.get((references[column] or "", value), value)
            values.append(f"{column}={value}")
        found.append(tuple(values))
    return sorted(found)


def _searched(tx: Transaction) -> dict[str, int]:
    asked = {"customer": "Customer", "order": "C0"}
    return {
        entity: queries.count(tx, SYSTEM, queries.ListRequest(entity_id=entity, q=text))
        for entity, text in asked.items()
    }


def _unjust(tx: Transaction) -> list[str]:
    """What must hold in any case, however the work went."""
    broken = verifying.stretch(tx).fault
    wrong = [broken.problem.line()] if broken else []
    order, customer = (tx.tables.table(one) for one in ("order", "customer"))
    for entity, row in (("order", order), ("customer", customer)):
        number = tx.tables.column(row, entity, "number")
        numbers = sorted(tx.connection.scalars(sa.select(number)))
        if [int(one[2:]) for one in numbers] != list(range(1, len(numbers) + 1)):
            wrong.append(f"{entity}: numbers given twice or left out")
    of, amount = (tx.tables.column(order, "order", one) for one in ("customer", "amount"))
    bought = tx.tables.column(customer, "customer", "bought")
    live = tx.tables.column(order, "order", "deleted_at").is_(None)
    sums = {
        customer_id: Decimal(total)
        for customer_id, total in tx.connection.execute(
            sa.select(of, sa.func.sum(amount)).where(live).group_by(of)
        )
    }
    shares = {
        Decimal(total) / sums[customer_id]
        for customer_id, total in tx.connection.execute(sa.select(customer.c.id, bought))
        if customer_id in sums
    }
    if len(shares) > 1:
        wrong.append(f"customer: what was bought is not the sum of the orders {sorted(shares)[:4]}")
    return wrong + _not_once(tx)


def _not_once(tx: Transaction) -> list[str]:
    """Records for which a rule took effect twice in a period, or took only a part of it.

    The period is the life of an alert: it made one task, and counted one call.
    """
    task, customer = tx.tables.table("task"), tx.tables.table("customer")
    of = tx.tables.column(task, "task", "customer")
    calls = tx.tables.column(customer, "customer", "calls")
    silent = next(one.id for one in tx.app.rules.values() if one.name == "silent")
    entered = tx.connection.execute(
        sa.select(ALERT.c.rule, ALERT.c.record_id, ALERT.c.entered_at).where(~ALERT.c.quiet)
    ).all()
    alerted = Counter(row.record_id for row in entered if row.rule == silent)
    called = {row[0]: row[1] for row in tx.connection.execute(sa.select(customer.c.id, calls))}
    wrong = [f"twice: {row}" for row, times in Counter(entered).items() if times > 1]
    for effect, found in (
        ("tasks", Counter(tx.connection.scalars(sa.select(of)))),
        ("calls", Counter({record: n for record, n in called.items() if n})),
    ):
        if found != alerted:
            wrong.append(f"{effect} not as alerts: {found - alerted} {alerted - found}")
    return wrong
