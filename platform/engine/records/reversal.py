"""Reversal: records as they were before changes that one can name, unless somebody edited them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ...metadata.problems import Problem
from .. import access
from ..access import Caller
from ..canonical import from_text
from ..system_tables import FIELD_CHANGE
from ..transaction import Transaction
from .rows import chunks
from .update import Update, update_many

Refusals = dict[int, tuple[Problem, ...]]
"""Record id -> why it was left as it is; nothing where it was not."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a write left behind: the record, the version it had then, and the write's change sets.

    None for the version means that the record is as it was found.
    """

    record_id: int
    version: int | None
    change_ids: tuple[int, ...]


def revert_many(tx: Transaction, caller: Caller, entity_id: str, marks: Sequence[Mark]) -> Refusals:
    """Give the fields that these change sets changed the values from before, set-based.

    A record whose version is another one by now was edited since: it is left, and told of.
    Records of which the change sets hold nothing that can be set again are passed over.
    """
    before = values_before(tx, entity_id, marks)
    back = [
        Update(mark.record_id, mark.version, before[mark.record_id])
        for mark in marks
        if mark.record_id in before
    ]
    done = update_many(tx, caller, entity_id, back, typed=True, history=True)
    return {one.id: outcome.problems for one, outcome in zip(back, done, strict=True)}


def values_before(
    tx: Transaction, entity_id: str, marks: Sequence[Mark]
) -> dict[int, dict[str, Any]]:
    """What changed of records in their change sets: record id -> field id -> the value before."""
    entity = tx.app.entity(entity_id)
    sets = sorted({one for mark in marks for one in mark.change_ids})
    settable = access.writable(tx.app, access.SYSTEM, entity_id)
    found: dict[int, dict[str, Any]] = {}
    for ids in chunks([mark.record_id for mark in marks]):
        query = (
            sa.select(FIELD_CHANGE)
            .where(
                FIELD_CHANGE.c.entity == entity_id,
                FIELD_CHANGE.c.record_id.in_(ids),
                FIELD_CHANGE.c.change_id.in_(sets),
                FIELD_CHANGE.c.field.in_(settable),
            )
            .order_by(FIELD_CHANGE.c.id)
        )
        for change in tx.connection.execute(query):
            place = tx.layout.find(entity_id, change.field)
            if place is None and entity.field(change.field).family != "tags":
                continue
            value = from_text(change.before, place.storage if place else None)
            found.setdefault(change.record_id, {}).setdefault(change.field, value)
    return found
