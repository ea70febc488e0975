"""History and timeline: paged from the newest, each entry once, with what points at the record."""

from typing import Any

import pytest

from fieldstone.engine import history, records, timeline
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.errors import Malformed
from tests.engine.crm_like import Company, counted


def busy(sales: Company) -> int:
    """Make a customer with three changes, two follow-ups, a deal and a contact; its id."""
    with sales.workspace.writing() as tx:
        boss = sales.caller("boss", tx)
        customer = records.create(tx, boss, "customer", {"name": "A"})
    link = {"customer": str(customer.id)}
    for at in range(3):
        sales.later(minutes=1)
        with sales.workspace.writing() as tx:
            boss = sales.caller("boss", tx)
            version = 1 + at
            records.update(tx, boss, "customer", customer.id, version, {"region": f"R{at}"})
            if at:
                records.create(tx, boss, "follow_up", {"note": f"call {at}", **link})
    with sales.workspace.writing() as tx:
        boss = sales.caller("boss", tx)
        records.create(tx, boss, "deal", {"name": "D", **link})
        records.create(tx, boss, "contact", {"name": "Li", **link})
    return customer.id


def test_history_is_paged_to_the_making(sales: Company) -> None:
    number = busy(sales)
    with sales.workspace.reading() as tx:
        boss = sales.caller("boss", tx)
        whole = history.of(tx, boss, "customer", number).entries
        assert [one.kind for one in whole] == ["changed", "changed", "changed", "created"]
        assert [one.changes[0].after for one in whole[:3]] == ["R2", "R1", "R0"]
        for limit in (1, 2, 3):
            found: list[Any] = []
            cursor = None
            while True:
                page = history.of(tx, boss, "customer", number, limit, cursor)
                found.extend(page.entries)
                cursor = page.next_cursor
                if cursor is None:
                    break
            assert found == list(whole)


def test_the_timeline_holds_changes_and_children_once(sales: Company) -> None:
    number = busy(sales)
    with sales.workspace.reading() as tx:
        boss = sales.caller("boss", tx)
        whole = timeline.of(tx, boss, "customer", number).events
        shown = sorted(one.record.title if one.record and one.record.title else "" for one in whole)
        assert shown == ["", "", "", "", "D", "Li", "call 1", "call 2"]
        assert [one.at for one in whole] == sorted((one.at for one in whole), reverse=True)
        for limit in (1, 2, 3, 5):
            found: list[Any] = []
            cursor = None
            while True:
                page = timeline.of(tx, boss, "customer", number, limit, cursor)
                found.extend(page.events)
                cursor = page.next_cursor
                if cursor is None:
                    break
            assert [key(one) for one in found] == [key(one) for one in whole]


def test_a_timeline_of_one_kind_finds_it_however_old(sales: Company) -> None:
    number = busy(sales)
    with sales.workspace.reading() as tx:
        boss = sales.caller("boss", tx)
        whole = timeline.of(tx, boss, "customer", number).events
        kinds = [timeline.CHANGES, *tx.app.inverses["customer"], "nothing"]
        parts = [timeline.of(tx, boss, "customer", number, kind=one).events for one in kinds]
    assert list(parts[0]) == [one for one in whole if one.record is None]
    assert parts[-1] == ()
    together = [key(one) for part in parts for one in part]
    assert sorted(together, key=str) == sorted((key(one) for one in whole), key=str)


def pages(tx: Any, number: int, limit: int, **asked: Any) -> list[timeline.Event]:
    found: list[timeline.Event] = []
    cursor = None
    while True:
        page = timeline.of(tx, SYSTEM, "customer", number, limit, cursor, **asked)
        found.extend(page.events)
        cursor = page.next_cursor
        if cursor is None:
            return found


def test_a_timeline_tells_the_changes_of_what_points_here_and_turns(sales: Company) -> None:
    number = busy(sales)
    sales.later(minutes=1)
    with sales.workspace.writing() as tx:
        boss = sales.caller("boss", tx)
        records.update(tx, boss, "deal", 1, 1, {"name": "E"})
        records.update(tx, boss, "contact", 1, 1, {"name": "Lin"})
    with sales.workspace.reading() as tx:
        whole = pages(tx, number, 200)
        assert len({key(one) for one in whole}) == len(whole) == 10
        told = [(one.record.entity_id, one.entry.changes[0].after)
                for one in whole if one.record and one.entry]  # fmt: skip
        assert sorted(told) == [("contact", "Lin"), ("deal", "E")]
        deals = pages(tx, number, 1, kind="deals")
        assert [bool(one.entry) for one in deals] == [True, False]
        for limit in (1, 3, 200):
            turned = pages(tx, number, limit, oldest_first=True)
            assert [key(one) for one in turned] == [key(one) for one in reversed(whole)]
        first = turned[0].entry
        assert first is not None
        assert first.kind == "created"
        newest = timeline.of(tx, SYSTEM, "customer", number, 1).next_cursor
        with pytest.raises(Malformed):
            timeline.of(tx, SYSTEM, "customer", number, 1, newest, oldest_first=True)


def test_a_timeline_takes_as_many_statements_for_many_children(sales: Company) -> None:
    number = busy(sales)

    def asked() -> int:
        with sales.workspace.reading() as tx, counted(tx) as statements:
            timeline.of(tx, SYSTEM, "customer", number)
        return len(statements)

    few = asked()
    with sales.workspace.writing() as tx:
        link = {"customer": str(number)}
        records.create_many(tx, SYSTEM, "deal", [{"name": f"D{at}", **link} for at in range(30)])
    assert asked() == few


def key(event: timeline.Event) -> tuple[Any, ...]:
    entry, record = event.entry, event.record
    return (
        event.at,
        entry.id if entry else None,
        (record.entity_id, record.id) if record else None,
    )


def test_a_timeline_shows_only_the_callers_records(sales: Company) -> None:
    number = busy(sales)
    with sales.workspace.writing() as tx:
        change = records.Update(number, 4, {"owner": str(sales.people["wang"])})
        records.update_many(tx, SYSTEM, "customer", [change])
    with sales.workspace.reading() as tx:
        wang = sales.caller("wang", tx)
        events = timeline.of(tx, wang, "customer", number).events
    kinds = {one.record.entity_id for one in events if one.record}
    assert kinds == {"follow_up"}
