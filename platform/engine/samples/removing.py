"""Removing: the records of a sample, and nothing else, some at a time and with their history."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from ...metadata.model import Entity
from .. import failpoints, records
from ..access import SYSTEM, Caller
from ..errors import Forbidden
from ..members import administers
from ..transaction import Transaction
from ..workspaces import Workspace
from .writing import ORIGIN

_CHUNK = 500

Kept = dict[str, set[int]]
"""Records of the sample that stay, by entity: the workspace's own records need them."""


@dataclass(frozen=True)
class Removed:
    """How many records went to the recycle bin, and how many stay because own records need them."""

    removed: int
    kept: int


def count(tx: Transaction) -> int:
    """How many records of the sample there are, those in the recycle bin left out."""
    found = 0
    for entity in _entities(tx):
        row = tx.tables.table(entity.id).alias("r")
        query = sa.select(sa.func.count()).where(_is_sample(tx, row, entity.id))
        found += tx.connection.scalar(query.select_from(row)) or 0
    return found


def remove(workspace: Workspace, caller: Caller) -> Removed:
    """Move the records of the sample to the recycle bin, where an own record does not need them.

    One that a record of the workspace itself points at stays, and what that one needs. Each chunk
    is a transaction: after a crash, the next call goes on. Forbidden for who is no administrator.
    """
    with workspace.reading() as tx:
        require_right(tx, caller)
    acting = SYSTEM if caller.system else Caller(caller.member_id, origin="ui", system=True)
    return take_away(workspace, acting)


def require_right(tx: Transaction, caller: Caller) -> None:
    """Forbidden for who is no administrator."""
    if not caller.system and not administers(tx.app, caller.roles):
        raise Forbidden.because("sample.not_administrator")


def take_away(
    workspace: Workspace, acting: Caller, hold: Callable[[Transaction], None] = lambda tx: None
) -> Removed:
    """Remove as the product itself, in somebody's name; `hold` comes first in each transaction."""
    with workspace.reading() as tx:
        before = count(tx)
        kept = _needed(tx)
        order = [one.id for one in _entities(tx)]
    done = -1
    # Records that others of the sample point at go once those are gone: rounds, until none does.
    while done:
        done = 0
        for entity_id in order:
            done += _removed(workspace, acting, hold, entity_id, kept)
    with workspace.reading() as tx:
        left = count(tx)
    return Removed(before - left, left)


def _removed(
    workspace: Workspace,
    acting: Caller,
    hold: Callable[[Transaction], None],
    entity_id: str,
    kept: Kept,
) -> int:
    """One pass over an entity, in the order of ids."""
    removed, last = 0, 0
    while True:
        with workspace.writing() as tx:
            hold(tx)
            row = tx.tables.table(entity_id).alias("r")
            record_id, version = (
                tx.tables.column(row, entity_id, one) for one in ("id", "version")
            )
            query = sa.select(record_id, version).where(
                _is_sample(tx, row, entity_id), record_id > last
            )
            some = tx.connection.execute(query.order_by(record_id).limit(_CHUNK)).all()
            if not some:
                return removed
            last = some[-1][0]
            wanted = [(at, held) for at, held in some if at not in kept[entity_id]]
            outcomes = records.delete_many(tx, acting, entity_id, wanted)
            removed += sum(one.done for one in outcomes)
        failpoints.hit("sample.chunk")


def _needed(tx: Transaction) -> Kept:
    """The sample's records that the workspace's own point at, and those that these point at."""
    kept: Kept = defaultdict(set)
    fresh: Kept = defaultdict(set)
    for entity, field, target in _references(tx):
        row, other = tx.tables.table(entity).alias("r"), tx.tables.table(target).alias("o")
        at = tx.tables.column(row, entity, field)
        mine = tx.tables.column(row, entity, "origin").is_distinct_from(ORIGIN)
        alive = tx.tables.column(row, entity, "deleted_at").is_(None)
        hit = at == tx.tables.column(other, target, "id")
        query = sa.select(at).distinct().where(mine, alive, hit, _is_sample(tx, other, target))
        fresh[target].update(tx.connection.scalars(query))
    while any(fresh.values()):
        for target, ids in fresh.items():
            kept[target] |= ids
        following: Kept = defaultdict(set)
        for entity, field, target in _references(tx):
            following[target] |= _pointed(tx, entity, field, sorted(fresh[entity]))
        fresh = defaultdict(set, {target: ids - kept[target] for target, ids in following.items()})
    return kept


def _pointed(tx: Transaction, entity: str, field: str, ids: list[int]) -> set[int]:
    found: set[int] = set()
    row = tx.tables.table(entity).alias("r")
    at = tx.tables.column(row, entity, field)
    record_id = tx.tables.column(row, entity, "id")
    for start in range(0, len(ids), _CHUNK):
        some = record_id.in_(ids[start : start + _CHUNK])
        found.update(tx.connection.scalars(sa.select(at).where(some, at.is_not(None))))
    return found


def _references(tx: Transaction) -> Iterator[tuple[str, str, str]]:
    """(entity, field, target) of the references that keep or take what they point at."""
    live = {one.id for one in _entities(tx)}
    for entity in _entities(tx):
        for one in entity.live_fields:
            if one.family == "reference" and one.to in live and one.on_delete != "detach":
                yield entity.id, one.id, str(one.to)


def _entities(tx: Transaction) -> list[Entity]:
    return [one for one in tx.app.entities.values() if not one.system and not one.archived]


def _is_sample(tx: Transaction, row: sa.FromClause, entity_id: str) -> sa.ColumnElement[bool]:
    origin = tx.tables.column(row, entity_id, "origin")
    return sa.and_(origin == ORIGIN, tx.tables.column(row, entity_id, "deleted_at").is_(None))
