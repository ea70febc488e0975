"""Bulk changes: counted by rights, done in chunks by a job, refused row by row, taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa

from fieldstone.engine import bulk, notified, records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.bulk import Bulk, Chosen, Counted
from fieldstone.engine.errors import Conflict, Forbidden, Invalid, Malformed, NotFound
from fieldstone.engine.query import ListRequest
from fieldstone.engine.system_tables import JOB
from fieldstone.engine.work import jobs
from tests.engine.crm_like import Company, counted

ALL = Chosen(ListRequest(entity_id="customer"))


def fill(sales: Company, number: int, **more: Any) -> list[int]:
    """Customers, every second one wang's, the others zhao's."""
    people = (sales.people["wang"], sales.people["zhao"])
    with sales.workspace.writing() as tx:
        rows = [{"name": f"C{n}", "owner": str(people[n % 2]), **more} for n in range(number)]
        done = records.create_many(tx, SYSTEM, "customer", rows)
        assert all(one.done for one in done)
        return [one.record_id or 0 for one in done]


def begin(
    sales: Company,
    who: str,
    values: dict[str, Any] | None,
    chosen: Chosen = ALL,
    token: str = "t",
) -> Bulk:
    with sales.workspace.writing() as tx:
        act: bulk.chosen.Act = "delete" if values is None else "update"
        return bulk.change(tx, sales.caller(who, tx), chosen, act, values or {}, token)


def work(sales: Company) -> None:
    with sales.workspace.reading() as tx:
        waiting = jobs.waiting(tx)
    for job_id in waiting:
        assert jobs.run(sales.workspace, job_id, {}, dict.fromkeys(bulk.KINDS, bulk.do))


def now(sales: Company, one: Bulk) -> Bulk:
    with sales.workspace.reading() as tx:
        return bulk.get(tx, sales.caller("boss", tx), one.id)


def undo(sales: Company, one: Bulk) -> None:
    with sales.workspace.writing() as tx:
        boss = sales.caller("boss", tx)
        bulk.undo(tx, boss, bulk.get(tx, boss, one.id))


def values_of(sales: Company, ids: Sequence[int], field: str) -> list[Any]:
    with sales.workspace.reading() as tx:
        rows = records.rows.whole_rows(tx, SYSTEM, "customer", ids)
        return [rows[one][field] if one in rows else "gone" for one in ids]


def test_counts_by_the_rights_and_says_what_is_there(sales: Company) -> None:
    ids = fill(sales, 6, region="north")
    with sales.workspace.writing() as tx:
        records.update(tx, SYSTEM, "customer", ids[0], None, {"region": "south"})
    with sales.workspace.reading() as tx:
        boss, wang = sales.caller("boss", tx), sales.caller("wang", tx)
        assert bulk.counted(tx, boss, ALL) == Counted(6, 6)
        assert bulk.counted(tx, wang, ALL) == Counted(3, 3)
        assert bulk.counted(tx, wang, ALL, "delete") == Counted(3, 0)
        some = Chosen(ListRequest(entity_id="customer"), tuple(ids[:2]))
        assert bulk.counted(tx, boss, some) == Counted(2, 2)
        region = tx.app.entity("customer").field("region")
        old = bulk.old_values(tx, boss, ALL, region)
        assert (old.distinct, old.top) == (2, (("north", 5), ("south", 1)))
        industry = tx.app.entity("customer").field("industry")
        assert bulk.old_values(tx, boss, ALL, industry).top == ((None, 6),)


def test_a_few_are_changed_at_once_and_given_back(sales: Company) -> None:
    ids = fill(sales, 4)
    one = begin(sales, "boss", {"region": "west"})
    assert (one.state, one.counts) == ("done", {"total": 4, "changed": 4, "same": 0, "refused": 0})
    assert values_of(sales, ids, "region") == ["west"] * 4
    assert begin(sales, "boss", {"region": "west"}, token="again").counts["same"] == 4
    with sales.workspace.writing() as tx:
        records.update(tx, SYSTEM, "customer", ids[2], 2, {"name": "edited"})
    undo(sales, one)
    found = now(sales, one)
    assert (found.state, found.counts["restored"], found.counts["left"]) == ("undone", 3, 1)
    assert values_of(sales, ids, "region") == [None, None, "west", None]
    with sales.workspace.reading() as tx:
        (left,) = bulk.rows(tx, found, "left")
        assert left.record_id == ids[2]
        assert left.reasons[0]["id"] == "record.stale"
    with pytest.raises(Conflict):
        undo(sales, one)


def test_many_are_a_job_that_tells_and_is_one_however_often_asked(sales: Company) -> None:
    ids = fill(sales, 1_101)
    one = begin(sales, "boss", {"region": "west"})
    assert begin(sales, "boss", {"region": "west"}).id == one.id
    assert (one.state, one.done, one.total, one.waits) == ("running", 0, 1_101, True)
    with sales.workspace.reading() as tx:
        assert tx.connection.scalar(sa.select(sa.func.count()).select_from(JOB)) == 1
    work(sales)
    found = now(sales, one)
    assert (found.state, found.done, found.counts["changed"]) == ("done", 1_101, 1_101)
    assert set(values_of(sales, ids, "region")) == {"west"}
    with sales.workspace.reading() as tx:
        (told,) = notified.listed(tx, sales.caller("boss", tx))
        assert (told.title, told.bulk_id) == ("Customer: bulk change done", one.id)
    undo(sales, one)
    assert now(sales, one).state == "undoing"
    work(sales)
    assert now(sales, one).counts["restored"] == 1_101
    assert set(values_of(sales, ids, "region")) == {None}


def test_what_comes_to_meet_the_condition_later_is_not_changed(sales: Company) -> None:
    ids = fill(sales, 101)
    chosen = Chosen(ListRequest(entity_id="customer", filter='region != "west"'))
    begin(sales, "boss", {"region": "west"}, chosen)
    later = fill(sales, 1)
    work(sales)
    assert set(values_of(sales, ids, "region")) == {"west"}
    assert values_of(sales, later, "region") == [None]


def test_rows_are_refused_with_their_reason_and_the_others_go_in(sales: Company) -> None:
    ids = fill(sales, 3)
    with sales.workspace.writing() as tx:
        records.update(tx, SYSTEM, "customer", ids[1], None, {"status": "signed"})
    one = begin(sales, "boss", {"status": "lost"})
    assert one.counts == {"total": 3, "changed": 2, "same": 0, "refused": 1}
    with sales.workspace.reading() as tx:
        (row,) = bulk.rows(tx, one, "refused")
        assert row.record_id == ids[1]
        assert row.reasons[0]["id"] == "choice.transition_last"


def test_stops_with_what_is_done_and_gives_that_back(sales: Company) -> None:
    ids = fill(sales, 700)
    one = begin(sales, "boss", {"region": "west"})
    with sales.workspace.writing() as tx:
        bulk.run.go_on(tx, one.id, sales.caller("boss", tx))
        bulk.stop(tx, bulk.get(tx, sales.caller("boss", tx), one.id))
    work(sales)
    found = now(sales, one)
    assert (found.state, found.done) == ("stopped", 500)
    undo(sales, found)
    work(sales)
    assert set(values_of(sales, ids, "region")) == {None}


def test_deletes_to_the_bin_and_brings_back(sales: Company) -> None:
    ids = fill(sales, 3)
    with sales.workspace.writing() as tx:
        records.create(tx, SYSTEM, "deal", {"name": "D", "customer": str(ids[0])})
    one = begin(sales, "boss", None)
    assert one.counts == {"total": 3, "changed": 2, "same": 0, "refused": 1}
    assert values_of(sales, ids, "name") == ["C0", "gone", "gone"]
    undo(sales, one)
    assert values_of(sales, ids, "name") == ["C0", "C1", "C2"]


def test_goes_by_the_rights_when_the_job_runs(sales: Company) -> None:
    ids = fill(sales, 202)
    one = begin(sales, "wang", {"status": "signed"})
    assert one.total == 101
    with sales.workspace.writing() as tx:
        records.update(tx, SYSTEM, "customer", ids[0], None, {"owner": str(sales.people["zhao"])})
    work(sales)
    assert now(sales, one).counts == {"total": 101, "changed": 100, "same": 0, "refused": 1}


def test_takes_as_many_statements_for_many_rows(sales: Company) -> None:
    ids = fill(sales, 90)
    numbers = []
    for token, some in (("a", ids[:5]), ("b", ids[5:])):
        chosen = Chosen(ListRequest(entity_id="customer"), tuple(some))
        with sales.workspace.writing() as tx:
            boss = sales.caller("boss", tx)
            with counted(tx) as sent:
                bulk.change(tx, boss, chosen, "update", {"region": "west"}, token)
        numbers.append(len(sent))
    assert numbers[0] == numbers[1]


def test_refuses_what_may_not_be(sales: Company) -> None:
    fill(sales, 3)
    for who, values, refusal, problem in (
        ("wang", {"region": "west"}, Invalid, "field.unknown_near"),
        ("boss", {}, Invalid, "bulk.no_field"),
        ("boss", {"budget": "many"}, Invalid, None),
        ("wang", None, Forbidden, "access.no_delete"),
        ("guest", {"status": "lost"}, NotFound, "entity.unknown"),
    ):
        with pytest.raises(refusal) as refused:
            begin(sales, who, values)
        assert problem in (None, refused.value.problems[0].id)
    none = Chosen(ListRequest(entity_id="customer", filter='name == "nobody"'))
    with pytest.raises(Conflict) as nothing:
        begin(sales, "boss", {"region": "west"}, none)
    assert nothing.value.problems[0].id == "bulk.nothing"
    with pytest.raises(Malformed):
        begin(sales, "boss", {"region": "west"}, Chosen(ALL.request, tuple(range(501))))
    one = begin(sales, "boss", {"region": "west"})
    with sales.workspace.reading() as tx, pytest.raises(NotFound):
        bulk.get(tx, sales.caller("wang", tx), one.id)
