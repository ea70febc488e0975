"""Records as expressions read them: new values first, related records loaded for a whole batch.

The first record that follows a reference loads the targets of all records in the pool, so the
number of statements does not grow with the number of records.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from ...rules import RecordSource, evaluate
from ...rules.types import target_of
from .. import access
from ..access import SYSTEM
from ..transaction import Transaction
from .rows import chunks, whole_rows


class Pool:
    """All records that the rules of one batch look at; read as the system reads them."""

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx
        self.context = access.context(tx, SYSTEM)
        self._rows: defaultdict[str, dict[int, Mapping[str, Any]]] = defaultdict(dict)
        self._missing: defaultdict[str, set[int]] = defaultdict(set)
        self._batch: defaultdict[str, list[Mapping[str, Any]]] = defaultdict(list)
        self._children: dict[tuple[str, str], dict[int, list[int]]] = {}

    def add(self, entity_id: str, values: Mapping[str, Any]) -> Source:
        """A record that is being written, with its values after the write."""
        self._batch[entity_id].append(values)
        return Source(self, entity_id, values, fresh=True)

    def source(self, entity_id: str, record_id: int, beside: tuple[str, str]) -> Source | None:
        """A stored record; `beside` is the (entity, reference field) that led to it."""
        if record_id not in self._rows[entity_id] and record_id not in self._missing[entity_id]:
            self._load(entity_id, self._pointed(beside) | {record_id})
        values = self._rows[entity_id].get(record_id)
        return None if values is None else Source(self, entity_id, values, fresh=False)

    def children(self, entity_id: str, field_id: str, parent: int, of: str) -> list[Source]:
        """The live records of an entity whose reference field points at `parent`."""
        known = self._children.setdefault((entity_id, field_id), {})
        if parent not in known:
            wanted = {parent} | (self._ids(of) - known.keys())
            for one in wanted:
                known[one] = []
            self._load_children(entity_id, field_id, wanted, known)
        rows = self._rows[entity_id]
        return [
            Source(self, entity_id, rows[one], fresh=False) for one in known[parent] if one in rows
        ]

    def _load(self, entity_id: str, ids: Collection[int]) -> None:
        wanted = set(ids) - self._rows[entity_id].keys()
        found = whole_rows(self.tx, SYSTEM, entity_id, wanted, lock=False)
        self._rows[entity_id].update(found)
        self._missing[entity_id] |= wanted - found.keys()

    def _load_children(
        self, entity_id: str, field_id: str, parents: set[int], known: dict[int, list[int]]
    ) -> None:
        tables = self.tx.tables
        row = tables.table(entity_id).alias("r")
        at = tables.column(row, entity_id, "id")
        to = tables.column(row, entity_id, field_id)
        found: set[int] = set()
        for some in chunks(sorted(parents)):
            statement = (
                sa.select(at, to)
                .where(to.in_(some), tables.column(row, entity_id, "deleted_at").is_(None))
                .order_by(at)
            )
            for child, parent in self.tx.connection.execute(statement):
                known[parent].append(child)
                found.add(child)
        self._load(entity_id, found)

    def _pointed(self, beside: tuple[str, str]) -> set[int]:
        entity_id, field_id = beside
        rows = [*self._batch[entity_id], *self._rows[entity_id].values()]
        return {one[field_id] for one in rows if one.get(field_id) is not None}

    def _ids(self, entity_id: str) -> set[int]:
        rows = [*self._batch[entity_id], *self._rows[entity_id].values()]
        return {one["id"] for one in rows if one.get("id") is not None}


class Source:
    """One record of a pool, as `rules.evaluate` reads it.

    A `fresh` one is being written, so its formulas are computed from the new values.
    """

    def __init__(
        self, pool: Pool, entity_id: str, values: Mapping[str, Any], *, fresh: bool
    ) -> None:
        self._pool = pool
        self._entity_id = entity_id
        self._values = values
        self._fresh = fresh

    def value(self, field_id: str) -> Any:
        """The value of a field; formulas that are not stored are computed."""
        one = self._pool.tx.app.entity(self._entity_id).field(field_id)
        if one.family == "formula" and (self._fresh or field_id not in self._values):
            expression = access.formula(self._pool.tx.app, self._entity_id, field_id)
            return evaluate(expression, self, self._pool.context)
        if one.family == "tags":
            return self._values.get(field_id, frozenset())
        if one.family == "boolean":
            return bool(self._values.get(field_id))
        return self._values.get(field_id)

    def follow(self, field_id: str) -> RecordSource | None:
        """The live record that a reference points at, or None."""
        pointed = self._values.get(field_id)
        target = target_of(self._pool.tx.app.entity(self._entity_id).field(field_id))
        if pointed is None or target is None:
            return None
        return self._pool.source(target, pointed, (self._entity_id, field_id))

    def related(self, entity_id: str, field_id: str) -> Sequence[RecordSource]:
        """The live records of an entity whose reference field points here."""
        own = self._values.get("id")
        if own is None:
            return ()
        return self._pool.children(entity_id, field_id, own, self._entity_id)
