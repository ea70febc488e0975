"""Names are replaced by position, references are found with their scopes, messages are cut."""

from __future__ import annotations

import pytest

from fieldstone.metadata.expression import (
    Embedded,
    Literal,
    Member,
    parse,
    parse_message,
    references,
    rename,
    renaming,
)
from fieldstone.metadata.problems import ProblemsError

FIELDS = {
    "account": {
        "kind": Member("sort", options="kinds"),
        "owner": Member("carer", entity="member"),
        "deals": Member("deals", entity="deal", many=True),
        "amount": Member("sum_", None),
        "labels": Member("marks", options="marks"),
    },
    "deal": {
        "stage": Member("step", options="stages"),
        "account": Member("customer", entity="account"),
        "amount": Member("value", None),
    },
    "member": {"name": Member("full_name", None)},
}
OPTIONS = {
    "kinds": {"big": "large", "small": "small"},
    "stages": {"won": "gained", "lost": "lost"},
    "marks": {"vip": "VIP"},
}


class Space:
    """Two entities whose names have all changed."""

    def member(self, entity: str, name: str) -> Member | None:
        return FIELDS[entity].get(name)

    def option(self, options: str, name: str) -> str | None:
        return OPTIONS[options].get(name)

    def tag(self, entity: str | None, dimension: str, tag: str) -> tuple[str, str] | None:
        return ("new_" + dimension, OPTIONS["marks"][tag]) if tag in OPTIONS["marks"] else None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("amount  >  1", "sum_  >  1"),
        ("owner . name == 'x'", "carer . full_name == 'x'"),
        ('kind == "big"', 'sort == "large"'),
        ("kind == 'big'", "sort == 'large'"),
        ('"big" == kind', '"large" == sort'),
        ('kind in ["big", "small"]', 'sort in ["large", "small"]'),
        ('kind.days > 3 and "big" != kind', 'sort.days > 3 and "large" != sort'),
        (
            'kind == ("big" if amount > 1 else "small")',
            'sort == ("large" if sum_ > 1 else "small")',
        ),
        ('coalesce(kind, "big") == "small"', 'coalesce(sort, "large") == "small"'),
        ('count(deals, stage == "won") > 1', 'count(deals, step == "gained") > 1'),
        ("sum(deals.amount, amount > parent.amount)", "sum(deals.value, value > parent.sum_)"),
        ("first(deals.stage, by=amount) == 'won'", "first(deals.step, by=value) == 'gained'"),
        ("sum(deals.account.amount)", "sum(deals.customer.sum_)"),
        ('has_tag("marks", "vip")', 'has_tag("new_marks", "VIP")'),
        ('has_tag(labels, "vip")', 'has_tag(marks, "VIP")'),
        ('"vip" in labels', '"VIP" in marks'),
        ('owner.name == "big"', 'carer.full_name == "big"'),
        (
            "any(deals, any(account.deals, amount > parent.amount))",
            "any(deals, any(customer.deals, value > parent.value))",
        ),
    ],
)
def test_renaming(before: str, after: str) -> None:
    found = renaming(parse(before), Space(), "account")
    assert rename(before, found.replacements) == after
    assert found.unknown == ()


def test_the_outer_record_of_a_where() -> None:
    text = "account == parent.account and parent.owner.name != 'x'"
    found = renaming(parse(text), Space(), "deal", "deal")
    assert rename(text, found.replacements).startswith("customer == parent.customer")


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("naem > 1", "naem"),
        ("owner.naem > 1", "naem"),
        ('kind == "bigg"', "bigg"),
        ("count(deals, stag > 1)", "stag"),
        ('has_tag("marks", "vipp")', "vipp"),
    ],
)
def test_what_is_unknown(text: str, unknown: str) -> None:
    found = renaming(parse(text), Space(), "account").unknown
    assert [getattr(one, "text", getattr(one, "value", "")) for one in found] == [unknown]


def test_quotes_within_names_are_kept() -> None:
    assert rename("x == 'a'", {(5, 8): "it's \\"}) == "x == 'it\\'s \\\\'"


def test_references_have_scopes() -> None:
    found = references(parse('n > 1 and count(deals, stage == "won" and parent.n > 2)'))
    paths = [(one.node.dotted, one.scope) for one in found.paths]  # type: ignore[union-attr]
    assert paths == [("n", 0), ("deals", 0), ("stage", 1), ("parent.n", 1)]
    assert [one.scope for one in found.texts] == [1]
    assert [one.node.text for one in found.functions] == ["count"]  # type: ignore[union-attr]
    assert found.scopes[1] is not None and found.scopes[1].outer == 0


def test_a_message_is_cut_into_parts() -> None:
    parts = parse_message('{{ name }}：已 {{ "}}" }} 天 {')
    assert [type(one) for one in parts] == [Embedded, Literal, Embedded, Literal]
    assert [one.text for one in parts] == [" name ", "：已 ", ' "}}" ', " 天 {"]


def test_positions_in_a_message_count_from_its_beginning() -> None:
    with pytest.raises(ProblemsError) as caught:
        parse_message("ab {{ a = 1 }}")
    assert caught.value.problems[0].position == 9


@pytest.mark.parametrize("text", ["a {{ b", "a {{ b }", 'a {{ "b }}', "{{ }}"])
def test_a_message_that_is_wrong(text: str) -> None:
    with pytest.raises(ProblemsError):
        parse_message(text)
