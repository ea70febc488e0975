"""Column types: what is written is what is read, and what the databases are told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from fieldstone.rules.columns import column_of
from fieldstone.rules.sql_types import (
    CivilDate,
    ExactDecimal,
    PlainText,
    TagSet,
    UtcDateTime,
    WholeNumber,
)
from tests.servers.postgres import PostgresServer

SQLITE = sa.make_url("sqlite://").get_dialect()()
POSTGRESQL = sa.make_url("postgresql+psycopg://").get_dialect()()
COLUMNS = [
    (ExactDecimal(2), "BIGINT", "NUMERIC(21, 2)"),
    (ExactDecimal(6), "BIGINT", "NUMERIC(21, 6)"),
    (WholeNumber(), "BIGINT", "BIGINT"),
    (CivilDate(), "TEXT", "DATE"),
    (UtcDateTime(), "TEXT", "TIMESTAMP WITH TIME ZONE"),
    (PlainText(), "TEXT", 'VARCHAR COLLATE "C"'),
    (TagSet(), "TEXT", "TEXT"),
]
WRITTEN: list[tuple[Any, Any, Any]] = [
    (ExactDecimal(2), Decimal("-12.50"), Decimal("-12.50")),
    (ExactDecimal(2), Decimal("1e1"), Decimal("10.00")),
    (ExactDecimal(2), 3, Decimal("3.00")),
    (ExactDecimal(0), Decimal(7), Decimal(7)),
    (WholeNumber(), 2**53 + 1, 2**53 + 1),
    (CivilDate(), date(1, 1, 1), date(1, 1, 1)),
    (CivilDate(), date(2028, 2, 29), date(2028, 2, 29)),
    (UtcDateTime(), datetime(2026, 3, 1, 0, 30, tzinfo=timezone(timedelta(hours=8))),
     datetime(2026, 2, 28, 16, 30, tzinfo=UTC)),
    (UtcDateTime(), datetime(2026, 3, 1, 0, 0, 0, 7, tzinfo=UTC),
     datetime(2026, 3, 1, 0, 0, 0, 7, tzinfo=UTC)),
    (PlainText(), "张三 ÄZ", "张三 ÄZ"),
    (TagSet(), '["b"]', frozenset({"b"})),
]  # fmt: skip


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def connection(request: pytest.FixtureRequest, postgres: PostgresServer) -> Iterator[sa.Connection]:
    """An empty database."""
    with postgres.database() as url:
        engine = sa.create_engine("sqlite://" if request.param == "sqlite" else url)
        with engine.connect() as found:
            yield found
        engine.dispose()


@pytest.mark.parametrize(("type_", "on_sqlite", "on_postgresql"), COLUMNS)
def test_what_the_databases_are_told(type_: Any, on_sqlite: str, on_postgresql: str) -> None:
    declared = sa.schema.CreateColumn(sa.Column("value", type_))
    assert str(declared.compile(dialect=SQLITE)) == f"value {on_sqlite}"
    assert str(declared.compile(dialect=POSTGRESQL)) == f"value {on_postgresql}"


@pytest.mark.parametrize(("type_", "written", "read"), WRITTEN)
def test_what_is_written_is_read(
    connection: sa.Connection, type_: Any, written: Any, read: Any
) -> None:
    table = kept(connection, type_, [written, None])
    asked = sa.select(table.c.value).order_by(table.c.id)
    found = connection.scalars(asked).all()
    assert found == [read, None]
    assert str(found[0]) == str(read)
    connection.rollback()


def test_tags_are_read_as_a_set(connection: sa.Connection) -> None:
    table = kept(connection, TagSet(), ['["b", "a"]', "[]"])
    found = connection.scalars(sa.select(table.c.value).order_by(table.c.id)).all()
    assert found == [frozenset({"a", "b"}), frozenset()]
    connection.rollback()


def test_a_column_is_held_against_a_value_of_its_kind(connection: sa.Connection) -> None:
    table = kept(connection, ExactDecimal(2), [Decimal("9.50"), Decimal("10.00")])
    more = sa.select(table.c.id).where(table.c.value > Decimal("9.6"))
    assert connection.scalars(more).all() == [1]
    connection.rollback()


def test_text_is_ordered_by_its_characters(connection: sa.Connection) -> None:
    table = kept(connection, PlainText(), ["b", "a", "B", "ä", "中"])
    ordered = connection.scalars(sa.select(table.c.value).order_by(table.c.value)).all()
    assert ordered == ["B", "a", "b", "ä", "中"]
    connection.rollback()


def test_a_number_with_too_many_digits_is_not_rounded() -> None:
    bind = ExactDecimal(2).process_bind_param
    with pytest.raises(ValueError, match=r"^1\.234 has more than 2 digits after the point$"):
        bind(Decimal("1.234"), SQLITE)


@pytest.mark.parametrize("dialect", [SQLITE, POSTGRESQL])
def test_an_instant_without_a_zone_is_refused(dialect: Any) -> None:
    with pytest.raises(ValueError, match=r"^an instant needs its time zone$"):
        UtcDateTime().process_bind_param(datetime(2026, 3, 1), dialect)


def test_a_column_of_an_alias_keeps_its_kind() -> None:
    table = sa.table("deal", sa.column("amount", ExactDecimal(2)))
    found = column_of(table.alias("d"), table.c.amount)
    assert str(found) == "d.amount"
    assert isinstance(found.type, ExactDecimal)
    assert column_of(table, table.c.amount) is table.c.amount


def kept(connection: sa.Connection, type_: Any, values: list[Any]) -> sa.Table:
    """A table with these values, numbered from 0."""
    table = sa.Table(
        "kept",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("value", type_),
    )
    table.drop(connection, checkfirst=True)
    table.create(connection)
    rows = [{"id": number, "value": value} for number, value in enumerate(values)]
    connection.execute(table.insert(), rows)
    return table
