"""`make bench`: fills both sides, measures each kind of work in turn, prints the ratios."""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any, Final

from tests.servers.postgres import postgres_server

from . import alone, baseline, frozen, report
from .data import customers, deals
from .measure import Ratio, compare
from .ours import Ours
from .works import AIMS, GROWING, STEADY, Works

_PLAIN: Final = "plain indexes"
_OURS: Final = "our indexes as well"
_POSTGRESQL: Final = {"fsync": "on", "synchronous_commit": "on", "shared_buffers": "512MB"}
"""As durable as in service, for both sides."""


def main() -> None:
    """Measure and print; `--write` keeps the page of figures, `--json FILE` the figures."""
    options = _options()
    frozen.refuse_another()
    ratios: dict[tuple[str, str], dict[str, Ratio]] = {}
    figures: dict[str, dict[str, alone.Figure]] = {}
    for kind in options.databases:
        figures[kind] = _alone(kind) if options.alone else {}
        with tempfile.TemporaryDirectory() as folder, _sides(kind, Path(folder), options) as sides:
            for words, works in _rounds(sides[1]):
                wanted = [one for one in works if one in options.work]
                found = _measure(f"{kind}, by hand with {words}", *sides, wanted, options)
                ratios.setdefault((kind, words), {}).update(found)
    run = report.Run(options.customers, options.pairs, ratios, figures)
    if options.json:
        options.json.write_text(json.dumps(_figures(run), indent=2))
    if options.write:
        report.PAGE.parent.mkdir(exist_ok=True)
        report.PAGE.write_text(report.text(run, date.today()), "utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--pairs", type=int, default=30)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--work", nargs="+", default=list(AIMS), choices=list(AIMS))
    parser.add_argument("--json", type=Path)
    parser.add_argument("--write", action="store_true", help="write docs/measured/speed.md")
    parser.add_argument(
        "--no-alone",
        dest="alone",
        action="store_false",
        help="leave out starts and the entity of 300 fields",
    )
    parser.add_argument(
        "--unguarded", action="store_true", help="the side by hand asks nobody for a token"
    )
    return parser.parse_args()


def _rounds(by_hand: Any) -> Iterator[tuple[str, dict[str, float]]]:
    """The works with plain indexes and with ours; those that make the tables larger come last."""
    yield _PLAIN, STEADY
    baseline.add_indexes(by_hand)
    yield _OURS, STEADY
    yield _OURS, GROWING
    baseline.drop_indexes(by_hand)
    yield _PLAIN, GROWING


def _alone(kind: str) -> dict[str, alone.Figure]:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        url = None
        if kind == "postgresql":
            url = stack.enter_context(stack.enter_context(postgres_server(_POSTGRESQL)).database())
        found = alone.measured(url, Path(folder))
    print(f"\n{kind}, by itself")
    for name, one in found.items():
        over = "" if one.median <= alone.AIMS[name] else "  over the aim"
        print(f"{name:28}{one.median:8.2f}  (at first {one.first:.2f}){over}", flush=True)
    return found


@contextmanager
def _sides(kind: str, folder: Path, options: argparse.Namespace) -> Iterator[tuple[Ours, Any]]:
    with ExitStack() as stack:
        urls: list[str | None] = [None, None]
        if kind == "postgresql":
            server = stack.enter_context(postgres_server(_POSTGRESQL))
            urls = [stack.enter_context(server.database()) for _ in range(2)]
        started = time.monotonic()
        ours = Ours(urls[0], folder)
        stack.callback(ours.close)
        ours.fill(customers(options.customers), deals(options.customers))
        by_hand = baseline.engine(urls[1], folder)
        stack.callback(by_hand.dispose)
        baseline.fill(by_hand, customers(options.customers), deals(options.customers))
        print(f"{kind}: filled in {time.monotonic() - started:.0f} s", file=sys.stderr)
        Works(ours, by_hand, options.customers, guarded=True).same_answers()
        yield ours, by_hand


def _measure(
    title: str, ours: Ours, by_hand: Any, wanted: list[str], options: argparse.Namespace
) -> dict[str, Ratio]:
    works = Works(ours, by_hand, options.customers, guarded=not options.unguarded)
    print(f"\n{title}\n{'work':16} {'ratio':>6}  {'95 % interval':15} {'aim':>5}")
    found = {}
    for name in wanted:
        work = works.of(name)
        one = compare(work.ours, work.by_hand, pairs=options.pairs, repeat=work.repeat)
        found[name] = one
        mark = "" if one.within(AIMS[name]) else "  over the aim"
        interval = f"{one.low:.2f} to {one.high:.2f}"
        print(
            f"{name:16} {one.median:6.2f}  {interval:15} {AIMS[name]:5g} "
            f"{one.ours_ms:8.2f} ms {one.other_ms:8.2f} ms{mark}",
            flush=True,
        )
    return found


def _figures(run: report.Run) -> dict[str, Any]:
    ratios = {
        f"{kind}, {words}": {work: asdict(one) for work, one in by.items()}
        for (kind, words), by in run.ratios.items()
    }
    alone_by = {
        f"{kind}, by itself": {name: asdict(one) for name, one in by.items()}
        for kind, by in run.figures.items()
    }
    return {"machine": platform.platform(), "customers": run.customers, **ratios, **alone_by}


if __name__ == "__main__":
    main()
