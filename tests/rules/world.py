"""A small company for the tests of expressions: its records, and ways to read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, cached_property
from typing import Any, Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from fieldstone.metadata.model import Entity, Field
from fieldstone.rules import Context, sqlite_functions
from fieldstone.rules.columns import column_of
from fieldstone.rules.sql_types import CivilDate, ExactDecimal, UtcDateTime
from tests.rules.declared import APP

NOW = datetime(2026, 11, 21, 4, 30, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
CONTEXT = Context(NOW, ZONE, me=1, team="华东")

STORED_FORMULAS = {("account", "kept"): ("decimal", 2)}


def stored(entity: Entity) -> Iterator[tuple[Field, Any]]:
    """The fields of an entity that have a column, with its type."""
    for one in entity.fields:
        if one.type == "tags" or (one.type == "formula" and not one.stored):
            continue
        yield one, _column_type(one)


def _column_type(one: Field) -> Any:
    match one.type:
        case "integer" | "reference" | "owner" | "member":
            return sa.BigInteger()
        case "money":
            return ExactDecimal(2)
        case "percent" | "decimal":
            return ExactDecimal(one.scale)
        case "formula":
            return ExactDecimal(2)
        case "boolean":
            return sa.Boolean()
        case "date":
            return CivilDate()
        case "datetime":
            return UtcDateTime()
    return sa.Text()


@dataclass(frozen=True)
class Tables:
    """The company's tables, as the compiler asks for them."""

    dialect: Literal["sqlite", "postgresql"]

    @cached_property
    def metadata(self) -> sa.MetaData:
        """The tables to create."""
        metadata = sa.MetaData()
        for entity in APP.entities.values():
            columns: list[sa.Column[Any]] = []
            for one, kind in stored(entity):
                if isinstance(kind, sa.Text) and self.dialect == "postgresql":
                    kind = sa.Text(collation="C")
                columns.append(sa.Column(one.id, kind, primary_key=one.id == "id"))
            sa.Table(entity.id, metadata, *columns)
            sa.Table(
                f"{entity.id}__tags",
                metadata,
                sa.Column("record_id", sa.BigInteger),
                sa.Column("field_id", sa.Text),
                sa.Column("tag_id", sa.Text),
                sa.Column("valid_to", UtcDateTime),
            )
        return metadata

    def table(self, entity_id: str) -> sa.TableClause:
        return _table(entity_id)

    def column(self, row: sa.FromClause, entity_id: str, field_id: str) -> sa.ColumnElement[Any]:
        return column_of(row, _table(entity_id).c[field_id])

    def tags(self, entity_id: str) -> sa.TableClause:
        columns: list[sa.ColumnClause[Any]] = [
            sa.column(name) for name in ("record_id", "field_id", "tag_id", "valid_to")
        ]
        return sa.table(f"{entity_id}__tags", *columns)


@cache
def _table(entity_id: str) -> sa.TableClause:
    columns = (sa.column(one.id, kind) for one, kind in stored(APP.entity(entity_id)))
    return sa.table(entity_id, *columns)


Values = Mapping[str, Any]


@dataclass
class World:
    """Records by entity and id, read one at a time; deleted ones are out of reach."""

    records: dict[str, dict[int, Values]] = field(default_factory=dict)

    def add(self, entity_id: str, values: Values) -> None:
        """Put a record in; `values` are Python's, `id` among them."""
        self.records.setdefault(entity_id, {})[values["id"]] = values

    def record(self, entity_id: str, record_id: int | None) -> Source | None:
        """The live record of that id."""
        values = self.records.get(entity_id, {}).get(record_id or 0)
        if values is None or values.get("deleted_at") is not None:
            return None
        return Source(self, entity_id, values)

    def fill(self, connection: sa.Connection, tables: Tables) -> None:
        """Write every record into the tables, which are emptied first."""
        for table in tables.metadata.sorted_tables:
            connection.execute(table.delete())
        for entity_id, records in self.records.items():
            names = [one.id for one, _ in stored(APP.entity(entity_id))]
            table = tables.metadata.tables[entity_id]
            links = tables.metadata.tables[f"{entity_id}__tags"]
            for values in records.values():
                row = {name: values.get(name) for name in names}
                for one, kind in stored(APP.entity(entity_id)):
                    if isinstance(kind, sa.Boolean):
                        row[one.id] = bool(row[one.id])
                connection.execute(table.insert(), row)
                for one in APP.entity(entity_id).fields:
                    if one.type == "tags":
                        for tag in values.get(one.id) or ():
                            link = {"record_id": values["id"], "field_id": one.id, "tag_id": tag}
                            connection.execute(links.insert(), link)


@dataclass(frozen=True)
class Source:
    """One record of the world, as `evaluate` reads it."""

    world: World
    entity_id: str
    values: Values

    def value(self, field_id: str) -> Any:
        return self.values.get(field_id)

    def follow(self, field_id: str) -> Source | None:
        one = APP.entity(self.entity_id).field(field_id)
        target = "member" if one.type in ("owner", "member") else one.to
        return self.world.record(target or "", self.values.get(field_id))

    def related(self, entity_id: str, field_id: str) -> Sequence[Source]:
        found = []
        for record_id, values in self.world.records.get(entity_id, {}).items():
            if values.get(field_id) == self.values["id"]:
                source = self.world.record(entity_id, record_id)
                if source is not None:
                    found.append(source)
        return found


def value_of(one: Field, given: Any) -> Any:
    """A value as cases write it (numbers and dates as text) as Python's."""
    if given is None:
        return None
    match one.type:
        case "money" | "percent" | "decimal" | "formula":
            return Decimal(str(given))
        case "date":
            return date.fromisoformat(given)
        case "datetime":
            return datetime.fromisoformat(given)
        case "tags":
            return frozenset(given)
    return given


@contextmanager
def sqlite() -> Iterator[sa.Connection]:
    """A SQLite in memory with the company's tables and the functions of the language."""
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool, query_cache_size=50)
    with engine.connect() as connection:
        sqlite_functions.register(connection.connection.dbapi_connection)  # type: ignore[arg-type]
        Tables("sqlite").metadata.create_all(connection)
        yield connection
    engine.dispose()


@contextmanager
def postgresql(url: str) -> Iterator[sa.Connection]:
    """A connection to a PostgreSQL database with the company's tables, set as the product's are."""
    engine = sa.create_engine(url, connect_args={"options": "-c jit=off"}, query_cache_size=50)
    with engine.connect() as connection:
        Tables("postgresql").metadata.create_all(connection)
        connection.commit()
        yield connection
        connection.rollback()
    engine.dispose()
