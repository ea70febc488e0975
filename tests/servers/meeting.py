"""Two transactions that meet: each has done its first work before the other goes on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

PATIENCE = 20


@contextmanager
def meeting(*firsts: str) -> Iterator[None]:
    """Let the first statements that begin so wait for each other, once they are done."""
    barrier = threading.Barrier(len(firsts))
    waiting = set(firsts)

    def after(_c: Any, _cursor: Any, statement: str, _p: Any, _context: Any, _many: Any) -> None:
        for one in tuple(waiting):
            if statement.startswith(one):
                waiting.discard(one)
                barrier.wait(PATIENCE)

    sa.event.listen(sa.Engine, "after_cursor_execute", after)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "after_cursor_execute", after)
