"""What members were told: where it leads, and what is left of it for who may no longer see it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fieldstone.engine import alerts, notifications, notified
from fieldstone.engine.errors import NotFound
from tests.engine.rules.conftest import NOW, Office

OLD = (NOW - timedelta(days=20)).isoformat()


def told(office: Office, person: str, **wanted: object) -> list[notified.Notification]:
    with office.workspace.reading() as tx:
        return notified.listed(tx, office.caller(tx, person), **wanted)  # type: ignore[arg-type]


def fall_silent(office: Office, number: int, owner: str) -> list[int]:
    """Let so many customers of a person fall silent, the rule being in use already."""
    alerts.run(office.workspace)
    rows = [{"followed_at": OLD, "owner": str(office.people[owner])} for _ in range(number)]
    made = office.customers(*rows)
    office.later(minutes=1)
    alerts.run(office.workspace)
    return made


def test_one_record_is_led_to(office: Office) -> None:
    (customer,) = fall_silent(office, 1, "wang")
    (one,) = told(office, "wang")
    assert (one.kind, one.title) == ("alert", "Silent customer")
    assert (one.entity, one.record_id, one.rule) == ("customer", customer, None)
    assert one.body == "Customer 1: silent for 20 days"
    assert one.read_at is None


def test_many_records_lead_to_the_alerts_of_their_rule(office: Office) -> None:
    fall_silent(office, 3, "wang")
    (one,) = told(office, "wang")
    assert (one.entity, one.record_id, one.rule) == ("customer", None, "silent")


def test_who_may_no_longer_see_the_record_reads_nothing_of_it(office: Office) -> None:
    (customer,) = fall_silent(office, 1, "wang")
    office.change(customer, owner=str(office.people["zhao"]))
    (one,) = told(office, "wang")
    assert (one.entity, one.record_id, one.alert_id) == (None, None, None)
    assert one.body == "It is about a record that you may not see now"


def test_an_opened_one_is_read_and_others_are_not(office: Office) -> None:
    fall_silent(office, 1, "wang")
    fall_silent(office, 1, "wang")
    last, first = told(office, "wang")
    with office.workspace.writing() as tx:
        wang, boss = office.caller(tx, "wang"), office.caller(tx, "boss")
        assert notified.opened(tx, wang, first.id).record_id == first.record_id
        with pytest.raises(NotFound):
            notified.opened(tx, boss, last.id)
        assert notifications.unread(tx, wang) == 1
    assert [one.id for one in told(office, "wang", unread=True)] == [last.id]
    assert [one.id for one in told(office, "wang", before=last.id)] == [first.id]
    with office.workspace.writing() as tx:
        assert notifications.mark_read(tx, office.caller(tx, "wang")) == 1
    assert told(office, "wang", unread=True) == []
