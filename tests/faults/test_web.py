"""kill -9 of pages or all of `serve` while programs write: what was answered is there, once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from fieldstone.engine import members
from fieldstone.engine.outbox import endpoints
from fieldstone.engine.outbox.webhook import read_networks
from fieldstone.engine.system_tables import ALERT, FIELD_CHANGE, JOB, OUTBOX
from tests.faults.clients import (
    RUN,
    Asked,
    Door,
    Unanswered,
    Writer,
    beside,
    orders,
    run_rules,
    written,
)
from tests.faults.company import SLUG
from tests.faults.conftest import AT_MOST, PATIENCE, Copy
from tests.faults.test_brokers import BOTH, KILLING, moments
from tests.servers.receiver import Receiver, receiving
from tests.servers.redis import free_port

_FIRST = Asked("GET", "/me")
LASTS = 1.5
"""Seconds of writing within which the process is killed."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Return the program that the company's webhooks call."""
    with receiving() as found:
        yield found


@pytest.fixture
def door(woken: Copy, receiver: Receiver) -> Door:
    """Return the door to the API of a company whose time moves and whose webhooks are set up."""
    port = free_port()
    networks = read_networks("127.0.0.0/8")
    woken.moving = True
    woken.settings = replace(woken.settings, listen=f"127.0.0.1:{port}", webhook_networks=networks)
    with woken.opened() as opened:
        workspace = opened.workspace(SLUG)
        with workspace.writing() as tx:
            endpoints.put(tx, "erp", receiver.url)
        with workspace.reading() as tx:
            boss = members.find(tx, "boss")
        token = opened.control.tokens.create(
            account_id=boss.account or "",
            workspace_id=workspace.id,
            member_id=boss.id,
            name="program",
        )
    return Door(port, token)


@pytest.mark.parametrize(BOTH, [*KILLING, ("postgresql", "embedded")], indirect=True)
@pytest.mark.parametrize("after", moments("web", 1, LASTS))
def test_what_was_answered_before_the_pages_died_is_there_once(
    woken: Copy, door: Door, receiver: Receiver, after: float
) -> None:
    with woken.running("serve_pages") as web:
        writer = write_until_killed(woken, door, web.kill, after)
    with woken.running("serve_pages"):
        go_on(woken, door, writer)
    woken.come_back()
    assert_all_once(woken, writer, receiver)


@pytest.mark.parametrize(BOTH, KILLING, indirect=True)
@pytest.mark.parametrize("after", moments("serve", 1, LASTS))
def test_a_whole_serve_that_dies_goes_on_where_it_was(
    woken: Copy, door: Door, receiver: Receiver, after: float
) -> None:
    with serving(woken) as serve:
        writer = write_until_killed(woken, door, serve.kill, after)
    # By its clock it is back within a minute: what the dead held is then another's.
    woken.back, woken.at = woken.at, woken.at + AT_MOST - timedelta(seconds=1)
    with serving(woken) as serve:
        go_on(woken, door, writer)
        wait_until_idle(woken)
        serve.terminate()
        assert serve.wait(PATIENCE) == 0
    assert_all_once(woken, writer, receiver)


