"""The table of cases is whole: whatever the language can do, a case by hand shows.

What there is to show is read off the registry and the typer, and what a case shows off its values;
so a new function, kind of value, operator or aggregate fails here until it has its cases.
"""

from __future__ import annotations

from tests.rules.casebook import CASES
from tests.rules.shown import functions


def test_functions_with_each_kind_of_argument_empty_at_the_limit_and_past_it() -> None:
    shown = {one for _, case in CASES for one in functions.shown_by(case)}
    missing = sorted(set(functions.wanted()) - shown)
    assert not missing, "write a case for each of these in tests/rules/cases"
