"""How the databases go about the ten conditions of the benchmark, kept so that a change is seen.

`FIELDSTONE_KEEP_PLANS=1` writes them anew for the versions that are there.
"""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.language.conditions import CONDITIONS
from benchmarks.language.sides import Sides
from benchmarks.language.work import Explained
from tests.servers.postgres import PostgresServer

PLANS = Path(__file__).parent / "plans"
KEEP = "FIELDSTONE_KEEP_PLANS" in os.environ
CUSTOMERS = 4_000
NAMES = [one.name for one in CONDITIONS] + ["all ten together"]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def sides(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Sides]:
    """Return a small company on either kind of database."""
    if request.param == "sqlite":
        filled = Sides(None, tmp_path_factory.mktemp("plans"))
        filled.fill(CUSTOMERS)
        yield filled
        filled.close()
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.database() as url:
        filled = Sides(url, tmp_path_factory.mktemp("plans"))
        filled.fill(CUSTOMERS)
        yield filled
        filled.close()


@pytest.mark.parametrize("name", NAMES)
def test_the_plan_is_the_one_that_was_kept(sides: Sides, name: str) -> None:
    texts = [one.text for one in CONDITIONS if name in (one.name, NAMES[-1])]
    found = plan(sides, texts)
    file = PLANS / f"{version(sides)}.txt"
    if KEEP:
        keep(file, name, found)
    if name not in kept(file):
        pytest.skip(f"no plan is kept for {file.stem}")
    assert found == kept(file)[name]


def test_related_records_are_gone_through_once_for_all(sides: Sides) -> None:
    """The customers are gone through, and those of each looked at by an index.

    Once for all; for few of them once more, with the newest of a kind; and for customers that most
    conditions are not of.
    """
    lines = plan(sides, [one.text for one in CONDITIONS]).splitlines()
    looks = [line for line in lines if re.search(r"(SEARCH|Index Only|Heap).* follow_up", line)]
    passes = [line for line in lines if re.search(r"(SCAN|Seq).* follow_up", line)]
    assert (len(passes), len(looks)) == (0, 5), lines


def plan(sides: Sides, texts: list[str]) -> str:
    """What the database says it will do, without what only this run knows."""
    statement = sides.compiled(texts)
    with sides.reading() as connection:
        if sides.dialect == "sqlite":
            depth = {0: -1}
            lines = []
            for row in connection.execute(Explained("EXPLAIN QUERY PLAN", statement)):
                depth[row.id] = depth[row.parent] + 1
                lines.append("  " * depth[row.id] + row.detail)
        else:
            connection.exec_driver_sql("SET max_parallel_workers_per_gather TO 0")
            found = connection.execute(Explained("EXPLAIN (COSTS OFF)", statement))
            lines = [row[0] for row in found if not re.search(r"(Filter|Cond):", row[0])]
    return "\n".join(lines) + "\n"


def version(sides: Sides) -> str:
    """The database and its version, as far as plans depend on it."""
    if sides.dialect == "sqlite":
        return "sqlite-" + ".".join(sqlite3.sqlite_version.split(".")[:2])
    with sides.reading() as connection:
        number = connection.exec_driver_sql("SHOW server_version_num").scalar_one()
    return f"postgresql-{int(number) // 10_000}"


def kept(file: Path) -> dict[str, str]:
    """The plans of a file by the names of their conditions."""
    if not file.exists():
        return {}
    parts = file.read_text("utf-8").split("== ")[1:]
    return {
        name: text.strip("\n") + "\n" for name, _, text in (one.partition("\n") for one in parts)
    }


def keep(file: Path, name: str, text: str) -> None:
    """Write the plan of a condition into its file."""
    plans = kept(file) | {name: text}
    written = [f"== {one}\n{plans[one]}" for one in NAMES if one in plans]
    file.write_text("\n".join(written), "utf-8")
