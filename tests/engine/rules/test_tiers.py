"""Tiers: who gets which, what moves, and why."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from fieldstone.engine import tiers
from fieldstone.engine.errors import NotFound
from fieldstone.engine.system_tables import TRANSITION
from tests.engine.rules.conftest import Office

THRESHOLD = [{"name": "A", "min": 500}, {"name": "B", "min": 100}, {"name": "C", "rest": True}]
PARETO = [
    {"name": "A", "share": Decimal("0.8")},
    {"name": "B", "share": Decimal("0.15")},
    {"name": "C", "rest": True},
]

CASES: dict[str, tuple[dict[str, Any], list[int | None], str]] = {
    "the first floor(0.2 n), then up to floor(0.5 n)": (
        {},
        [70, 60, 50, 40, 30, 20, 10],
        "ABBCCCC",
    ),
    "equal values follow the order of ids": ({}, [9, 9, 9, 9, 9, 9, 9, 9, 9, 9], "AABBBCCCCC"),
    "or share the better tier where the scheme says so": (
        {"ties": "share"},
        [9, 9, 9, 5, 5, 5, 1, 1, 1, 1],
        "AAABBBCCCC",
    ),
    "who is not ranked has no tier": ({}, [5, None, 0, 4, 3, 2, 1], "A--BCCC"),
    "thresholds include their limit": (
        {"method": "threshold", "bands": THRESHOLD},
        [500, 499, 100, 99],
        "ABBC",
    ),
    "who crosses the line of a share of value stays in the better tier": (
        {"method": "share_of_value", "bands": PARETO, "where": "worth >= 0"},
        [50, 25, 10, 10, 5, 0],
        "AAABCC",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_method_draws_its_line(office: Office, name: str) -> None:
    scheme, worths, expected = CASES[name]
    office.declare(abc=scheme)
    ids = office.customers(*({"worth": worth} for worth in worths))
    tiers.run(office.workspace)
    assert "".join(office.values(one)["tier"] or "-" for one in ids) == expected


def test_a_run_tells_who_moved_and_leaves_versions_alone(office: Office) -> None:
    ids = office.customers(*({"worth": worth} for worth in (50, 40, 30, 20, 10)))
    first = tiers.run(office.workspace)[0]
    assert (first.ranked, first.counts, first.moved) == (5, {"A": 1, "B": 1, "C": 3}, 5)
    assert tiers.run(office.workspace, ["abc"])[0].moved == 0

    office.later(days=30)
    office.change(ids[4], worth="60")
    moved = tiers.run(office.workspace)[0]
    assert set(moved.moves) == {("A", "B", 1), ("B", "C", 1), ("C", "A", 1)}
    values = office.values(ids[4])
    assert (values["tier"], values["tier_before"], values["version"]) == ("A", "C", 2)
    assert values["tier_since"] == office.clock.now()
    with office.workspace.reading() as tx:
        found = tx.connection.execute(
            sa.select(TRANSITION.c.before, TRANSITION.c.after)
            .where(TRANSITION.c.record_id == ids[4], TRANSITION.c.field == "tier")
            .order_by(TRANSITION.c.id)
        ).all()
    assert [tuple(row) for row in found] == [(None, "C"), ("C", "A")]


def test_a_tier_has_a_reason(office: Office) -> None:
    ids = office.customers({"worth": "12.50"}, {"worth": "99"}, {"worth": None})
    tiers.run(office.workspace)
    with office.workspace.reading() as tx:
        why = tiers.reason(tx, "abc", ids[0])
        assert why is not None
        assert (str(why.measure), why.position, why.ranked) == ("12.50", 2, 2)
        assert tiers.reason(tx, "abc", ids[2]) is None


def test_an_unknown_scheme_is_named(office: Office) -> None:
    with pytest.raises(NotFound) as caught:
        tiers.run(office.workspace, ["abc", "rfm", "vip"])
    assert [one.params["name"] for one in caught.value.problems] == ["rfm", "vip"]
