"""Waking: workers hear of work that somebody has just asked for, once it is committed."""

from __future__ import annotations

from ..installation import Installation
from ..transaction import Transaction


def wake_after(tx: Transaction, installation: Installation) -> None:
    """Have a worker look for work once the transaction is committed."""

    def wake() -> None:
        # Only here, because it loads Celery.
        from . import worker

        worker.wake(installation)

    tx.after_commit(wake)
