"""Two people whose writes wait for each other: the database ends one, and it is done again."""

from __future__ import annotations

import copy
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.metadata.documents import document_of
from tests.api.conftest import person
from tests.api.shop import ADMIN, APP, CUSTOMER, DEAL, MARK

PATIENCE = 20


def both_ways() -> list[Any]:
    """The shop, with customers that add up their deals, and deals that show their customer."""
    customer, deal = copy.deepcopy(dict(CUSTOMER)), copy.deepcopy(dict(DEAL))
    total = {"name": "total", "type": "formula", "stored": True, "formula": "sum(deals.amount)"}
    whose = {"name": "whose", "type": "formula", "stored": True, "formula": "customer.name"}
    customer["fields"].append(total)
    deal["fields"].append(whose)
    return [document_of(one) for one in (APP, customer, deal, MARK, ADMIN)]


@contextmanager
def meeting(*firsts: str) -> Iterator[None]:
    """Let the first statements that begin so wait for each other, once they are done."""
    barrier = threading.Barrier(len(firsts))
    waiting = set(firsts)

    def after(_c: Any, _cursor: Any, statement: str, _p: Any, _context: Any, _many: Any) -> None:
        for one in tuple(waiting):
            if statement.startswith(one):
                waiting.discard(one)
                barrier.wait(PATIENCE)

    sa.event.listen(sa.Engine, "after_cursor_execute", after)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "after_cursor_execute", after)


def test_of_two_that_wait_for_each_other_both_succeed(
    installation: Installation, web: FlaskClient
) -> None:
    if installation.settings.dialect == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    admin = NewMember(name="Ada", email="ada@example.com")
    workspace = installation.create_workspace("shop", "Shop", both_ways(), admin=admin)
    ada = person(web, workspace, "ada@example.com")
    customer = ada.make("customer", name="远山")["id"]
    deal = ada.make("deal", name="First", customer=customer, amount="1")["id"]
    with (
        meeting("UPDATE customer SET name", "UPDATE deal SET amount"),
        ThreadPoolExecutor(2) as pool,
    ):
        renamed = pool.submit(
            ada.write, "PATCH", f"/records/customer/{customer}", 1, {"name": "Yuanshan"}
        )
        raised = pool.submit(ada.write, "PATCH", f"/records/deal/{deal}", 1, {"amount": "5"})
        assert [one.result(PATIENCE).status_code for one in (renamed, raised)] == [200, 200]
    found = ada.get(f"/records/customer/{customer}").get_json()
    assert (found["name"], found["total"], found["version"]) == ("Yuanshan", "5.00", 2)
    found = ada.get(f"/records/deal/{deal}").get_json()
    assert (found["whose"], found["amount"], found["version"]) == ("Yuanshan", "5.00", 2)
