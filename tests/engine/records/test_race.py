"""Two people who give the same unique value at the same moment."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from fieldstone.engine import records
from fieldstone.engine.access import SYSTEM
from fieldstone.engine.errors import Conflict
from tests.engine.crm_like import Company

PATIENCE = 20


def test_who_is_slower_is_told_which_value_is_taken(sales: Company) -> None:
    if sales.workspace.dialect == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    writes = threading.Event()

    def note(_c: Any, _cursor: Any, statement: str, _p: Any, _context: Any, _many: Any) -> None:
        # The number is drawn after all values were looked at, and waits for the other writer.
        if "_counter" in statement:
            writes.set()

    def second() -> None:
        with sales.workspace.writing() as tx:
            records.create(tx, SYSTEM, "customer", {"name": "Two", "tax_number": "91310000"})

    with ThreadPoolExecutor(1) as pool:
        with sales.workspace.writing() as tx:
            records.create(tx, SYSTEM, "customer", {"name": "One", "tax_number": "91310000"})
            sa.event.listen(sa.Engine, "before_cursor_execute", note)
            try:
                slower: Future[None] = pool.submit(second)
                assert writes.wait(PATIENCE)
            finally:
                sa.event.remove(sa.Engine, "before_cursor_execute", note)
        with pytest.raises(Conflict) as caught:
            slower.result(PATIENCE)
    (told,) = caught.value.problems
    assert (told.id, told.pointer, told.params["value"]) == (
        "unique.taken",
        "/tax_number",
        "91310000",
    )
