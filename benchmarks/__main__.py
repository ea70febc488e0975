"""`make bench`: fills both sides, measures each kind of work in turn, prints the ratios."""

from __future__ import annotations

import argparse
import itertools
import json
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.servers.postgres import postgres_server

from . import baseline
from .data import NOW, customers, deals
from .measure import Ratio, compare
from .ours import Ours

AIMS = {
    "get": 1.5,
    "create": 2.0,
    "update": 2.0,
    "list": 0.5,
    "search": 1.0,
    "rule": 1.3,
    "tiers": 1.3,
}
_BY_HAND = "/customer?industry=retail&status=signed&sort=-annual_amount&limit=50"
_FIELDS = "name,industry,status,owner,annual_amount,last_follow_up_at"
_FILTER = 'industry == "retail" and status == "signed"'
_NEW = {
    "name": "Hua trade 000000",
    "phone": "+8613000000000",
    "email": "hua@trade.example",
    "kind": "enterprise",
    "industry": "retail",
    "city": "Shanghai",
    "status": "signed",
    "annual_amount": "120000.50",
    "employees": 120,
    "vip": True,
    "first_contact_on": "2026-03-05",
    "last_follow_up_at": "2026-03-05T09:30:00Z",
}


def main() -> None:
    """Measure and print; `--json FILE` keeps the figures."""
    options = _options()
    found: dict[str, dict[str, Ratio]] = {}
    for kind in options.databases:
        with tempfile.TemporaryDirectory() as folder, _sides(kind, Path(folder), options) as sides:
            for indexed in (False, True):
                if indexed:
                    baseline.add_indexes(sides[1])
                words = "with our indexes" if indexed else "without indexes"
                found[f"{kind}, {words}"] = _measure(*sides, options)
                _print(f"{kind}, by hand {words}", found[f"{kind}, {words}"])
    if options.json:
        figures = {
            name: {work: asdict(one) for work, one in by.items()} for name, by in found.items()
        }
        options.json.write_text(json.dumps({"machine": platform.platform(), **figures}, indent=2))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--pairs", type=int, default=30)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--work", nargs="+", default=list(AIMS), choices=list(AIMS))
    parser.add_argument("--json", type=Path)
    parser.add_argument(
        "--unguarded", action="store_true", help="the side by hand asks nobody for a token"
    )
    return parser.parse_args()


@contextmanager
def _sides(kind: str, folder: Path, options: argparse.Namespace) -> Iterator[tuple[Ours, Any]]:
    with ExitStack() as stack:
        urls: list[str | None] = [None, None]
        if kind == "postgresql":
            server = stack.enter_context(postgres_server())
            urls = [stack.enter_context(server.database()) for _ in range(2)]
        started = time.monotonic()
        ours = Ours(urls[0], folder)
        stack.callback(ours.close)
        ours.fill(customers(options.customers), deals(options.customers))
        by_hand = baseline.engine(urls[1], folder)
        stack.callback(by_hand.dispose)
        baseline.fill(by_hand, customers(options.customers), deals(options.customers))
        print(f"{kind}: filled in {time.monotonic() - started:.0f} s", file=sys.stderr)
        yield ours, by_hand


def _measure(ours: Ours, by_hand: Any, options: argparse.Namespace) -> dict[str, Ratio]:
    pairs = _pairs(ours, by_hand, options)
    _same_answers(ours, by_hand)
    return {
        work: compare(pairs[work][0], pairs[work][1], pairs=options.pairs, repeat=pairs[work][2])
        for work in options.work
    }


def _pairs(
    ours: Ours, by_hand: Any, options: argparse.Namespace
) -> dict[str, tuple[Callable[[], Any], Callable[[], Any], int]]:
    """For each work our way, the way by hand, and how often it is done for one figure."""
    client = baseline.application(by_hand, guarded=not options.unguarded).test_client()
    headers = {"Authorization": f"Bearer {baseline.new_token(by_hand)}"}
    step = itertools.count(1)
    every: int = max(1, options.customers // 5000)

    def number() -> int:
        count: int = options.customers
        return 1 + (next(step) * 7919 * every) % count

    def city() -> dict[str, str]:
        return {"city": f"City {next(step)}"}

    def asked(method: str, path: str, status: int = 200, **body: Any) -> None:
        answer = client.open(path, method=method, headers=headers, **body)
        assert answer.status_code == status, answer.text

    return {
        "get": (
            lambda: ours.get(f"/records/customer/{number()}"),
            lambda: asked("GET", f"/customer/{number()}"),
            20,
        ),
        "create": (
            lambda: ours.post("/records/customer", _NEW),
            lambda: asked("POST", "/customer", 201, json=_NEW),
            10,
        ),
        "update": (
            lambda: ours.update(number(), city()),
            lambda: asked("PATCH", f"/customer/{number()}", json=city()),
            10,
        ),
        "list": (
            lambda: ours.query(_FILTER, "-annual_amount", _FIELDS),
            lambda: asked("GET", _BY_HAND),
            3,
        ),
        "search": (
            lambda: ours.search(f"{number():06d}", _FIELDS),
            lambda: asked("GET", f"/customer?q={number():06d}&limit=50"),
            3,
        ),
        "rule": (ours.run_rule, lambda: baseline.run_rule(by_hand, NOW), 1),
        "tiers": (ours.run_tiers, lambda: baseline.run_tiers(by_hand), 1),
    }


def _same_answers(ours: Ours, by_hand: Any) -> None:
    """Both sides must do the same work, or the ratio says nothing."""
    assert ours.run_tiers() == baseline.run_tiers(by_hand)
    assert ours.run_rule() == baseline.run_rule(by_hand, NOW)


def _print(title: str, ratios: dict[str, Ratio]) -> None:
    heads = f"{'work':8} {'ratio':>6}  {'95 % interval':15} {'aim':>4} {'ours':>9} {'by hand':>9}"
    print(f"\n{title}\n{heads}")
    for work, one in ratios.items():
        mark = "" if one.median <= AIMS[work] else "  over the aim"
        interval = f"{one.low:.2f} to {one.high:.2f}"
        print(
            f"{work:8} {one.median:6.2f}  {interval:15} {AIMS[work]:4.1f} "
            f"{one.ours_ms:6.2f} ms {one.other_ms:6.2f} ms{mark}"
        )


if __name__ == "__main__":
    main()
