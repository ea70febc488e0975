"""The one check of an app: every expression and message, each problem with its place."""

from __future__ import annotations

from typing import Any

import pytest

from fieldstone.metadata import Document, document_of
from fieldstone.metadata.problems import Problem
from fieldstone.rules import check
from tests.metadata.samples import edited, sample_documents

RULE = "alert_rules/silent_customer.json"
CUSTOMER = "entities/customer.json"
ROLE = "roles/sales.json"
NESTED = "expression.nested"
NESTED_ROWS = "expression.nested_rows"


def problems_after(edits: dict[str, dict[str, Any]]) -> list[Problem]:
    """The problems of the sample app with some values changed."""
    return list(check(edited(sample_documents(), edits)).problems)


def test_the_sample_is_right() -> None:
    checked = check(sample_documents())
    assert checked.app is not None and checked.problems == ()


NOT_AGGREGATE = "formula.not_aggregate"


def formula(text: str, **more: Any) -> dict[str, Any]:
    return {"name": "added", "type": "formula", "formula": text, **more}


@pytest.mark.parametrize(
    ("path", "pointer", "value", "problem"),
    [
        (RULE, "/when", "budget", "type.expected"),
        (RULE, "/when", "tier == 3", "type.compare"),
        (RULE, "/when", "owner == me()", "function.viewer"),
        (RULE, "/message/en", "{{ industry }}", "type.message_tags"),
        (RULE, "/actions/0/set/due", {"expr": "name"}, "type.assign"),
        (RULE, "/actions/0/set/title", {"text": "{{ name + name }}"}, "type.text_sum"),
        (RULE, "/actions/1/when", "name", "type.expected"),
        (
            CUSTOMER,
            "/fields/-",
            formula("days_since(birthday)", stored=True),
            "formula.stored_time",
        ),
        (CUSTOMER, "/fields/-", formula("name", type="lookup"), "formula.not_path"),
        (CUSTOMER, "/fields/-", formula("count(deals)", type="lookup"), "formula.not_path"),
        (CUSTOMER, "/fields/-", formula("owner.name", type="rollup"), "formula.not_aggregate"),
        (CUSTOMER, "/fields/-", formula("sum(deals.amount) * 2", type="rollup"), NOT_AGGREGATE),
        ("metrics/won_amount.json", "/date", "amount", "type.expected"),
        ("metrics/won_amount.json", "/value/of", "name", "type.expected"),
        ("metrics/won_amount.json", "/filter", "amount", "type.expected"),
        ("dashboards/sales.json", "/cards/3/across", "amount", "type.expected"),
        ("dashboards/sales.json", "/cards/3/group", "customer.industry", "type.tags_value"),
        (CUSTOMER, "/fields/-", formula("added + 1"), "formula.cycle"),
        (CUSTOMER, "/fields/-", formula("industry"), "type.tags_value"),
        (CUSTOMER, "/fields/6/default", {"expr": "budget"}, "type.assign"),
        (CUSTOMER, "/fields/2/required_when", "name", "type.expected"),
        (CUSTOMER, "/fields/-", formula("len(" + "lower(" * 28 + "name" + ")" * 29), NESTED),
        (RULE, "/when", "len(" + "lower(" * 28 + "name" + ")" * 29 + " > 1", NESTED),
        (
            ROLE,
            "/entities/1/rows",
            "len(" + "lower(" * 12 + "name" + ")" * 13 + " > 1",
            NESTED_ROWS,
        ),
    ],
)
def test_problem(path: str, pointer: str, value: Any, problem: str) -> None:
    found = problems_after({path: {pointer: value}})
    assert [one.id for one in found] == [problem]
    assert found[0].document == path
    assert found[0].pointer.startswith(pointer.replace("-", ""))
    assert found[0].position is not None


METRIC = "metrics/won_amount.json"
NOT_A_NUMBER = ("What is needed here is a number, not text.", "这里需要数字，而不是文本。")
TAGS = (
    'Tags are no single value; write has_tag("dimension", "tag").',
    '标签不是单个值；请写 has_tag("维度", "标签")。',
)
NOTHING = (
    "This is always empty; write what is to be computed here.",
    "这里始终为空；请写出要计算的内容。",
)


@pytest.mark.parametrize(
    ("path", "pointer", "value", "sentences"),
    [
        (
            RULE,
            "/when",
            "budget",
            (
                "What is needed here is a condition (true or false), not an amount of money.",
                "这里需要条件（是或否），而不是金额。",
            ),
        ),
        (
            METRIC,
            "/date",
            "amount",
            (
                "What is needed here is a date, not an amount of money.",
                "这里需要日期，而不是金额。",
            ),
        ),
        (METRIC, "/value/of", "name", NOT_A_NUMBER),
        (METRIC, "/value", {"aggregate": "count_distinct", "of": "customer.industry"}, TAGS),
        (METRIC, "/value", {"aggregate": "count_distinct", "of": "None"}, NOTHING),
        ("dashboards/sales.json", "/cards/3/group", "None", NOTHING),
        (CUSTOMER, "/fields/-", formula("None"), NOTHING),
        (CUSTOMER, "/fields/-", formula("industry"), TAGS),
    ],
)
def test_what_does_not_fit_a_place_is_told(
    path: str, pointer: str, value: Any, sentences: tuple[str, str]
) -> None:
    (found,) = problems_after({path: {pointer: value}})
    assert (found.text("en"), found.text("zh-CN")) == sentences


