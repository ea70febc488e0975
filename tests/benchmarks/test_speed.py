"""The comparison with what is written by hand: on the file agreed on, judged by intervals."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest

from benchmarks import alone, baseline, frozen, report
from benchmarks.data import customers, deals
from benchmarks.measure import Ratio, compare
from benchmarks.ours import Ours
from benchmarks.works import AIMS, Works
from tests.servers.postgres import PostgresServer

CUSTOMERS = 2_000


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def works(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Works]:
    """Return every work on two small sides, on either kind of database."""
    folder = tmp_path_factory.mktemp("speed")
    with ExitStack() as stack:
        urls: list[str | None] = [None, None]
        if request.param == "postgresql":
            server: PostgresServer = request.getfixturevalue("postgres")
            urls = [stack.enter_context(server.database()) for _ in range(2)]
        ours = Ours(urls[0], folder)
        stack.callback(ours.close)
        ours.fill(customers(CUSTOMERS), deals(CUSTOMERS))
        by_hand = baseline.engine(urls[1], folder)
        stack.callback(by_hand.dispose)
        baseline.fill(by_hand, customers(CUSTOMERS), deals(CUSTOMERS))
        yield Works(ours, by_hand, CUSTOMERS, guarded=True)


def test_both_sides_answer_the_same(works: Works) -> None:
    works.same_answers()


@pytest.mark.parametrize("name", AIMS)
def test_every_work_is_done_on_both_sides_again_and_again(works: Works, name: str) -> None:
    work = works.of(name)
    for _ in range(2):
        work.ours()
        work.by_hand()


def test_the_side_by_hand_is_the_one_that_was_frozen() -> None:
    frozen.refuse_another()


def test_another_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = tmp_path / "baseline.py"
    changed.write_bytes(frozen.FILE.read_bytes() + b"\n# slower\n")
    monkeypatch.setattr(frozen, "FILE", changed)
    with pytest.raises(SystemExit, match="frozen"):
        frozen.refuse_another()


def test_the_sides_take_turns_at_going_first() -> None:
    went: list[str] = []
    found = compare(lambda: went.append("ours"), lambda: went.append("hand"), pairs=4, repeat=1)
    assert went[-8:] == ["ours", "hand", "hand", "ours"] * 2
    assert found.pairs == 4
    assert found.low <= found.median <= found.high


@pytest.mark.parametrize(("low", "met"), [(1.2, True), (1.3, True), (1.31, False)])
def test_an_aim_is_met_where_the_interval_does_not_lie_above_it(low: float, met: bool) -> None:
    assert Ratio(1.4, low, 1.6, 30, 1.4, 1.0).within(1.3) is met


def test_the_page_says_what_was_met_and_what_was_missed() -> None:
    run = report.Run(
        customers=100_000,
        pairs=30,
        ratios={
            ("sqlite", "plain indexes"): {
                "get": Ratio(1.2, 1.1, 1.4, 30, 1.2, 1.0),
                "create": Ratio(1.9, 1.8, 2.0, 30, 1.9, 1.0),
            }
        },
        figures={"sqlite": {"cold start, s": alone.Figure(0.9, 1.1)}},
    )
    page = report.text(run, date(2026, 6, 30))
    assert "2026-06-30" in page
    assert frozen.SHA256[:16] in page
    assert "| get | 1.20 | 1.10 to 1.40 | 1.3 | met | 1.20 ms | 1.00 ms |" in page
    assert "| create | 1.90 | 1.80 to 2.00 | 1.5 | missed | 1.90 ms | 1.00 ms |" in page
    assert "| cold start, s | 0.9 | 1.1 | 1 | met |" in page
