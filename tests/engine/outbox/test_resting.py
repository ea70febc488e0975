"""An endpoint that fails again and again rests: its calls wait, and somebody lets it be tried."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fieldstone.engine import access
from fieldstone.engine.access import Caller
from fieldstone.engine.errors import Forbidden, NotFound
from fieldstone.engine.outbox import endpoints, resting
from fieldstone.engine.outbox.resting import Health
from fieldstone.engine.work import jobs
from tests.engine.outbox.conftest import House


@pytest.fixture
def boss(house: House) -> Caller:
    """Return the boss as a caller."""
    with house.workspace.reading() as tx:
        return access.for_member(tx, house.people["boss"])


def health(house: House, boss: Caller) -> Health:
    """How the endpoint is."""
    with house.workspace.reading() as tx:
        (found,) = resting.listed(tx, boss)
    return found


def let_it_fail(house: House) -> None:
    """Two hundred customers fall silent: the first calls of three fail, so the endpoint rests."""
    house.receiver.answers[:] = [500] * 1000
    house.silent(250, worth="20")
    house.work()


def test_an_endpoint_that_fails_three_times_is_left_alone(house: House, boss: Caller) -> None:
    let_it_fail(house)
    assert len(house.receiver.calls) == resting.PATIENT
    found = health(house, boss)
    assert (found.failures, found.waiting) == (3, 3)
    assert "answered 500" in (found.why or "")
    assert found.rests_until == house.clock.now() + timedelta(minutes=1)
    house.later(seconds=59)
    assert house.work() == 0
    assert len(house.receiver.calls) == 3


def test_after_its_rest_one_call_tries_and_the_others_wait_on(house: House, boss: Caller) -> None:
    let_it_fail(house)
    house.later(seconds=61)
    house.work()
    assert len(house.receiver.calls) == 4, "only the first of the three calls was made"
    assert health(house, boss).rests_until == house.clock.now() + timedelta(minutes=2)
    attempts = sorted(one.attempts for one in house.jobs("queued"))
    assert attempts == [1, 1, 2], "who waits uses up no attempt"


def test_one_answer_ends_it(house: House, boss: Caller) -> None:
    let_it_fail(house)
    house.receiver.answers.clear()
    house.later(seconds=61)
    house.work()
    assert len(house.receiver.calls) == 6
    found = health(house, boss)
    assert (found.failures, found.why, found.rests_until, found.waiting) == (0, None, None, 0)
    assert house.jobs("queued") == []


def test_somebody_lets_it_be_tried_at_once(house: House, boss: Caller, wang: Caller) -> None:
    let_it_fail(house)
    house.receiver.answers.clear()
    with house.workspace.writing() as tx:
        with pytest.raises(Forbidden):
            resting.try_now(tx, wang, "erp")
        with pytest.raises(NotFound):
            resting.try_now(tx, boss, "erpp")
        assert resting.try_now(tx, boss, "erp") == 3
    house.work()
    assert health(house, boss).waiting == 0
    assert len({one.headers["fieldstone-delivery"] for one in house.receiver.calls}) == 3


def test_another_address_is_tried_anew(house: House, boss: Caller) -> None:
    let_it_fail(house)
    with house.workspace.writing() as tx:
        endpoints.put(tx, "erp", f"{house.receiver.url}/new")
    assert health(house, boss).failures == 0


def test_what_waits_for_days_is_given_up(house: House, boss: Caller) -> None:
    let_it_fail(house)
    for _ in range(24 * 4):
        house.later(hours=1)
        house.work()
    assert health(house, boss).waiting == 0
    dead = house.jobs("dead")
    assert len(dead) == 3 and all(one.kind == "deliver" for one in dead)
    calls = len(house.receiver.calls)
    assert calls <= 3 * jobs.ATTEMPTS
    house.later(days=1)
    house.work()
    assert len(house.receiver.calls) == calls
