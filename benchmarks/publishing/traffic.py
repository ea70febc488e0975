"""People at work: processes that write and read records until they are told to stop."""

from __future__ import annotations

import multiprocessing
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

from fieldstone.engine import query, records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.installation import Installation
from fieldstone.engine.settings import Settings
from fieldstone.metadata.problems import ProblemsError

_REST = 0.01
"""Seconds between two things that one person does."""


@dataclass(frozen=True)
class Done:
    """One thing that somebody did: when it began and ended, and what went wrong."""

    who: str
    began: float
    ended: float
    error: str | None = None


@dataclass(frozen=True)
class Place:
    """The workspace that is worked in."""

    environ: dict[str, str]
    home: Path
    slug: str
    customers: int


@contextmanager
def going_on(place: Place, writers: int, readers: int) -> Iterator[list[Done]]:
    """Let people work; what they did is in the list at the end."""
    context = multiprocessing.get_context("spawn")
    stop, ready, found = context.Event(), context.Semaphore(0), context.Queue()
    people = [
        context.Process(target=_work, args=(place, kind, number, stop, ready, found))
        for kind, many in (("writer", writers), ("reader", readers))
        for number in range(many)
    ]
    for one in people:
        one.start()
    for _ in people:
        ready.acquire()
    told: list[Done] = []
    try:
        yield told
    finally:
        stop.set()
        for _ in people:
            told += found.get()
        for one in people:
            one.join()


def _work(place: Place, kind: str, number: int, stop: Event, ready: Any, found: Any) -> None:
    chance = random.Random(f"{kind}{number}")
    done: list[Done] = []
    settings = Settings.read(place.environ, place.home / ".env")
    with Installation.open(settings) as installation:
        workspace = installation.workspace(place.slug)
        act = _write if kind == "writer" else _read
        ready.release()
        while not stop.is_set():
            began, error = time.monotonic(), None
            try:
                act(workspace, chance.randrange(1, place.customers + 1), chance)
            except ProblemsError as problem:
                error = str(problem)
            done.append(Done(kind, began, time.monotonic(), error))
            time.sleep(_REST)
    found.put(done)


def _write(workspace: Any, number: int, chance: random.Random) -> None:
    with workspace.writing() as tx:
        there = records.get(tx, SYSTEM, "customer", number)
        values = {"decision_days": chance.randrange(365)}
        records.update(tx, SYSTEM, "customer", number, there.version, values)


def _read(workspace: Any, number: int, chance: random.Random) -> None:
    with workspace.reading() as tx:
        if number % 2:
            records.get(tx, SYSTEM, "customer", number)
        else:
            request = query.ListRequest(
                entity_id="customer", fields=("name", "status"), sort=("-id",), limit=20
            )
            query.page(tx, SYSTEM, request)
