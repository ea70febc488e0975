"""Figures: groups, measures, exact sums and averages."""

from typing import Any

import pytest

from fieldstone.engine import query, records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.errors import Malformed
from fieldstone.engine.query import AggregateRequest
from tests.engine.crm_like import Company


@pytest.fixture(scope="module")
def stocked(shared: Company) -> Company:
    """Return the company with five deals of two customers."""
    with shared.workspace.writing() as tx:
        rows = [{"name": "A", "region": "North", "status": "signed"}, {"name": "B"}]
        ids = [str(one.record_id) for one in records.create_many(tx, SYSTEM, "customer", rows)]
        deals = [
            (ids[0], "won", "9999999999999.99", "2026-01-31"),
            (ids[0], "won", "9999999999999.98", "2026-02-01"),
            (ids[1], "won", "0.01", "2026-02-28"),
            (ids[1], "lost", None, None),
            (ids[1], "contact", "-0.00", None),
        ]
        records.create_many(
            tx,
            SYSTEM,
            "deal",
            [
                {
                    "name": f"D{at}",
                    "customer": to,
                    "stage": stage,
                    "amount": amount,
                    "expected_close": close,
                }
                for at, (to, stage, amount, close) in enumerate(deals)
            ],
            history=True,
        )
    return shared


CASES: list[tuple[str, dict[str, Any], list[dict[str, Any]]]] = [
    ("nothing but a count", {}, [{"count": 5}]),
    (
        "by stage, in the order of stages",
        {"groups": ("stage",)},
        [
            {"stage": "contact", "count": 1},
            {"stage": "won", "count": 3},
            {"stage": "lost", "count": 1},
        ],
    ),
    (
        "the two largest and the others",
        {"groups": ("rank(amount) <= 2",)},
        [{"rank(amount) <= 2": False, "count": 3}, {"rank(amount) <= 2": True, "count": 2}],
    ),
    (
        "places among all, and among those of a condition",
        {
            "measures": (
                "all: max(rank(amount))",
                'won: max(rank(amount), stage == "won")',
                "low: count(percentile(amount) <= 0.5)",
                "whole: sum(share(amount))",
                "alone: max(share(amount, stage))",
            )
        },
        [{"all": 4, "won": 3, "low": 2, "whole": "1.000000", "alone": "0.500000"}],
    ),
    (
        "exact sums and averages",
        {
            "measures": (
                "s: sum(amount)",
                "a: avg(amount)",
                "least: min(amount)",
                "most: max(amount)",
                "c: count(amount)",
                "d: count_distinct(customer)",
            )
        },
        [
            {
                "s": "19999999999999.98",
                "a": "4999999999999.995000",
                "least": "0.00",
                "most": "9999999999999.99",
                "c": 4,
                "d": 2,
            },
        ],
    ),
    (
        "a third",
        {
            "filter": "amount < 1 or amount is None",
            "measures": ('a: avg(amount, stage == "won")', 't: avg(1 if stage == "lost" else 0)'),
        },
        [
            {"a": "0.010000", "t": "0.333333"},
        ],
    ),
    (
        "conditions",
        {
            "groups": ("customer.region",),
            "measures": ('won: sum(amount, stage == "won")', 'lost: count(stage == "lost")'),
        },
        [
            {"customer.region": None, "won": "0.01", "lost": 1},
            {"customer.region": "North", "won": "19999999999999.97", "lost": 0},
        ],
    ),
    (
        "buckets",
        {"groups": ("start_of_month(expected_close)", "customer.status")},
        [
            {"start_of_month(expected_close)": None, "customer.status": "interested", "count": 2},
            {
                "start_of_month(expected_close)": "2026-01-01",
                "customer.status": "signed",
                "count": 1,
            },
            {
                "start_of_month(expected_close)": "2026-02-01",
                "customer.status": "interested",
                "count": 1,
            },
            {
                "start_of_month(expected_close)": "2026-02-01",
                "customer.status": "signed",
                "count": 1,
            },
        ],
    ),
    (
        "days",
        {
            "measures": (
                'cycle: avg(days_between(expected_close, date(2026, 3, 1)), stage == "won")',
            )
        },
        [
            {"cycle": "19.333333"},
        ],
    ),
    (
        "nothing found",
        {
            "filter": "amount > 99999999999999",
            "measures": (
                "n: count()",
                "s: sum(amount)",
                "a: avg(amount)",
                "m: max(expected_close)",
            ),
        },
        [
            {"n": 0, "s": "0.00", "a": None, "m": None},
        ],
    ),
    ("no group", {"filter": "amount > 99999999999999", "groups": ("stage",)}, []),
    (
        "by reference",
        {"groups": ("customer",), "measures": ("n: count()",)},
        [
            {"customer": "1", "n": 2},
            {"customer": "2", "n": 3},
        ],
    ),
]


@pytest.mark.parametrize(
    ("asked", "rows"), [one[1:] for one in CASES], ids=[one[0] for one in CASES]
)
def test_figures(stocked: Company, asked: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    with stocked.workspace.reading() as tx:
        assert (
            list(query.aggregate(tx, SYSTEM, AggregateRequest(entity_id="deal", **asked))) == rows
        )


BAD = [
    "sum",
    "sum()",
    "sum(name)",
    "n: median(amount)",
    "N: count()",
    "n: count(,)",
    "n: sum(amount, name)",
    'n: sum(amount, stage == "won", 3)',
    "n: sum(amount",
    "",
]


@pytest.mark.parametrize("measure", BAD)
def test_bad_measures_are_refused(stocked: Company, measure: str) -> None:
    request = AggregateRequest(entity_id="deal", measures=(measure,))
    with stocked.workspace.reading() as tx, pytest.raises(Malformed) as refused:
        query.aggregate(tx, SYSTEM, request)
    assert refused.value.problems[0].pointer == "/measure"
    assert "{" not in refused.value.problems[0].text("zh-CN")
