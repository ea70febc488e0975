"""The table of cases is whole: whatever the language can do, a case by hand shows.

What there is to show is read off the registry and the typer, and what a case shows off its values;
so a new function, kind of value, operator or aggregate fails here until it has its cases.
"""

from __future__ import annotations

from types import ModuleType

import pytest

from fieldstone.rules.functions.registry import ANY
from tests.rules.casebook import CASES
from tests.rules.shown import aggregates, functions, operators


@pytest.mark.parametrize("what", [functions, operators, aggregates])
def test_there_is_a_case_for_whatever_there_is(what: ModuleType) -> None:
    shown = {one for _, case in CASES for one in what.shown_by(case)}
    missing = sorted(set(what.wanted()) - shown)
    assert not missing, "write a case for each of these in tests/rules/cases"


def test_the_company_of_the_cases_has_a_field_of_each_kind() -> None:
    assert operators.samples().keys() >= ANY
