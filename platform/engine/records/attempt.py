"""Attempts: batches of which all rows are written or none, chunk by chunk behind a savepoint."""

from __future__ import annotations

from collections.abc import Iterable

from ..transaction import Transaction
from . import journal
from .draft import Draft


class Attempt:
    """One batch on its way; an atomic one is taken back if any row turns out to be bad."""

    def __init__(self, tx: Transaction, *, atomic: bool) -> None:
        self._tx = tx
        self._savepoint = tx.connection.begin_nested() if atomic else None
        self._failed = False

    def good(self, drafts: Iterable[Draft]) -> list[Draft]:
        """The drafts of a chunk that may be written now."""
        found = list(drafts)
        right = [one for one in found if not one.problems]
        if self._savepoint is not None and len(right) < len(found):
            self._failed = True
        return [] if self._failed else right

    def end(self) -> bool:
        """Keep what was written, or take it back; returns whether it was kept."""
        if self._savepoint is None:
            return True
        if not self._failed:
            self._savepoint.commit()
            return True
        self._savepoint.rollback()
        journal.forget(self._tx)
        return False
