"""What is refused comes corrected wherever it is asked: a check of documents, a trial of a line."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fieldstone.engine.evaluate import answer
from fieldstone.rules import check
from tests.metadata.samples import edited, sample_documents

RULE = "alert_rules/silent_customer.json"
CUSTOMER = "entities/customer.json"


def offered(edits: dict[str, dict[str, Any]]) -> dict[tuple[str | None, str], str | None]:
    """The corrections of what is refused, by place."""
    found = check(edited(sample_documents(), edits))
    return {(one.document, one.pointer): one.corrected for one in found.problems}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("budget = 3", "budget == 3"),
        ("budget > 1,000 AND tier == A", 'budget > 1000 and tier == "A"'),
        ("buget > 3 and name is not null", "budget > 3 and name is not None"),
        ('name == "x" or "y"', 'name in ["x", "y"]'),
        ("budget > ", None),
        ("nothing_like_it > 3", None),
    ],
)
def test_a_check_of_documents_offers_what_was_meant(written: str, meant: str | None) -> None:
    assert offered({RULE: {"/when": written}}) == {(RULE, "/when"): meant}


def test_every_place_has_its_own() -> None:
    added = {"name": "added", "type": "formula", "formula": "budgett * 2"}
    edits: dict[str, dict[str, Any]] = {
        RULE: {"/when": "budget = 3", "/message/en": "{{ nam }} is silent"},
        CUSTOMER: {"/fields/-": added},
    }
    found = {pointer: one for (_, pointer), one in offered(edits).items()}
    formula = next(one for pointer, one in found.items() if pointer.endswith("/formula"))
    assert (found["/when"], formula) == ("budget == 3", "budget * 2")
    assert found["/message/en"] == "{{ name }} is silent"


def test_where_more_is_wrong_the_syntax_is_corrected_alone() -> None:
    edits = {RULE: {"/when": "buget = 3"}, CUSTOMER: {"/title": "nothing"}}
    assert offered(edits)[RULE, "/when"] == "buget == 3"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("a = 1", "a == 1"),
        ("s = “x”", 's == "x"'),
        ("IF(a > 1, 2, 3)", "(2 if (a > 1) else 3)"),
        ("b_unknown_name = 1", "b_unknown_name == 1"),
        ("a +", None),
    ],
)
def test_a_trial_offers_what_was_meant(written: str, meant: str | None) -> None:
    fields = {"a": "integer", "s": "choice"}
    found = json.loads(answer(json.dumps({"expression": written, "fields": fields})))
    assert found["error"].get("corrected") == meant
    if meant is not None and "unknown" not in meant:
        right = json.loads(answer(json.dumps({"expression": meant, "fields": fields})))
        assert right["value"] == right["sql_value"]
