"""What people do while a rule or a scheme looks at everybody: they need not wait, and it stays."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from fieldstone.engine import alerts, records, tiers
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.alerts import AlertRequest
from fieldstone.engine.system_tables import ALERT, JOB, TRANSITION
from fieldstone.engine.work import jobs, schedules
from fieldstone.engine.work.tick import tick
from fieldstone.engine.work.worker import HANDLERS, LONG
from tests.engine.rules.conftest import Office
from tests.engine.rules.test_alerts import FRESH, OLD, open_alerts, tasks

PATIENCE = 20


@contextmanager
def meanwhile(table: str, work: Callable[[], object]) -> Iterator[None]:
    """Do something in another thread as soon as a run has filled its temporary table, once."""
    done = False

    def after(_c: Any, _cursor: Any, statement: str, _p: Any, _context: Any, _many: Any) -> None:
        nonlocal done
        if not done and f"INSERT INTO {table}" in statement:
            done = True
            with ThreadPoolExecutor(1) as pool:
                pool.submit(work).result(PATIENCE)

    sa.event.listen(sa.Engine, "after_cursor_execute", after)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "after_cursor_execute", after)
    assert done


def delete(office: Office, record_id: int) -> None:
    with office.workspace.writing() as tx:
        version = records.get(tx, SYSTEM, "customer", record_id).version
        records.delete(tx, SYSTEM, "customer", record_id, version)


def moves(office: Office) -> list[tuple[int, str | None, str | None]]:
    """Return who moved, from which tier to which."""
    with office.workspace.reading() as tx:
        found = tx.connection.execute(
            sa.select(TRANSITION.c.record_id, TRANSITION.c.before, TRANSITION.c.after)
            .where(TRANSITION.c.field == "tier")
            .order_by(TRANSITION.c.id)
        ).all()
    return [(row[0], row[1], row[2]) for row in found]


def test_people_write_while_tiers_are_found(office: Office) -> None:
    first, second, third = office.customers({"worth": 30}, {"worth": 20}, {"worth": 10})

    def work() -> None:
        office.change(first, worth="1", name="Renamed")
        delete(office, third)
        office.customers({"worth": 99})

    with meanwhile("_moves", work):
        report = tiers.run(office.workspace)[0]
    assert (report.ranked, report.moved, report.counts) == (3, 2, {"A": 0, "B": 1, "C": 1})
    assert moves(office) == [(first, None, "B"), (second, None, "C")]
    values = office.values(first)
    assert (values["name"], str(values["worth"]), values["tier"]) == ("Renamed", "1.00", "B")
    with office.workspace.reading() as tx:
        assert tiers.reason(tx, "abc", third) is None


def test_two_gradings_at_once_move_everybody_once(office: Office) -> None:
    ids = office.customers({"worth": 30}, {"worth": 20})
    with meanwhile("_moves", lambda: tiers.run(office.workspace)):
        report = tiers.run(office.workspace)[0]
    assert report.moved == 0
    assert moves(office) == [(ids[0], None, "B"), (ids[1], None, "C")]


def test_a_scheme_that_changes_meanwhile_is_looked_at_anew(office: Office) -> None:
    ids = office.customers({"worth": 30}, {"worth": 20})
    bands = [{"name": "A", "min": 25}, {"name": "B", "min": 5}, {"name": "C", "rest": True}]
    changed = {"method": "threshold", "bands": bands}
    with meanwhile("_moves", lambda: office.declare(abc=changed)):
        tiers.run(office.workspace)
    assert moves(office) == [(ids[0], None, "A"), (ids[1], None, "B")]


def test_who_is_called_meanwhile_gets_no_alert(office: Office) -> None:
    alerts.run(office.workspace)
    called, gone, silent = office.customers(*({"followed_at": OLD} for _ in range(3)))

    def work() -> None:
        office.change(called, followed_at=FRESH)
        delete(office, gone)

    with meanwhile("_matches", work):
        report = alerts.run(office.workspace)[0]
    assert (report.matches, report.entered, report.still) == (3, 1, 0)
    assert [one.record_id for one in open_alerts(office)] == [silent]
    assert len(tasks(office)) == 1
    assert office.values(called)["followed_at"].isoformat() == FRESH


def test_who_falls_silent_again_meanwhile_stays(office: Office) -> None:
    back, heard = office.customers({"followed_at": OLD}, {"followed_at": OLD})
    alerts.run(office.workspace)
    for one in (back, heard):
        office.change(one, followed_at=FRESH)
    with meanwhile("_matches", lambda: office.change(back, followed_at=OLD)):
        report = alerts.run(office.workspace)[0]
    assert (report.matches, report.still, report.left) == (0, 1, 1)
    assert [one.record_id for one in open_alerts(office)] == [back]


def test_an_alert_closed_by_hand_meanwhile_stays_dismissed(office: Office) -> None:
    (silent,) = office.customers({"followed_at": OLD})
    alerts.run(office.workspace)
    (alert,) = open_alerts(office)

    def work() -> None:
        with office.workspace.writing() as tx:
            alerts.resolve(tx, office.caller(tx, "boss"), alert.id)

    with meanwhile("_matches", work):
        report = alerts.run(office.workspace)[0]
    assert (report.still, report.left) == (1, 0)
    assert [one.record_id for one in open_alerts(office, state="dismissed")] == [silent]
    with office.workspace.reading() as tx:
        assert tx.connection.scalar(sa.select(sa.func.count()).select_from(ALERT)) == 1


def test_two_runs_of_a_rule_at_once_act_once(office: Office) -> None:
    alerts.run(office.workspace)
    office.customers({"followed_at": OLD}, {"followed_at": OLD})
    with meanwhile("_matches", lambda: alerts.run(office.workspace)):
        report = alerts.run(office.workspace)[0]
    assert (report.entered, report.still) == (0, 2)
    assert len(tasks(office)) == 2


def test_the_first_run_of_all_holds_up_the_second(office: Office) -> None:
    holds = threading.Event()

    def second() -> datetime | None:
        holds.wait(PATIENCE)
        with office.workspace.writing() as tx:
            return schedules.last_evaluated(tx, "alert", "never_run")

    with ThreadPoolExecutor(1) as pool:
        found = pool.submit(second)
        with office.workspace.writing() as tx:
            assert schedules.last_evaluated(tx, "alert", "never_run") is None
            holds.set()
            schedules.evaluated(tx, "alert", "never_run", {})
        assert found.result(PATIENCE) == office.clock.now()


def test_a_job_whose_lease_ran_out_meanwhile_is_done_once(office: Office) -> None:
    alerts.run(office.workspace)
    office.customers({"followed_at": OLD})
    office.later(days=1)
    ((_, job),) = tick(office.installation)

    def work() -> None:
        office.clock.instant += jobs.LEASE
        assert jobs.run(office.workspace, job, HANDLERS, LONG)

    with meanwhile("_matches", work):
        assert not jobs.run(office.workspace, job, HANDLERS, LONG)
    assert len(tasks(office)) == 1
    with office.workspace.reading() as tx:
        boss = office.caller(tx, "boss")
        assert len(alerts.inbox(tx, boss, AlertRequest()).alerts) == 1
        assert tx.connection.scalar(sa.select(JOB.c.attempts).where(JOB.c.id == job)) == 2


def test_long_work_goes_on_holding_its_job(office: Office) -> None:
    office.later(days=1)
    ((_, number),) = tick(office.installation)

    def long(workspace: Any, job: jobs.Job) -> None:
        with jobs.held(workspace, job, every=jobs.LEASE / 10_000) as keeper:
            office.clock.instant += jobs.LEASE * 2
            while tick(office.installation):
                # Until the keeper has come to it, anybody may take the job.
                keeper.join(0.001)
            with workspace.writing() as tx:
                jobs.finish(tx, job)
            keeper.join(PATIENCE)
            assert not keeper.is_alive()

    assert jobs.run(office.workspace, number, {}, {"alert": long})
