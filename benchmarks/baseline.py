"""The other side: what a careful developer writes by hand for these two tables, Flask and Core.

The same driver, pragmas and durability as Fieldstone; it knows its callers by bearer tokens and
checks what it is sent, and keeps no history, permissions, stored rollups or search index.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask, abort, request
from flask.json.provider import DefaultJSONProvider

from fieldstone.rules.sql_types import CivilDate, ExactDecimal, UtcDateTime

METADATA = sa.MetaData()
_ID: sa.types.TypeEngine[int] = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CUSTOMER = sa.Table(
    "customer",
    METADATA,
    sa.Column("id", _ID, primary_key=True),
    *(sa.Column(name, sa.Text()) for name in ("name", "phone", "email", "kind", "industry")),
    *(sa.Column(name, sa.Text()) for name in ("city", "status", "website", "need", "remark")),
    *(sa.Column(name, sa.BigInteger()) for name in ("owner", "employees", "score")),
    sa.Column("decision_days", sa.BigInteger()),
    sa.Column("annual_amount", ExactDecimal(2)),
    sa.Column("budget", ExactDecimal(2)),
    sa.Column("vip", sa.Boolean()),
    sa.Column("first_contact_on", CivilDate()),
    sa.Column("last_follow_up_at", UtcDateTime()),
    sa.Column("tier", sa.Text()),
)
DEAL = sa.Table(
    "deal",
    METADATA,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("name", sa.Text()),
    sa.Column("customer", sa.BigInteger(), sa.ForeignKey("customer.id"), index=True),
    sa.Column("stage", sa.Text()),
    sa.Column("amount", ExactDecimal(2)),
    sa.Column("owner", sa.BigInteger()),
)
ALERT = sa.Table(
    "alert",
    METADATA,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("customer", sa.BigInteger(), nullable=False),
    sa.Column("at", UtcDateTime(), nullable=False),
    sa.Column("left_at", UtcDateTime()),
    sa.Index("alert_open", "customer", "left_at"),
)
TOKEN = sa.Table(
    "token",
    METADATA,
    sa.Column("hash", sa.Text(), primary_key=True),
    sa.Column("member", sa.BigInteger(), nullable=False),
    sa.Column("expires_at", UtcDateTime(), nullable=False),
)
INDEXES = (
    sa.Index("customer_industry", CUSTOMER.c.industry),
    sa.Index("customer_status", CUSTOMER.c.status),
    sa.Index("customer_owner", CUSTOMER.c.owner),
    sa.Index("customer_amount", CUSTOMER.c.annual_amount),
    sa.Index("customer_followed", CUSTOMER.c.last_follow_up_at),
    sa.Index("deal_stage", DEAL.c.stage),
)
"""Plain indexes, one column each, as somebody makes who knows what is filtered and sorted by."""
OUR_INDEXES = (
    sa.Index(
        "customer_view",
        CUSTOMER.c.industry,
        CUSTOMER.c.status,
        CUSTOMER.c.annual_amount.desc(),
        CUSTOMER.c.id,
    ),
)
"""What the documents' view implies, and Fieldstone makes by itself; a run shows both."""


