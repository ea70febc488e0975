"""Units of durations: what they become, where they do not meet, and what was published before."""

from __future__ import annotations

import pytest

from fieldstone.rules import compile_expression, compile_message
from tests.rules.declared import APP
from tests.rules.test_refusals import problem_of, with_formulas

UNITS = [
    (
        "days_since(day) > hours_since(at)",
        "One side counts days, the other hours; multiply the days by 24, or divide the hours by "
        "it.",
        "一边以天计，另一边以小时计；请把以天计的一边乘以 24，或把以小时计的一边除以 24。",
    ),
    (
        "months_since(day) - days_since(until)",
        "One side counts months, the other days, and there is no fixed number of the one in the "
        "other; count both in days, as with days_between(from, to).",
        "一边以月计，另一边以天计，两者没有固定的换算；请都以天计，例如 days_between(from, to)。",
    ),
    (
        "days_since(day) + amount",
        "An amount of money and a number of days meet here; compare and add money with money, "
        "and days with days or a plain number.",
        "金额不能与以天计的时长比较或加减；金额请与金额比较，时长请与同样以天计的时长或普通数字比较。",
    ),
    (
        "add_days(day, months_since(until))",
        "add_days(date, days) takes days or a plain number here, not months.",
        "add_days(date, days) 的这个位置需要以天计的时长或普通数字，而不是月。",
    ),
]


@pytest.mark.parametrize(("text", "english", "chinese"), UNITS)
def test_units_that_do_not_go_together(text: str, english: str, chinese: str) -> None:
    problem = problem_of(text)
    assert (problem.text("en"), problem.text("zh-CN")) == (english, chinese)


@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        ("days_since(day) > hours_since(at)", "days_since(day) * 24 > hours_since(at)"),
        ("hours_since(at) <= days_since(day)", "hours_since(at) <= days_since(day) * 24"),
        (
            "max_of(days_since(day), hours_since(at)) > 3",
            "max_of(days_since(day) * 24, hours_since(at)) > 3",
        ),
        ("days_since(day) + 1 > hours_since(at)", None),
        ("(days_since(day) if flag else 3) > hours_since(at)", None),
        ("months_since(day) > days_since(day)", None),
    ],
)
def test_units_are_converted_where_a_factor_does(text: str, corrected: str | None) -> None:
    assert problem_of(text).corrected == corrected


@pytest.mark.parametrize(
    ("text", "kind", "unit"),
    [
        ("days_since(day)", "number", "day"),
        ("-days_between(day, until)", "number", "day"),
        ("days_since(day) + 30", "number", "day"),
        ("n - days_since(day) - m", "number", "day"),
        ("days_since(day) * 2", "number", "day"),
        ("days_since(day) * 24 + hours_since(at)", "number", "hour"),
        ("hours_since(at) / 24 - days_since(day)", "number", "day"),
        ("months_since(day) * n", "number", "month"),
        ("n * days_since(day)", "number", "day"),
        ("workdays_between(day, until)", "number", "working_day"),
        ("24 * days_since(day)", "number", "hour"),
        ("60 * (days_since(day) * 24)", "number", "minute"),
        ("days_since(day) / days_since(until)", "number", None),
        ("days_since(day) // 7", "number", "week"),
        ("days_since(day) // 30", "number", None),
        ("days_since(day) % 7", "number", "day"),
        ("1 / days_since(day)", "number", None),
        ("amount / days_since(day)", "money", None),
        ("days_since(day) * amount", "money", None),
        ("amount / cost", "number", None),
        ("abs(round(hours_since(at), 1))", "number", "hour"),
        ("min_of(days_since(day), 30)", "number", "day"),
        ("coalesce(days_since(day), n)", "number", "day"),
        ("30 if flag else days_since(day)", "number", "day"),
        ("None if flag else days_since(day)", "number", "day"),
        ("add_days(day, days_since(until))", "date", None),
        ("year(day)", "number", None),
    ],
)
def test_the_unit_of_a_number(text: str, kind: str, unit: str | None) -> None:
    found = compile_expression(APP, "account", text, space="name").type
    assert (found.kind, found.unit) == (kind, unit)


def test_a_formula_and_an_aggregate_keep_the_unit() -> None:
    app = with_formulas(age="days_since(created_at)")
    assert compile_expression(app, "x", "age + 1").type.unit == "day"
    assert problem_of("hours_since(created_at) > age", "x", app).id == "unit.convert"


def test_what_was_published_before_goes_on() -> None:
    """An App's own expressions are read leniently: they keep their value, and their doubts."""
    found = compile_expression(APP, "account", "days_since(day) > hours_since(at)")
    assert [one.id for one in found.doubts] == ["unit.convert"]
    message = compile_message(APP, "account", "{{ months_since(day) + days_since(day) }}")
    assert [(one.id, one.position) for one in message.doubts] == [("unit.differ", 4)]
    assert compile_expression(APP, "account", "days_since(day) > 3").doubts == ()
