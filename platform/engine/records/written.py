"""What was written: told to listeners at the end of each write, in the same transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ..access import Caller
from ..transaction import Transaction

Kind = Literal["created", "updated", "deleted", "restored"]


@dataclass(frozen=True, slots=True)
class Written:
    """Records of an entity that one write touched; `fields` (ids) only what an update changed."""

    entity_id: str
    kind: Kind
    ids: tuple[int, ...]
    fields: frozenset[str] = frozenset()


Listener = Callable[["Transaction", Caller, Written], None]
_listeners: list[Listener] = []


def listen(listener: Listener) -> None:
    """Call `listener(tx, caller, written)` after every write; a second registration is ignored."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell(tx: Transaction, caller: Caller, written: Written) -> None:
    """Tell every listener."""
    for listener in _listeners:
        listener(tx, caller, written)
