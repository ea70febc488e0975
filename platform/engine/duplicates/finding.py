"""Finding: a few candidates by the indexes, compared with the values at hand; never a table scan.

A record that the caller may not see is not named, and a key with a field that they may not read
finds nothing: what they may not know is not to be found out by typing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import sqlalchemy as sa

from ...metadata.fields import field_type
from ...metadata.model import Comparison, DuplicateKey, Entity
from ...metadata.problems import ProblemsError
from .. import access, search
from ..access import Caller
from ..errors import Invalid, NotFound
from ..records.read import not_found
from ..records.rows import titles_of, whole_rows
from ..transaction import Transaction
from . import likeness

MOST: Final = 20
"""Duplicates that are told."""

MOST_CANDIDATES: Final = 500
"""Records that a key compares: those that share most of a name, the newest among equals."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A record that may be the same: by which keys (ids), in which fields, how alike in percent."""

    record_id: int
    title: str | None
    score: int
    keys: tuple[str, ...]
    fields: tuple[str, ...]


def of_record(
    tx: Transaction, caller: Caller, entity_id: str, record_id: int
) -> tuple[Duplicate, ...]:
    """Other live records that may be the same as this one, the likeliest first; NotFound for one
    that the caller may not see."""
    access.entity_for(tx.app, caller, entity_id)
    row = whole_rows(tx, caller, entity_id, [record_id], lock=False).get(record_id)
    if row is None:
        raise NotFound(not_found(record_id))
    return _found(tx, caller, entity_id, row, record_id)


def like(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    values: Mapping[str, Any],
    but: int | None = None,
) -> tuple[Duplicate, ...]:
    """Live records that may be what somebody types, by field name as the API speaks; save `but`.

    What cannot be read yet, because it is half typed, is passed over. Invalid for a field that the
    caller may not read.
    """
    access.entity_for(tx.app, caller, entity_id)
    typed: dict[str, Any] = {}
    problems = []
    for name, value in values.items():
        field = access.field_for(tx.app, caller, entity_id, name)
        if field is None:
            place = f"/values/{name}"
            problems.append(access.unknown_field(tx.app, caller, entity_id, name, place))
            continue
        try:
            typed[field.id] = field_type(field.type).load(field, value, zone=tx.zone, archived=True)
        except ProblemsError:
            continue
    if problems:
        raise Invalid(problems)
    return _found(tx, caller, entity_id, typed, but)


def _found(
    tx: Transaction, caller: Caller, entity_id: str, values: Mapping[str, Any], but: int | None
) -> tuple[Duplicate, ...]:
    found: dict[int, Duplicate] = {}
    for key in _keys(tx, caller, entity_id):
        if any(values.get(one.field) in (None, "") for one in key.compare):
            continue
        for record_id, row in _candidates(tx, caller, entity_id, key, values, but):
            scores = [likeness.alike(one, values[one.field], row[one.field]) for one in key.compare]
            alike = [one for one in scores if one is not None]
            if len(alike) == len(scores):
                _add(found, record_id, key, min(alike))
    best = sorted(found.values(), key=lambda one: (-one.score, one.record_id))[:MOST]
    titles = titles_of(tx, caller, {entity_id: {one.record_id for one in best}})
    return tuple(replace(one, title=titles.get((entity_id, one.record_id))) for one in best)


def _keys(tx: Transaction, caller: Caller, entity_id: str) -> Iterator[DuplicateKey]:
    known = access.readable(tx.app, caller, entity_id)
    for key in tx.app.entity(entity_id).duplicates:
        if not key.archived and known.issuperset(one.field for one in key.compare):
            yield key


def _candidates(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    key: DuplicateKey,
    values: Mapping[str, Any],
    but: int | None,
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    row = tx.tables.table(entity_id).alias("r")
    at = tx.tables.column(row, entity_id, "id")
    fields = [one.field for one in key.compare]
    wanted = _narrowed(tx, entity_id, row, key, values)
    if wanted is None:
        return
    statement = (
        sa.select(at, *(tx.tables.column(row, entity_id, one) for one in fields))
        .where(wanted, tx.tables.column(row, entity_id, "deleted_at").is_(None))
        .order_by(at.desc())
        .limit(MOST_CANDIDATES)
    )
    predicate = access.row_predicate(tx, caller, entity_id, row)
    if predicate is not None:
        statement = statement.where(predicate)
    for record_id, *found in tx.connection.execute(statement):
        if record_id != but:
            yield record_id, dict(zip(fields, found, strict=True))


def _narrowed(
    tx: Transaction,
    entity_id: str,
    row: sa.FromClause,
    key: DuplicateKey,
    values: Mapping[str, Any],
) -> sa.ColumnElement[bool] | None:
    """The condition by which an index finds what may agree; None where none does."""
    entity = tx.app.entity(entity_id)
    for one in key.compare:
        if _is_unique(entity, one):
            return sa.and_(tx.tables.column(row, entity_id, one.field) == values[one.field])
    at = tx.tables.column(row, entity_id, "id")
    for one in key.compare:
        texts = likeness.texts_of(one, values[one.field])
        hits = search.containing(tx, entity_id, one.field, texts, MOST_CANDIDATES)
        if hits is not None:
            return at.in_(hits)
    return None


def _is_unique(entity: Entity, one: Comparison) -> bool:
    field = entity.field(one.field)
    return field.unique and not field.search and one.how == "same"


def _add(found: dict[int, Duplicate], record_id: int, key: DuplicateKey, score: int) -> None:
    fields = tuple(one.field for one in key.compare)
    known = found.get(record_id, Duplicate(record_id, None, 0, (), ()))
    found[record_id] = replace(
        known,
        score=max(known.score, score),
        keys=(*known.keys, key.id),
        fields=tuple(dict.fromkeys((*known.fields, *fields))),
    )
