"""Templates with something wrong in them: refused where it is wrong, in whole sentences."""

from __future__ import annotations

import json

import pytest

from fieldstone.metadata import check, document_of
from fieldstone.metadata.problems import MOST_QUOTED, MOST_TOLD, Problem
from fieldstone.metadata.validation import validate
from tests.metadata.fuzz.bounds import LARGE, Large, answered
from tests.metadata.fuzz.making import made, made_of
from tests.metadata.fuzz.verdict import judged
from tests.metadata.fuzz.wrong import SORTS
from tests.metadata.samples import edited, sample_documents

SEED = 7
A_SORT = 5
"""Wrong documents of each sort."""


@pytest.mark.parametrize("sort", sorted(SORTS))
def test_wrong_documents_are_refused_where_they_are_wrong(sort: str) -> None:
    found = [made_of(sort, SEED, number) for number in range(A_SORT)]
    verdicts = [judged(template, wrong) for template, wrong in found]
    assert [one.findings for one in verdicts] == [()] * A_SORT


def test_a_document_is_made_again_by_its_number() -> None:
    first, again = made(SEED, 3), made(SEED, 3)
    assert first == again
    assert made(SEED, 4) != first


@pytest.mark.parametrize(
    "large", {one.problem: one for one in LARGE}.values(), ids=lambda one: str(one.name)
)
def test_documents_at_their_bounds_are_answered(large: Large) -> None:
    assert list(answered(large)) == []


def test_only_the_first_of_very_many_problems_are_told() -> None:
    data = {"kind": "view", "name": "v", "entity": "e", "columns": [{"feld": 1}] * 3_000}
    problems = validate(document_of(data, path="views/v.json"))
    assert len(problems) == MOST_TOLD + 1
    assert (problems[-1].id, problems[-1].document) == ("document.more", "views/v.json")
    assert f"{MOST_TOLD:,}" in problems[-1].text("zh-CN")


def test_only_the_first_of_very_many_names_that_mean_nothing_are_told() -> None:
    roles: dict[str, dict[str, object]] = {
        f"roles/r{one}.json": {
            "": {"kind": "role", "name": f"r{one}", "entities": [{"entity": "zz"}]}
        }
        for one in range(MOST_TOLD)
    }
    ids = [one.id for one in _problems(roles)]
    assert (ids.count("entity.unknown"), ids.count("document.more")) == (MOST_TOLD, 1)


def test_a_sentence_quotes_the_beginning_of_a_long_text() -> None:
    problem = Problem("schema.name", {"name": "x" * 100_000})
    for locale in ("en", "zh-CN"):
        assert "x" * MOST_QUOTED + "…" in problem.text(locale)
        assert "x" * (MOST_QUOTED + 1) not in problem.text(locale)


@pytest.mark.parametrize("name", ["a\n", "\na"])
def test_a_name_ends_with_its_line(name: str) -> None:
    data = {"kind": "role", "name": name}
    assert [one.line() for one in validate(document_of(data, path="roles/a.json"))] == [
        f'roles/a.json#/name: "{name}" cannot be a name; use lower-case letters a-z, digits and'
        " _, a letter first, at most 40."
    ]


def test_equal_entries_are_found_in_lists_of_any_length() -> None:
    names = [f"a{one}" for one in range(20_000)]
    data = {"kind": "role", "name": "a", "aliases": [*names, "a7"]}
    (problem,) = validate(document_of(json.loads(json.dumps(data)), path="roles/a.json"))
    assert (problem.id, problem.pointer) == ("schema.repeated", "/aliases")


def _problems(edits: dict[str, dict[str, object]]) -> tuple[Problem, ...]:
    return check(edited(sample_documents(), edits)).problems
