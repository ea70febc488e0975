"""Conditions and the rows of the builder: each made from the other without a change of meaning."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldstone.metadata.conditions import read, write
from fieldstone.metadata.conditions.rows import Group, Row, Written, rows
from fieldstone.metadata.problems import ProblemsError
from fieldstone.rules import Expression, compile_expression, evaluate
from tests.apps.test_where_used import NAMES, app_of, places_of
from tests.rules.declared import APP
from tests.rules.generate.companies import Company
from tests.rules.generate.expressions import Maker
from tests.rules.same import same
from tests.rules.world import CONTEXT

ROWS = (
    'kind == "large"', 'kind in ["large", "small"]', 'kind not in ["middle"]', "n >= 3",
    "amount < 12.50", "day is None", "at is not None", "flag", "not hot", 'contains(name, "a b")',
    'not starts_with(name, "\\"q\\"")', 'ends_with(note, "\\\\")', '"VIP" in free',
    '"trial" not in free', "0 <= days_since(day) <= 7", "days_since(day) > 30",
    "0 <= days_until(until) <= 14", "days_until(until) > 3", "date(at) == today()",
    "start_of_month(day) == start_of_month(today())", "owner == me()", "day == date(2026, 1, 31)",
    "start_of_week(date(at)) == add_days(start_of_week(today()), 7)", "belongs_to.flag",
    "start_of_quarter(day) == add_months(start_of_quarter(today()), -3)", "belongs_to.n != -4",
)  # fmt: skip
"""Conditions that a row holds."""

OTHERS = ("n > m", "days_since(day) > n", "len(name) > 3", "count(deals) > 2", "n + 1 == 2",
          "any(deals, flag)", "1 < n < 5", "months_since(day) >= 2", "flag == hot",
          "flag if hot else good", "between(n, 1, 5)", "is_filled(name)", "n in []")  # fmt: skip
"""Conditions that no row holds."""


def compiled(text: str) -> Expression:
    """A condition in names over an account."""
    return compile_expression(APP, "account", text, allow_viewer=True, space="name")


def means_the_same(text: str, again: str, seed: int) -> bool:
    """Whether two texts are typed alike, or come to the same for random records."""
    one, other = compiled(text), compiled(again)
    if same(one.typed, other.typed):
        return True
    chance = random.Random(seed)
    for _ in range(20):
        record = Company(chance).world().record("account", 1)
        if record is not None and evaluate(one, record, CONTEXT) != evaluate(
            other, record, CONTEXT
        ):
            return False
    return True


@settings(max_examples=500, deadline=None)
@given(seed=st.integers(0, 2**32), depth=st.integers(1, 4))
def test_every_condition_comes_back_from_its_rows(seed: int, depth: int) -> None:
    text = Maker(random.Random(seed)).make("boolean", depth)
    try:
        compiled(text)
    except ProblemsError:
        return
    group = read(text)
    again = write(group)
    assert read(again) == group
    assert means_the_same(text, again, seed), (text, again)


@settings(max_examples=300, deadline=None)
@given(data=st.data(), seed=st.integers(0, 2**32))
def test_groups_of_rows_come_back_from_their_text(data: st.DataObject, seed: int) -> None:
    leaf = st.sampled_from([*ROWS, *OTHERS])
    inner = st.tuples(st.sampled_from(["and", "or"]), st.lists(leaf, min_size=2, max_size=3))
    some = data.draw(st.lists(st.one_of(leaf, inner), min_size=1, max_size=4))
    joined = data.draw(st.sampled_from(["and", "or"]))
    texts = [
        one if isinstance(one, str) else f"({f' {one[0]} '.join(map(bracketed, one[1]))})"
        for one in some
    ]
    text = f" {joined} ".join(map(bracketed, texts))
    group = read(text)
    again = write(group)
    assert read(again) == group
    assert means_the_same(text, again, seed), (text, again)
    assert write(read(again)) == again


def bracketed(text: str) -> str:
    """A condition that may stand beside others."""
    return f"({text})" if " if " in text else text


@pytest.mark.parametrize("text", ROWS)
def test_a_row_holds_it(text: str) -> None:
    (row,) = rows(read(text))
    assert isinstance(row, Row), row
    assert write(read(text)) == text


@pytest.mark.parametrize("text", OTHERS)
def test_no_row_holds_it_and_it_stays_as_it_is_written(text: str) -> None:
    assert read(text) == Group("and", (Written(text),))
    assert means_the_same(text, write(read(text)), 1)


@pytest.mark.parametrize("name", NAMES)
def test_the_conditions_of_a_template_come_back(name: str) -> None:
    app = app_of(name)
    for place in places_of(app):
        if place.kind != "expression" or place.expects != "boolean":
            continue
        again = write(read(place.text))
        before, after = (
            compile_expression(
                app, place.entity, text, parent=place.parent, allow_viewer=place.viewer
            )
            for text in (place.text, again)
        )
        assert same(before.typed, after.typed), (place.text, again)
