"""Stored rollups are what their formula says, whatever is written in whatever order."""

from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldstone.engine import records, stored
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.transaction import Transaction
from fieldstone.engine.work import jobs
from tests.engine.crm_like import Company, company
from tests.servers.database import Database

STEP = st.tuples(
    st.sampled_from(["create", "amount", "stage", "reparent", "delete", "restore", "regroup"]),
    st.integers(0, 5),
    st.integers(0, 3),
    st.integers(1, 900),
)


def values(tx: Transaction) -> dict[int, tuple[Any, Any]]:
    """The stored values of all customers."""
    table = tx.tables.table("customer")
    rows = tx.connection.execute(
        sa.select(table.c.id, table.c.won_amount, table.c.group_won).order_by(table.c.id)
    )
    return {row.id: (row.won_amount, row.group_won) for row in rows}


class Play:
    """Writes deals of four customers as the steps say."""

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx
        done = records.create_many(tx, SYSTEM, "customer", [{"name": f"C{n}"} for n in range(4)])
        self.customers = [one.record_id or 0 for one in done]
        self.deals: list[int] = []
        self.gone: list[int] = []

    def step(self, kind: str, at: int, customer: int, amount: int) -> None:
        tx, owner = self.tx, str(self.customers[customer])
        if kind == "create":
            row = {
                "name": f"D{len(self.deals) + len(self.gone)}",
                "customer": owner,
                "amount": amount,
                "stage": "won",
            }
            done = records.create_many(tx, SYSTEM, "deal", [row], history=True)[0]
            self.deals.append(done.record_id or 0)
        elif kind == "regroup":
            group = str(self.customers[at % 4])
            if group != owner:
                change = records.Update(self.customers[customer], None, {"group": group})
                records.update_many(tx, SYSTEM, "customer", [change])
        elif kind == "restore" and self.gone:
            records.restore(tx, SYSTEM, "deal", self.gone[0], None)
            self.deals.append(self.gone.pop(0))
        elif self.deals and kind == "delete":
            deal = self.deals.pop(at % len(self.deals))
            records.delete(tx, SYSTEM, "deal", deal, None)
            self.gone.append(deal)
        elif self.deals and kind in ("amount", "stage", "reparent"):
            changes: dict[str, dict[str, Any]] = {
                "amount": {"amount": amount},
                "stage": {"stage": "won" if amount % 2 else "contact"},
                "reparent": {"customer": owner},
            }
            change = records.Update(self.deals[at % len(self.deals)], None, changes[kind])
            records.update_many(tx, SYSTEM, "deal", [change], history=True)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_stored_values_follow_every_write(kind: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("postgres_url") if kind == "postgresql" else None
    with TemporaryDirectory() as folder, company(Path(folder), url) as sales:

        @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
        @given(st.lists(STEP, max_size=12))
        def check(steps: list[tuple[str, int, int, int]]) -> None:
            with sales.workspace.writing() as tx:
                play = Play(tx)
                for step in steps:
                    play.step(*step)
                kept = values(tx)
                for entity, field in stored.in_order(tx):
                    stored.recompute(tx, entity, field)
                assert kept == values(tx)

        check()


def test_a_rollup_moves_with_its_child(sales: Company) -> None:
    with sales.workspace.writing() as tx:
        one, two = records.create_many(tx, SYSTEM, "customer", [{"name": "A"}, {"name": "B"}])
        row = {"name": "D", "customer": str(one.record_id), "stage": "won", "amount": "12.50"}
        deal = records.create_many(tx, SYSTEM, "deal", [row], history=True)[0]
        assert won(tx, one.record_id) == Decimal("12.50")
        change = records.Update(deal.record_id or 0, 1, {"customer": str(two.record_id)})
        records.update_many(tx, SYSTEM, "deal", [change])
        assert won(tx, one.record_id) == Decimal("0.00")
        assert won(tx, two.record_id) == Decimal("12.50")
        assert records.get(tx, SYSTEM, "customer", two.record_id or 0).version == 1


def test_the_last_follow_up_is_kept(sales: Company, database: Database) -> None:
    with sales.workspace.writing() as tx:
        customer = records.create(tx, SYSTEM, "customer", {"name": "A"})
        for at in ("2026-01-01T00:00:00Z", "2026-02-01T08:00:00Z", "2025-01-01T00:00:00Z"):
            values = {"note": "called", "customer": str(customer.id), "at": at}
            last = records.create(tx, SYSTEM, "follow_up", values)
        found = records.get(tx, SYSTEM, "customer", customer.id)
        assert str(found.values["last_follow_up_at"]) == "2026-02-01 08:00:00+00:00"
        assert last.version == 1


def won(tx: Transaction, record_id: int | None) -> Any:
    return records.get(tx, SYSTEM, "customer", record_id or 0).values["won_amount"]


def test_too_many_dependants_are_left_to_a_job(
    sales: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "MOST_AT_ONCE", 3)
    with sales.workspace.writing() as tx:
        rows = [{"name": f"C{at}"} for at in range(5)]
        ids = [one.record_id or 0 for one in records.create_many(tx, SYSTEM, "customer", rows)]
        deals = [{"name": "D", "customer": str(one), "stage": "won", "amount": "2"} for one in ids]
        records.create_many(tx, SYSTEM, "deal", deals, history=True)
        assert won(tx, ids[0]) == Decimal("0.00")
    outcome = [
        jobs.run(sales.workspace, job, {stored.JOB_KIND: stored.do_job}, {})
        for job in waiting(sales)
    ]
    assert outcome == [True]
    with sales.workspace.reading() as tx:
        assert [won(tx, one) for one in ids] == [Decimal("2.00")] * 5


def waiting(sales: Company) -> list[int]:
    with sales.workspace.reading() as tx:
        return jobs.waiting(tx)
