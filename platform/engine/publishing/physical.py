"""What is really there: the tables, columns, indexes and views that the database itself reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import sqlalchemy as sa

from ..system_tables import JOB

PREPARE: Final = "publish"
"""The kind and the key of the job that stands for a preparation.

Its payload says what was there before.
"""

INDEX_PREFIX = "_ix_"
"""How the indexes begin that follow from documents; no tenant's name begins so."""

VIEW_PREFIX = "v_"


@dataclass(frozen=True, slots=True)
class Physical:
    """What a workspace's database has: types of columns by table, derived indexes, views.

    `keys` are foreign keys that can be dropped by name, by (table, column), each with the table
    that it points at. `used` is how many columns a table has had, where dropped ones count. `gone`
    are columns (table, column) that a preparation took away already.
    """

    tables: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    indexes: frozenset[str] = frozenset()
    views: frozenset[str] = frozenset()
    keys: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    used: Mapping[str, int] = field(default_factory=dict)
    gone: frozenset[tuple[str, str]] = frozenset()

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads back; without `gone`."""
        return {
            "tables": {name: dict(columns) for name, columns in self.tables.items()},
            "indexes": sorted(self.indexes),
            "views": sorted(self.views),
            "keys": [[*at, *to] for at, to in self.keys.items()],
            "used": dict(self.used),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Physical:
        """What `to_json` wrote."""
        keys = {(table, column): (name, to) for table, column, name, to in data["keys"]}
        indexes, views = frozenset(data["indexes"]), frozenset(data["views"])
        return cls(data["tables"], indexes, views, keys, data["used"])

    @property
    def columns(self) -> frozenset[tuple[str, str]]:
        """All columns, as (table, column)."""
        return frozenset((name, one) for name, some in self.tables.items() for one in some)


def in_force(connection: sa.Connection) -> Physical:
    """What belongs to the revision in force, without what is being prepared for the next one."""
    there = read(connection)
    payload = connection.scalar(sa.select(JOB.c.payload).where(JOB.c.key == PREPARE))
    if payload is None:
        return there
    known = Physical.from_json(payload["there"])
    return replace(known, gone=known.columns - there.columns)


def read(connection: sa.Connection) -> Physical:
    """What the workspace of this connection holds."""
    queries = _QUERIES[connection.dialect.name]
    tables: dict[str, dict[str, str]] = {}
    for table, column, kind in connection.execute(queries.columns):
        tables.setdefault(table, {})[column] = kind
    indexes = connection.execute(queries.indexes).scalars()
    views = connection.execute(queries.views).scalars()
    return Physical(
        tables,
        frozenset(one for one in indexes if one.startswith(INDEX_PREFIX)),
        frozenset(one for one in views if one.startswith(VIEW_PREFIX)),
        *_of_postgresql(connection),
    )


def _of_postgresql(
    connection: sa.Connection,
) -> tuple[Mapping[tuple[str, str], tuple[str, str]], Mapping[str, int]]:
    if connection.dialect.name != "postgresql":
        return {}, {}
    keys = {
        (table, column): (name, target) for table, column, name, target in connection.execute(_KEYS)
    }
    return keys, {table: used for table, used in connection.execute(_USED)}


@dataclass(frozen=True, slots=True)
class _Queries:
    columns: sa.TextClause
    indexes: sa.TextClause
    views: sa.TextClause


# The catalog has the tables of all workspaces, and only what depends on a schema is found by it.
_OURS = (
    "WITH ours AS MATERIALIZED (SELECT c.oid, c.relname, c.relkind, c.relnatts"
    " FROM pg_depend d JOIN pg_class c ON c.oid = d.objid"
    " WHERE d.refclassid = 'pg_namespace'::regclass AND d.classid = 'pg_class'::regclass"
    " AND d.refobjid = current_schema()::regnamespace)"
)
_KEYS = sa.text(
    f"{_OURS} SELECT c.relname, a.attname, k.conname, t.relname FROM ours c"
    " JOIN pg_constraint k ON k.conrelid = c.oid JOIN pg_class t ON t.oid = k.confrelid"
    " JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]"
    " WHERE k.contype = 'f'"
)
_USED = sa.text(f"{_OURS} SELECT relname, relnatts FROM ours WHERE relkind = 'r'")
_QUERIES: Mapping[str, _Queries] = {
    "sqlite": _Queries(
        sa.text(
            "SELECT m.name, c.name, c.type FROM sqlite_master m, pragma_table_info(m.name) c"
            " WHERE m.type = 'table'"
        ),
        sa.text("SELECT name FROM sqlite_master WHERE type = 'index'"),
        sa.text("SELECT name FROM sqlite_master WHERE type = 'view'"),
    ),
    "postgresql": _Queries(
        sa.text(
            f"{_OURS} SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod)"
            " FROM ours c JOIN pg_attribute a ON a.attrelid = c.oid"
            " WHERE c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped"
        ),
        sa.text(
            f"{_OURS} SELECT i.relname FROM ours c JOIN pg_index x ON x.indrelid = c.oid"
            " JOIN pg_class i ON i.oid = x.indexrelid"
        ),
        sa.text(f"{_OURS} SELECT relname FROM ours WHERE relkind = 'v'"),
    ),
}
