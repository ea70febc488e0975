"""Messages and explanations in both languages, and what a reader may not see."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldstone.engine.evaluate import answer
from fieldstone.rules import compile_expression, explain, functions, message_text, units
from tests.rules.casebook import company, context
from tests.rules.declared import APP

RECORD = company({}).record("account", 1)
CONTEXT = context({})


@pytest.mark.parametrize(
    ("text", "english", "chinese"),
    [
        (
            'days_since(day) > 30 and tier == "A"',
            "day more than 30 days ago (now 51 days): yes; tier is A: yes",
            "day 距今超过 30 天（当前 51 天）：是；tier 为 A：是",
        ),
        ('tier == "B"', "tier is B (now A): no", None),
        ("m > 3", "m above 3 (now not filled in): no", "m > 3（当前未填写）：否"),
        ("not (n > 3 or flag)", "n above 3 (now 7): yes; flag: yes", None),
        ("n not in [7]", "n is not 7 (now 7): no", None),
        ("amount * rate", "amount × rate is CNY 18.075", None),
        ("good", "good: yes", None),
        ('has_tag("free", "VIP")', "free: VIP (now VIP): yes", None),
        ("n > doubled", "n above 14 (now 7): no", None),
    ],
)
def test_explanation(text: str, english: str, chinese: str | None) -> None:
    assert RECORD is not None
    expression = compile_expression(APP, "account", text, space="name")
    found = explain(expression, RECORD, CONTEXT)
    assert found.sentence("en") == english
    if chinese is not None:
        assert found.sentence("zh-CN") == chinese


def test_an_explanation_speaks_in_present_names() -> None:
    assert RECORD is not None
    expression = compile_expression(APP, "account", 'kind == "big" and parent_account.flag')
    found = explain(expression, RECORD, CONTEXT)
    assert [one.text for one in found.children] == ['kind == "large"', "belongs_to.flag"]
    assert found.lines("en") == ("kind is large: yes", "belongs_to · flag: yes")


def test_what_may_not_be_read_is_hidden() -> None:
    assert RECORD is not None
    expression = compile_expression(APP, "account", "amount > 100 and flag")
    found = explain(expression, RECORD, CONTEXT, readable=lambda entity, field: field != "amount")
    assert found.children[0].hidden and found.children[0].value is None
    assert "120.50" not in found.sentence("en")
    assert found.hidden


def test_a_message() -> None:
    assert RECORD is not None
    labels = {
        "en": "{{ name }}: {{ kind }}, {{ days_since(day) }} d, {{ owner }}, {{ amount * 1000 }}",
        "zh-CN": "{{ name }}：已 {{ days_since(day) }} 天，{{flag}}，{{m}}，{{ at }}，{{ rate }}",
    }
    texts = [
        message_text(APP, "account", labels, locale, RECORD, CONTEXT) for locale in ("en", "zh-CN")
    ]
    assert texts == [
        "Ärger 科技: large, 51 d, 李雷, CNY 120,500.00",
        "Ärger 科技：已 51 天，是，（未填写），2026年10月11日 00:30，0.15",
    ]


@pytest.mark.parametrize(
    ("text", "english", "chinese"),
    [
        ("{{ days_since(day) }}", "51 days", "51 天"),
        ("{{ days_since(day) - 50 }}", "1 day", "1 天"),
        ("{{ days_since(day) }} days", "51 days", "51 days"),
        ("{{ days_since(day) }}天", "51天", "51天"),
        ("{{ days_since(day) }}-day", "51-day", "51-day"),
        ("{{ days_since(day) }} dates", "51 days dates", "51 天 dates"),
        ("{{ days_since(day) // 7 }} 个星期", "7 个星期", "7 个星期"),
        ("{{ months_since(day) }}.", "1 month.", "1 个月."),
        ("{{ round(hours_since(at), 1) * 0.5 }}", "498 hours", "498 小时"),
        ("{{ amount / days_since(day) }}", "CNY 2.362745", "¥2.362745"),
    ],
)
def test_a_duration_in_a_message_says_its_unit_once(text: str, english: str, chinese: str) -> None:
    assert RECORD is not None
    labels = {"en": text, "zh-CN": text}
    assert message_text(APP, "account", labels, "en", RECORD, CONTEXT) == english
    assert message_text(APP, "account", labels, "zh-CN", RECORD, CONTEXT) == chinese


def test_every_unit_has_words() -> None:
    for unit in units.UNITS:
        said = [units.with_unit(value, unit, "en") for value in ("1", "-1", "2")]
        name = units.UnitWords(unit)
        assert said == [
            f"1 {name.text('en')[:-1]}",
            f"-1 {name.text('en')[:-1]}",
            f"2 {name.text('en')}",
        ]
        assert name.text("zh-CN") in units.with_unit("2", unit, "zh-CN")
        for locale in ("en", "zh-CN"):
            assert units.is_named_in(" " + name.text(locale))


def test_every_function_explains_itself_by_an_example() -> None:
    for function in functions.described():
        assert function.help["en"].endswith(".") and function.help["zh-CN"].endswith("。")
        assert function.name in function.signature and function.name in function.example


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({"expression": "n + 1", "fields": {"n": "integer"}, "record": {"n": 2}}, 3),
        ({"expression": "a / 3", "fields": {"a": "money"}, "record": {"a": "1.00"}}, "0.333333"),
        ({"expression": "x > 1", "fields": {"x": "number"}, "record": {"x": None}}, False),
        ({"expression": "s", "fields": {"s": "choice"}, "record": {"s": "won"}}, "won"),
        (
            {
                "expression": "today()",
                "now": "2026-01-01T00:00:00Z",
                "time_zone": "America/New_York",
            },
            "2025-12-31",
        ),
        ({"expression": '"x" in t', "fields": {"t": "tags"}, "record": {"t": ["x"]}}, True),
    ],
)
def test_a_line_is_answered_by_both_backends(line: dict[str, object], expected: object) -> None:
    found = json.loads(answer(json.dumps(line)))
    assert (found["value"], found["sql_value"]) == (expected, expected)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("", "evaluate.not_json"),
        ("[" * 100_000, "evaluate.not_json"),
        ("[]", "evaluate.no_expression"),
        ('{"expression": 1}', "evaluate.no_expression"),
        ('{"expression": "1", "fields": []}', "evaluate.not_object"),
        ('{"expression": "1", "fields": {"a": "zzz"}}', "evaluate.type_unknown"),
        ('{"expression": "1", "fields": {"a": ["zzz"]}}', "evaluate.type_unknown"),
        ('{"expression": "1", "fields": {"a": {"type": "decimal", "scale": 7}}}', "evaluate.scale"),
        ('{"expression": "1", "record": {"a": 1}}', "evaluate.field_unknown"),
        ('{"expression": "a", "fields": {"a": "date"}, "record": {"a": "x"}}', "evaluate.value"),
        (
            '{"expression": "a", "fields": {"a": "integer"}, "record": {"a": 1e400}}',
            "evaluate.value",
        ),
        (
            '{"expression": "a", "fields": {"a": "integer"}, "record": {"a": NaN}}',
            "evaluate.not_json",
        ),
        ('{"expression": "1", "time_zone": "../../etc/passwd"}', "evaluate.time_zone"),
        ('{"expression": "1", "now": "x"}', "evaluate.value"),
        ('{"expression": "a = 1", "fields": {"a": "integer"}}', "expression.assignment"),
        (" " * 1_000_001, "evaluate.too_long"),
    ],
)
def test_a_line_that_is_wrong(line: str, problem: str) -> None:
    assert json.loads(answer(line))["error"]["id"] == problem


KINDS = ["integer", "number", "money", "percent", "boolean", "date", "datetime", "text", "choice"]
KINDS += ["tags", "reference", "owner"]
VALUES = [None, "", 0, 1, -5, 2.5, "12.345678", "中文 É", "2026-11-20", True, ["a"], {"a": 1}]
VALUES += ["9999-12-31T23:59:59Z", "0001-01-01", 10**18, 1e300, "-0.0001"]
TRIED = ["a", "a + b", "a / b", "a == b", "a > b", "not (a > b)", "contains(a, b)", "a * b * a"]
TRIED += ["days_since(a) > 3", "add_days(a, b)", "a in [1, 2]", "'x' in a", "max_of(a, b)", "-a"]
TRIED += ["add_hours(a, b)", "start_of_day(a)", "a % b", "a // b", "round(a, 2)", "a if b else a"]
TRIED += ["hours_since(a)", "year(a) == 2026", "a != 2.5", "concat(a, b)", "a.name", "id == a"]


@settings(max_examples=400, deadline=None)
@given(
    text=st.sampled_from(TRIED),
    kinds=st.tuples(st.sampled_from(KINDS), st.sampled_from(KINDS)),
    values=st.tuples(st.sampled_from(VALUES), st.sampled_from(VALUES)),
    now=st.sampled_from(["2026-11-21T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"]),
    zone=st.sampled_from(["Asia/Shanghai", "America/New_York", "UTC"]),
)
def test_any_line_has_one_answer(
    text: str,
    kinds: tuple[str, str],
    values: tuple[object, object],
    now: str,
    zone: str,
) -> None:
    line = {
        "expression": text,
        "fields": dict(zip("ab", kinds, strict=True)),
        "record": dict(zip("ab", values, strict=True)),
        "now": now,
        "time_zone": zone,
    }
    found = json.loads(answer(json.dumps(line)))
    assert "error" in found or found["value"] == found["sql_value"]
