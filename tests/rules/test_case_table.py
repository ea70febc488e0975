"""The table of cases is whole: whatever the language can do, a case by hand shows.

What there is to show is read off the registry and the typer, and what a case shows off its values;
so a new function, kind of value, operator or aggregate fails here until it has its cases.
"""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest

from fieldstone.metadata.expression import parse, tree
from fieldstone.rules.functions.operators import OPERATORS
from fieldstone.rules.functions.registry import ANY
from tests.rules.casebook import CASES
from tests.rules.shown import aggregates, functions, operators

PAGE = Path(__file__).parents[2] / "docs" / "expressions.md"


@pytest.mark.parametrize("what", [functions, operators, aggregates])
def test_there_is_a_case_for_whatever_there_is(what: ModuleType) -> None:
    plain = [case for _, case in CASES if "expected" in case and not case.get("table")]
    shown = {one for case in plain for one in what.shown_by(case)}
    missing = sorted(set(what.wanted()) - shown)
    assert not missing, "write a case for each of these in tests/rules/cases"


def test_every_operator_of_the_reference_is_looked_at() -> None:
    forms = [form for one in OPERATORS for form in re.split(", (?=a |not )", one.signature)]
    nodes = [parse(form) for form in forms]
    found = {one.operator for one in nodes if isinstance(one, tree.Arithmetic | tree.Logic)}
    found |= {each for one in nodes if isinstance(one, tree.Comparison) for each in one.operators}
    assert found == operators.OPERATORS
    assert {type(one) for one in nodes} == set(operators.NODES) - {tree.Negative}


def test_the_company_of_the_cases_has_a_field_of_each_kind() -> None:
    assert operators.samples().keys() >= ANY


def test_every_rule_of_the_page_is_shown_by_a_case_that_says_so() -> None:
    _, _, meaning = PAGE.read_text("utf-8").partition("## What it means")
    meaning, _, _ = meaning.partition("\n## ")
    rules = re.findall(r"^- \*\*(.+?)\.?\*\*", meaning, re.MULTILINE)
    assert rules, "the page has no rules"
    assert len(set(rules)) == len(rules) == meaning.count("\n- ")
    shown = {case["rule"] for _, case in CASES if "rule" in case}
    assert shown - set(rules) == set(), "these are no rules of docs/expressions.md"
    assert set(rules) - shown == set(), "write a case that shows each of these"
