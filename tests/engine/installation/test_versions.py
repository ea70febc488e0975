"""Tables of an earlier product: moved to the latest version they are as if made anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from fieldstone.engine import control_tables, search_tables, system_versions
from fieldstone.engine.audit_tables import AUDIT_ENTRY, ERASURE
from fieldstone.engine.database import databases
from fieldstone.engine.document_tables import DRAFT_BACK, REVISION
from fieldstone.engine.settings import Settings
from fieldstone.engine.stores import CONTROL, Databases
from fieldstone.engine.system_tables import KEPT_ANSWER, MERGE, MERGE_ROW, STATE

FIRST = Path(__file__).parent / "version_1"
OLD, NEW = "0" * 32, "1" * 32


@pytest.fixture
def stores(settings: Settings) -> Iterator[Databases]:
    opened = databases(settings)
    yield opened
    opened.close()


def test_an_old_workspace_gets_the_tables_of_a_new_one(stores: Databases) -> None:
    for workspace_id in (OLD, NEW):
        stores.store(workspace_id).create()
    with stores.store(NEW).begin(writing=True) as connection:
        system_versions.create(connection)
        new = described(connection)
    with stores.store(OLD).begin(writing=True) as connection:
        first(connection, "workspace")
        search_tables.create(connection)
        connection.execute(
            sa.insert(STATE).values(one=1, revision=0, revision_hash="", system_version=1)
        )
        system_versions.upgrade(connection)
        assert described(connection) == new
        assert system_versions.of(connection) == system_versions.LATEST


def test_values_of_a_converted_field_are_found_under_its_column(stores: Databases) -> None:
    at = {"code": ["code$2", "text", 0, 2], "name": ["name", "text", 0, 1]}
    shop: dict[str, Any] = {"table": "shop", "link_table": None, "spares": [], "fields": at}
    stores.store(OLD).create()
    with stores.store(OLD).begin(writing=True) as connection:
        system_versions.create(connection)
        for later in (DRAFT_BACK, KEPT_ANSWER, MERGE, MERGE_ROW, ERASURE, AUDIT_ENTRY):
            later.drop(connection)
        connection.exec_driver_sql("DROP INDEX _transition_change")
        connection.execute(sa.update(STATE).values(revision=1, system_version=8))
        connection.execute(
            sa.insert(REVISION).values(
                id=1,
                hash="",
                manifest={},
                layout={"shop": shop},
                product_version="0",
                created_at=datetime(2026, 3, 5, tzinfo=UTC),
            )
        )
        for one in ("code", "name"):
            connection.exec_driver_sql(
                "INSERT INTO _search (entity, field, record_id, folded, terms)"
                f" VALUES ('shop', '{one}', 1, 'a', '')"
            )
        system_versions.upgrade(connection)
        kept = sa.select(search_tables.SEARCH.c.field).order_by(search_tables.SEARCH.c.field)
        assert connection.scalars(kept).all() == ["code$2", "name"]


def test_an_old_control_database_gets_the_tables_of_a_new_one(stores: Databases) -> None:
    # The store of a workspace is as good as any: what counts are the tables in it.
    for name in (CONTROL, OLD):
        stores.store(name).create()
    with stores.store(CONTROL).begin(writing=True) as connection:
        control_tables.upgrade(connection)
        new = described(connection)
    with stores.store(OLD).begin(writing=True) as connection:
        first(connection, "control")
        connection.execute(sa.insert(control_tables.VERSION).values(one=1, version=1))
        control_tables.upgrade(connection)
        assert described(connection) == new
        assert control_tables.version_of(connection) == control_tables.LATEST


def first(connection: sa.Connection, name: str) -> None:
    text = (FIRST / f"{name}.{connection.dialect.name}.sql").read_text("utf-8")
    for statement in text.split("\n;\n"):
        connection.exec_driver_sql(statement)


def described(connection: sa.Connection) -> dict[str, Any]:
    """Every table with its columns and indexes."""
    found = sa.inspect(connection)
    return {
        table: (
            {one["name"]: (str(one["type"]), one["nullable"]) for one in found.get_columns(table)},
            found.get_pk_constraint(table)["constrained_columns"],
            {one["name"]: (one["column_names"], one["unique"]) for one in found.get_indexes(table)},
        )
        for table in found.get_table_names()
        if not table.startswith("_search")
    }
