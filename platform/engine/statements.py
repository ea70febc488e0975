"""Statements that were built once, kept by what they were built from: nothing is ever cleared."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Final, TypeVar

_T = TypeVar("_T")


class StatementCache:
    """The most recently used values by key; safe to use from several threads.

    With `again` a value is kept only if its key was asked for before, among that many of the last
    keys: what is asked once, as a filter typed by hand, drives out nothing that comes often.
    """

    def __init__(self, size: int, *, again: int = 0) -> None:
        self._size = size
        self._again = again
        self._asked: OrderedDict[int, None] = OrderedDict()
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable | None, make: Callable[[], _T]) -> _T:
        """The value kept under `key`, made now if there is none; with None it is never kept."""
        if key is None:
            return make()
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                kept: _T = self._kept[key]
                return kept
        made = make()
        with self._lock:
            if self._again and not self._comes_again(hash(key)):
                return made
            self._kept[key] = made
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return made

    def _comes_again(self, asked: int) -> bool:
        if asked in self._asked:
            return True
        self._asked[asked] = None
        if len(self._asked) > self._again:
            self._asked.popitem(last=False)
        return False


STATEMENTS: Final = StatementCache(1024)
