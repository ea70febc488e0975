"""Doing work again that another transaction was in the way of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from .errors import Busy

_TIMES = 4
_T = TypeVar("_T")


def again(work: Callable[[], _T]) -> _T:
    """What `work` returns, done again at once while it ends in Busy; Busy after four times.

    For work that is one transaction: it was rolled back, and of two that wait for each other the
    database ends only one, so the other is done by now or soon.
    """
    for _ in range(_TIMES - 1):
        try:
            return work()
        except Busy:
            continue
    return work()
