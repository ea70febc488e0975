"""Turns: batches one after the other, with time in between for others."""

from __future__ import annotations

import time
from collections.abc import Callable

from ..stores import DialectName


def in_turns(
    dialect: DialectName,
    batch: Callable[[int | None], int | None],
    *,
    after: int | None = None,
) -> None:
    """Do a batch after the other until one comes to the end.

    `batch` is done in a transaction of its own, behind the id `after`, and returns the last that it
    came to, None at the end.
    """
    while True:
        began = time.monotonic()
        after = batch(after)
        if after is None:
            return
        if dialect == "sqlite":
            # One that waits for the file to be free looks only now and then.
            time.sleep(time.monotonic() - began)
