"""Tiers: who gets which, what moves, and why."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from fieldstone.engine import records, tiers
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.errors import NotFound
from fieldstone.engine.system_tables import TRANSITION
from tests.engine.rules.conftest import NOW, Office

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
    "a place among all counts those alone who are ranked": (
        {
            "method": "threshold",
            "measure": "percentile(worth)",
            "bands": [
                {"name": "A", "min": Decimal("0.9")},
                {"name": "B", "min": Decimal("0.5")},
                {"name": "C", "rest": True},
            ],
        },
        [10, None, 30, 20, 0],
        "C-AB-",
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


def test_a_tier_has_the_reason_of_the_run_that_gave_it(office: Office) -> None:
    ids = office.customers({"worth": "12.50"}, {"worth": "99"}, {"worth": None})
    tiers.run(office.workspace)
    first = office.clock.now()
    assert _reasons(office, ids) == [("12.50", 2, 2, first), ("99.00", 1, 2, first), None]

    office.later(days=1)
    office.change(ids[0], worth="50")
    ids += office.customers({"worth": "70"}, {"worth": "80"}, {"worth": "90"})
    tiers.run(office.workspace)
    second = office.clock.now()
    assert "".join(office.values(one)["tier"] or "-" for one in ids) == "CA-CCB"
    assert _reasons(office, ids) == [
        ("12.50", 2, 2, first),
        ("99.00", 1, 5, second),
        None,
        ("70.00", 4, 5, second),
        ("80.00", 3, 5, second),
        ("90.00", 2, 5, second),
    ]

    office.change(ids[1], worth=None)
    tiers.run(office.workspace)
    assert _reasons(office, ids)[1] is None


def test_who_reaches_no_band_is_ranked_without_a_tier(office: Office) -> None:
    office.declare(abc={"method": "threshold", "bands": THRESHOLD[:2]})
    ids = office.customers(*({"worth": worth} for worth in (500, 100, 99, None)))
    for _ in range(2):
        report = tiers.run(office.workspace)[0]
        assert (report.ranked, report.counts) == (3, {"A": 1, "B": 1})
    with office.workspace.reading() as tx:
        assert tiers.reason(tx, "abc", ids[2]) is None


def test_a_measure_may_be_a_sum_over_related_records(office: Office) -> None:
    office.declare(abc={"measure": "count(tasks)", "where": "count(tasks) > 0"})
    ids = office.customers({}, {}, {}, {}, {})
    titles = [{"title": "Call", "customer": str(one)} for one in (*ids[1:], *ids[2:], *ids[3:])]
    with office.workspace.writing() as tx:
        done = records.create_many(tx, SYSTEM, "task", titles)
    assert not [problem for one in done for problem in one.problems]
    report = tiers.run(office.workspace)[0]
    assert (report.ranked, report.counts) == (4, {"A": 0, "B": 2, "C": 2})
    assert _reasons(office, ids)[:3] == [None, ("1", 4, 4, NOW), ("2", 3, 4, NOW)]
    assert _reasons(office, ids)[4] == ("3", 2, 4, NOW)


def test_a_measure_may_be_a_share_within_a_group(office: Office) -> None:
    """What each customer is of the total of its owner, and the reason says so."""
    office.declare(abc={"measure": "round(share(worth, owner), 2)", "ties": "share"})
    ids = office.customers({"worth": 30}, {"worth": 10}, {"worth": 0})
    tiers.run(office.workspace)
    assert _reasons(office, ids) == [("0.75", 1, 2, NOW), ("0.25", 2, 2, NOW), None]


def _reasons(office: Office, ids: list[int]) -> list[tuple[str, int, int, datetime] | None]:
    with office.workspace.reading() as tx:
        found = [tiers.reason(tx, "abc", one) for one in ids]
    return [
        None if one is None else (str(one.measure), one.position, one.ranked, one.at)
        for one in found
    ]


def test_a_scheme_goes_by_its_name_a_former_one_and_its_id(office: Office) -> None:
    office.declare(abc={"id": "abc", "name": "grades", "aliases": ["ranks"]})
    for name in ("grades", "ranks", "abc"):
        assert [one.scheme for one in tiers.run(office.workspace, [name, name])] == ["abc"]


def test_an_unknown_scheme_is_named(office: Office) -> None:
    with pytest.raises(NotFound) as caught:
        tiers.run(office.workspace, ["abc", "rfm", "vip"])
    assert [one.params["name"] for one in caught.value.problems] == ["rfm", "vip"]