@contextmanager
def serving(copy: Copy) -> Iterator[subprocess.Popen[bytes]]:
    """Let `fieldstone serve` run; killed at the end if it still does."""
    with (copy.settings.home / "log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "fieldstone.ui.cli", "serve"],
            env={**os.environ, **copy.environ()},
            cwd=copy.settings.home,
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait(PATIENCE)


def write_until_killed(copy: Copy, door: Door, kill: Callable[[], None], after: float) -> Writer:
    """Let programs write and run rules until the server is killed; what the writer knows then."""
    wait_for(door)
    writer = Writer(door)
    threads = beside(writer.write, lambda: run_rules(door, lambda: make_later(copy)))
    threads[0].join(after)
    kill()
    for one in threads:
        one.join(PATIENCE)
    assert_there(writer, worths(copy), ordered(copy))
    return writer


def go_on(copy: Copy, door: Door, writer: Writer) -> None:
    """Let the programs repeat what was not answered."""
    wait_for(door)
    if writer.cut is not None:
        writer.send(writer.cut)
    make_later(copy)
    assert door.ask(RUN)[0] == 200


def wait_for(door: Door) -> None:
    """Wait until somebody answers."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            door.ask(_FIRST)
            return
        except Unanswered:
            assert time.monotonic() < deadline
            time.sleep(0.05)


def wait_until_idle(copy: Copy) -> None:
    """Wait until no job is left to be done."""
    left = sa.select(sa.func.count()).select_from(JOB).where(JOB.c.state != "done")
    deadline = time.monotonic() + PATIENCE
    with copy.opened() as opened:
        workspace = opened.workspace(SLUG)
        while True:
            with workspace.reading() as tx:
                if not tx.connection.scalar(left):
                    return
            assert time.monotonic() < deadline
            time.sleep(0.1)


def make_later(copy: Copy) -> None:
    """Let a bit of time go by for all processes."""
    copy.at += timedelta(milliseconds=1)
    copy.tell_time()


def assert_all_once(copy: Copy, writer: Writer, receiver: Receiver) -> None:
    """Everything was done within a minute, and once, of what people, rules and programs did."""
    assert copy.late() == []
    assert worths(copy) == {name: [Decimal(one)] for name, one in writer.worth.items()}
    assert ordered(copy) == sorted(writer.ordered)
    assert_told_once(copy, receiver)
    assert copy.look().problems == ()


def worths(copy: Copy) -> dict[str, list[Decimal]]:
    """What the customers are worth that programs wrote, by name."""
    with copy.opened() as opened, opened.workspace(SLUG).reading() as tx:
        row = tx.tables.table("customer")
        name, worth = (tx.tables.column(row, "customer", one) for one in ("name", "worth"))
        found: dict[str, list[Decimal]] = {}
        for called, amount in tx.connection.execute(
            sa.select(name, worth).where(name.like("Web %"))
        ):
            found.setdefault(called, []).append(Decimal(amount))
        return found


def ordered(copy: Copy) -> list[str]:
    """The codes of the orders that programs made, once for each time."""
    with copy.opened() as opened, opened.workspace(SLUG).reading() as tx:
        row = tx.tables.table("order")
        code = tx.tables.column(row, "order", "code")
        return sorted(tx.connection.scalars(sa.select(code).where(code.like("Web %"))))


def assert_there(writer: Writer, found: dict[str, list[Decimal]], codes: list[str]) -> None:
    """What was answered is there once; what was not, once or not at all, and whole."""
    known = {name: [Decimal(one)] for name, one in writer.worth.items()}
    wanted = {} if writer.cut is None else written(writer.cut)
    done = known | {name: [Decimal(one)] for name, one in wanted.items()}
    assert found in (known, done)
    cut = [] if writer.cut is None else orders(writer.cut)
    assert codes in (sorted(writer.ordered), sorted([*writer.ordered, *cut]))


def assert_told_once(copy: Copy, receiver: Receiver) -> None:
    """Each alert was told to the other program under one id, and each change noted once."""
    with copy.opened() as opened, opened.workspace(SLUG).reading() as tx:
        rule = next(one.id for one in tx.app.rules.values() if one.name == "silent")
        alerted = tx.connection.scalars(
            sa.select(ALERT.c.record_id).where(ALERT.c.rule == rule, ~ALERT.c.quiet)
        ).all()
        sent = tx.connection.execute(sa.select(OUTBOX)).all()
        worth = tx.app.entity("customer").field("worth").id
        noted = tx.connection.execute(
            sa.select(FIELD_CHANGE.c.record_id, FIELD_CHANGE.c.after).where(
                FIELD_CHANGE.c.field == worth
            )
        ).all()
    assert [one.key for one in sent if one.sent_at is None] == []
    bodies = {one.headers["fieldstone-delivery"]: one.body for one in receiver.calls}
    assert set(bodies) == {one.delivery for one in sent}
    told = [record["id"] for body in bodies.values() for record in json.loads(body)["records"]]
    assert Counter(map(int, told)) == Counter(alerted)
    assert [one for one, times in Counter(noted).items() if times > 1] == []
