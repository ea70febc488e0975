"""Due work: planned by the tick, done once, also after pauses, repetitions and deaths."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from fieldstone.engine import alerts
from fieldstone.engine.alerts import AlertRequest, inbox
from fieldstone.engine.system_tables import JOB, NOTIFICATION
from fieldstone.engine.work import jobs
from fieldstone.engine.work.tick import tick
from fieldstone.engine.work.worker import HANDLERS, LONG
from tests.engine.rules.conftest import Office
from tests.engine.rules.test_alerts import FRESH, OLD


def do_all(office: Office) -> int:
    """Tick and do what it names; returns how many jobs were done."""
    return sum(
        jobs.run(office.installation.workspace_by_id(workspace), job, HANDLERS, LONG)
        for workspace, job in tick(office.installation)
    )


def count_open(office: Office) -> int:
    with office.workspace.reading() as tx:
        return len(inbox(tx, office.caller(tx, "boss"), AlertRequest()).alerts)


def test_a_rule_fires_at_its_time_once_and_resolves_by_itself(office: Office) -> None:
    (silent,) = office.customers({"followed_at": OLD})
    assert do_all(office) == 0
    office.later(hours=23, minutes=59)
    assert do_all(office) == 0
    office.later(minutes=1)
    assert do_all(office) == 1
    assert do_all(office) == 0
    assert count_open(office) == 1

    office.change(silent, followed_at=office.clock.now().isoformat())
    office.later(days=1)
    assert do_all(office) == 1
    assert count_open(office) == 0


def test_a_wake_up_that_comes_twice_does_the_work_once(office: Office) -> None:
    office.later(days=1)
    ((workspace_id, job),) = tick(office.installation)
    assert tick(office.installation) == [(workspace_id, job)]
    assert jobs.run(office.workspace, job, HANDLERS, LONG) is True
    assert jobs.run(office.workspace, job, HANDLERS, LONG) is False


def test_after_a_pause_the_latest_time_is_made_up_for(office: Office) -> None:
    office.customers({"followed_at": OLD}, {"followed_at": FRESH})
    office.later(days=3, hours=5)
    assert do_all(office) == 1
    assert count_open(office) == 1


@pytest.mark.parametrize("looks", [(24, 48, 72), (72,)], ids=["each day", "after three days"])
def test_three_days_without_a_look_end_in_the_same_alerts(
    office: Office, looks: tuple[int, ...]
) -> None:
    """Who waited is told of all in one message; nobody is told, called or counted twice."""
    alerts.run(office.workspace)
    begun = office.clock.now()
    entering = [begun + timedelta(days=day, hours=-8 * 24 - 1) for day in (1, 2, 3)]
    rows = [{"followed_at": at.isoformat(), "owner": str(office.people["wang"])} for at in entering]
    office.customers(*rows)
    for hours in looks:
        office.clock.instant = begun + timedelta(hours=hours)
        assert do_all(office) == 1
    assert do_all(office) == 0
    with office.workspace.reading() as tx:
        opened = inbox(tx, office.caller(tx, "boss"), AlertRequest()).alerts
        told = tx.connection.execute(
            sa.select(NOTIFICATION.c.member_id, sa.func.count())
            .where(NOTIFICATION.c.kind == "alert")
            .group_by(NOTIFICATION.c.member_id)
        ).all()
    assert sorted(one.record_id for one in opened) == [1, 2, 3]
    assert [office.values(record)["calls"] for record in (1, 2, 3)] == [1, 1, 1]
    people = {office.people["wang"], office.people["boss"]}
    assert {row[0]: row[1] for row in told} == dict.fromkeys(people, len(looks))


def test_a_worker_that_dies_leaves_the_job_to_another(office: Office) -> None:
    office.later(days=1)
    ((_, job),) = tick(office.installation)
    with office.workspace.writing() as tx:
        assert jobs._claim(tx, [job])
    assert jobs.run(office.workspace, job, HANDLERS, LONG) is False
    assert tick(office.installation) == []
    office.clock.instant += jobs.LEASE
    assert [one for _, one in tick(office.installation)] == [job]
    assert jobs.run(office.workspace, job, HANDLERS, LONG) is True


def test_a_job_that_fails_is_tried_again_and_then_given_up(office: Office) -> None:
    def fails(_tx: object, _job: object) -> None:
        raise RuntimeError("the disk is on fire")

    with office.workspace.writing() as tx:
        assert jobs.enqueue(tx, "broken", "broken:1", {})
        assert not jobs.enqueue(tx, "broken", "broken:1", {})
    for _ in range(jobs.ATTEMPTS):
        for _, job in tick(office.installation):
            assert jobs.run(office.workspace, job, {"broken": fails}) is False
        office.later(hours=1)
    with office.workspace.reading() as tx:
        row = tx.connection.execute(sa.select(JOB).where(JOB.c.key == "broken:1")).one()
    assert (row.state, row.attempts) == ("dead", jobs.ATTEMPTS)
    assert "the disk is on fire" in row.error


def test_a_job_that_takes_its_worker_down_each_time_is_given_up(office: Office) -> None:
    office.later(days=1)
    ((_, job),) = tick(office.installation)
    for _ in range(jobs.ATTEMPTS):
        assert [one for _, one in tick(office.installation)] == [job]
        with office.workspace.writing() as tx:
            assert jobs._claim(tx, [job])
        office.clock.instant += jobs.LEASE
    assert tick(office.installation) == []
    with office.workspace.reading() as tx:
        state = tx.connection.scalar(sa.select(JOB.c.state).where(JOB.c.id == job))
    assert state == "dead"


def test_a_rule_that_is_gone_is_due_no_more(office: Office) -> None:
    office.customers({"followed_at": OLD})
    office.later(days=1)
    do_all(office)
    assert count_open(office) == 1
    office.declare(silent={"active": False})
    assert count_open(office) == 0
    office.later(days=1)
    assert do_all(office) == 0