def engine(url: str | None, folder: Path) -> sa.Engine:
    """An engine on a file in `folder` (None), its pragmas as Fieldstone's, or on PostgreSQL."""
    if url:
        return sa.create_engine(url)
    found = sa.create_engine(f"sqlite:///{folder / 'baseline.sqlite'}")

    @sa.event.listens_for(found, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=wal", "synchronous=full", "foreign_keys=on"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("PRAGMA busy_timeout=30000")

    @sa.event.listens_for(found, "begin")
    def _begin(connection: sa.Connection) -> None:
        writing = connection.get_execution_options().get("writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return found


def fill(
    on: sa.Engine, customers: Iterable[dict[str, Any]], deals: Iterable[dict[str, Any]]
) -> None:
    """Make the tables with their plain indexes and put the rows in."""
    CUSTOMER.indexes -= set(OUR_INDEXES)
    with on.begin() as connection:
        METADATA.create_all(connection)
        for table, rows in ((CUSTOMER, customers), (DEAL, deals)):
            for chunk in _chunks(rows):
                # The database counts the ids itself, so that it goes on from there.
                plain = [{name: row[name] for name in row if name != "id"} for row in chunk]
                connection.execute(sa.insert(table), plain)
    with on.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def add_indexes(on: sa.Engine) -> None:
    """Add the indexes that Fieldstone would have made."""
    with on.begin() as connection:
        for index in OUR_INDEXES:
            index.create(connection)
    with on.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def drop_indexes(on: sa.Engine) -> None:
    """Leave only the plain ones."""
    with on.begin() as connection:
        for index in OUR_INDEXES:
            index.drop(connection)


def add_field(on: sa.Engine, name: str) -> None:
    """Add a column of text to the customers."""
    with on.execution_options(writing=True).begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE customer ADD COLUMN {name} TEXT")


def new_entity(on: sa.Engine, name: str) -> None:
    """Make a table of 20 columns, two of them with an index."""
    table = sa.Table(
        name,
        sa.MetaData(),
        sa.Column("id", _ID, primary_key=True),
        sa.Column("name", sa.Text(), index=True),
        *(sa.Column(f"text_{at}", sa.Text()) for at in range(10)),
        *(sa.Column(f"number_{at}", sa.BigInteger()) for at in range(4)),
        *(sa.Column(f"amount_{at}", ExactDecimal(2)) for at in range(2)),
        *(sa.Column(f"day_{at}", CivilDate()) for at in range(2)),
        sa.Column("owner", sa.BigInteger(), index=True),
    )
    with on.execution_options(writing=True).begin() as connection:
        table.create(connection)


def new_token(on: sa.Engine) -> str:
    """Make a token for ten years and return its text."""
    text = secrets.token_urlsafe(32)
    row = {"hash": _hash(text), "member": 1, "expires_at": datetime.now(UTC) + timedelta(days=3650)}
    with on.execution_options(writing=True).begin() as connection:
        connection.execute(sa.insert(TOKEN), row)
    return text


def run_rule(on: sa.Engine, now: datetime) -> int:
    """The rule by hand: who enters gets an alert, who left has it closed; returns the matches."""
    day = now.replace(hour=16, minute=0, second=0, microsecond=0)
    silent = day - timedelta(days=31 if now.hour < 16 else 30)
    is_open = DEAL.c.stage.in_(("contact", "need", "quote", "negotiation"))
    matches = sa.select(CUSTOMER.c.id).where(
        CUSTOMER.c.tier == "A",
        sa.or_(CUSTOMER.c.last_follow_up_at.is_(None), CUSTOMER.c.last_follow_up_at < silent),
        ~sa.exists().where(DEAL.c.customer == CUSTOMER.c.id, is_open),
    )
    there = sa.exists().where(ALERT.c.customer == CUSTOMER.c.id, ALERT.c.left_at.is_(None))
    with on.execution_options(writing=True).begin() as connection:
        entering = matches.where(~there).add_columns(sa.literal(now, UtcDateTime()))
        connection.execute(sa.insert(ALERT).from_select(["customer", "at"], entering))
        gone = sa.and_(ALERT.c.left_at.is_(None), ALERT.c.customer.not_in(matches))
        connection.execute(sa.update(ALERT).where(gone).values(left_at=now))
        present = sa.select(sa.func.count()).select_from(ALERT).where(ALERT.c.left_at.is_(None))
        return connection.scalar(present) or 0


def run_tiers(on: sa.Engine) -> dict[str, int]:
    """ABC by hand: position by amount, 20, 30 and 50 %; returns how many have each tier."""
    position = sa.func.row_number().over(order_by=(CUSTOMER.c.annual_amount.desc(), CUSTOMER.c.id))
    ranks = (
        sa.select(CUSTOMER.c.id, position.label("position"), sa.func.count().over().label("ranked"))
        .where(CUSTOMER.c.annual_amount.is_not(None))
        .cte("ranks")
    )
    tier = sa.case(
        (ranks.c.position * 10 <= ranks.c.ranked * 2, "A"),
        (ranks.c.position * 10 <= ranks.c.ranked * 5, "B"),
        else_="C",
    )
    graded = sa.select(ranks.c.id, tier.label("tier")).cte("graded")
    with on.execution_options(writing=True).begin() as connection:
        connection.execute(
            sa.update(CUSTOMER)
            .where(CUSTOMER.c.id == graded.c.id, CUSTOMER.c.tier.is_distinct_from(graded.c.tier))
            .values(tier=graded.c.tier)
        )
        counted = sa.select(CUSTOMER.c.tier, sa.func.count()).group_by(CUSTOMER.c.tier)
        return {row[0]: row[1] for row in connection.execute(counted)}


class _Json(DefaultJSONProvider):
    sort_keys = False

    @staticmethod
    def default(value: Any) -> Any:
        if isinstance(value, Decimal):
            return str(value)
        if isinstance(value, (date, datetime)):
            return value.isoformat()
        return DefaultJSONProvider.default(value)


def application(on: sa.Engine, *, guarded: bool) -> Flask:
    """Get, create, update and list of both tables, for everybody or for holders of a token."""
    app = Flask("baseline")
    app.json = _Json(app)

    def guard(connection: sa.Connection) -> None:
        text = request.headers.get("Authorization", "").removeprefix("Bearer ")
        valid = sa.and_(TOKEN.c.hash == _hash(text), TOKEN.c.expires_at > datetime.now(UTC))
        if guarded and connection.scalar(sa.select(TOKEN.c.member).where(valid)) is None:
            abort(401)

    _add_reading(app, on, guard)
    _add_writing(app, on.execution_options(writing=True), guard)
    return app


def _add_reading(app: Flask, on: sa.Engine, guard: Callable[[sa.Connection], None]) -> None:
    @app.get("/<name>/<int:number>")
    def get(name: str, number: int) -> Any:
        table = METADATA.tables[name]
        with on.connect() as connection:
            guard(connection)
            row = (
                connection.execute(sa.select(table).where(table.c.id == number)).mappings().first()
            )
        return dict(row) if row else abort(404)

    @app.get("/<name>")
    def listing(name: str) -> Any:
        table = METADATA.tables[name]
        found = sa.select(table)
        for key, value in request.args.items():
            if key in table.c:
                found = found.where(table.c[key] == value)
            elif key == "q":
                found = found.where(table.c.name.ilike(f"%{value}%"))
        sort = request.args.get("sort", "id")
        column = table.c[sort.lstrip("-")]
        found = found.order_by(column.desc() if sort.startswith("-") else column, table.c.id)
        limit = min(int(request.args.get("limit", 50)), 500)
        found = found.offset(int(request.args.get("offset", 0)))
        with on.connect() as connection:
            guard(connection)
            return {
                "data": [dict(row) for row in connection.execute(found.limit(limit)).mappings()]
            }

    @app.get("/customer/amounts")
    def amounts() -> Any:
        return summed(
            sa.select(CUSTOMER.c.industry, sa.func.count(), sa.func.sum(CUSTOMER.c.annual_amount))
        )

    @app.get("/deal/amounts")
    def joined() -> Any:
        found = sa.select(CUSTOMER.c.industry, sa.func.count(), sa.func.sum(DEAL.c.amount))
        return summed(found.select_from(DEAL).outerjoin(CUSTOMER, DEAL.c.customer == CUSTOMER.c.id))

    def summed(found: sa.Select[Any]) -> Any:
        found = found.group_by(CUSTOMER.c.industry).order_by(CUSTOMER.c.industry)
        with on.connect() as connection:
            guard(connection)
            return {"data": [tuple(row) for row in connection.execute(found)]}


def _add_writing(app: Flask, on: sa.Engine, guard: Callable[[sa.Connection], None]) -> None:
    @app.post("/<name>")
    def create(name: str) -> Any:
        table = METADATA.tables[name]
        values = _clean(table, request.get_json())
        with on.begin() as connection:
            guard(connection)
            row = connection.execute(sa.insert(table).values(**values).returning(table))
            return dict(row.mappings().one()), 201

    @app.post("/<name>/batch")
    def batch(name: str) -> Any:
        table = METADATA.tables[name]
        rows = [_clean(table, one) for one in request.get_json()]
        with on.begin() as connection:
            guard(connection)
            connection.execute(sa.insert(table), rows)
        return {"created": len(rows)}, 201

    @app.patch("/<name>/<int:number>")
    def update(name: str, number: int) -> Any:
        table = METADATA.tables[name]
        values = _clean(table, request.get_json())
        with on.begin() as connection:
            guard(connection)
            row = connection.execute(
                sa.update(table).where(table.c.id == number).values(**values).returning(table)
            )
            found = row.mappings().first()
        return dict(found) if found else abort(404)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _clean(table: sa.Table, body: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in body.items():
        if name == "id" or name not in table.c:
            abort(400, f"unknown field {name}")
        values[name] = None if value is None else _value(table.c[name].type, name, value)
    return values


def _value(kind: sa.types.TypeEngine[Any], name: str, value: Any) -> Any:
    try:
        if isinstance(kind, ExactDecimal):
            return Decimal(str(value))
        if isinstance(kind, UtcDateTime):
            return datetime.fromisoformat(value)
        if isinstance(kind, CivilDate):
            return date.fromisoformat(value)
        if isinstance(kind, sa.BigInteger):
            return int(value)
        if isinstance(kind, sa.Boolean):
            return bool(value)
    except (ValueError, TypeError, InvalidOperation):
        abort(400, f"bad value for {name}")
    if not isinstance(value, str) or len(value) > 2000:
        abort(400, f"bad value for {name}")
    return value


def _chunks(rows: Iterable[dict[str, Any]], size: int = 5000) -> Iterator[list[dict[str, Any]]]:
    chunk: list[dict[str, Any]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
