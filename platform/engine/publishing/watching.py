"""Watching: which records are written while a publish is being prepared.

Triggers on the tables note the ids in `_touched`, so that what was prepared for those rows is done
once more and looked at once more. What is written into columns that no app in force reads is not
noted. A child that leaves its parent is noted with that parent, whose sums are others then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from ..layout import EntityLayout
from ..stores import DialectName
from . import ddl
from .rows import Rows

_TABLE = "_touched"
_PREFIX = "_touch_"
_MOST = 1000
_TOUCHED = sa.table(
    _TABLE,
    sa.column("at", sa.BigInteger()),
    sa.column("name", sa.Text()),
    sa.column("id", sa.BigInteger()),
    sa.column("done", sa.Boolean()),
)
_CREATE: Mapping[DialectName, str] = {
    "sqlite": (
        f"CREATE TABLE {_TABLE} (at INTEGER PRIMARY KEY, name TEXT NOT NULL,"
        " id BIGINT NOT NULL, done BOOLEAN NOT NULL DEFAULT false)"
    ),
    "postgresql": (
        f"CREATE TABLE {_TABLE} (at bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
        " name text NOT NULL, id bigint NOT NULL, done boolean NOT NULL DEFAULT false)"
    ),
}
_LEFT: Mapping[DialectName, str] = {
    "sqlite": "SELECT 'TRIGGER ' || '\"' || name || '\"' FROM sqlite_master"
    f" WHERE type = 'trigger' AND substr(name, 1, {len(_PREFIX)}) = '{_PREFIX}'",
    "postgresql": "SELECT 'FUNCTION ' || quote_ident(proname) || '() CASCADE' FROM pg_proc"
    f" WHERE starts_with(proname, '{_PREFIX}') AND pronamespace = current_schema()::regnamespace",
}


@dataclass(frozen=True, slots=True)
class Watched:
    """A table whose writes are noted; `parents` are columns of it, each with the parents' table."""

    at: EntityLayout
    parents: tuple[tuple[str, str], ...] = ()


def watch(connection: sa.Connection, dialect: DialectName, tables: Iterable[Watched]) -> None:
    """Note from now on what is written into these tables."""
    connection.exec_driver_sql(_CREATE[dialect])
    schema = ""
    if dialect == "postgresql":
        schema = ddl.quoted(connection.exec_driver_sql("SELECT current_schema()").scalar_one())
    for one in tables:
        for statement in _TRIGGERS[dialect](one, schema):
            connection.exec_driver_sql(statement, execution_options={"no_parameters": True})


def unwatch(connection: sa.Connection, dialect: DialectName) -> None:
    """Note nothing any more, and forget what was noted."""
    for left in connection.exec_driver_sql(_LEFT[dialect]).scalars().all():
        connection.exec_driver_sql(f"DROP {left}")
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {_TABLE}")


def take(connection: sa.Connection) -> Mapping[str, frozenset[int]]:
    """Some of the rows, by table, that were noted and not taken yet; nothing where all were.

    What another transaction noted and has not committed yet is left for later.
    """
    some = sa.select(_TOUCHED.c.at).where(~_TOUCHED.c.done).order_by(_TOUCHED.c.at).limit(_MOST)
    taken = (
        sa.update(_TOUCHED)
        .where(_TOUCHED.c.at.in_(some))
        .values(done=True)
        .returning(_TOUCHED.c.name, _TOUCHED.c.id)
    )
    found: dict[str, set[int]] = {}
    for name, identity in connection.execute(taken):
        found.setdefault(name, set()).add(identity)
    return {name: frozenset(ids) for name, ids in found.items()}


def noted(table: str) -> Rows:
    """The rows of a table that were ever noted."""
    return Rows(f'{{id}} IN (SELECT "id" FROM {_TABLE} WHERE "name" = {ddl.text(table)})')


def _noting(one: Watched) -> str:
    return f'INSERT INTO {_TABLE} ("name", "id") VALUES ({ddl.text(one.at.table)}, NEW."id");'


def _leaving(one: Watched, prefix: str, differs: str) -> Iterator[str]:
    """Note the parents that a row had, where it has others now."""
    for column, table in one.parents:
        old, new = f"OLD.{ddl.quoted(column)}", f"NEW.{ddl.quoted(column)}"
        other = f" AND {old} {differs} {new}" if differs else ""
        yield (
            f'INSERT INTO {prefix}{_TABLE} ("name", "id")'
            f" SELECT {ddl.text(table)}, {old} WHERE {old} IS NOT NULL{other};"
        )


def _columns(one: Watched) -> str:
    names = sorted({each.column for each in one.at.fields.values()})
    return ", ".join(map(ddl.quoted, names))


def _in_sqlite(one: Watched, _: str) -> Iterator[str]:
    name, table = one.at.table, ddl.quoted(one.at.table)
    moved = " ".join(_leaving(one, "", "IS NOT"))
    gone = " ".join(_leaving(one, "", ""))
    events = {
        "insert": ("INSERT", _noting(one)),
        "update": (f"UPDATE OF {_columns(one)}", f"{_noting(one)} {moved}"),
        "delete": ("DELETE", gone),
    }
    for event, (when, work) in events.items():
        if work:
            trigger = ddl.quoted(f"{_PREFIX}{event}_{name}")
            yield f"CREATE TRIGGER {trigger} AFTER {when} ON {table} BEGIN {work} END"


def _in_postgresql(one: Watched, schema: str) -> Iterator[str]:
    name, table = ddl.quoted(f"{_PREFIX}{one.at.table}"), ddl.quoted(one.at.table)
    noting = _noting(one).replace(_TABLE, f"{schema}.{_TABLE}", 1)
    leaving = " ".join(_leaving(one, f"{schema}.", "IS DISTINCT FROM"))
    yield (
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $fieldstone$ BEGIN"
        f" IF TG_OP <> 'DELETE' THEN {noting} END IF;"
        f" IF TG_OP <> 'INSERT' THEN {leaving or 'NULL;'} END IF;"
        " RETURN NULL; END $fieldstone$"
    )
    yield (
        f"CREATE TRIGGER {name} AFTER INSERT OR DELETE OR UPDATE OF {_columns(one)} ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {name}()"
    )


_TRIGGERS = {"sqlite": _in_sqlite, "postgresql": _in_postgresql}
