"""Limits: how many columns a table may have, and how long a record may get, before it is tried.

What PostgreSQL dropped counts for ever, so the columns that a table has had are counted there. A
row has to fit into one page of it; of a long text at least its place stays in the row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...metadata.model import App, Entity
from ...metadata.problems import Problem
from ..layout import EntityLayout, Layout, Storage
from ..stores import DialectName
from .physical import Physical

_MOST_COLUMNS: Mapping[DialectName, int] = {"sqlite": 2000, "postgresql": 1600}
_MOST_BYTES = 8160
_HEAD = 24
_BYTES: Mapping[Storage, int] = {
    "text": 24,
    "decimal": 24,
    "integer": 8,
    "reference": 8,
    "datetime": 8,
    "date": 4,
    "boolean": 1,
}
"""What a value takes in a row at most; a text that is shorter than this is never moved out."""


def too_wide(
    app: App, before: Layout, after: Layout, there: Physical, dialect: DialectName
) -> Iterator[Problem]:
    """The entities that get columns which their tables cannot take."""
    for entity in app.entities.values():
        if entity.system:
            continue
        at = after.entity(entity.id)
        known = before.entity(entity.id) if entity.id in before else EntityLayout(at.table)
        fresh = [one for one in at.fields.values() if one.column not in known.columns]
        if not fresh:
            continue
        waiting = len(known.free) - len(known.free.keys() & at.free.keys())
        had = there.used.get(at.table) or len(there.tables.get(at.table, ()))
        columns = had + len(fresh) - waiting
        if columns > _MOST_COLUMNS[dialect]:
            params = {"columns": columns, "most": _MOST_COLUMNS[dialect]}
            yield _problem("publish.too_many_columns", entity, at, **params)
        elif dialect == "postgresql":
            taken = _bytes(at)
            if taken > _MOST_BYTES:
                params = {"columns": len(at.columns), "bytes": taken, "most": _MOST_BYTES}
                yield _problem("publish.row_too_wide", entity, at, **params)


def _bytes(at: EntityLayout) -> int:
    """What a row with all values takes; each column has a bit that says whether it has one."""
    stored = [*at.fields.values(), *(one.stored for some in at.formers.values() for one in some)]
    bits = len(stored) + len(at.spares) + len(at.free)
    sizes = [_BYTES[one.storage] for one in stored]
    # What takes eight bytes begins at a multiple of eight.
    gaps = 7 * min(sum(one == 8 for one in sizes), sum(one < 8 for one in sizes))
    return _HEAD + bits // 8 + sum(sizes) + gaps


def _problem(problem_id: str, entity: Entity, at: EntityLayout, **params: int) -> Problem:
    """The problem, at the last of the fields that have a column."""
    last = next(one.id for one in reversed(entity.fields) if one.id in at.fields and not one.system)
    return Problem(
        problem_id,
        {"entity": entity, **params},
        document=f"entity/{entity.id}",
        pointer=f"/fields/{last}/type",
    )
