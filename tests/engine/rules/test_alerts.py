"""Alert rules: who enters, stays and leaves, what is done about it, and who gets to know."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from fieldstone.engine import alerts, notified, query, records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.alerts import AlertRequest, AlertView
from fieldstone.engine.errors import Invalid, NotFound
from tests.engine.rules.conftest import NOW, Office

OLD = (NOW - timedelta(days=20)).isoformat()
FRESH = NOW.isoformat()


def open_alerts(office: Office, person: str = "boss", **wanted: object) -> tuple[AlertView, ...]:
    with office.workspace.reading() as tx:
        request = AlertRequest(**wanted)  # type: ignore[arg-type]
        return alerts.inbox(tx, office.caller(tx, person), request).alerts


def tasks(office: Office) -> list[records.Record]:
    with office.workspace.reading() as tx:
        return list(query.page(tx, SYSTEM, query.ListRequest(entity_id="task")).records)


def switch_on(office: Office) -> None:
    """Let the rule have its first, quiet run."""
    alerts.run(office.workspace)


def test_a_record_enters_stays_and_leaves(office: Office) -> None:
    switch_on(office)
    silent, _ = office.customers({"followed_at": OLD}, {"followed_at": FRESH})
    entered = alerts.run(office.workspace)[0]
    assert (entered.matches, entered.entered, entered.still, entered.left) == (1, 1, 0, 0)
    again = alerts.run(office.workspace)[0]
    assert (again.matches, again.entered, again.still, again.left) == (1, 0, 1, 0)
    assert [(one.record_id, one.state) for one in open_alerts(office)] == [(silent, "open")]

    office.change(silent, followed_at=FRESH)
    left = alerts.run(office.workspace)[0]
    assert (left.matches, left.entered, left.still, left.left) == (0, 0, 0, 1)
    assert open_alerts(office) == ()
    assert [one.left_at for one in open_alerts(office, state="resolved")] == [NOW]


def test_an_alert_speaks_the_language_of_its_reader(office: Office) -> None:
    office.customers({"name": "Yuanshan", "followed_at": OLD})
    alerts.run(office.workspace)
    with office.workspace.reading() as tx:
        boss = office.caller(tx, "boss")
        english = alerts.inbox(tx, boss, AlertRequest()).alerts[0]
        chinese = alerts.inbox(tx, replace(boss, locale="zh-CN"), AlertRequest()).alerts[0]
    assert (english.label, english.message) == (
        "Silent customer",
        "Yuanshan: silent for 20 days",
    )
    assert (chinese.label, chinese.message) == ("客户沉默预警", "Yuanshan已 20 天未联系")


def test_the_first_run_is_quiet_and_later_entries_act(office: Office) -> None:
    wang = office.people["wang"]
    office.customers({"followed_at": OLD, "owner": str(wang)}, {"followed_at": OLD})
    assert alerts.run(office.workspace)[0].quiet
    assert tasks(office) == []

    (late,) = office.customers({"name": "Late", "followed_at": OLD, "owner": str(wang)})
    report = alerts.run(office.workspace)[0]
    assert (report.quiet, report.entered, report.refused) == (False, 1, 0)
    (task,) = tasks(office)
    with office.workspace.reading() as tx:
        whole = records.get(tx, SYSTEM, "task", task.id).values
    assert (whole["title"], whole["customer"], whole["owner"]) == ("Call Late", late, wang)
    assert whole["due"] == NOW.date() + timedelta(days=1)
    assert office.values(late)["calls"] == 1


def test_what_is_written_may_be_tags(office: Office) -> None:
    switch_on(office)
    office.customers(
        {"name": "Both", "followed_at": OLD, "needs": ["price", "visit"]},
        {"name": "None", "followed_at": OLD},
    )
    assert alerts.run(office.workspace)[0].refused == 0
    with office.workspace.reading() as tx:
        needs = tx.app.dimensions[next(iter(tx.app.dimensions))].tags
        names = {one.id: one.name for one in needs}
        found = {
            values["title"]: {names[tag] for tag in values["needs"]}
            for values in (records.get(tx, SYSTEM, "task", one.id).values for one in tasks(office))
        }
    assert found == {"Call Both": {"price", "visit"}, "Call None": set()}


def test_many_records_make_one_notification_each_person(office: Office) -> None:
    switch_on(office)
    wang = str(office.people["wang"])
    office.customers(*({"followed_at": OLD, "owner": wang} for _ in range(30)))
    alerts.run(office.workspace)
    alerts.run(office.workspace)
    with office.workspace.reading() as tx:
        told = {
            name: [one.body for one in notified.listed(tx, office.caller(tx, name))]
            for name in ("wang", "boss", "zhao")
        }
    assert told == {"wang": ["30 records need you"], "boss": ["30 records need you"], "zhao": []}


def test_a_dismissed_alert_stays_closed_until_the_record_came_back(office: Office) -> None:
    switch_on(office)
    (silent,) = office.customers({"followed_at": OLD})
    alerts.run(office.workspace)
    (alert,) = open_alerts(office)
    with office.workspace.writing() as tx:
        alerts.resolve(tx, office.caller(tx, "boss"), alert.id)
    assert alerts.run(office.workspace)[0].entered == 0
    assert open_alerts(office) == ()

    office.change(silent, followed_at=FRESH)
    alerts.run(office.workspace)
    office.change(silent, followed_at=OLD)
    assert alerts.run(office.workspace)[0].entered == 1


def test_a_cooldown_counts_from_leaving(office: Office) -> None:
    office.declare(silent={"cooldown_days": 3})
    switch_on(office)
    (silent,) = office.customers({"followed_at": OLD})
    alerts.run(office.workspace)
    office.change(silent, followed_at=FRESH)
    alerts.run(office.workspace)
    office.change(silent, followed_at=OLD)
    office.later(days=2)
    assert alerts.run(office.workspace)[0].entered == 0
    office.later(days=2)
    assert alerts.run(office.workspace)[0].entered == 1


def test_a_changed_condition_is_evaluated_quietly(office: Office) -> None:
    switch_on(office)
    office.customers(*({"followed_at": (NOW - timedelta(days=5)).isoformat()} for _ in range(3)))
    office.declare(silent={"when": "days_since(followed_at) > 3"})
    report = alerts.run(office.workspace)[0]
    assert (report.quiet, report.entered) == (True, 3)
    assert tasks(office) == []


def test_people_see_alerts_on_their_own_records(office: Office) -> None:
    mine, theirs = office.customers(
        {"followed_at": OLD, "owner": str(office.people["wang"])},
        {"followed_at": OLD, "owner": str(office.people["zhao"])},
    )
    alerts.run(office.workspace)
    assert {one.record_id for one in open_alerts(office)} == {mine, theirs}
    assert [one.record_id for one in open_alerts(office, "wang")] == [mine]
    (other,) = open_alerts(office, "zhao")
    with office.workspace.writing() as tx, pytest.raises(NotFound):
        alerts.acknowledge(tx, office.caller(tx, "wang"), other.id)


def test_an_alert_can_be_acknowledged_and_put_off(office: Office) -> None:
    office.customers({"followed_at": OLD})
    alerts.run(office.workspace)
    (alert,) = open_alerts(office)
    with office.workspace.writing() as tx:
        boss = office.caller(tx, "boss")
        assert alerts.acknowledge(tx, boss, alert.id).acknowledged_at == NOW
        with pytest.raises(Invalid):
            alerts.snooze(tx, boss, alert.id, NOW)
        alerts.snooze(tx, boss, alert.id, NOW + timedelta(days=1))
    assert open_alerts(office) == ()
    assert len(open_alerts(office, state="snoozed")) == 1
    office.later(days=2)
    assert len(open_alerts(office)) == 1


def test_the_inbox_is_paged(office: Office) -> None:
    office.customers(*({"followed_at": OLD} for _ in range(7)))
    alerts.run(office.workspace)
    seen: list[int] = []
    cursor = None
    while True:
        with office.workspace.reading() as tx:
            request = AlertRequest(limit=3, cursor=cursor)
            page = alerts.inbox(tx, office.caller(tx, "boss"), request)
        seen += [one.id for one in page.alerts]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(seen) == 7 and seen == sorted(seen, reverse=True)


def test_why_shows_the_condition_with_the_records_values(office: Office) -> None:
    (silent,) = office.customers({"followed_at": OLD})
    with office.workspace.reading() as tx:
        why = alerts.explain(tx, office.caller(tx, "boss"), "silent", silent)
    assert why.matches


def test_an_archived_rule_does_not_run_by_its_id_either(office: Office) -> None:
    office.declare(silent={"archived": True})
    with pytest.raises(NotFound):
        alerts.run(office.workspace, ["silent"])
    assert alerts.run(office.workspace) == []
