"""Sentences: every expression has one in both languages, made of labels, and within its bound."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldstone.metadata.messages import LOCALES
from fieldstone.metadata.problems import ProblemsError
from fieldstone.rules import Expression, compile_expression, functions, sentence
from fieldstone.rules.formats import Formats
from fieldstone.rules.functions.registry import NUMBER, Function, both
from fieldstone.rules.ir import Constant
from fieldstone.rules.sentences import MOST_CHARACTERS
from fieldstone.rules.sentences.values import phrase_of
from tests.apps.test_where_used import app_of
from tests.rules.declared import APP
from tests.rules.generate.expressions import Maker
from tests.rules.generate.making import VALUES
from tests.rules.labelled import LABELLED
from tests.rules.world import ZONE

KINDS = tuple(dict.fromkeys(VALUES))
ENGLISH = re.compile(r"[A-Za-z_]{2,}")
CODE = re.compile(r"[a-z]_[a-z]|==|\bNone\b|\bTrue\b|\bFalse\b|\w\(|\{|\}|\[|\]|\x00")


def said(text: str, locale: str, entity: str = "account") -> str:
    """The sentence of an expression in names."""
    expression = compile_expression(APP, entity, text, space="name", allow_viewer=True)
    return sentence(expression, Formats(locale, ZONE))


def without_texts(told: str, expression: Expression) -> str:
    """A sentence without the texts that are written in its expression, nor what it quotes."""
    found = re.sub("“[^”]*”", "", told)
    texts = {
        " ".join(one.value.split())
        for one in _all(expression)
        if isinstance(one, Constant) and one.type.kind == "text" and one.value
    }
    for one in sorted(texts, key=len, reverse=True):
        found = found.replace(one, "")
    return found


def _all(expression: Expression) -> list[object]:
    found: list[object] = []
    for one in expression.typed.walk():
        found.append(one)
        if one.written is not None:
            found += [each for argument in one.written.arguments for each in argument.walk()]
    return found


@settings(max_examples=600, deadline=None)
@given(seed=st.integers(0, 2**32), kind=st.sampled_from(KINDS), depth=st.integers(0, 4))
def test_every_expression_has_a_sentence_in_both_languages(
    seed: int, kind: str, depth: int
) -> None:
    text = Maker(random.Random(seed)).make(kind, depth)
    try:
        expression = compile_expression(LABELLED, "account", text, allow_viewer=True, space="name")
    except ProblemsError:
        return
    for locale in LOCALES:
        told = sentence(expression, Formats(locale, ZONE))
        assert 0 < len(told) <= MOST_CHARACTERS
        plain = without_texts(told, expression)
        assert not CODE.search(plain), (text, told)
        if locale == "zh-CN":
            assert not ENGLISH.search(plain), (text, told)


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32), depth=st.integers(1, 4))
def test_what_may_not_be_read_is_not_told(seed: int, depth: int) -> None:
    text = Maker(random.Random(seed)).make("boolean", depth)
    try:
        expression = compile_expression(LABELLED, "account", text, allow_viewer=True, space="name")
    except ProblemsError:
        return
    for locale in LOCALES:
        told = sentence(expression, Formats(locale, ZONE), readable=lambda entity, field: False)
        labels = [
            one.text(locale)
            for entity in LABELLED.entities.values()
            for field in entity.fields
            for one in (field, *field.options)
        ]
        assert not [one for one in labels if one in told], (text, told)


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("rank(amount)", "place by amount"),
        ("rank(amount, owner) <= 10", "place by amount (within the same owner) at most 10"),
        ("share(amount)", "amount ÷ total amount of all records"),
    ],
)
def test_functions_over_a_table(text: str, english: str) -> None:
    expression = compile_expression(APP, "account", text, space="name", over_table=True)
    assert sentence(expression, Formats("en", ZONE)) == english


def test_every_function_has_words_of_its_own() -> None:
    without = [one.name for one in functions.functions() if not one.words]
    assert without == []


def test_a_function_without_words_is_told_by_its_help() -> None:
    assert phrase_of(plain(), 2, "en") == "The nearer of two numbers ({all})"
    assert phrase_of(plain(), 2, "zh-CN") == "两个数中较近的（{all}）"


def plain() -> Function:
    """A function that was registered without words."""
    return Function(
        name="nearer",
        signature="nearer(a, b)",
        help=both("The nearer of two numbers.", "两个数中较近的。"),
        example="nearer(1, 2)",
        group="numbers",
        kinds=(NUMBER, NUMBER),
        typed=lambda typing, at, arguments: arguments[0],
    )


@pytest.mark.parametrize(
    ("text", "english", "chinese"),
    [
        ("days_since(day) > 30", "day more than 30 days ago", None),
        ("days_since(day) >= 1", "day at least 1 day ago", None),
        ("days_since(day) < 7", "day less than 7 days ago", None),
        ("0 <= days_since(day) <= 7", "day in the last 7 days", None),
        ("not days_since(day) > 7", "not (day more than 7 days ago)", None),
        ("n > 3 or n < 1 and flag", "n above 3 or (n below 1 and flag)", None),
        ("amount >= 1000", "amount at least CNY 1,000.00", None),
        ("rate > 0.15", "rate above 15%", None),
        ("year(day) == 2026", "the year of day is 2026", None),
        ("kind in ['large', 'small']", "kind is large or small", None),
        ("tier.silence_days > 3", "“silence_days” of tier above 3", None),
        ("count(deals) > 0", "there are deal", None),
        ("count(deals, flag) == 0", "no deal: flag", None),
        ("count(deals) >= 3", "number of deal at least 3", None),
        ("not any(deals, amount > parent.amount)",
         "no deal: amount above amount of the account", None),
        ("day < add_days(today(), 7)", "day before 7 days after today", None),
        ("day >= start_of_month(today())", "day on or after the start of this month", None),
        ("start_of_week(day) == add_days(start_of_week(today()), 7)", "day in next week", None),
        ("coalesce(kind, 'large') == 'large'", "kind (or else large) is large", None),
        ("flag if hot else good", "if hot, then flag, else good", None),
        ("n * (m + 2) / 3", "n × (m + 2) ÷ 3", None),
        ("n - (m - 1)", "n − m + 1", None),
        ("contains(name, 'x')", "name contains “x”", "客户名称包含“x”"),
        ("not contains(name, 'x')", "name does not contain “x”", "客户名称不包含“x”"),
        ("not is_empty(name)", "name is filled in", "客户名称已填写"),
        ("n > 3", "n above 3", "数量 > 3"),
    ],
)  # fmt: skip
def test_a_sentence(text: str, english: str, chinese: str | None) -> None:
    assert said(text, "en") == english
    if chinese is not None:
        assert said(text, "zh-CN") == chinese


def test_a_declared_property_is_told_by_its_label() -> None:
    app = app_of("crm_template")
    said = {
        "tier.silence_days > 3": (
            "客户等级的沉默上限（天）> 3", "Silence limit in days of Customer tier above 3"
        ),
        "sales_grade.level == \"A\"": (
            "销售评级的维护级别为 A", "Care level of Sales grade is A"
        ),
    }  # fmt: skip
    for text, told in said.items():
        expression = compile_expression(app, "customer", text, space="name")
        for locale, wanted in zip(("zh-CN", "en"), told, strict=True):
            assert sentence(expression, Formats(locale, ZONE)) == wanted
