"""The tables of the search index: a row a searchable value, and an index of its terms.

A row holds the folded text of one field of one record, for the last word on a match, and the
terms that candidates are found by. SQLite keeps the terms in an FTS5 table that triggers hold in
step, PostgreSQL in a `tsvector` of the very terms, without a parser of its own.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from .column_types import CODE, RECORD_ID, WORDS

SEARCH: Final = sa.table(
    "_search",
    sa.column("id", RECORD_ID),
    sa.column("entity", CODE),
    sa.column("field", CODE),
    sa.column("record_id", sa.BigInteger()),
    sa.column("folded", WORDS),
    sa.column("terms", WORDS),
)


TERMS: Final = sa.table(
    "_search_terms", sa.column("rowid", sa.Integer()), sa.column("_search_terms", sa.Text())
)
"""The FTS5 table of SQLite; the column of its own name is what MATCH is asked of."""

_SQLITE: Final = (
    "CREATE TABLE _search (id INTEGER PRIMARY KEY, entity TEXT NOT NULL, field TEXT NOT NULL, "
    "record_id BIGINT NOT NULL, folded TEXT NOT NULL, terms TEXT NOT NULL)",
    "CREATE UNIQUE INDEX _search_record ON _search (entity, record_id, field)",
    "CREATE VIRTUAL TABLE _search_terms USING fts5 "
    "(terms, content='_search', content_rowid='id', tokenize='unicode61 remove_diacritics 0')",
    "CREATE TRIGGER _search_added AFTER INSERT ON _search BEGIN "
    "INSERT INTO _search_terms (rowid, terms) VALUES (new.id, new.terms); END",
    "CREATE TRIGGER _search_removed AFTER DELETE ON _search BEGIN "
    "INSERT INTO _search_terms (_search_terms, rowid, terms) "
    "VALUES ('delete', old.id, old.terms); END",
    "CREATE TRIGGER _search_changed AFTER UPDATE ON _search BEGIN "
    "INSERT INTO _search_terms (_search_terms, rowid, terms) "
    "VALUES ('delete', old.id, old.terms); "
    "INSERT INTO _search_terms (rowid, terms) VALUES (new.id, new.terms); END",
)
_POSTGRESQL: Final = (
    'CREATE TABLE _search (entity TEXT COLLATE "C" NOT NULL, field TEXT COLLATE "C" NOT NULL, '
    'record_id BIGINT NOT NULL, folded TEXT COLLATE "C" NOT NULL, terms tsvector NOT NULL, '
    "PRIMARY KEY (entity, record_id, field))",
    "CREATE INDEX _search_terms ON _search USING gin (terms)",
)


def create(connection: sa.Connection) -> None:
    """Make the tables in a new workspace."""
    statements = _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL
    for statement in statements:
        connection.exec_driver_sql(statement)
