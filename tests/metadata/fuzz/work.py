"""What a process of a run does: it makes wrong documents by number, and judges them."""

from __future__ import annotations

import logging
import tempfile
from contextlib import ExitStack
from pathlib import Path

import structlog

from tests.metadata.fuzz.doors import Doors, doors
from tests.metadata.fuzz.figures import Figures
from tests.metadata.fuzz.making import made
from tests.metadata.fuzz.verdict import judged

EVERY = 100
"""Of so many documents one is asked of the doors that have a database behind them."""

_stack = ExitStack()
_doors: list[Doors] = []


def begin() -> None:
    """Make an installation of this process's own."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    home = Path(_stack.enter_context(tempfile.TemporaryDirectory()))
    _doors[:] = [_stack.enter_context(doors(home))]


def end() -> None:
    """Give it back."""
    _doors.clear()
    _stack.close()


def part(seed: int, first: int, count: int) -> Figures:
    """Judge so many documents."""
    figures = Figures()
    for number in range(first, first + count):
        one(seed, number, figures, behind=number % EVERY == 0)
    return figures


def one(seed: int, number: int, figures: Figures, *, behind: bool) -> None:
    """Judge one document, also `behind` the doors that have a database."""
    name, template, wrong = made(seed, number)
    what = f"{seed}/{number} {name} of {template.name}"
    figures.note(what, name, wrong, judged(template, wrong))
    if behind:
        figures.behind += 1
        found = _doors[0].findings(template, wrong)
        figures.findings += [f"{what}: {each}" for each in found]
