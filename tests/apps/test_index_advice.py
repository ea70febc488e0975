"""What a rule is said to be served by is what the database does with the template's sample."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from fieldstone.engine.publishing.indexes import serving
from fieldstone.engine.transaction import Transaction
from fieldstone.metadata.model import AlertRule
from fieldstone.rules import Context, compile_expression, to_sql
from tests.apps.conftest import Demo

SERVED = {
    "close_date_passed": ["expected_close"],
    "overdue_follow_up": ["kind", "status", "due_at"],
    "no_next_step": ["next_follow_up_at"],
    "reorder_due": ["open_deals"],
}
ALL = ("silent_customer", "stage_overstayed", "b_month_check")
"""Rules that compare computed values, or ask only that something is filled in: all is read."""


@pytest.mark.parametrize("name", [*SERVED, *ALL])
def test_a_rule_is_served_as_it_is_said(demo: Demo, name: str) -> None:
    with demo.workspace.reading() as tx:
        rule = tx.app.rules[name]
        fields = [one.id for one in serving(tx.app, tx.layout, rule.entity, rule.when)]
        assert fields == SERVED.get(name, [])
        if fields and tx.connection.dialect.name == "sqlite":
            assert searched(tx, rule)


def searched(tx: Transaction, rule: AlertRule) -> bool:
    """Whether SQLite finds the records of a rule by an index of a column, not of the whole."""
    row = tx.tables.table(rule.entity).alias("r")
    expression = compile_expression(tx.app, rule.entity, rule.when)
    condition = to_sql(expression, tx.tables, row, Context(tx.now, tx.zone))
    live = tx.tables.column(row, rule.entity, "deleted_at").is_(None)
    statement = sa.select(tx.tables.column(row, rule.entity, "id")).where(live, condition)

    def explained(on: Any, cursor: Any, text: str, given: Any, *others: Any) -> tuple[str, Any]:
        return f"EXPLAIN QUERY PLAN {text}", given

    sa.event.listen(tx.connection, "before_cursor_execute", explained, retval=True)
    try:
        told = tx.connection.execute(statement)
        lines = [str(line[3]) for line in told.cursor.fetchall()]
    finally:
        sa.event.remove(tx.connection, "before_cursor_execute", explained)
    return any(one.startswith("SEARCH r USING") for one in lines)
