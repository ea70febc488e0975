"""Rates: what a member and a workspace may ask in a minute, to the very request."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from fieldstone.api import application, rates
from fieldstone.api.rates import COSTS, Left, Rates, cost_of
from fieldstone.api.routes import ROUTES
from fieldstone.engine import members
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.clock import FixedClock
from fieldstone.engine.errors import TooMany
from fieldstone.engine.installation import Installation
from fieldstone.engine.members import NewMember
from fieldstone.engine.settings import Settings, described
from fieldstone.engine.tokens import Entrance
from fieldstone.engine.workspaces import Workspace
from tests.api.conftest import Person, person
from tests.refusals import require_whole
from tests.servers.meeting import PATIENCE
from tests.servers.redis import free_port, started_at

IDS = frozenset({"api.too_many_member", "api.too_many_workspace", "api.title.429"})


def member(workspace_id: str, member_id: int) -> Entrance:
    """What a token of a member opens."""
    return Entrance(
        workspace_id=workspace_id, member_id=member_id, slug="acme", name="Acme", locale="en"
    )


ANN = member("1", 1)
BOB = member("1", 2)
ELSEWHERE = member("2", 1)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 3, 5, 9, tzinfo=UTC))


def limits(clock: FixedClock, member: int, workspace: int = 0, **more: Any) -> Rates:
    """The limits of an installation with these settings."""
    return Rates(
        Settings(api_member_per_minute=member, api_workspace_per_minute=workspace, **more), clock
    )


def allowed(found: Rates, who: Entrance = ANN, cost: int = 1) -> bool:
    return all(one.wait is None for one in found.spend(who, cost))


def asked(found: Rates, who: Entrance = ANN) -> int:
    """How many requests a member has answered before one is refused."""
    return next(number for number in range(10_000) if not allowed(found, who))


def test_as_many_as_is_said_and_not_one_more(clock: FixedClock) -> None:
    found = limits(clock, 60)
    for number in range(1, 61):
        assert found.spend(ANN, 1) == (Left("member", 60, 60 - number, number),)
    assert found.spend(ANN, 1) == (Left("member", 60, 0, 60, wait=1),)


def test_what_was_used_comes_back_evenly(clock: FixedClock) -> None:
    found = limits(clock, 60)
    assert asked(found) == 60
    clock.instant += timedelta(milliseconds=999)
    assert not allowed(found)
    clock.instant += timedelta(milliseconds=1)
    assert asked(found) == 1
    clock.instant += timedelta(seconds=10)
    assert asked(found) == 10
    clock.instant += timedelta(days=1)
    assert asked(found) == 60


def test_a_costly_request_counts_as_several(clock: FixedClock) -> None:
    found = limits(clock, 60)
    assert allowed(found, cost=50)
    assert found.spend(ANN, 20) == (Left("member", 60, 10, 50, wait=10),)
    assert asked(found) == 10, "what was refused cost nothing"
    clock.instant += timedelta(seconds=19)
    assert not allowed(found, cost=20)
    clock.instant += timedelta(seconds=1)
    assert allowed(found, cost=20)


def test_what_costs_more_than_there_is_fits_when_nothing_is_used(clock: FixedClock) -> None:
    found = limits(clock, 5)
    assert allowed(found, cost=20)
    assert found.spend(ANN, 20)[-1].wait == 60
    clock.instant += timedelta(seconds=60)
    assert allowed(found, cost=20)


def test_each_member_has_their_own_and_the_workspace_one_for_all(clock: FixedClock) -> None:
    found = limits(clock, 10, 15)
    assert asked(found, ANN) == 10
    assert asked(found, BOB) == 5
    refused = found.spend(BOB, 1)
    assert [(one.name, one.wait) for one in refused] == [("member", None), ("workspace", 4)]
    assert asked(found, ELSEWHERE) == 10


def test_who_is_refused_takes_nothing_from_the_others(clock: FixedClock) -> None:
    found = limits(clock, 10, 15)
    asked(found, ANN)
    for _ in range(100):
        assert [one.name for one in found.spend(ANN, 1)] == ["member"]
    assert asked(found, BOB) == 5


def test_nothing_is_limited_by_zero(clock: FixedClock) -> None:
    found = limits(clock, 0)
    assert {found.spend(ANN, 20) for _ in range(1000)} == {()}
    assert rates.headers(()) == {}


def test_a_clock_that_is_put_back_locks_nobody_out(clock: FixedClock) -> None:
    found = limits(clock, 60)
    asked(found)
    clock.instant -= timedelta(hours=1)
    assert asked(found) == 60


def test_threads_count_together(clock: FixedClock) -> None:
    found, together = limits(clock, 100), threading.Barrier(8)

    def ask() -> int:
        together.wait(PATIENCE)
        return sum(allowed(found) for _ in range(50))

    with ThreadPoolExecutor(8) as pool:
        assert sum(one.result() for one in [pool.submit(ask) for _ in range(8)]) == 100


def test_processes_count_together_where_the_broker_is_a_redis(
    clock: FixedClock, redis_url: str
) -> None:
    # Whom nobody else has counted in this Redis, which tests share.
    mine = member(uuid4().hex, 1)
    one, other = (limits(clock, 60, 90, broker_url=redis_url) for _ in range(2))
    assert sum(allowed(one, mine) + allowed(other, mine) for _ in range(30)) == 60
    for found in (one, other):
        assert found.spend(mine, 1) == (Left("member", 60, 0, 60, wait=1),)
    clock.instant += timedelta(seconds=20)
    assert asked(one, mine) == 20
    assert not allowed(other, mine)
    clock.instant -= timedelta(hours=1)
    assert asked(other, mine) == 60


def test_while_a_redis_is_away_each_process_counts_alone(clock: FixedClock) -> None:
    port = free_port()
    found = limits(clock, 10, broker_url=f"redis://127.0.0.1:{port}/0")
    assert asked(found) == 10
    with started_at(port):
        clock.instant += timedelta(milliseconds=9_999)
        assert asked(found) == 1, "it is left alone for ten seconds"
        clock.instant += timedelta(milliseconds=1)
        assert asked(found) == 10
        clock.instant += timedelta(seconds=8)
    assert asked(found) == 2, "what came back meanwhile of what it counted alone"


@pytest.mark.parametrize("address", [None, "amqp://127.0.0.1//"])
def test_without_a_redis_each_process_counts_alone(clock: FixedClock, address: str | None) -> None:
    for _ in range(2):
        assert asked(limits(clock, 10, broker_url=address)) == 10


def test_every_cost_is_that_of_a_route() -> None:
    assert COSTS.keys() <= {one.name for one in ROUTES}
    assert {cost_of(one) for one in ROUTES if one.name.startswith("records.")} == {1}


def test_the_limits_are_generous_and_settings(clock: FixedClock) -> None:
    told = {one.variable: one.default for one in described()}
    assert told["FIELDSTONE_API_MEMBER_PER_MINUTE"] == "3000"
    assert told["FIELDSTONE_API_WORKSPACE_PER_MINUTE"] == "15000"
    environ = {"FIELDSTONE_API_MEMBER_PER_MINUTE": "7"}
    assert asked(Rates(Settings.read(environ, None), clock)) == 7


@pytest.fixture
def few(installation: Installation, workspace: Workspace, clock: FixedClock) -> Person:
    """Return the administrator's client where a member has six requests a minute."""
    web = application(installation, limits(clock, 6, 10)).test_client()
    return person(web, workspace, "ada@example.com")


