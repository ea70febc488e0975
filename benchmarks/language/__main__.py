"""`python -m benchmarks.language`: ten conditions over a million customers, as SQL and by hand."""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.measure import Ratio, compare
from tests.servers.postgres import postgres_server

from .conditions import CONDITIONS, Condition, by_hand
from .loaded import seconds as loaded_seconds
from .sides import Sides
from .work import Explained, work

ALONE = 1.2
"""What each condition may cost, of the statement by hand: the interval's lower end counts."""
TOGETHER = 0.5
"""What all ten in one statement may cost, of the sum of the ten."""


def main() -> None:
    """Measure and print; `--json FILE` keeps the figures."""
    options = _options()
    found: dict[str, Any] = {"machine": platform.platform(), "customers": options.customers}
    for kind in options.databases:
        with _filled(kind, options.customers) as sides:
            found[kind] = _measured(sides, options)
    if options.json:
        options.json.write_text(json.dumps(found, indent=2))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.language", description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--pairs", type=int, default=30)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--only", nargs="*", default=[], help="names of conditions")
    parser.add_argument("--plans", action="store_true", help="print the plans and measure nothing")
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


@contextmanager
def _filled(kind: str, count: int) -> Iterator[Sides]:
    with ExitStack() as stack:
        url = None
        if kind == "postgresql":
            url = stack.enter_context(stack.enter_context(postgres_server()).database())
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        sides = Sides(url, Path(folder))
        stack.callback(sides.close)
        started = time.monotonic()
        sides.fill(count)
        print(f"{kind}: filled in {time.monotonic() - started:.0f} s", file=sys.stderr)
        yield sides


def _measured(sides: Sides, options: argparse.Namespace) -> Mapping[str, Any]:
    chosen = [one for one in CONDITIONS if not options.only or one.name in options.only]
    with sides.reading() as connection:
        if options.plans:
            for one in chosen:
                _plans(sides, connection, one)
            return {}
        ratios = {one.name: _against(sides, connection, one, options.pairs) for one in chosen}
        figures: dict[str, Any] = {name: asdict(one) for name, one in ratios.items()}
        if len(chosen) == len(CONDITIONS):
            figures["together"] = asdict(_together(sides, connection, options.pairs))
            figures["simpleeval"] = _simpleeval(sides, connection)
    return figures


def _against(sides: Sides, connection: sa.Connection, condition: Condition, pairs: int) -> Ratio:
    ours = sides.compiled([condition.text])
    other = _by_hand(condition, sides.dialect)
    ask = _asking(connection)
    assert sorted(ask(ours)) == sorted(ask(other)), condition.name
    found = compare(lambda: ask(ours), lambda: ask(other), pairs=pairs, repeat=1)
    steps = work(connection, ours), work(connection, other)
    over = "" if found.low <= ALONE else "  over the aim"
    print(
        f"{sides.dialect:10} {condition.name:20} {found.median:5.2f} ({found.low:.2f} to"
        f" {found.high:.2f})  {found.ours_ms:7.0f} ms {found.other_ms:7.0f} ms"
        f"  {steps[0]:>11,} {steps[1]:>11,} {steps[0].unit}{over}",
        flush=True,
    )
    return found


def _together(sides: Sides, connection: sa.Connection, pairs: int) -> Ratio:
    """All ten in one statement against one after the other."""
    texts = [one.text for one in CONDITIONS]
    together = sides.compiled(texts)
    alone = [sides.compiled([text]) for text in texts]
    ask = _asking(connection)
    flags = ask(together)
    for number, one in enumerate(alone):
        assert sorted(ask(one)) == sorted((row[0],) for row in flags if row[1] >> number & 1), (
            number
        )

    def in_turn() -> None:
        for one in alone:
            ask(one)

    found = compare(lambda: ask(together), in_turn, pairs=max(3, pairs // 3), repeat=1)
    over = "" if found.low <= TOGETHER else "  over the aim"
    print(
        f"{sides.dialect:10} {'all ten together':20} {found.median:5.2f} ({found.low:.2f} to"
        f" {found.high:.2f})  {found.ours_ms:7.0f} ms {found.other_ms:7.0f} ms one by one{over}"
    )
    return found


def _simpleeval(sides: Sides, connection: sa.Connection) -> float:
    """How many times longer simpleeval takes, parsed once, over rows that are loaded already."""
    slow = loaded_seconds(connection)
    started = time.perf_counter()
    _asking(connection)(sides.compiled([CONDITIONS[-1].text]))
    factor = slow / (time.perf_counter() - started)
    print(f"{sides.dialect:10} {CONDITIONS[-1].name:20} {factor:5.1f} times as fast as simpleeval")
    return factor


def _asking(connection: sa.Connection) -> Callable[[Any], list[Any]]:
    def ask(statement: Any) -> list[Any]:
        return [tuple(row) for row in connection.execute(statement)]

    return ask


def _plans(sides: Sides, connection: sa.Connection, condition: Condition) -> None:
    how = "EXPLAIN QUERY PLAN" if sides.dialect == "sqlite" else "EXPLAIN"
    for title, statement in (
        ("ours", sides.compiled([condition.text])),
        ("by hand", _by_hand(condition, sides.dialect)),
    ):
        print(f"\n{sides.dialect} {condition.name}, {title}\n{statement}")
        for row in connection.execute(Explained(how, statement)):
            print("   ", row[-1])


def _by_hand(condition: Condition, dialect: str) -> sa.TextClause:
    return sa.text(by_hand(condition, dialect).replace(":", r"\:"))


if __name__ == "__main__":
    main()
