"""What was read lately, by the hash of its content: nothing is ever cleared, for none changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

_T = TypeVar("_T")


class ByContent(Generic[_T]):
    """Values by the hash of what they were made from; the oldest beyond `most` are let go."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: OrderedDict[str, _T] = OrderedDict()
        self._guard = threading.Lock()

    def get(self, digest: str) -> _T | None:
        """The value of that hash, if it is still kept."""
        with self._guard:
            found = self._found.get(digest)
            if found is not None:
                self._found.move_to_end(digest)
            return found

    def put(self, digest: str, value: _T) -> None:
        """Keep a value."""
        with self._guard:
            self._found[digest] = value
            while len(self._found) > self._most:
                self._found.popitem(last=False)
