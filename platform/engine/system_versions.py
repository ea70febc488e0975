"""Versions of the system tables: how they are made, and moved from one to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from . import search_tables
from .audit_tables import APPEND_ONLY, AUDIT_ENTRY, ERASURE
from .document_tables import DRAFT, DRAFT_BACK, DRAFT_CHOICE, DRAFT_TEMPLATE, REVISION, TEMPLATE
from .errors import Conflict
from .layout import Layout
from .system_metadata import METADATA
from .system_tables import (
    BULK,
    BULK_ROW,
    ENDPOINT,
    ENDPOINT_REST,
    FIELD_CHANGE,
    IMPORT,
    IMPORT_ROW,
    KEPT_ANSWER,
    MERGE,
    MERGE_ROW,
    NOTIFICATION,
    OUTBOX,
    STATE,
    TRANSITION,
)

Step = Callable[[sa.Connection], None]


def _drafts(connection: sa.Connection) -> None:
    DRAFT.create(connection)


def _keep_files_of_imports(connection: sa.Connection) -> None:
    for table, names in (
        (IMPORT, ("kept", "digest", "checked", "progress")),
        (IMPORT_ROW, ("version", "change_id")),
    ):
        for name in names:
            _add_column(connection, table.c[name])
    _index(IMPORT, "_import_digest").create(connection)


def _index(table: sa.Table, name: str) -> sa.Index:
    return next(one for one in table.indexes if one.name == name)


def _add_column(connection: sa.Connection, column: sa.Column[Any]) -> None:
    written = sa.schema.CreateColumn(column).compile(dialect=connection.dialect)
    connection.exec_driver_sql(f"ALTER TABLE {column.table.name} ADD COLUMN {written}")


def _outbox(connection: sa.Connection) -> None:
    for table in (OUTBOX, ENDPOINT):
        table.create(connection)


def _rules_of_notifications(connection: sa.Connection) -> None:
    _add_column(connection, NOTIFICATION.c.rule)


def _bulk_changes(connection: sa.Connection) -> None:
    for table in (BULK, BULK_ROW):
        table.create(connection)


def _resting_endpoints(connection: sa.Connection) -> None:
    ENDPOINT_REST.create(connection)


def _templates(connection: sa.Connection) -> None:
    for table in (TEMPLATE, DRAFT_TEMPLATE, DRAFT_CHOICE):
        table.create(connection)
    _add_column(connection, REVISION.c.template)


def _search_by_columns(connection: sa.Connection) -> None:
    here = sa.select(STATE.c.revision).scalar_subquery()
    layout = connection.scalar(sa.select(REVISION.c.layout).where(REVISION.c.id == here))
    search = search_tables.SEARCH
    for entity_id, field_id, at in Layout.from_json(layout or {}):
        if at.column != field_id:
            own = sa.and_(search.c.entity == entity_id, search.c.field == field_id)
            connection.execute(sa.update(search).where(own).values(field=at.column))


def _drafts_that_go_back(connection: sa.Connection) -> None:
    DRAFT_BACK.create(connection)


def _kept_answers(connection: sa.Connection) -> None:
    KEPT_ANSWER.create(connection)


def _merges(connection: sa.Connection) -> None:
    for table in (MERGE, MERGE_ROW):
        table.create(connection)


def _audit(connection: sa.Connection) -> None:
    for table in (ERASURE, AUDIT_ENTRY):
        table.create(connection)
        _refuse_changes(connection, table.name)
    sets = _index(FIELD_CHANGE, "_field_change_change")
    sets.drop(connection)
    for one in (sets, _index(TRANSITION, "_transition_change")):
        one.create(connection)


STEPS: Sequence[Step] = (
    _drafts,
    _keep_files_of_imports,
    _outbox,
    _rules_of_notifications,
    _bulk_changes,
    _resting_endpoints,
    _templates,
    _search_by_columns,
    _drafts_that_go_back,
    _kept_answers,
    _merges,
    _audit,
)
"""Step n moves the tables from version n + 1 to n + 2; a new workspace is made at the last one."""

LATEST = 1 + len(STEPS)


def create(connection: sa.Connection) -> None:
    """Make the system tables of a new workspace, without a revision."""
    METADATA.create_all(connection, checkfirst=False)
    search_tables.create(connection)
    for table in APPEND_ONLY:
        _refuse_changes(connection, table.name)
    connection.execute(
        sa.insert(STATE).values(one=1, revision=0, revision_hash="", system_version=LATEST)
    )


def of(connection: sa.Connection) -> int:
    """The version of a workspace's system tables."""
    return int(connection.execute(sa.select(STATE.c.system_version)).scalar_one())


def upgrade(connection: sa.Connection) -> None:
    """Move the system tables to the latest version; the caller commits.

    Conflict if they were made by a newer product.
    """
    connection.execute(sa.select(STATE.c.one).with_for_update())
    version = of(connection)
    if version > LATEST:
        raise Conflict.because("database.newer")
    for step in STEPS[version - 1 :]:
        step(connection)
    connection.execute(sa.update(STATE).values(system_version=LATEST))


@contextmanager
def erasable(connection: sa.Connection, history: sa.Table) -> Iterator[None]:
    """Let rows of a table of the history be deleted meanwhile, and their seals say so.

    For what is purged by name, and nothing else. The caller's transaction ends it too. Nobody seals
    in the meantime.
    """
    on_sqlite = connection.dialect.name == "sqlite"
    switched = ((AUDIT_ENTRY.name, "UPDATE"), (history.name, "DELETE"))
    for table, event in switched:
        if on_sqlite:
            connection.exec_driver_sql(f"DROP TRIGGER {table}_no_{event.lower()}")
        else:
            _switch_trigger(connection, table, "DISABLE")
    yield
    for table, event in switched:
        if on_sqlite:
            _refuse_on_sqlite(connection, table, event)
        else:
            _switch_trigger(connection, table, "ENABLE")


def _switch_trigger(connection: sa.Connection, table: str, how: str) -> None:
    connection.exec_driver_sql(f"ALTER TABLE {table} {how} TRIGGER {table}_no_change")


def _refuse_on_sqlite(connection: sa.Connection, table: str, event: str) -> None:
    connection.exec_driver_sql(
        f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )


def _refuse_changes(connection: sa.Connection, table: str) -> None:
    """Make a table append-only, whoever writes to it."""
    if connection.dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            _refuse_on_sqlite(connection, table, event)
        return
    connection.exec_driver_sql(
        "CREATE OR REPLACE FUNCTION _append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only'; END $$"
    )
    connection.exec_driver_sql(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION _append_only()"
    )
