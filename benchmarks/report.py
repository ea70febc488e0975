"""The page that holds the figures of a run: written by `--write`, never by hand."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from . import alone
from .frozen import SHA256
from .measure import Ratio
from .works import AIMS

PAGE = Path(__file__).parents[1] / "docs" / "measured" / "speed.md"
_HEAD = """# Speed, beside the same work by hand

Written by `python -m benchmarks --write`. What is compared, and why, is in
[decision 59](../decisions/0059-speed-beside-what-is-written-by-hand.md).
"""


@dataclass(frozen=True)
class Run:
    """What a run found: ratios by database, indexes and work, and figures by database."""

    customers: int
    pairs: int
    ratios: Mapping[tuple[str, str], Mapping[str, Ratio]]
    figures: Mapping[str, Mapping[str, alone.Figure]]


def text(run: Run, on: date) -> str:
    """The page as Markdown."""
    lines = [
        _HEAD,
        f"{on.isoformat()}, {_machine()}, Python {platform.python_version()}; "
        f"{run.customers:,} customers of 20 fields and {2 * run.customers:,} deals, "
        f"{run.pairs} pairs. The side by hand is `benchmarks/baseline.py`, "
        f"SHA-256 `{SHA256[:16]}`.",
    ]
    for (kind, indexes), by in run.ratios.items():
        lines += ["", f"## {kind}, by hand with {indexes}", ""]
        lines += ["| work | ratio | 95 % interval | aim | | ours | by hand |", "|" + "---|" * 7]
        lines += [_ratio(work, one) for work, one in by.items()]
    for kind, figures in run.figures.items():
        lines += ["", f"## {kind}, by itself", ""]
        lines += ["| figure | median | first | aim | |", "|" + "---|" * 5]
        lines += [_figure(name, one) for name, one in figures.items()]
    return "\n".join(lines) + "\n"


def _ratio(work: str, one: Ratio) -> str:
    aim = AIMS[work]
    mark = "met" if one.within(aim) else "missed"
    return (
        f"| {work} | {one.median:.2f} | {one.low:.2f} to {one.high:.2f} | {aim:g} | {mark} "
        f"| {one.ours_ms:.2f} ms | {one.other_ms:.2f} ms |"
    )


def _figure(name: str, one: alone.Figure) -> str:
    aim = alone.AIMS[name]
    mark = "met" if one.median <= aim else "missed"
    return f"| {name} | {one.median:.4g} | {one.first:.4g} | {aim:g} | {mark} |"


def _machine() -> str:
    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors"
