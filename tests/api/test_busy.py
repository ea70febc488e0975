"""Two people whose writes wait for each other: the database ends one, and it is done again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask.testing import FlaskClient

from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from tests.api.conftest import person
from tests.api.shop import both_ways
from tests.servers.meeting import PATIENCE, meeting


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
