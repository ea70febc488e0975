"""One record and many: what cannot be computed is empty and noted, with its place."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fieldstone.rules import compile_expression, evaluate, evaluate_all
from tests.rules.casebook import company, context
from tests.rules.declared import APP
from tests.rules.test_windows import LARGEST, accounts, read
from tests.rules.world import CONTEXT

BIG = 999_999_999_999_999


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        ("n * n", [1]),
        ("1 + n * n", [5]),
        ("n + 1 > 3", [1]),
        ("flag and -n * n < 3 or n * n > 3", [10, 24]),
        ("add_days(day, n)", [1]),
        ("sum(subsidiaries.n) + 1", []),
        ("n / 0", []),
        ("n // (n - n)", []),
        ("n % 0", []),
        ("m * n", []),
        ("n - 1", []),
        ("number(name)", []),
    ],
)
def test_what_is_out_of_range_is_noted_with_its_place(text: str, noted: list[int]) -> None:
    about = context({})
    record = company({"record": {"n": BIG}}).record("account", 1)
    evaluate(compile_expression(APP, "account", text, space="name"), record, about)
    found = [(one.id, one.position) for one in about.problems]
    assert found == [("value.out_of_range", position) for position in noted]


def test_notes_are_bounded() -> None:
    about = context({})
    expression = compile_expression(APP, "account", "n * n", space="name")
    records = [company({"record": {"n": BIG}}).record("account", 1)] * 150
    assert evaluate_all(expression, records, about) == [None] * 150
    assert len(about.problems) == 100


def test_a_total_out_of_range_is_noted_once() -> None:
    about = context({})
    world = accounts(*({"amount": LARGEST} for _ in range(3)), {"amount": None})
    records = [world.record("account", one) for one in (1, 2, 3, 4)]
    assert evaluate_all(read("share(amount)"), records, about) == [None] * 4
    assert [(one.id, one.position) for one in about.problems] == [("value.out_of_range", 1)]


def test_nothing_is_noted_of_a_total_that_is_in_range() -> None:
    about = context({})
    world = accounts({"amount": Decimal(3)}, {"amount": None}, {"amount": Decimal(1)})
    records = [world.record("account", one) for one in (1, 2, 3)]
    evaluate_all(read("share(amount)"), records, about)
    assert about.problems == []


def test_parent_is_the_record_that_is_given() -> None:
    world = company({})
    expression = compile_expression(
        APP, "deal", "amount > parent.amount", space="name", parent="account"
    )
    deals = [world.record("deal", one) for one in (11, 12)]
    owner = world.record("account", 1)
    assert [evaluate(expression, one, CONTEXT, parent=owner) for one in deals] == [False, False]
    assert evaluate_all(expression, deals, CONTEXT, parent=owner) == [False, False]
    small = company({"record": {"amount": "60.00"}}).record("account", 1)
    assert evaluate_all(expression, deals, CONTEXT, parent=small) == [True, False]
    with pytest.raises(LookupError, match=r"^the expression reads an outer record"):
        evaluate(expression, deals[0], CONTEXT)
