"""Two writers at once: versions, unique values and rollups hold on both databases."""

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from fieldstone.engine import records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.errors import Refused
from fieldstone.engine.transaction import Transaction
from tests.engine.crm_like import Company


def together(sales: Company, count: int, work: Callable[[Transaction, int], Any]) -> list[Any]:
    """Run `work` in as many threads, each in a transaction of its own; what they gave or raised."""
    found: list[Any] = [None] * count
    start = threading.Barrier(count)

    def run(at: int) -> None:
        start.wait()
        try:
            with sales.workspace.writing() as tx:
                found[at] = work(tx, at)
        except Refused as refused:
            found[at] = refused

    threads = [threading.Thread(target=run, args=(at,)) for at in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_one_of_two_changes_of_a_version_wins(sales: Company) -> None:
    with sales.workspace.writing() as tx:
        made = records.create(tx, SYSTEM, "customer", {"name": "A"})
    done = together(
        sales,
        4,
        lambda tx, at: (
            records.update(tx, SYSTEM, "customer", made.id, 1, {"region": f"R{at}"}).version
        ),
    )
    assert sorted(getattr(one, "status", one) for one in done) == [2, 412, 412, 412]


def test_one_of_two_equal_values_wins(sales: Company) -> None:
    done = together(
        sales,
        4,
        lambda tx, at: (
            records.create(tx, SYSTEM, "customer", {"name": f"C{at}", "tax_number": "same"}).version
        ),
    )
    assert sorted(getattr(one, "status", one) for one in done) == [1, 409, 409, 409]
    refused = next(one for one in done if isinstance(one, Refused))
    assert refused.problems[0].pointer == "/tax_number"


def test_rollups_add_up_and_numbers_are_given_once(sales: Company) -> None:
    with sales.workspace.writing() as tx:
        made = records.create(tx, SYSTEM, "customer", {"name": "A"})

    def add(tx: Transaction, at: int) -> Any:
        row = {"name": f"D{at}", "customer": str(made.id), "stage": "won", "amount": "1.10"}
        records.create_many(tx, SYSTEM, "deal", [row], history=True)
        return records.create(tx, SYSTEM, "customer", {"name": f"B{at}"}).values["code"]

    codes = together(sales, 6, add)
    assert len(set(codes)) == 6
    with sales.workspace.reading() as tx:
        found = records.get(tx, SYSTEM, "customer", made.id)
    assert found.values["won_amount"] == Decimal("6.60")
