"""The statements that databases are given while something is done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa


@contextmanager
def counting() -> Iterator[list[str]]:
    """Every statement while something is done, in order."""
    found: list[str] = []

    def note(*given: Any) -> None:
        found.append(given[2])

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
