"""Workers and clockwork on each broker: killed or doubled, they do everything due exactly once."""

from __future__ import annotations

import random
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa

from fieldstone.engine.audit import sealing
from fieldstone.engine.system_tables import JOB
from tests.faults.company import SLUG
from tests.faults.conftest import PATIENCE, Copy, Original
from tests.faults.found import Found
from tests.faults.test_kills import KILLED, KILLS, SEED

DUE = 4
"""Jobs of a day: two rules, two tier schemes."""


def wanted(original: Original) -> Found:
    return original.undisturbed("do_due", later=timedelta(days=1))


def wait_until_done(copy: Copy) -> None:
    """Wait until the jobs of the day are done, by whomever."""
    due = sa.select(JOB.c.state, sa.func.count()).where(JOB.c.kind != sealing.KIND)
    states = due.group_by(JOB.c.state)
    deadline = time.monotonic() + PATIENCE
    found: dict[str, int] = {}
    with copy.opened() as opened:
        workspace = opened.workspace(SLUG)
        while found != {"done": DUE}:
            assert time.monotonic() < deadline, found
            with workspace.reading() as tx:
                found = {row[0]: row[1] for row in tx.connection.execute(states)}
            time.sleep(0.05)


BOTH = ("original", "woken")
EVERYWHERE = [
    ("sqlite", "embedded"),
    ("postgresql", "embedded"),
    ("postgresql", "redis"),
    ("postgresql", "rabbitmq"),
]
KILLING = [("sqlite", "embedded"), ("sqlite", "redis")]


@pytest.mark.parametrize(BOTH, EVERYWHERE, indirect=True)
def test_two_workers_do_each_job_once_and_stop_when_asked(original: Original, woken: Copy) -> None:
    with woken.beside("serve_due"), woken.beside("serve_due"):
        wait_until_done(woken)
    assert woken.look().differs(wanted(original)) == []


def moments(what: str, least: int, lasts: float) -> list[float]:
    chance = random.Random(f"{SEED} {what}")
    count = max(least, KILLS)
    return [round(lasts * (at + chance.random()) / count, 2) for at in range(count)]


@pytest.mark.parametrize(BOTH, KILLING, indirect=True)
@pytest.mark.parametrize("after", moments("worker", 2, 1.5))
def test_a_worker_that_is_killed_leaves_nothing_twice(
    original: Original, woken: Copy, after: float
) -> None:
    assert woken.kill("serve_due", after) == KILLED
    woken.come_back()
    assert woken.late() == []
    assert woken.look().differs(wanted(original)) == []
    woken.come_back()
    assert woken.look().differs(wanted(original)) == []


@pytest.mark.parametrize(BOTH, KILLING, indirect=True)
@pytest.mark.parametrize("after", moments("beat", 1, 1.0))
def test_a_clockwork_that_is_killed_is_followed_by_another(
    original: Original, woken: Copy, after: float
) -> None:
    assert woken.kill("keep_time", after) == KILLED
    woken.back = woken.at
    with woken.beside("serve_due"), woken.beside("keep_time"):
        wait_until_done(woken)
    assert woken.late() == []
    assert woken.look().differs(wanted(original)) == []


@pytest.mark.parametrize(BOTH, [("sqlite", "embedded")], indirect=True)
def test_a_message_that_was_written_half_stops_no_worker(original: Original, woken: Copy) -> None:
    messages = woken.settings.home / "broker" / "messages"
    messages.mkdir(parents=True)
    (messages / "0_half.celery.msg").write_text("")
    (messages / "1_half.celery.msg").write_text('{"body": "eyJ')
    with woken.beside("serve_due"):
        wait_until_done(woken)
    assert woken.look().differs(wanted(original)) == []
