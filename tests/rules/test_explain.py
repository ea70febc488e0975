"""Why and why not: an explanation says what is computed, opens what is behind, hides the rest."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldstone.metadata.messages import LOCALES
from fieldstone.metadata.problems import ProblemsError
from fieldstone.rules import Expression, compile_expression, evaluate, explain
from fieldstone.rules.explain import MOST_EXPLAINED, Decided, Explanation
from tests.rules.casebook import company, context
from tests.rules.declared import APP
from tests.rules.generate.companies import Company
from tests.rules.generate.expressions import Maker
from tests.rules.labelled import LABELLED
from tests.rules.test_sentences import CODE, KINDS, without_texts
from tests.rules.world import CONTEXT, Source

RECORD = company({}).record("account", 1)


def titles(entity_id: str, ids: Sequence[int]) -> Mapping[int, str]:
    """A title for each record."""
    return {one: f"{entity_id} {one}" for one in ids}


def explained(text: str, **given_: object) -> Explanation:
    """The explanation of an expression in names for the first account."""
    assert RECORD is not None
    expression = compile_expression(APP, "account", text, space="name")
    return explain(expression, RECORD, context({}), titles=titles, **given_)  # type: ignore[arg-type]


def all_of(found: Explanation) -> list[Explanation]:
    """An explanation and all below it."""
    return [found, *(one for child in found.children for one in all_of(child))]


def random_expression(seed: int, kind: str, depth: int) -> tuple[Expression, Source] | None:
    """An expression of the generator, and a record of a random company."""
    chance = random.Random(seed)
    text = Maker(chance).make(kind, depth)
    record = Company(chance).world().record("account", 1)
    assert record is not None
    try:
        return compile_expression(
            LABELLED, "account", text, allow_viewer=True, space="name"
        ), record
    except ProblemsError:
        return None


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32), kind=st.sampled_from(KINDS), depth=st.integers(0, 4))
def test_every_part_has_the_value_that_it_is_computed_to(seed: int, kind: str, depth: int) -> None:
    made = random_expression(seed, kind, depth)
    if made is None:
        return
    expression, record = made
    found = explain(expression, record, CONTEXT, titles=titles)
    assert found.value == evaluate(expression, record, CONTEXT)
    check(found, record, CONTEXT)


def check(found: Explanation, record: Source, context: object) -> None:
    """Compare a part, and the parts over the same record below it, with what they come to."""
    for child in found.children:
        if child.text not in found.text:
            continue  # behind a formula, perhaps of another record
        try:
            alone = compile_expression(
                LABELLED, "account", child.text, allow_viewer=True, space="name"
            )
        except ProblemsError:
            continue  # a text that is an option only beside its field
        if alone.type != child.type:
            continue  # None beside a condition is one that does not hold
        assert child.value == evaluate(alone, record, CONTEXT), child.text
        if found.joins is not None:
            check(child, record, context)
    if found.joins in ("and", "or"):
        combine = all if found.joins == "and" else any
        assert found.result == combine(child.result for child in found.children)


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32), depth=st.integers(1, 4))
def test_explanations_are_in_words_and_bounded(seed: int, depth: int) -> None:
    made = random_expression(seed, "boolean", depth)
    if made is None:
        return
    expression, record = made
    found = all_of(explain(expression, record, CONTEXT, titles=titles))
    assert len(found) <= 4 * MOST_EXPLAINED
    for one in found:
        for locale in LOCALES:
            said = (one.says or {}).get(locale, "")
            assert not CODE.search(without_texts(said, expression)) or one is not found[0], said


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32), depth=st.integers(1, 4))
def test_what_is_hidden_has_neither_value_nor_text(seed: int, depth: int) -> None:
    made = random_expression(seed, "boolean", depth)
    if made is None:
        return
    expression, record = made
    hidden = {"amount", "flag", "day", "tier", "free", "account", "owner"}
    found = explain(
        expression, record, CONTEXT, titles=titles, readable=lambda entity, one: one not in hidden
    )
    labels = {
        field.text("en")
        for entity in LABELLED.entities.values()
        for field in entity.fields
        if field.id in hidden
    }
    shown = {
        field.text("en")
        for entity in LABELLED.entities.values()
        for field in entity.fields
        if field.id not in hidden
    }
    for one in all_of(found):
        if one.hidden:
            assert (one.text, one.value, one.result, one.says, one.decided) == ("", *[None] * 4)
        for label in labels - shown:
            assert f"{label} " not in one.words["en"] + " "


def test_an_aggregate_tells_the_records_that_decide() -> None:
    found = explained("count(deals, amount > 1) > 5")
    assert found.result is False
    behind = found.children[0]
    three = ((11, "deal 11"), (12, "deal 12"), (13, "deal 13"))
    assert behind.value == 3 and behind.decided == Decided("deal", 3, three)
    assert behind.words["en"] == "number of deal (amount above CNY 1.00) is 3"


def test_an_all_that_fails_tells_the_records_that_fail_it() -> None:
    found = explained("all(deals, amount > 10)")
    assert found.result is False and found.decided is not None
    assert found.decided.count == len(found.decided.records) > 0


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("max(deals.amount)", [11]),
        ("min(deals.amount)", [13]),
        ('min(deals.amount, stage == "won")', [12]),
        ("first(deals.name, by=closed_on)", [12]),
        ("last(deals.name, by=closed_on)", [11]),
        ("max(deals.amount, amount > 1000)", []),
        ("first(deals.amount, by=at)", []),
        ("sum(deals.amount, amount > 40)", [11, 12]),
        ("count_distinct(deals.seller, amount > 1)", [11, 12, 13]),
        ("any(deals, amount > 60)", [11]),
        ("all(deals, flag)", [12, 13, 14]),
        ("count(belongs_to.subsidiaries)", [1]),
    ],
)
def test_the_records_that_decide(text: str, ids: list[int]) -> None:
    """Of max() and first() only the one whose value it is."""
    decided = explained(text).decided
    found = [] if decided is None else [one for one, _ in decided.records]
    assert found == ids


def test_formulas_open_up() -> None:
    found = explained("won > 3000")
    (paid,) = found.children
    assert paid.words["en"] == "total amount of deal (stage is won) is CNY 150.25"
    assert paid.decided is not None
    good = explained("good and n > 3")
    assert good.children[0].lines("en") == ("good: yes",)
    assert [one.words["en"] for one in good.children[0].children[0].children] == [
        "flag: yes",
        "amount above CNY 100.00 (now CNY 120.50): yes",
    ]


def test_what_is_behind_a_field_is_told_once() -> None:
    found = explained("n > doubled and m > doubled + won and won > 1")
    behind = [one.words["en"] for one in all_of(found) if one.decided is not None]
    assert behind == ["total amount of deal (stage is won) is CNY 150.25"]


def test_what_is_missing() -> None:
    assert explained("n > 3 and flag").missing("en") == ()
    assert explained("n > 30 and flag and m is not None").missing("en") == (
        "n above 30",
        "m is filled in",
    )
    assert explained("(n > 30 or m > 1) and flag").missing("en") == ("n above 30 or m above 1",)


def test_titles_are_those_that_the_reader_may_see() -> None:
    assert RECORD is not None
    expression = compile_expression(APP, "account", "count(deals) > 100", space="name")
    found = explain(expression, RECORD, context({}), titles=lambda entity, ids: {11: "seen"})
    behind = found.children[0].decided
    assert behind is not None and behind.records == ((11, "seen"),) and behind.count > 1


def test_a_large_expression_is_explained_soon() -> None:
    text = " and ".join(["n + 1 > doubled"] * 24)
    found = explained(text)
    assert len(all_of(found)) <= 1 + 2 * 24
