"""The statement that ranks records gives what a few lines of plain Python give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, cast

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldstone.metadata.model import Band, TierScheme
from fieldstone.rules.sql_types import ExactDecimal
from fieldstone.rules.tiers import ranked
from tests.rules.world import postgresql, sqlite
from tests.servers.postgres import PostgresServer

GRADED = sa.Table(
    "graded",
    sa.MetaData(),
    sa.Column("id", sa.BigInteger(), primary_key=True, autoincrement=False),
    sa.Column("before", sa.Text()),
    sa.Column("measure", ExactDecimal(2)),
    prefixes=["TEMPORARY"],
)
METHODS = ("share_of_records", "share_of_value", "threshold")


@dataclass(frozen=True)
class Row:
    """A record: the tier it holds and its measure in hundredths."""

    before: str | None
    measure: int | None


@pytest.fixture(scope="module")
def on_sqlite() -> Iterator[sa.Connection]:
    with sqlite() as connection:
        GRADED.create(connection)
        yield connection


@pytest.fixture(scope="module")
def on_postgresql(postgres: PostgresServer) -> Iterator[sa.Connection]:
    with postgres.database() as url, postgresql(url) as connection:
        GRADED.create(connection)
        yield connection


@st.composite
def schemes(draw: st.DrawFn) -> TierScheme:
    """A scheme that the checks would let pass: bands that add up, or that descend."""
    method = cast(
        Literal["share_of_records", "share_of_value", "threshold"], draw(st.sampled_from(METHODS))
    )
    if method == "threshold":
        lines = sorted(draw(st.sets(st.integers(-3, 12), min_size=1, max_size=3)), reverse=True)
        bands = [Band(id=f"b{n}", name=f"b{n}", min=Decimal(m)) for n, m in enumerate(lines)]
        rest = draw(st.booleans())
    else:
        cuts = sorted(draw(st.sets(st.integers(1, 999), max_size=3)))
        steps = [b - a for a, b in zip([0, *cuts], cuts, strict=False)]
        bands = [
            Band(id=f"b{n}", name=f"b{n}", share=Decimal(step).scaleb(-3))
            for n, step in enumerate(steps)
        ]
        rest = True
    if draw(st.booleans()):
        bands.insert(0, Band(id="old", name="old", archived=True, share=Decimal("0.5"), min=0))
    if rest:
        bands.append(Band(id="rest", name="rest", rest=True))
    return TierScheme(
        id="s",
        name="s",
        entity="e",
        field="f",
        measure="m",
        method=method,
        ties=draw(st.sampled_from(("id", "share"))),
        bands=tuple(bands),
    )


ROWS = st.lists(
    st.builds(
        Row,
        before=st.sampled_from((None, "b0", "rest", "old")),
        # Few values, so that many are equal; and such as make a total that 64 bits just hold.
        measure=st.one_of(
            st.none(), st.integers(-300, 1200), st.sampled_from((100, 500)), st.just(10**17)
        ),
    ),
    max_size=25,
)


@settings(max_examples=150, suppress_health_check=list(HealthCheck), derandomize=True)
@given(scheme=schemes(), rows=ROWS)
def test_sqlite(on_sqlite: sa.Connection, scheme: TierScheme, rows: list[Row]) -> None:
    assert by_statement(on_sqlite, scheme, rows) == by_hand(scheme, rows)


@settings(max_examples=150, suppress_health_check=list(HealthCheck), derandomize=True)
@given(scheme=schemes(), rows=ROWS)
def test_postgresql(on_postgresql: sa.Connection, scheme: TierScheme, rows: list[Row]) -> None:
    assert by_statement(on_postgresql, scheme, rows) == by_hand(scheme, rows)


Places = dict[int, tuple[str | None, str | None, int | None, int | None, int]]
"""By id: the tier before and now, the measure, the position (if ranked), how many are ranked."""


def by_statement(connection: sa.Connection, scheme: TierScheme, rows: list[Row]) -> Places:
    connection.execute(sa.delete(GRADED))
    for number, row in enumerate(rows, 1):
        measure = None if row.measure is None else Decimal(row.measure).scaleb(-2)
        connection.execute(sa.insert(GRADED).values(id=number, before=row.before, measure=measure))
    measured = sa.select(GRADED).cte("measured")
    found = connection.execute(ranked(scheme, measured, connection.dialect.name))
    return {
        one.id: (
            one.before,
            one.tier,
            None if one.measure is None else int(one.measure * 100),
            None if one.measure is None else one.position,
            one.ranked,
        )
        for one in found
    }


def by_hand(scheme: TierScheme, rows: list[Row]) -> Places:
    values = {number: row.measure for number, row in enumerate(rows, 1)}
    line = sorted((-value, number) for number, value in values.items() if value is not None)
    places: Places = {}
    for number, row in enumerate(rows, 1):
        if row.measure is None:
            if row.before is not None:
                places[number] = (row.before, None, None, None, len(line))
            continue
        if scheme.ties == "share":
            ahead = [-one for one, _ in line if -one > row.measure]
        else:
            ahead = [-one for one, who in line if (one, who) < (-row.measure, number)]
        tier = _band(scheme, row.measure, ahead, [-one for one, _ in line])
        places[number] = (row.before, tier, row.measure, len(ahead) + 1, len(line))
    return places


def _band(scheme: TierScheme, value: int, ahead: list[int], everyone: list[int]) -> str | None:
    reached = Fraction(0)
    for band in scheme.bands:
        if band.archived:
            continue
        reached += Fraction(band.share or 0)
        if band.rest:
            return band.id
        if scheme.method == "threshold":
            holds = value >= band.min * 100
        elif scheme.method == "share_of_records":
            holds = len(ahead) + 1 <= reached * len(everyone)
        else:
            holds = value > 0 and _worth(ahead) < reached * _worth(everyone)
        if holds:
            return band.id
    return None


def _worth(values: list[int]) -> int:
    return sum(max(0, value) for value in values)
