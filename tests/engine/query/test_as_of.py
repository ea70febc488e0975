"""As of a moment: what is told, what is said not to be, and who may read it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from fieldstone.engine import as_of, publish, query, records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.errors import Malformed, NotFound
from fieldstone.engine.query import ListRequest
from fieldstone.engine.transaction import Transaction
from fieldstone.metadata.documents import document_of
from tests.engine.crm_like import CUSTOMER, DOCUMENTS, Company, counted

DEALS = ListRequest(entity_id="deal")
CUSTOMERS = ListRequest(entity_id="customer")


def make(sales: Company, entity: str, values: dict[str, Any], **more: Any) -> int:
    """A record that the product made, an hour later than what was before."""
    sales.later(hours=1)
    with sales.workspace.writing() as tx:
        (done,) = records.create_many(tx, SYSTEM, entity, [values], **more)
    assert done.record_id is not None, done.problems
    return done.record_id


def change(sales: Company, entity: str, number: int, **values: Any) -> None:
    """An update an hour later than what was before, past all guards."""
    sales.later(hours=1)
    with sales.workspace.writing() as tx:
        (done,) = records.update_many(
            tx, SYSTEM, entity, [records.Update(number, None, values)], history=True
        )
    assert done.done, done.problems


def now(sales: Company) -> datetime:
    return sales.clock.instant


def rows(tx: Transaction, request: ListRequest, at: datetime, **more: Any) -> list[dict[str, Any]]:
    """What a list of a moment shows, as the API speaks it."""
    return query.present(query.page(tx, SYSTEM, replace(request, as_of=at, **more)))


def why(tx: Transaction, request: ListRequest, at: datetime, **more: Any) -> tuple[str, str]:
    """Where and why a list of a moment is refused."""
    with pytest.raises(Malformed) as caught:
        query.page(tx, SYSTEM, replace(request, as_of=at, **more))
    (problem,) = caught.value.problems
    return problem.pointer, problem.id


def test_formulas_of_a_record_alone_have_the_values_of_then(sales: Company) -> None:
    customer = str(make(sales, "customer", {"name": "A"}))
    deal = make(sales, "deal", {"name": "D", "customer": customer, "amount": "10"})
    made = now(sales)
    change(sales, "deal", deal, amount="70.5", stage="quote", expected_close="2026-04-01")
    with sales.workspace.reading() as tx:
        for at, weighted in ((made, "1.00"), (now(sales), "35.25")):
            found = records.get_as_of(tx, SYSTEM, "deal", deal, at)
            assert found.values["weighted"] == Decimal(weighted)
            shown = rows(tx, DEALS, at, filter=f"weighted == {weighted}", fields=("weighted",))
            assert shown == [{"id": str(deal), "weighted": weighted}]


def test_what_cannot_be_told_is_left_out_and_said(sales: Company) -> None:
    customer = make(sales, "customer", {"name": "A"})
    at = now(sales)
    change(sales, "customer", customer, name="B")
    with sales.workspace.reading() as tx:
        page = query.page(tx, SYSTEM, replace(CUSTOMERS, as_of=at))
        assert {one.name for one in page.left_out} == {
            *("version", "updated_at", "updated_by", "status_entered_at", "owner_since"),
            *("budget_left", "won_amount", "last_follow_up_at", "group_won"),
        }
        shown = {one.key for one in page.columns}
        assert not shown & {one.name for one in page.left_out}
        (row,) = query.present(page)
        assert row.keys() == shown
        assert row["name"] == "A"
        then = as_of.looking_back(tx, "customer", at)
        assert as_of.left_out(then, SYSTEM, "customer") == page.left_out
        assert records.get_as_of(tx, SYSTEM, "customer", customer, at).values == (
            page.records[0].values
        )


def test_what_cannot_be_asked_is_refused_where_it_stands(sales: Company) -> None:
    make(sales, "customer", {"name": "A"})
    at = now(sales)
    with sales.workspace.reading() as tx:
        assert why(tx, CUSTOMERS, at, filter="won_amount > 1") == ("/filter", "as_of.many")
        assert why(tx, CUSTOMERS, at, filter='count(deals, stage == "won") > 1') == (
            "/filter",
            "as_of.many",
        )
        assert why(tx, CUSTOMERS, at, sort="-budget_left") == ("/sort", "as_of.many")
        assert why(tx, CUSTOMERS, at, fields=("version",)) == ("/fields", "as_of.not_kept")
        assert why(tx, DEALS, at, fields=("owner.email",)) == ("/fields", "as_of.not_kept")
        assert why(tx, CUSTOMERS, at, q="A") == ("/q", "as_of.search")
        assert why(tx, CUSTOMERS, at, deleted=True) == ("/as_of", "as_of.bin")
        assert why(tx, ListRequest(entity_id="member"), at) == ("/as_of", "as_of.people")


def test_a_record_that_was_not_there_is_said_to_be_so(sales: Company) -> None:
    before = now(sales)
    number = make(sales, "customer", {"name": "A"})
    made = now(sales)
    sales.later(hours=1)
    with sales.workspace.writing() as tx:
        records.delete(tx, SYSTEM, "customer", number, None)
    with sales.workspace.reading() as tx:
        assert records.get_as_of(tx, SYSTEM, "customer", number, made).values["name"] == "A"
        for at, problem in ((before, "as_of.not_yet"), (now(sales), "as_of.deleted")):
            with pytest.raises(NotFound) as caught:
                records.get_as_of(tx, SYSTEM, "customer", number, at)
            assert [one.id for one in caught.value.problems] == [problem]
            assert rows(tx, CUSTOMERS, at) == []
        assert [one["name"] for one in rows(tx, CUSTOMERS, made)] == ["A"]


def test_imported_history_is_where_it_says(sales: Company) -> None:
    first = datetime(2020, 1, 1, tzinfo=UTC)
    customer = str(make(sales, "customer", {"name": "A"}))
    sales.later(hours=1)
    with sales.workspace.writing() as tx:
        importer = replace(SYSTEM, origin="import:1")
        old = {"created_at": first.isoformat(), "industry": ["retail"]}
        (done,) = records.create_many(
            tx, importer, "customer", [{"name": "Old", **old}], history=True
        )
        deal = {"name": "D", "customer": customer, "stage": "won", "created_at": first.isoformat()}
        moves = {"stage": [("contact", first), ("quote", first + timedelta(days=40))]}
        entered = {"stage_entered_at": (first + timedelta(days=90)).isoformat()}
        records.create_many(
            tx, importer, "deal", [{**deal, **entered}], history=True, moves=[moves]
        )
    assert done.record_id is not None
    with sales.workspace.reading() as tx:
        for days, stage in ((1, "contact"), (41, "quote"), (91, "won")):
            at = first + timedelta(days=days)
            (row,) = rows(tx, DEALS, at, fields=("stage",), filter=f'stage == "{stage}"')
            assert row["stage"] == stage
            found = records.get_as_of(tx, SYSTEM, "customer", done.record_id, at)
            assert found.values["industry"] == {"retail"}


def test_rights_are_those_of_now(sales: Company) -> None:
    wang, zhao = (str(sales.people[one]) for one in ("wang", "zhao"))
    mine = make(sales, "customer", {"name": "of wang", "owner": wang, "budget": "5"})
    given = make(sales, "customer", {"name": "given away", "owner": wang})
    got = make(sales, "customer", {"name": "got", "owner": zhao})
    then = now(sales)
    change(sales, "customer", given, owner=zhao)
    change(sales, "customer", got, owner=wang)
    asked = replace(CUSTOMERS, as_of=then)
    with sales.workspace.reading() as tx:
        caller = sales.caller("wang", tx)
        page = query.page(tx, caller, asked)
        assert [one.id for one in page.records] == [mine, got]
        assert "budget" not in {
            *(one.key for one in page.columns),
            *(one.name for one in page.left_out),
        }
        assert "budget" not in records.get_as_of(tx, caller, "customer", mine, then).values
        with pytest.raises(Malformed):
            query.page(tx, caller, replace(asked, filter="budget > 1"))
        with pytest.raises(NotFound) as caught:
            records.get_as_of(tx, caller, "customer", given, then)
        assert caught.value.problems[0].id == "record.not_found"


def test_names_of_what_is_pointed_at_are_those_of_then(sales: Company) -> None:
    customer = make(sales, "customer", {"name": "Before"})
    make(sales, "deal", {"name": "D", "customer": str(customer)})
    then = now(sales)
    change(sales, "customer", customer, name="After")
    with sales.workspace.reading() as tx:
        page = query.page(tx, SYSTEM, replace(DEALS, as_of=then, fields=("customer",)))
        assert page.titles == {("customer", customer): "Before"}
        shown = rows(tx, DEALS, then, sort="customer", fields=("customer.name",))
        assert [one["customer.name"] for one in shown] == ["Before"]


def test_a_field_of_another_type_then_is_left_out(sales: Company) -> None:
    number = make(sales, "customer", {"name": "A", "region": "12"})
    then = now(sales)
    sales.later(hours=1)
    for kind in ("integer", "text"):
        fields = [
            {"name": "region", "type": kind} if one["name"] == "region" else one
            for one in CUSTOMER["fields"]
        ]
        fields.append({"name": f"new_{kind}", "type": "text"})
        changed = document_of({**CUSTOMER, "fields": fields})
        documents = [changed if one.name == "customer" else one for one in DOCUMENTS]
        plan = publish.preview(sales.workspace, SYSTEM, documents)
        publish.publish(sales.workspace, SYSTEM, plan)
        between = now(sales)
        sales.later(hours=1)
    with sales.workspace.reading() as tx:
        found = records.get_as_of(tx, SYSTEM, "customer", number, then)
        assert not {"region", "new_integer", "new_text"} & found.values.keys()
        assert why(tx, CUSTOMERS, then, filter='region == "12"') == (
            "/filter",
            "as_of.other_then",
        )
        found = records.get_as_of(tx, SYSTEM, "customer", number, between)
        assert (found.values["region"], found.values["new_text"]) == ("12", None)


def test_negative_amounts_and_times_come_back_exactly(sales: Company) -> None:
    at = "2026-03-01T10:00:00.000001+08:00"
    number = make(sales, "follow_up", {"note": "n", "cost": "-0.05", "at": at})
    then = now(sales)
    whole = "2026-03-01T10:00:00Z"
    change(sales, "follow_up", number, cost="12", at=whole)
    middle = now(sales)
    change(sales, "follow_up", number, cost=None, at=None)
    with sales.workspace.reading() as tx:
        found = records.get_as_of(tx, SYSTEM, "follow_up", number, then).values
        assert (found["cost"], found["at"]) == (Decimal("-0.05"), datetime.fromisoformat(at))
        found = records.get_as_of(tx, SYSTEM, "follow_up", number, middle).values
        assert (found["cost"], found["at"]) == (Decimal("12.00"), datetime.fromisoformat(whole))
        asked = ListRequest(entity_id="follow_up", filter="at < now() and cost < 0")
        assert [one["cost"] for one in rows(tx, asked, then)] == ["-0.05"]


def test_the_number_of_statements_does_not_grow(sales: Company) -> None:
    sent = []
    for _ in ("few", "twice as many"):
        customers = [make(sales, "customer", {"name": f"C{at}"}) for at in range(5)]
        then = now(sales)
        for at, number in enumerate(customers):
            change(sales, "customer", number, region=f"R{at}", industry=["retail"])
        asked = replace(
            CUSTOMERS, as_of=then, sort="region,name", filter='region != "R1"', count=True
        )
        with sales.workspace.reading() as tx:
            query.page(tx, SYSTEM, asked)
        with sales.workspace.reading() as tx, counted(tx) as statements:
            page = query.page(tx, SYSTEM, asked)
        sent.append((page.count, len(statements)))
    assert sent == [(5, 4), (9, 4)]


def test_a_cursor_holds_for_its_moment(sales: Company) -> None:
    for at in range(3):
        make(sales, "customer", {"name": f"C{at}"})
    then = now(sales)
    sales.later(hours=1)
    first = replace(CUSTOMERS, as_of=then, limit=2, sort="name")
    with sales.workspace.reading() as tx:
        cursor = query.page(tx, SYSTEM, first).next_cursor
        assert cursor is not None
        rest = query.page(tx, SYSTEM, replace(first, cursor=cursor))
        assert [one.values["name"] for one in rest.records] == ["C2"]
        for other in (None, now(sales)):
            with pytest.raises(Malformed) as caught:
                query.page(tx, SYSTEM, replace(first, cursor=cursor, as_of=other))
            assert caught.value.problems[0].id == "query.cursor"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-03-04T10:00:00Z", "2026-03-04T10:00:00+00:00"),
        ("2026-03-04T10:00:00+08:00", "2026-03-04T02:00:00+00:00"),
        ("2026-03-04T10:00", "2026-03-04T02:00:00+00:00"),
        ("2026-03-04", "2026-03-04T15:59:59.999999+00:00"),
        ("2026-03-05", "2026-03-05T09:00:00+00:00"),
    ],
)
def test_a_moment_is_a_time_or_the_end_of_a_day(sales: Company, text: str, moment: str) -> None:
    with sales.workspace.reading() as tx:
        assert as_of.moment_of(tx, text).isoformat() == moment


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("yesterday", "as_of.unreadable"),
        ("", "as_of.unreadable"),
        ("0001-01-01T00:00:00+23:00", "as_of.unreadable"),
        ("9999-12-31", "as_of.unreadable"),
        ("2026-03-06", "as_of.ahead"),
        ("2026-03-05T09:00:01Z", "as_of.ahead"),
    ],
)
def test_what_is_no_moment_of_the_past_is_refused(sales: Company, text: str, problem: str) -> None:
    with sales.workspace.reading() as tx:
        with pytest.raises(Malformed) as caught:
            as_of.moment_of(tx, text)
        assert [one.id for one in caught.value.problems] == [problem]
