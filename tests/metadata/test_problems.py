"""Every problem of the checks: a wrong document, and what is said of it, where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fieldstone.metadata import check
from fieldstone.metadata.check import Checked
from tests.metadata.samples import edited, sample_documents

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "cases" / "problems.json").read_text("utf-8")
)
ELSEWHERE = (
    "change.",
    "sort.",
    "key.",
    "type_hint.",
    "type_name.",
    "plugin.",
    "note.",
    "value.",
    "json.",
    "file.",
    "folder.",
    "merge.",
    "purge.",
)
"""Sentences that are no problems of a check, or that other tables of cases hold."""


def checked_case(case: dict[str, Any]) -> Checked:
    """The documents of a case, with `base` on top of the sample."""
    base = check(sample_documents()).app if case.get("base") else None
    return check(edited(sample_documents(), case["edits"]), base)


def test_the_sample_has_no_problem() -> None:
    assert check(sample_documents()).problems == ()


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_problem(case: dict[str, Any]) -> None:
    checked = checked_case(case)
    found = [f"{one.document}#{one.pointer} {one.id}" for one in checked.problems]
    if case.get("others"):
        found = [one for one in found if one in case["problems"]]
    assert sorted(found) == sorted(case["problems"])
    assert checked.app is None


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_sentences_are_whole(case: dict[str, Any]) -> None:
    for problem in checked_case(case).problems:
        for locale in ("en", "zh-CN"):
            text = problem.text(locale)
            assert "{" not in text.replace("{yy", "").replace("{mm", "").replace("{0", "").replace(
                "{dd", ""
            ), text
            assert not text.startswith(problem.id)


def test_every_problem_of_the_checks_has_a_case() -> None:
    folder = Path(__file__).parents[2] / "platform" / "metadata" / "locale"
    sentences = json.loads((folder / "en.json").read_text("utf-8"))
    shown = {one.rsplit(" ", 1)[1] for case in CASES for one in case["problems"]}
    without = {one for one in sentences if not one.startswith(ELSEWHERE) and one not in shown}
    assert without == {
        "document.more",
        "document.not_object",
        "document.wrong_folder",
        "entity.too_many_fields",
        "schema.other",
    }
