"""Going back to an earlier version of a record: an ordinary update, and what stays is told."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from fieldstone.engine import history, members, publish, records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionRequired,
    Stale,
)
from fieldstone.engine.records import Reverted
from fieldstone.metadata.documents import document_of
from tests.engine.crm_like import CUSTOMER, DOCUMENTS, Company


def make(sales: Company, entity: str = "customer", **values: Any) -> int:
    with sales.workspace.writing() as tx:
        return records.create(tx, sales.caller("boss", tx), entity, values).id


def change(sales: Company, number: int, entity: str = "customer", **values: Any) -> datetime:
    """Change a record an hour later; the moment before the change."""
    before = sales.clock.instant
    sales.later(hours=1)
    with sales.workspace.writing() as tx:
        (done,) = records.update_many(tx, SYSTEM, entity, [records.Update(number, None, values)])
    assert done.done, done.problems
    return before


def revert(
    sales: Company,
    number: int,
    at: datetime,
    entity: str = "customer",
    who: str = "boss",
    reason: str | None = None,
) -> Reverted:
    sales.later(hours=1)
    with sales.workspace.writing() as tx:
        caller = sales.caller(who, tx)
        version = records.get(tx, caller, entity, number).version
        return records.revert(tx, caller, entity, number, version, at, reason=reason)


def put_in_force(sales: Company, fields: list[dict[str, Any]]) -> None:
    """Publish customers with these fields."""
    changed = document_of({**CUSTOMER, "fields": fields})
    documents = [changed if one.name == "customer" else one for one in DOCUMENTS]
    plan = publish.preview(sales.workspace, SYSTEM, documents)
    publish.publish(sales.workspace, SYSTEM, plan)


def left(done: Reverted) -> dict[str, str]:
    return {one.field.name: one.problem.id for one in done.left}


def test_it_is_an_update_that_can_be_undone(sales: Company) -> None:
    number = make(sales, name="A", region="north", industry=["retail"], budget="10")
    then = change(sales, number, region="south", industry=["health", "energy"], budget=None)
    later = change(sales, number, name="B")
    done = revert(sales, number, then)
    assert [one.name for one in done.fields] == ["name", "industry", "budget", "region"]
    assert (left(done), done.record.version) == ({}, 4)
    values = done.record.values
    assert (values["name"], values["region"], values["budget"]) == ("A", "north", Decimal("10.00"))
    assert values["industry"] == {"retail"}
    with sales.workspace.reading() as tx:
        newest = history.of(tx, sales.caller("boss", tx), "customer", number).entries[0]
    assert {one.field for one in newest.changes} == {"name", "region", "industry", "budget"}
    assert newest.actor == sales.people["boss"]
    again = revert(sales, number, later)
    assert again.record.values["industry"] == {"health", "energy"}
    assert again.record.values["name"] == "A"


def test_a_change_set_names_the_moment_after_it(sales: Company) -> None:
    number, other = make(sales, name="A"), make(sales, name="other")
    change(sales, number, region="north")
    change(sales, number, region="south")
    with sales.workspace.reading() as tx:
        entries = history.of(tx, SYSTEM, "customer", number).entries
        assert [one.changes[0].after for one in entries[:2]] == ["south", "north"]
        at = records.moment_after(tx, "customer", number, entries[1].id)
        for record_id, change_id in ((other, entries[1].id), (number, 999_999)):
            with pytest.raises(NotFound):
                records.moment_after(tx, "customer", record_id, change_id)
    assert revert(sales, number, at).record.values["region"] == "north"


def test_nothing_is_written_where_nothing_differs(sales: Company) -> None:
    number = make(sales, name="A")
    then = sales.clock.instant
    done = revert(sales, number, then)
    assert (done.fields, done.left, done.record.version) == ((), (), 1)


def test_what_may_not_go_back_stays_and_is_told(sales: Company) -> None:
    group = make(sales, name="Group")
    number = make(
        sales, name="A", tax_number="1", group=str(group), region="north", status="signed"
    )
    then = change(sales, number, tax_number=None, group=None, region=None, name="B")
    make(sales, name="C", tax_number="1")
    with sales.workspace.writing() as tx:
        records.delete(tx, SYSTEM, "customer", group, None)
    done = revert(sales, number, then)
    assert left(done) == {"tax_number": "unique.taken", "group": "reference.not_found"}
    assert [one.name for one in done.fields] == ["name", "region"]
    assert done.record.values["tax_number"] is None


def test_an_archived_option_is_not_taken_up_again(sales: Company) -> None:
    number = make(sales, name="A", status="signed", region="north")
    sales.later(hours=1)
    with sales.workspace.writing() as tx:
        back = records.Update(number, None, {"status": "interested", "region": None})
        records.update_many(tx, SYSTEM, "customer", [back], history=True)
    then = sales.clock.instant.replace(hour=9)
    fields = []
    for one in CUSTOMER["fields"]:
        if one["name"] == "status":
            options = [
                {**option, "archived": option["name"] == "signed"} for option in one["options"]
            ]
            one = {**one, "options": options, "transitions": {"interested": ["lost"]}}
        fields.append(one)
    put_in_force(sales, fields)
    done = revert(sales, number, then)
    assert left(done) == {"status": "value.archived_option"}
    assert done.record.values["region"] == "north"


def test_guards_of_stages_hold(sales: Company) -> None:
    customer = make(sales, name="A")
    deal = make(sales, "deal", name="D", customer=str(customer), amount="5")
    then = change(sales, deal, "deal", stage="lost", lost_reason="price", amount="6")
    stays = revert(sales, deal, then, "deal")
    assert left(stays) == {"stage": "stage.reason_needed"}
    assert stays.record.values["amount"] == Decimal("5.00")
    done = revert(sales, deal, then, "deal", reason="a slip")
    assert (left(done), done.record.values["stage"]) == ({}, "contact")


def test_a_check_keeps_what_it_reads_from_going_back(sales: Company) -> None:
    zhao = sales.people["zhao"]
    number = make(sales, name="A", vip=True, owner=str(zhao), region="north")
    then = change(sales, number, vip=False, owner=None, region="south")
    members.set_active(sales.workspace, SYSTEM, zhao, False)
    done = revert(sales, number, then)
    assert left(done) == {"owner": "reference.not_found", "vip": "check.failed"}
    assert [one.name for one in done.fields] == ["region"]


def test_what_stands_against_all_of_it_refuses_all(sales: Company) -> None:
    number = make(sales, name="A", status="signed", region="north")
    then = change(sales, number, region="south")
    fields = [
        {**one, "required_when": 'region == "north"'} if one["name"] == "phone" else one
        for one in CUSTOMER["fields"]
    ]
    put_in_force(sales, fields)
    with pytest.raises(Invalid) as caught:
        revert(sales, number, then)
    assert [(one.pointer, one.id) for one in caught.value.problems] == [
        ("/phone", "field.required")
    ]


def test_fields_that_one_may_not_write_stay_and_hidden_ones_are_not_told_of(sales: Company) -> None:
    wang = str(sales.people["wang"])
    number = make(sales, name="A", owner=wang, region="north", budget="1", phone="13800138000")
    then = change(sales, number, name="B", region="south", budget="2", phone=None)
    done = revert(sales, number, then, who="wang")
    assert ([one.name for one in done.fields], left(done)) == (
        ["name"],
        {"region": "field.read_only"},
    )
    with sales.workspace.reading() as tx:
        whole = records.get(tx, SYSTEM, "customer", number).values
    assert (whole["name"], whole["region"], whole["budget"], whole["phone"]) == (
        *("A", "south", Decimal("2.00")),
        None,
    )


def test_the_record_itself_must_be_changeable(sales: Company) -> None:
    number = make(sales, name="A")
    then = change(sales, number, name="B")
    with sales.workspace.writing() as tx:
        boss, wang = sales.caller("boss", tx), sales.caller("wang", tx)
        with pytest.raises(Stale):
            records.revert(tx, boss, "customer", number, 1, then)
        with pytest.raises(PreconditionRequired):
            records.revert(tx, boss, "customer", number, None, then)
        with pytest.raises(NotFound):
            records.revert(tx, wang, "customer", number, 2, then)
        with pytest.raises((NotFound, Forbidden)):
            records.revert(tx, sales.caller("guest", tx), "customer", number, 2, then)
        with pytest.raises(NotFound):
            records.revert(tx, boss, "customer", number, 2, then.replace(year=2025))
        records.delete(tx, boss, "customer", number, 2)
        with pytest.raises((NotFound, Conflict)):
            records.revert(tx, boss, "customer", number, 3, then)
