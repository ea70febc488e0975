"""`make mutants`: change the language's code in small ways, and see that a test fails each time.

Every change is tried by the tests of `tests/rules` that reach its line, in a process of its own.
What was killed is kept in a log and not tried again as long as its file is the same; what
survived is tried every time. `--share 8` tries every eighth change, `--only KEY` one.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import pytest

from tests.rules.mutants.loop import Loop, Plan
from tests.servers.postgres import VARIABLE, postgres_server, text_of

RULES = Path("platform/rules")
PARTS = {
    "checker": (
        *("check", "typing", "comparing", "conversions", "paths", "depth", "doubtful"),
        *("units", "types", "expression", "properties"),
    ),
    "evaluator": (
        *("evaluate", "evaluate_all", "arithmetic", "values", "windows", "calendar"),
        *("workdays", "letters", "formats"),
    ),
    "compiler": (
        *("to_sql", "over_table", "sql_types", "columns", "wildcards", "narrowing"),
        *("sqlite_functions", "sql/*"),
    ),
    "functions": ("functions/*",),
}
_LEFT_OUT = ("agreement", "hostile", "case_table", "schedule")
"""Tests that take minutes, or that are not about what an expression means."""

_QUIET = (
    *("-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:terminal"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
)
"""Hypothesis is loaded before pytest begins, of which it would warn."""


def main() -> int:
    """Try the changes, tell what survived and what share was killed."""
    options = _options()
    names = [name for part in options.parts or PARTS for name in PARTS[part]]
    files = [path for name in names for path in sorted(RULES.glob(f"{name}.py"))]
    if options.files:
        files = [path for path in files if path.stem in options.files]
    loop = Loop(
        Plan(tuple(files), options.share, options.jobs, options.log, frozenset(options.only))
    )
    tests = [
        str(path)
        for path in sorted(Path("tests/rules").glob("test_*.py"))
        if path.stem.removeprefix("test_") not in _LEFT_OUT
    ]
    with postgres_server() as server:
        os.environ[VARIABLE] = text_of(server.url)
        status = pytest.main([*tests, *_QUIET], plugins=[loop])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        return int(status)
    killed = loop.outcomes["killed"]
    tried = killed + loop.outcomes["survived"] + loop.outcomes["unreached"]
    print(f"{killed} of {tried} killed: {100 * killed / max(tried, 1):.1f} %", end="; ")
    print(f"{loop.outcomes['outside']} of what runs at import were left out")
    return 0 if killed >= 0.9 * tried else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.rules.mutants", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=" ".join(PARTS))
    parser.add_argument("--files", nargs="*", default=[], help="names of files without .py")
    parser.add_argument("--share", type=int, default=1, help="try every so manieth change")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--log", type=Path, default=Path("var/mutants.jsonl"))
    parser.add_argument("--only", nargs="*", default=[], help="keys of changes")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
