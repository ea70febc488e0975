"""`python -m benchmarks.upgrading`: many workspaces upgraded in one run, which is killed once."""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from tests.servers.postgres import postgres_server

from .work import Done, Place, counted, make, process, upgrade

CREATED = 10
"""So many are made from the template, the others by cloning."""
GROWTH = 1.25
"""So many times as much memory a run may have at its end as after three quarters of it."""


@dataclass(frozen=True)
class Figure:
    """Seconds a workspace, what became of them, and memory in MB."""

    workspaces: int
    created: float
    cloned: float
    upgraded: float
    fates: dict[str, int]
    killed_after: int
    memory_early: float
    memory_late: float
    wrong: int


def main() -> None:
    """Measure and print; `--json FILE` keeps the figures."""
    options = _options()
    counts = {"sqlite": options.workspaces, "postgresql": options.postgresql}
    found = {}
    print(f"{'':12}{'number':>7}{'created':>10}{'cloned':>10}{'upgraded':>10}{'memory':>14}")
    for kind in options.databases:
        with ExitStack() as stack:
            url = None
            if kind == "postgresql":
                url = stack.enter_context(stack.enter_context(postgres_server()).database())
            home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            found[kind] = one = _measured(Place(home, url), counts[kind])
        memory = f"{one.memory_early:.0f} to {one.memory_late:.0f} MB"
        print(
            f"{kind:12}{one.workspaces:7}{one.created:9.2f}s{one.cloned:9.2f}s"
            f"{one.upgraded:9.2f}s{memory:>14}"
            f"{'  !' if one.wrong or one.memory_late > GROWTH * one.memory_early else ''}"
        )
        print(f"    killed after {one.killed_after}, then {one.fates}; wrong: {one.wrong}")
    if options.json:
        figures = {kind: asdict(one) for kind, one in found.items()}
        options.json.write_text(json.dumps({"machine": platform.platform(), **figures}, indent=2))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.upgrading", description=__doc__)
    parser.add_argument("--workspaces", type=int, default=1_000)
    parser.add_argument("--postgresql", type=int, default=100, help="so many on PostgreSQL")
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def _measured(place: Place, count: int) -> Figure:
    with process(make, place, (count, min(CREATED, count // 2))) as (_, told):
        made = list(_heard(told, count))
    with process(upgrade, place) as (running, told):
        before = [one for one, _ in zip(_heard(told, count), range(count // 2), strict=False)]
        os.kill(running.pid or 0, signal.SIGKILL)
    # What it was at when it was killed is upgraded or not; what it said before is upgraded.
    with process(upgrade, place) as (_, told):
        after = list(_heard(told, count))
    found = counted(place)
    early = after[len(after) * 3 // 4]
    return Figure(
        workspaces=count,
        created=_usual(one for one in made if one.what == "created"),
        cloned=_usual(one for one in made if one.what == "cloned"),
        upgraded=_usual(one for one in (*before, *after) if one.what == "upgraded"),
        fates=dict(Counter(one.what for one in after)),
        killed_after=len(before),
        memory_early=early.memory,
        memory_late=after[-1].memory,
        wrong=found["wrong"] + found["twice"] + count - len(after),
    )


def _heard(told: Connection, count: int) -> Iterator[Done]:
    for number in range(count + 1):
        one = told.recv()
        if one is None:
            return
        if number % 50 == 0:
            print(f"  {number} of {count}, {one.memory:.0f} MB", file=sys.stderr)
        yield one


def _usual(done: Iterator[Done]) -> float:
    return statistics.median([one.took for one in done] or [0.0])


if __name__ == "__main__":
    main()
