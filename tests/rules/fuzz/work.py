"""What a process of a run does: it reaches both databases and tries companies one by one."""

from __future__ import annotations

import gc
from contextlib import ExitStack
from typing import Literal

from tests.rules.fuzz.agreement import Place, Tried
from tests.rules.fuzz.figures import Figures
from tests.rules.fuzz.hostility import Attacked
from tests.rules.world import Tables, postgresql, sqlite
from tests.servers.postgres import PostgresServer

Kind = Literal["random", "hostile"]
_TRIED: dict[Kind, type[Tried]] = {"random": Tried, "hostile": Attacked}
_stack = ExitStack()
_places: list[Place] = []


def begin(url: str) -> None:
    """Make databases of this process's own; `url` is that of a PostgreSQL server."""
    # What is made of an expression is many small objects: collecting them all the time is slow.
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
    here = _stack.enter_context(sqlite())
    there = _stack.enter_context(postgresql(_stack.enter_context(PostgresServer(url).database())))
    _places[:] = [Place.of(here, Tables("sqlite")), Place.of(there, Tables("postgresql"))]


def end() -> None:
    """Give the databases back."""
    _places.clear()
    _stack.close()


def part(kind: Kind, first: int, count: int) -> Figures:
    """Try so many companies from a seed on."""
    total = Figures()
    for seed in range(first, first + count):
        total.add(one(kind, seed))
    gc.collect()
    return total


def one(kind: Kind, seed: int, number: int | None = None) -> Figures:
    """Try one company, or one expression of it."""
    return _TRIED[kind](seed, _places).run(number)
