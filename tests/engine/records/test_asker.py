"""Who a transaction is opened for: a member, by their own id or by that of their account."""

import pytest

from fieldstone.engine import access, members
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.errors import NotFound
from tests.engine.crm_like import Company


def test_the_asker_is_the_caller_with_roles_and_team(sales: Company) -> None:
    wang = sales.people["wang"]
    members.update(sales.workspace, SYSTEM, wang, name="Wang", team="east", manager=None)
    members.set_roles(sales.workspace, SYSTEM, wang, ("seller", "guest"))
    with sales.workspace.reading() as tx:
        expected = access.for_member(tx, wang)
        account = members.get(tx, wang).account
    assert (expected.roles, expected.team) == (("guest", "seller"), "east")
    for asker in (wang, account):
        with sales.workspace.reading(asker) as tx:
            assert access.for_asker(tx) == expected
        with sales.workspace.writing(asker) as tx:
            assert access.for_asker(tx) == expected


def test_a_member_without_roles_is_one(sales: Company) -> None:
    members.set_roles(sales.workspace, SYSTEM, sales.people["zhao"], ())
    with sales.workspace.reading(sales.people["zhao"]) as tx:
        assert access.for_asker(tx).roles == ()


def test_nobody_and_who_is_shut_out_are_none(sales: Company) -> None:
    members.set_active(sales.workspace, SYSTEM, sales.people["wang"], False)
    for asker in (None, 999, "nobody", sales.people["wang"]):
        with sales.workspace.reading(asker) as tx:
            assert tx.asker is None
            with pytest.raises(NotFound):
                access.for_asker(tx)
