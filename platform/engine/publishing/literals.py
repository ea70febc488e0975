"""Literals: values as SQL text, for statements that a plan shows and keeps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from ..layout import StoredField
from ..stores import DialectName
from ..tables import sql_type
from . import ddl

_DIALECTS: Mapping[DialectName, sa.engine.Dialect] = {
    "sqlite": sqlite.dialect(),
    "postgresql": postgresql.dialect(),  # type: ignore[no-untyped-call]
}


def literal(value: Any, stored: StoredField, dialect: DialectName) -> str:
    """A Python value as SQL writes it for that column."""
    kind = sql_type(stored).dialect_impl(_DIALECTS[dialect])
    bound = kind.bind_processor(_DIALECTS[dialect])
    raw = bound(value) if bound else value
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, str):
        return ddl.text(raw)
    return str(raw) if isinstance(raw, int) else ddl.text(str(raw))


def instant(at: datetime, dialect: DialectName) -> str:
    """An instant as SQL writes it."""
    return literal(at, StoredField("", "", "datetime"), dialect)


def statement(element: sa.sql.ClauseElement, dialect: DialectName) -> str:
    """A statement with its values written out."""
    compiled = element.compile(dialect=_DIALECTS[dialect], compile_kwargs={"literal_binds": True})
    return str(compiled)
