"""Restoring a backup into a new workspace: system rows, tables, records, keys, indexes, search."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import replace
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DataError, IntegrityError, StatementError

from ... import rules
from ...metadata.model import App
from .. import failpoints, revisions, search
from ..document_tables import REVISION
from ..errors import Invalid
from ..layout import Layout, Storage, column_name, link_table_name, table_name
from ..publishing.arrange import arrange
from ..publishing.doctor import layout_matches
from ..publishing.rebuilding import finishing, foreign_keys, tables_without_rows
from ..publishing.rows import batches
from ..system_tables import STATE
from ..tables import tables_of
from ..transaction import Transaction
from . import form, numbers
from .reading import Backup


def restore(tx: Transaction, backup: Backup) -> Transaction:
    """Fill a workspace that has only its empty system tables; the transaction as it is then.

    Invalid says what cannot be taken over; the caller then removes the workspace. No member has an
    account yet.
    """
    if tx.tables.dialect == "sqlite":
        # A record may refer to one that comes after it; looked at when all are there.
        tx.connection.exec_driver_sql("PRAGMA defer_foreign_keys = on")
    try:
        for table in form.system_tables():
            _load_system(tx, backup, table)
        failpoints.hit("restore.system")
        after = _in_force(tx, backup)
        _build(after, backup)
    except (IntegrityError, DataError, StatementError) as error:
        raise Invalid.because("backup.does_not_fit") from error
    wrong = layout_matches(after)
    if wrong:
        raise Invalid(wrong)
    failpoints.hit("restore.filled")
    return after


def _in_force(tx: Transaction, backup: Backup) -> Transaction:
    """Put the revision in force, once its documents and layout are what we would make of them."""
    if not backup.revision:
        return tx
    row = tx.connection.execute(
        sa.select(REVISION.c.hash, REVISION.c.manifest, REVISION.c.layout).where(
            REVISION.c.id == backup.revision
        )
    ).first()
    if row is None or row.hash != form.revision_hash(row.manifest, row.layout):
        raise Invalid.because("backup.does_not_fit")
    _check_documents(tx, backup)
    found = revisions.in_force(tx.connection, backup.revision, row.hash)
    _check_layout(found.app, found.layout)
    tx.connection.execute(sa.update(STATE).values(revision=backup.revision, revision_hash=row.hash))
    return replace(
        tx,
        app=found.app,
        layout=found.layout,
        tables=tables_of(found.app, found.layout, tx.tables.dialect),
        revision=found.revision,
    )


def _check_documents(tx: Transaction, backup: Backup) -> None:
    """Refuse documents that could not have been published, or are not those of their hash."""
    documents = revisions.documents(tx.connection, backup.revision)
    checked = rules.check(documents, None, lenient=True)
    if checked.problems:
        raise Invalid(checked.problems[:20])
    said = revisions.manifest(tx.connection, backup.revision)
    if {one.key: one.hash for one in documents} != dict(said):
        raise Invalid.because("backup.does_not_fit")


def _check_layout(app: App, layout: Layout) -> None:
    """Refuse tables and columns of other names than we give: some would be the product's own."""
    named = all(
        one.table.startswith("_")
        or (
            one.table == table_name(entity_id)
            and one.link_table in (None, link_table_name(entity_id))
            and all(
                at.column == column_name(field_id, at.generation)
                for field_id, at in one.fields.items()
            )
        )
        for entity_id, one in layout.entities.items()
    )
    if not named or arrange(app, layout) != layout or set(layout.entities) != set(app.entities):
        raise Invalid.because("backup.does_not_fit")