def test_different_texts_can_be_counted() -> None:
    value = {"aggregate": "count_distinct", "of": "name"}
    assert problems_after({METRIC: {"/value": value}}) == []


def test_rows_that_nest_too_deeply_are_told_where() -> None:
    deep = "len(" + "lower(" * 12 + "name" + ")" * 13 + " > 1"
    (found,) = problems_after({ROLE: {"/entities/1/rows": f"name is not None and {deep}"}})
    assert (found.id, found.position) == (NESTED_ROWS, 80)


def test_all_are_told_at_once() -> None:
    found = problems_after(
        {RULE: {"/when": "budget", "/message/en": "{{ budget + name }}"}, CUSTOMER: {}}
    )
    assert [one.id for one in found] == ["type.expected", "type.text_sum"]


DOUBTED = "days_since(last_follow_up_at) > hours_since(created_at)"


def test_what_was_accepted_before_stays() -> None:
    """Units came later than expressions: what stands as it was published is not refused."""
    documents = edited(sample_documents(), {RULE: {"/when": DOUBTED}})
    assert [one.id for one in check(documents).problems] == ["unit.convert"]
    before = check(documents, lenient=True)
    assert before.app is not None
    more = edited(documents, {RULE: {"/message/en": "{{ name }}"}})
    assert check(more, before.app).problems == ()
    newly = edited(documents, {RULE: {"/when": DOUBTED + " - 1"}})
    assert [one.id for one in check(newly, before.app).problems] == ["unit.convert"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("1 < 2", ("type.constant", 1)),
        ('len("a") > 3 or "a" == "b"', ("type.constant", 1)),
        ("name is not None and id is None", ("type.never_empty", 22)),
        ('name == "  "', ("type.blank", 9)),
        ('" " == name', ("type.blank", 1)),
        ('name > ""', ("type.blank", 8)),
        ('"" <= name', ("type.blank", 1)),
        ("today() > date(2026, 1, 1)", None),
        ("True", None),
        ("name is None", None),
        ("industry is None", None),
    ],
)
def test_a_condition_that_always_says_the_same(text: str, problem: tuple[str, int] | None) -> None:
    found = problems_after({RULE: {"/when": text}})
    assert [(one.id, one.position) for one in found] == ([problem] if problem else [])


@pytest.mark.parametrize(
    ("path", "pointer", "value"),
    [
        (RULE, "/message/en", "{{ days_since(last_follow_up_at) + hours_since(created_at) }}"),
        (CUSTOMER, "/fields/-", formula("days_since(created_at) + hours_since(created_at)")),
    ],
)
def test_messages_and_formulas_are_doubted_too(path: str, pointer: str, value: Any) -> None:
    assert [one.id for one in problems_after({path: {pointer: value}})] == ["unit.convert"]


def test_a_checked_app_checks_again() -> None:
    checked = check(sample_documents())
    assert checked.app is not None
    assert check(checked.documents, checked.app).app == checked.app


CITY, PLACE, ROOM, TOPIC, VISIT = (
    f"{folder}/{name}.json"
    for folder, name in (
        ("entities", "city"),
        ("entities", "place"),
        ("entities", "room"),
        ("tag_dimensions", "topic"),
        ("entities", "visit"),
    )
)


def joined(formula: str) -> tuple[Document, ...]:
    """Visits with a formula, of places with rooms in cities, with topics."""
    text, number = {"name": "name", "type": "text"}, {"name": "size", "type": "integer"}
    # Visits alone have a formula, unless one is read: what is joined is found from both ends.
    twice = {"name": "twice", "type": "formula", "formula": "size * 2"}
    links: dict[str, list[dict[str, Any]]] = {
        "city": [number, *([twice] if "twice" in formula else [])],
        "place": [number, {"name": "city", "type": "reference", "to": "city"}],
        "room": [number, {"name": "of", "type": "reference", "to": "place", "inverse": "rooms"}],
        "visit": [
            {"name": "told", "type": "formula", "formula": formula},
            {"name": "at", "type": "reference", "to": "place"},
            {"name": "topic", "type": "tags", "dimension": "topic"},
        ],
    }
    tag = {"name": "sale", "properties": {"weight": 1}}
    documents: list[dict[str, Any]] = [
        {"kind": "app", "name": "test", "version": "1.0.0"},
        {"kind": "tag_dimension", "name": "topic", "exclusive": True, "tags": [tag]},
    ]
    for name, fields in links.items():
        documents.append(
            {"kind": "entity", "name": name, "title": "name", "fields": [text, *fields]}
        )
    return tuple(map(document_of, documents))


@pytest.mark.parametrize(
    ("formula", "elsewhere", "pointer", "value"),
    [
        ("at.size + 1", PLACE, "/fields/1/type", "text"),
        ("at.city.twice + 1", CITY, "/fields/2/formula", "name"),
        ("sum(at.rooms.size)", ROOM, "/fields/1/type", "text"),
        ("topic.weight + 1", TOPIC, "/tags/0/properties/weight", "heavy"),
        ('1 if topic == "sale" else 0', TOPIC, "/exclusive", False),
    ],
)
def test_what_an_expression_reads_elsewhere_is_looked_at_again(
    formula: str, elsewhere: str, pointer: str, value: Any
) -> None:
    before = joined(formula)
    assert check(before).problems == ()
    after = edited(before, {elsewhere: {pointer: value}})
    found = {(one.document, one.pointer) for one in check(after).problems}
    assert found == {(VISIT, "/fields/1/formula")}
