"""Column types of the product's own tables: codes, texts, record ids and JSON kept as text."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

WORDS: sa.types.TypeEngine[str] = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Text that people write, ordered by code point on every database."""

CODE: sa.types.TypeEngine[str] = WORDS
"""Text that the product makes: ids, states, hashes."""

RECORD_ID: sa.types.TypeEngine[int] = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A 64-bit id; SQLite gives automatic ids to a column of the type INTEGER alone."""


class JsonText(sa.types.TypeDecorator[Any]):
    """A JSON value kept as text with sorted keys, the same on every database; None is NULL."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        return dialect.type_descriptor(
            sa.Text(collation="C") if dialect.name == "postgresql" else sa.Text()
        )

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else dump_json(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


def dump_json(value: Any) -> str:
    """JSON text with sorted keys and no spaces: equal values give equal texts."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
