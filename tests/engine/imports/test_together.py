"""Two imports of the same file at the same time: whoever comes second sees the first's rows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from fieldstone.engine import imports
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.imports import Options, Report
from tests.engine.imports.conftest import Desk

ROWS = 1500


@pytest.mark.parametrize("key", [None, "tax"], ids=["unique values", "a key"])
def test_every_row_is_there_once(desk: Desk, key: str | None) -> None:
    path = desk.file("name,tax", *(f"firm {number},{number}" for number in range(ROWS)))
    mapping = {"columns": {"name": "name", "tax": "tax"}} | ({"key": key} if key else {})

    def bring(_: int) -> Report:
        return imports.run(
            desk.workspace, SYSTEM, "firm", path, Options(mapping=mapping), keep=desk.keep
        )

    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(bring, range(2)))
    assert len(desk.names()) == len(set(desk.names())) == ROWS
    assert sum(one.created for one in reports) == ROWS
    assert sum(one.updated + one.failed for one in reports) == ROWS
    assert sum(one.updated for one in reports) == (ROWS if key else 0)
