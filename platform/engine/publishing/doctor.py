"""The doctor of tables: whether what is really there is what the revision in force says."""

from __future__ import annotations

from collections.abc import Iterator

from ...metadata.problems import Problem
from ..layout import EntityLayout, StoredField, link_table_name
from ..stores import DialectName
from ..transaction import Transaction
from . import ddl, physical, readable
from .indexes import wanted
from .physical import Physical


def layout_matches(tx: Transaction) -> tuple[Problem, ...]:
    """What is missing or left over in a workspace's tables, indexes and views; () if nothing.

    What is being prepared for the next revision is not looked at.
    """
    there, known = physical.read(tx.connection), physical.in_force(tx.connection)
    found: list[Problem] = []
    tables = {one.table for one in tx.layout.entities.values()}
    for at in tx.layout.entities.values():
        found.extend(_table(at, there, known, tx.tables.dialect))
    links = {one.link_table for one in tx.layout.entities.values() if one.link_table}
    spares = {each for one in tx.layout.entities.values() for each in one.spare_links}
    strange = {
        one
        for one in there.tables.keys() & known.tables.keys()
        if not one.startswith(("_", "sqlite_"))
    } - tables
    strange |= {
        one
        for one in there.tables.keys() & known.tables.keys()
        if one.startswith(link_table_name(""))
    } - (links | spares)
    found.extend(_each("doctor.table_left", strange))
    found.extend(_each("doctor.table_missing", links - there.tables.keys()))
    indexes = wanted(tx.app, tx.layout).keys()
    found.extend(_each("doctor.index_missing", indexes - there.indexes))
    found.extend(_each("doctor.index_left", (there.indexes & known.indexes) - indexes))
    views = readable.views(tx.app, tx.layout, tx.tables.dialect).keys()
    found.extend(_each("doctor.view_missing", views - there.views))
    found.extend(_each("doctor.view_left", there.views - views))
    return tuple(found)


def _table(
    at: EntityLayout, there: Physical, known: Physical, dialect: DialectName
) -> Iterator[Problem]:
    columns, before = there.tables.get(at.table), known.tables.get(at.table, {})
    if columns is None:
        yield Problem("doctor.table_missing", {"name": at.table})
        return
    former = (each.stored for some in at.formers.values() for each in some)
    for one in (*at.fields.values(), *former):
        name = f"{at.table}.{one.column}"
        if one.column not in columns:
            yield Problem("doctor.column_missing", {"name": name})
        elif not _ours(at, one, columns[one.column], dialect):
            yield Problem("doctor.column_type", {"name": name, "type": columns[one.column]})
    for free, kind in at.free.items():
        if before.get(free) != kind:
            yield Problem("doctor.column_missing", {"name": f"{at.table}.{free}"})
    if not at.table.startswith("_"):
        left = (columns.keys() & before.keys()) - at.columns - {*at.spares, *at.free}
        yield from _each("doctor.column_left", {f"{at.table}.{one}" for one in left})


def _ours(at: EntityLayout, one: StoredField, kind: str, dialect: DialectName) -> bool:
    """Whether a column has the type that we give; the product's own tables and ids have theirs."""
    if at.table.startswith("_") or one.column == "id":
        return True
    return kind == ddl.type_name(one.storage, one.scale, dialect)


def _each(problem_id: str, names: set[str] | frozenset[str]) -> Iterator[Problem]:
    for name in sorted(names):
        yield Problem(problem_id, {"name": name})