def _build(tx: Transaction, backup: Backup) -> None:
    """Make the tables, fill them, and then make what is cheaper to make at once."""
    _run(tx, tables_without_rows(tx.app, tx.layout, tx.tables.dialect))
    wanted = {form.system_part(one.name) for one in form.system_tables()}
    for entity_id, at in tx.layout.entities.items():
        if at.table.startswith("_"):
            continue
        wanted |= {form.records_part(entity_id)}
        _load_records(tx, backup, entity_id)
        if at.link_table:
            wanted |= {form.tags_part(entity_id)}
            _load_tags(tx, backup, entity_id)
    strange = backup.parts - wanted
    if strange:
        raise Invalid.because("backup.strange_part", part=min(strange))
    failpoints.hit("restore.records")
    _run(tx, foreign_keys(tx.app, tx.layout, tx.tables.dialect))
    _run(tx, finishing(tx.app, tx.layout, tx.tables.dialect))
    numbers.write(tx.connection, tx.layout, backup.numbers)
    for entity in tx.app.entities.values():
        fields = () if entity.system else search.places(entity, tx.layout).keys()
        if fields:
            for some, _ in batches(tx.connection, tx.layout.table(entity.id)):
                search.index(tx, entity.id, fields, some.clause)


def _run(tx: Transaction, statements: Iterator[str]) -> None:
    for statement in statements:
        # Without parameters the driver leaves percent signs alone.
        tx.connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def _load_system(tx: Transaction, backup: Backup, table: sa.Table) -> None:
    """The rows of a system table; columns that an older product did not have keep their default."""
    part = form.system_part(table.name)
    if part not in backup.parts:
        return
    known = frozenset(one.name for one in form.columns_of(table))
    dialect = tx.tables.dialect
    for rows in _chunks(backup, part, lambda head: head <= known):
        loaded = [_read(part, one, lambda row: form.load_row(table, row, dialect)) for one in rows]
        tx.connection.execute(sa.insert(table), loaded)


def _load_records(tx: Transaction, backup: Backup, entity_id: str) -> None:
    stored = tx.layout.entity(entity_id).fields
    columns = {one: (at.column, form.loader(at.storage)) for one, at in stored.items()}
    _load(tx, backup, form.records_part(entity_id), tx.tables.table(entity_id), columns)


def _load_tags(tx: Transaction, backup: Backup, entity_id: str) -> None:
    links = tx.tables.links(entity_id)
    columns = {one.name: (one.name, form.loader(_LINKS.get(one.name, "text"))) for one in links.c}
    _load(tx, backup, form.tags_part(entity_id), links, columns)


_LINKS: Mapping[str, Storage] = {
    "record_id": "reference",
    "valid_from": "datetime",
    "valid_to": "datetime",
}


def _load(
    tx: Transaction,
    backup: Backup,
    part: str,
    table: sa.TableClause,
    columns: Mapping[str, tuple[str, form.Load]],
) -> None:
    """The rows of a part that has to have all of these columns; each is (column, its loader)."""
    if part not in backup.parts:
        raise Invalid.because("backup.damaged", part=part)

    def loaded(row: Mapping[str, Any]) -> dict[str, Any]:
        return {columns[key][0]: columns[key][1](value) for key, value in row.items()}

    for rows in _chunks(backup, part, lambda head: head == columns.keys()):
        tx.connection.execute(sa.insert(table), [_read(part, one, loaded) for one in rows])


Numbered = tuple[int, dict[str, Any]]
"""A row with its line in the part."""


def _chunks(
    backup: Backup, part: str, fits: Callable[[Set[str]], bool]
) -> Iterator[list[Numbered]]:
    """The rows of a part by the names of its head, some at a time; Invalid for a wrong head."""
    lines = backup.read(part)
    head = next(lines, None)
    if head is None or not all(isinstance(one, str) for one in head) or not fits(frozenset(head)):
        raise Invalid.because("backup.row", part=part, row=1)
    numbered = enumerate(lines, start=2)
    while some := list(islice(numbered, form.CHUNK)):
        for at, line in some:
            if len(line) != len(head):
                raise Invalid.because("backup.row", part=part, row=at)
        yield [(at, dict(zip(head, line, strict=True))) for at, line in some]


def _read(
    part: str, row: Numbered, load: Callable[[dict[str, Any]], dict[str, Any]]
) -> dict[str, Any]:
    try:
        return load(row[1])
    except (ValueError, TypeError, ArithmeticError) as error:
        raise Invalid.because("backup.row", part=part, row=row[0]) from error
