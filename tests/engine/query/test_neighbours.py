"""Neighbours: the records beside one in a list, and its place there, in any order."""

from __future__ import annotations

import importlib
from typing import Any

import pytest

from fieldstone.engine import query, records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.errors import Malformed
from fieldstone.engine.query import ListRequest, Neighbours
from tests.engine.crm_like import Company, counted

BUDGETS = ("300", "50.50", None, "300", "7")


@pytest.fixture(scope="module")
def listed(shared: Company) -> list[int]:
    """Return customers of whom some have no budget, or the same."""
    boss = str(shared.people["boss"])
    rows: list[dict[str, Any]] = [
        {"name": f"c{at}", "budget": budget, "owner": boss, "region": "N" if at % 2 else "S"}
        for at, budget in enumerate(BUDGETS)
    ]
    with shared.workspace.writing() as tx:
        done = records.create_many(tx, SYSTEM, "customer", rows)
        return [one.record_id or 0 for one in done]


@pytest.mark.parametrize("sort", ["budget", "-budget", "name", "-region,budget", "owner.name", ""])
def test_they_are_those_of_the_list_in_its_order(
    shared: Company, listed: list[int], sort: str
) -> None:
    request = ListRequest(entity_id="customer", sort=sort)
    with shared.workspace.reading() as tx:
        ids = [one.id for one in query.page(tx, SYSTEM, request).records]
        for at, one in enumerate(ids):
            found = query.neighbours(tx, SYSTEM, request, one)
            before = ids[at - 1] if at else None
            after = ids[at + 1] if at + 1 < len(ids) else None
            assert found == Neighbours(before, after, at + 1, len(ids)), (sort, at)


def test_one_that_has_left_the_list_stands_between_those_that_stayed(
    shared: Company, listed: list[int]
) -> None:
    request = ListRequest(entity_id="customer", filter='region == "S"', sort="name")
    with shared.workspace.reading() as tx:
        found = query.neighbours(tx, SYSTEM, request, listed[1])
    assert found == Neighbours(listed[0], listed[2], None, 3)


def test_who_may_not_see_the_record_or_the_order_learns_nothing(
    shared: Company, listed: list[int]
) -> None:
    request = ListRequest(entity_id="customer")
    with shared.workspace.reading() as tx:
        assert query.neighbours(tx, SYSTEM, request, 10**9) is None
        with pytest.raises(Malformed):
            unknown = ListRequest(entity_id="customer", sort="nothing")
            query.neighbours(tx, SYSTEM, unknown, listed[0])


def test_places_are_counted_up_to_a_bound(
    shared: Company, listed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    module = importlib.import_module("fieldstone.engine.query.neighbours")
    monkeypatch.setattr(module, "MOST_COUNTED", 2)
    with shared.workspace.reading() as tx:
        with counted(tx) as sent:
            last = query.neighbours(tx, SYSTEM, ListRequest(entity_id="customer"), listed[-1])
        assert last == Neighbours(listed[-2], None, 3, 3)
        assert len(sent) <= 6
