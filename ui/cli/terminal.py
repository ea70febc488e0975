"""The terminal: the reader's language, what goes to stdout and stderr, progress, and the log."""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
import structlog
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from fieldstone.engine.env_file import read_env_file
from fieldstone.metadata.messages import FALLBACK, LOCALES, add_catalogue, render
from fieldstone.metadata.problems import Problem, ProblemsError

FORMAT_VERSION = 1
"""The version of what `--json` prints; it rises when a member changes its meaning or goes."""

LOCALE = "FIELDSTONE_LOCALE"
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
add_catalogue(Path(__file__).parent / "locale")


def locale() -> str:
    """The language of messages: FIELDSTONE_LOCALE, else what the terminal speaks, else English."""
    environ = {LOCALE: _locale_of_file(), **os.environ}
    for variable in (LOCALE, "LC_ALL", "LC_MESSAGES", "LANG"):
        spoken = environ.get(variable, "").replace("_", "-").lower()
        if spoken:
            start = spoken.split(".")[0].split("-")[0]
            return next((one for one in LOCALES if one.lower().split("-")[0] == start), FALLBACK)
    return FALLBACK


def _locale_of_file() -> str:
    """What `.env` says; a file that cannot be read is for the settings to complain of."""
    try:
        return read_env_file(Path(".env")).get(LOCALE, "")
    except (OSError, UnicodeError, ProblemsError):
        return ""


def say(key: str, /, **params: object) -> str:
    """The sentence of the command line for `key`."""
    return render(f"cli.{key}", locale(), params)


def tell(key: str, /, **params: object) -> None:
    """Print a sentence on stdout."""
    click.echo(shown(say(key, **params)))


def shown(text: str) -> str:
    """A text without what a terminal would obey: much of what is told was written by others."""
    return _CONTROLS.sub("\ufffd", text)


def note(key: str, /, **params: object) -> None:
    """Print a sentence on stderr, where it does not mix with what is printed for programs."""
    click.echo(shown(say(key, **params)), err=True)


def complain(problems: Iterable[Problem]) -> None:
    """Print problems on stderr, a line each; below it a refused expression as it was meant."""
    for problem in problems:
        click.echo(shown(problem.line(locale())), err=True)
        if problem.corrected is not None:
            note("corrected", text=problem.corrected)


def print_json(value: Mapping[str, Any]) -> None:
    """Print an object on stdout for programs, with the version of its format in front."""
    content = {"format_version": FORMAT_VERSION, **value}
    click.echo(json.dumps(content, ensure_ascii=False, indent=2, default=plain))


def plain(value: Any) -> Any:
    """Python values in JSON: exact numbers as text, times in UTC."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"not a JSON value: {type(value)!r}")


def problem_json(problem: Problem) -> dict[str, Any]:
    """A problem for programs."""
    return {
        "id": problem.id,
        "document": problem.document,
        "pointer": problem.pointer,
        "position": problem.position,
        "message": problem.text(locale()),
        **({"corrected": problem.corrected} if problem.corrected is not None else {}),
    }


def print_table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under heads; columns are as wide as they are seen (a Chinese letter is two)."""
    texts = [[str("" if cell is None else cell) for cell in row] for row in (heads, *rows)]
    widths = [max(_width(row[at]) for row in texts) for at in range(len(heads))]
    for row in texts:
        cells = (
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        )
        click.echo(shown("  ".join(cells).rstrip()))


def _width(text: str) -> int:
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in text)


Advance = Callable[[int, int | None], None]
"""Told how much is done of how much in all (None while that is not known)."""


@contextmanager
def progress(label: str) -> Iterator[Advance]:
    """A bar on stderr while long work goes on; nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def set_up_log(as_json: bool, *, level: int = logging.WARNING) -> None:
    """Send the log to stderr, as lines for people or of JSON, from `level` upwards."""
    last: Any = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(),
            # The other formatter prints local variables, and so tokens and personal data.
            exception_formatter=structlog.dev.plain_traceback,
        )
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info if as_json else _as_is,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _as_is(_logger: Any, _name: str, event: Any) -> Any:
    return event
