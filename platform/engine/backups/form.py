"""The form of a backup: its parts, and how values of each kind are written and read back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import sqlalchemy as sa

from ...rules.sql_types import UtcDateTime, instant_of, instant_text
from ..column_types import JsonText, dump_json
from ..document_tables import REVISION
from ..layout import Storage, link_table_name
from ..system_metadata import METADATA
from ..system_tables import MEMBER, STATE, TIER_RANK

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
CHUNK: Final = 1000
"""Rows that are held at a time."""

_LEFT_OUT: Final = frozenset({(MEMBER.name, "account")})
_MOST = 2**63

Load = Callable[[Any], Any]


def system_tables() -> tuple[sa.Table, ...]:
    """The system tables that a backup holds, by name; one with `info={"backup": False}` is left."""
    tables = (one for one in METADATA.tables.values() if one is not STATE)
    return tuple(
        sorted((one for one in tables if one.info.get("backup", True)), key=lambda it: it.name)
    )


def columns_of(table: sa.Table) -> tuple[sa.Column[Any], ...]:
    """The columns of a system table that a backup holds; accounts are the installation's."""
    return tuple(one for one in table.c if (table.name, one.name) not in _LEFT_OUT)


def system_part(table: str) -> str:
    """The part of a system table."""
    return f"system/{table.removeprefix('_')}.jsonl"


def records_part(entity_id: str) -> str:
    """The part of an entity's records."""
    return f"records/{entity_id}.jsonl"


def tags_part(entity_id: str) -> str:
    """The part of the tags of an entity's records."""
    return f"tags/{entity_id}.jsonl"


def dump(value: Any) -> Any:
    """A value as JSON carries it."""
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bytes):
        return value.hex()
    return value


def dump_row(table: sa.Table, row: sa.Row[Any], dialect: str) -> list[Any]:
    """A row of a system table as JSON carries it, the same from either kind of database."""
    values = dict(row._mapping)
    if table is TIER_RANK and values["measure"] is not None:
        stored = Decimal(values["measure"])
        exact = stored.scaleb(-values["scale"]) if dialect == "sqlite" else stored
        values["measure"] = exact.quantize(Decimal(1).scaleb(-values["scale"]))
    if table is REVISION:
        values["layout"] = without_spares(values["layout"])
        values["hash"] = revision_hash(values["manifest"], values["layout"])
    return [dump(one) for one in values.values()]


def load_row(table: sa.Table, values: dict[str, Any], dialect: str) -> dict[str, Any]:
    """The values of a row of a system table as its columns take them; ValueError if they cannot."""
    loaded = {name: _system_loader(table.c[name])(value) for name, value in values.items()}
    if table is TIER_RANK and loaded.get("measure") is not None and dialect == "sqlite":
        loaded["measure"] = int(loaded["measure"].scaleb(loaded["scale"]))
    return loaded


def loader(storage: Storage) -> Load:
    """What reads the values of a stored field back; ValueError for what is none."""
    return _optional(_LOADERS[storage])


_LEFT = ("formers", "free", "spare_links")


def without_spares(layout: Mapping[str, Any]) -> dict[str, Any]:
    """A layout (as JSON) without what conversions left behind, and tags in their first table."""
    return {
        entity: {
            **{key: part for key, part in one.items() if key not in _LEFT},
            "spares": [],
            "link_table": link_table_name(entity) if one["link_table"] else None,
        }
        for entity, one in layout.items()
    }


def revision_hash(manifest: Any, layout: Any) -> str:
    """The hash of a revision, as `revisions` makes it."""
    return hashlib.sha256(dump_json({"manifest": manifest, "layout": layout}).encode()).hexdigest()


def _system_loader(column: sa.Column[Any]) -> Load:
    if isinstance(column.type, JsonText):
        return lambda value: value
    if isinstance(column.type, sa.LargeBinary):
        return _optional(lambda value: bytes.fromhex(_text(value)))
    if isinstance(column.type, UtcDateTime):
        return loader("datetime")
    if isinstance(column.type, sa.Boolean):
        return loader("boolean")
    if isinstance(column.type, sa.Integer):
        return loader("integer")
    return loader("decimal" if isinstance(column.type, sa.Numeric) else "text")


def _optional(load: Load) -> Load:
    return lambda value: None if value is None else load(value)


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError("not a text")
    value.encode()  # a lone surrogate is no text
    return value


def _whole(value: Any) -> int:
    if type(value) is not int or not -_MOST <= value < _MOST:
        raise ValueError("not a whole number")
    return value


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("neither true nor false")
    return value


def _decimal(value: Any) -> Decimal:
    try:
        found = Decimal(_text(value))
    except InvalidOperation as error:
        raise ValueError("not a number") from error
    if not found.is_finite():
        raise ValueError("not a number")
    return found


_LOADERS: Mapping[Storage, Load] = {
    "text": _text,
    "integer": _whole,
    "reference": _whole,
    "decimal": _decimal,
    "boolean": _truth,
    "date": lambda value: date.fromisoformat(_text(value)),
    "datetime": lambda value: instant_of(_text(value)),
}
