"""Moments: what of the clock the SQL of an expression holds, and so how long it may be kept.

Nothing, the civil date of today (the same statement serves all day), or the very instant.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from weakref import WeakKeyDictionary

from ..rules import Expression
from ..rules.functions.dates import NOW
from ..rules.ir import Call
from .transaction import Transaction

_reads_instant: Final[WeakKeyDictionary[Expression, bool]] = WeakKeyDictionary()


def moment(tx: Transaction, expressions: Iterable[Expression]) -> str | None:
    """A part for the key of a kept statement: empty or a date; None if it may not be kept."""
    timed = [one for one in expressions if one.depends_on_time]
    if any(_is_instant(one) for one in timed):
        return None
    return tx.now.astimezone(tx.zone).date().isoformat() if timed else ""


def _is_instant(expression: Expression) -> bool:
    found = _reads_instant.get(expression)
    if found is None:
        nodes = expression.typed.walk()
        found = any(isinstance(one, Call) and one.operation is NOW for one in nodes)
        _reads_instant[expression] = found
    return found
