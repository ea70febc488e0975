"""Purging: what was done and sent long ago is forgotten; what waits or was given up stays."""

from __future__ import annotations

import sqlalchemy as sa

from fieldstone.engine import kept_answers
from fieldstone.engine.access import Caller
from fieldstone.engine.kept_answers import Kept
from fieldstone.engine.system_tables import JOB, KEPT_ANSWER, OUTBOX
from fieldstone.engine.work import given_up, jobs
from fieldstone.engine.work.purge import BATCH, purge
from tests.engine.outbox.conftest import House


def counts(house: House) -> tuple[int, int]:
    """How many jobs and how many rows of the outbox there are."""
    with house.workspace.reading() as tx:
        found = [
            tx.connection.scalar(sa.select(sa.func.count()).select_from(one)) or 0
            for one in (JOB, OUTBOX)
        ]
    return found[0], found[1]


def test_what_was_sent_is_forgotten_after_the_days_of_the_setting(house: House) -> None:
    house.silent(1, worth="20")
    assert house.work() > 0
    before = counts(house)
    assert before[1] > 0
    house.later(days=house.installation.settings.keep_work_days)
    assert purge(house.installation) == 0
    assert counts(house) == before
    house.later(seconds=1)
    assert purge(house.installation) == before[0]
    assert counts(house) == (0, 0)
    assert house.work() > 0, "the schedules go on"


def test_what_was_given_up_stays_until_somebody_drops_it(house: House) -> None:
    house.receiver.answers[:] = [500] * 50
    house.silent(1, worth="20")
    for _ in range(jobs.ATTEMPTS + 3):
        house.work()
        house.later(hours=1)
    house.later(days=1000)
    purge(house.installation)
    assert [one.state for one in house.jobs()] == ["dead"]
    with house.workspace.writing() as tx:
        assert given_up.drop(tx) == 1
    house.later(days=1000)
    assert purge(house.installation) == 1
    assert counts(house) == (0, 0)


def test_many_go_in_batches(house: House) -> None:
    done = {"kind": "x", "payload": {}, "state": "done", "attempts": 1}
    at = house.clock.now()
    rows = [
        {**done, "key": f"x:{number}", "created_at": at, "due_at": at, "finished_at": at}
        for number in range(2 * BATCH + 1)
    ]
    with house.workspace.writing() as tx:
        tx.connection.execute(sa.insert(JOB), rows)
    house.later(days=1000)
    assert purge(house.installation) == len(rows)
    assert counts(house) == (0, 0)


def test_answers_that_were_kept_go_along(house: House) -> None:
    with house.workspace.writing() as tx:
        kept_answers.keep(tx, Caller(1), "k", "this", Kept(204, {}, None))
    kept = sa.select(sa.func.count()).select_from(KEPT_ANSWER)
    for later, left in (({"hours": 24}, 1), ({"seconds": 1}, 0)):
        house.later(**later)
        assert purge(house.installation) == 0
        with house.workspace.reading() as tx:
            assert tx.connection.scalar(kept) == left
