"""`python -m benchmarks.publishing`: changes of a million records while others write and read."""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from benchmarks.data import customers
from benchmarks.ours import Ours
from tests.servers.postgres import postgres_server

from .changes import CHANGES, planned, published
from .traffic import Done, Place, going_on

AIMS = {"sqlite": 5.0, "postgresql": 0.25}
"""The longest that a writer may wait, in seconds."""
ADD = 1.0
"""What adding a field may take, in seconds."""
QUIET = 30.0
"""Seconds that people work while nobody publishes, to tell what the machine itself costs."""
SERVER = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "1GB",
}
"""A server of those who have a million records: it keeps what it has confirmed."""


@dataclass(frozen=True)
class Figure:
    """What one work took, and what it cost those who worked meanwhile, in seconds."""

    took: float
    writer: float
    reader: float
    usual: float
    errors: int
    examples: tuple[str, ...] = ()


def main() -> None:
    """Measure and print; `--json FILE` keeps the figures."""
    options = _options()
    found = {}
    for kind in options.databases:
        with _filled(kind, options.customers) as (ours, place):
            found[kind] = _measured(ours, place, options, AIMS[kind])
    if options.json:
        figures = {
            kind: {name: asdict(one) for name, one in by.items()} for kind, by in found.items()
        }
        about = {"machine": platform.platform(), "customers": options.customers}
        options.json.write_text(json.dumps({**about, **figures}, indent=2))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.publishing", description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=4, help="so many write, and so many read")
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--only", nargs="*", default=[], help="names of changes")
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


@contextmanager
def _filled(kind: str, count: int) -> Iterator[tuple[Ours, Place]]:
    with ExitStack() as stack:
        url = None
        if kind == "postgresql":
            url = stack.enter_context(stack.enter_context(postgres_server(SERVER)).database())
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ours = Ours(url, home)
        stack.callback(ours.close)
        started = time.monotonic()
        ours.fill(customers(count), ())
        print(f"{kind}: filled in {time.monotonic() - started:.0f} s", file=sys.stderr)
        yield ours, Place(ours.environ, home, ours.workspace.slug, count)


def _measured(
    ours: Ours, place: Place, options: argparse.Namespace, aim: float
) -> dict[str, Figure]:
    print(f"{'':28}{'took':>9}{'writer':>9}{'reader':>9}{'usual':>9}{'errors':>8}")
    quiet = _beside(place, options.people, lambda: time.sleep(QUIET))
    found = {"nobody publishes": quiet}
    _tell("nobody publishes", quiet, aim)
    for name, change in CHANGES.items():
        if options.only and name not in options.only:
            continue
        plan = planned(ours.workspace, change)
        found[name] = _beside(place, options.people, partial(published, ours.workspace, plan))
        _tell(name, found[name], aim)
    return found


def _beside(place: Place, people: int, work: Callable[[], object]) -> Figure:
    """What a work took, beside so many who write and so many who read."""
    with going_on(place, people, people) as done:
        time.sleep(1)
        began = time.monotonic()
        work()
        ended = time.monotonic()
    return _figure(done, began, ended)


def _tell(name: str, one: Figure, aim: float) -> None:
    told = f"{name:28}{one.took:8.2f}s{one.writer:8.2f}s{one.reader:8.2f}s{one.usual:8.3f}s"
    late = one.writer > aim or (name == "add a field" and one.took > ADD)
    print(f"{told}{one.errors:8}{'  !' if late or one.errors else ''}", flush=True)
    for example in one.examples:
        print(f"    {example}")


def _figure(done: Iterable[Done], began: float, ended: float) -> Figure:
    """The longest that anybody waited meanwhile."""
    everything = list(done)
    beside = [one for one in everything if one.ended > began and one.began < ended]
    before = sorted(one.ended - one.began for one in everything if one.ended <= began)
    errors = [one.error for one in everything if one.error]
    return Figure(
        took=ended - began,
        writer=_longest(beside, "writer"),
        reader=_longest(beside, "reader"),
        usual=before[len(before) // 2] if before else 0.0,
        errors=len(errors),
        examples=tuple(dict.fromkeys(errors))[:3],
    )


def _longest(done: Iterable[Done], who: str) -> float:
    return max((one.ended - one.began for one in done if one.who == who), default=0.0)


if __name__ == "__main__":
    main()