def field(answer: TestResponse, name: str = "RateLimit") -> str | None:
    return answer.headers.get(name)


def test_an_answer_tells_what_is_left(few: Person) -> None:
    answer = few.get("/me")
    assert answer.status_code == 200
    assert field(answer, "RateLimit-Policy") == '"member";q=6;w=60, "workspace";q=10;w=60'
    assert field(answer) == '"member";r=5;t=10, "workspace";r=9;t=6'
    refused = few.post("/records/customer", {"zz": 1})
    assert refused.status_code == 422
    assert field(refused) == '"member";r=4;t=20, "workspace";r=8;t=12'
    assert field(few.get("/records/customer")) == '"member";r=2;t=40, "workspace";r=6;t=24'


def test_one_too_many_is_refused_in_words_and_changes_nothing(
    few: Person, clock: FixedClock
) -> None:
    for number in range(6):
        few.make("customer", name=str(number))
    sentences = {
        "en": "You have sent too many requests (at most 6 a minute); send this one again in 10 s.",
        "zh-CN": "您的请求过多（每分钟最多 6 次），请 10 秒后再次发送。",
    }
    for locale, sentence in sentences.items():
        answer = few.post("/records/customer", {"name": "One"}, **{"Accept-Language": locale})
        told = answer.get_json()
        assert (answer.status_code, told["status"], told["detail"]) == (429, 429, sentence)
        assert answer.mimetype == "application/problem+json"
        assert [one["code"] for one in told["errors"]] == ["api.too_many_member"]
        require_whole(told["title"], "api.title", locale)
        assert field(answer, "Retry-After") == "10"
        assert field(answer) == '"member";r=0;t=60'
    clock.instant += timedelta(seconds=10)
    assert few.get("/records/customer/1").status_code == 200
    clock.instant += timedelta(minutes=1)
    assert len(few.get("/records/customer").get_json()["data"]) == 6


def test_a_workspace_that_asks_too_much_is_refused_as_a_whole(
    few: Person, workspace: Workspace
) -> None:
    members.add(workspace, SYSTEM, NewMember(name="Bo", email="bo@example.com", roles=("admin",)))
    other = person(few.web, workspace, "bo@example.com")
    assert [few.get("/me").status_code for _ in range(6)] == [200] * 6
    assert [other.get("/me").status_code for _ in range(4)] == [200] * 4
    for locale in ("en", "zh-CN"):
        told = other.call("GET", "/me", headers={"Accept-Language": locale}).get_json()
        assert [one["code"] for one in told["errors"]] == ["api.too_many_workspace"]
        require_whole(told["detail"], "api.too_many_workspace", locale)


def test_another_token_is_the_same_member(few: Person, workspace: Workspace) -> None:
    assert [few.get("/me").status_code for _ in range(6)] == [200] * 6
    second = person(few.web, workspace, "ada@example.com")
    assert second.token != few.token
    assert second.get("/me").status_code == 429


def test_who_is_nobody_is_told_so_and_counts_for_nobody(few: Person) -> None:
    for _ in range(20):
        wrong = few.call("GET", "/me", headers={"Authorization": "Bearer fst_wrong"})
        assert (wrong.status_code, field(wrong)) == (401, None)
        assert few.web.get("/healthz").status_code == 200
    assert few.get("/me").status_code == 200


def test_the_description_tells_costs_and_the_answer(few: Person) -> None:
    paths = few.get("/openapi.json").get_json()["paths"]
    for path in paths.values():
        for operation in path.values():
            assert "Retry-After" in operation["responses"]["429"]["headers"]
    assert paths["/records/customer/batch"]["post"]["x-cost"] == COSTS["batches.run"]
    assert "x-cost" not in paths["/records/customer"]["post"]


def test_a_refusal_says_when_to_come_back() -> None:
    with pytest.raises(TooMany) as caught:
        rates.require((Left("member", 60, 0, 60, wait=7),))
    assert caught.value.retry_after == 7
    rates.require((Left("member", 60, 0, 60),))
