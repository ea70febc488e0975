"""What is done in processes of their own, so that they can be killed and their memory be read."""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from fieldstone.engine import revisions, upgrades
from fieldstone.engine.installation import Installation
from fieldstone.engine.settings import Settings
from fieldstone.engine.upgrade_run import upgrade_all

from .versions import NAME, NEXT, REASON, install, make_own


@dataclass(frozen=True)
class Place:
    """An installation: its home, and the database if it is PostgreSQL."""

    home: Path
    url: str | None

    def open(self) -> Installation:
        return Installation.open(Settings(home=self.home, database_url=self.url, env="test"))


@dataclass(frozen=True)
class Done:
    """One workspace that a process is done with: how long that took, in seconds, what became of
    it, and the most memory that the process ever had, in MB."""

    what: str
    took: float
    memory: float


Work = Callable[[Place, Connection, Any], None]


@contextmanager
def process(
    work: Work, place: Place, given: Any = None
) -> Iterator[tuple[BaseProcess, Connection]]:
    """A process at work, and where it tells what it did; None says that it has ended."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    started = context.Process(target=_run, args=(work, place, there, given))
    started.start()
    there.close()
    try:
        yield started, here
    finally:
        started.join()


def _run(work: Work, place: Place, told: Connection, given: Any) -> None:
    work(place, told, given)
    told.send(None)


def make(place: Place, told: Connection, given: Any) -> None:
    """Make workspaces: `created` from the template, the others `cloned` from the first."""
    count, created = given
    with place.open() as installation:
        first = None
        for number in range(count):
            began = time.monotonic()
            slug = f"w{number:05d}"
            if number < created or first is None:
                made = installation.create_workspace(slug, slug, NAME)
            else:
                made = installation.clone_workspace(first, slug, slug)
            what = "created" if number < created else "cloned"
            _tell(told, what, began)
            first = first or made
            if number:
                make_own(made, number)
        install(installation)


def upgrade(place: Place, told: Connection, given: Any) -> None:
    """One run over all workspaces."""
    with place.open() as installation:
        template = installation.templates.get(f"{NAME}@{NEXT}")
        began = time.monotonic()
        for one in upgrade_all(installation, template, REASON):
            _tell(told, one.fate, began)
            began = time.monotonic()


def counted(place: Place) -> Counter[str]:
    """The versions that all workspaces are at, and how often each was upgraded."""
    found: Counter[str] = Counter()
    with place.open() as installation:
        for entry in installation.workspaces():
            with installation.workspace(entry.slug).reading() as tx:
                times = [one.reason for one in revisions.listed(tx.connection)].count(REASON)
                version = upgrades.base(tx).version
            found["upgraded" if version == NEXT else "left"] += 1
            found["twice" if times > 1 else "wrong"] += times != (version == NEXT)
    return found


def _tell(told: Connection, what: str, began: float) -> None:
    took = time.monotonic() - began
    told.send(Done(what, took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))
