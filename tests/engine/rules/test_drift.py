"""Drift: what a scheme would do is what its run then does, told in few rows."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from fieldstone.engine import tiers
from fieldstone.engine.drift import BARS, drift
from fieldstone.metadata.model import Band
from fieldstone.metadata.problems import ProblemsError
from tests.engine.rules.conftest import Office

THRESHOLDS = (
    Band(id="A", name="A", min=Decimal(80)),
    Band(id="B", name="B", min=Decimal(30)),
    Band(id="C", name="C", rest=True),
)
METHODS: dict[str, dict[str, Any]] = {
    "by share of records": {},
    "by share of value": {"method": "share_of_value"},
    "by threshold": {"method": "threshold", "bands": THRESHOLDS},
    "with shared ties": {"ties": "share"},
    "with another condition": {"where": "worth > 40"},
}


@pytest.mark.parametrize("name", METHODS)
def test_it_tells_what_the_run_would_do(office: Office, name: str) -> None:
    worths = [None, 0, *range(1, 101), 50, 50]
    office.customers(*({"worth": worth} for worth in worths))
    tiers.run(office.workspace)
    with office.workspace.reading() as tx:
        told = drift(tx, replace(tx.app.schemes["abc"], **METHODS[name]))
        now = drift(tx, tx.app.schemes["abc"])
    assert (now.moves, now.ranked) == ((), 102)
    changes = {**METHODS[name]}
    if "bands" in changes:
        changes["bands"] = [
            {"name": "A", "min": 80}, {"name": "B", "min": 30}, {"name": "C", "rest": True}
        ]  # fmt: skip
    office.declare(abc=changes)
    (report,) = tiers.run(office.workspace)
    assert told.counts == report.counts
    assert set(told.moves) == set(report.moves)
    assert told.ranked == report.ranked


def test_its_bars_hold_every_ranked_record_once(office: Office) -> None:
    office.customers(*({"worth": str(Decimal(worth) / 4)} for worth in range(1, 201)))
    office.customers({"worth": "1000000"})
    with office.workspace.reading() as tx:
        told = drift(tx, tx.app.schemes["abc"])
    assert sum(bar.count for bar in told.bars.values()) == told.ranked == 201
    lows = [bar.low for bar in told.bars.values()]
    assert lows == sorted(lows)
    assert lows[0] == Decimal("0.25")
    assert told.bars[BARS].high == Decimal(1_000_000)
    assert len(told.bars) == BARS + 1
    assert sum(told.bars[at].counts.get("A", 0) for at in told.bars) == told.counts["A"] == 40


def test_nobody_and_equal_measures_are_told_too(office: Office) -> None:
    with office.workspace.reading() as tx:
        told = drift(tx, tx.app.schemes["abc"])
    assert (told.ranked, told.bars, told.moves) == (0, {}, ())
    office.customers({"worth": 7}, {"worth": 7})
    with office.workspace.reading() as tx:
        told = drift(tx, tx.app.schemes["abc"])
    assert [(bar.low, bar.high, bar.count) for bar in told.bars.values()] == [
        (Decimal(7), Decimal(7), 2)
    ]


def test_what_is_not_published_cannot_be_measured(office: Office) -> None:
    with office.workspace.reading() as tx, pytest.raises(ProblemsError):
        drift(tx, replace(tx.app.schemes["abc"], measure="nope * 2"))
