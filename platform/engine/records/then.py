"""A record as it was at an earlier moment."""

from __future__ import annotations

from datetime import datetime

from ...metadata.problems import Problem
from .. import access, as_of
from ..access import Caller
from ..errors import NotFound
from ..transaction import Transaction
from .read import columns_for, not_found, record_of
from .record import Record, shape_of
from .rows import readable_row, whole_rows


def get_as_of(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    record_id: int,
    at: datetime,
    *,
    titles: bool = True,
) -> Record:
    """A record that the caller may see now, as it was at a moment; also one deleted since.

    It holds what the caller may read now, as far as it can be told (`as_of.left_out` names the
    rest), and no version. NotFound for a record that is not there for the caller, was not made yet
    or was in the recycle bin.
    """
    entity = access.entity_for(tx.app, caller, entity_id)
    then = as_of.looking_back(tx, entity_id, at)
    shape = shape_of(tx.tables, entity_id)
    readable = access.readable(tx.app, caller, entity_id)
    told = frozenset(
        one for one in readable | {entity.title} if not as_of.unknown(then, entity_id, one)
    )
    columns = [one for one in columns_for(shape, told) if one in told or one == "id"]
    values = readable_row(then, caller, entity_id, record_id, columns)
    if values is None:
        raise NotFound(_absent(tx, caller, entity_id, record_id, at))
    known = readable & told
    return record_of(then, caller, shape, values, known, known, titles=titles, title=entity.title)


def _absent(
    tx: Transaction, caller: Caller, entity_id: str, record_id: int, at: datetime
) -> Problem:
    """Why a record was not there, as far as the caller may know of it."""
    for deleted in (False, True):
        found = whole_rows(tx, caller, entity_id, [record_id], deleted=deleted, lock=False)
        for row in found.values():
            return Problem("as_of.not_yet" if row["created_at"] > at else "as_of.deleted")
    return not_found(record_id)
