"""What all system tables share: the set of them, and how one is declared."""

from __future__ import annotations

import sqlalchemy as sa

from .column_types import RECORD_ID

METADATA = sa.MetaData()


def table(name: str, *items: sa.schema.SchemaItem, backup: bool = True) -> sa.Table:
    """Declare a system table; `backup` says whether a backup of the workspace holds its rows."""
    # AUTOINCREMENT: an id that was once given is never given again.
    made = sa.Table(name, METADATA, *items, sqlite_autoincrement=_has_serial(items))
    made.info["backup"] = backup
    return made


def _has_serial(items: tuple[sa.schema.SchemaItem, ...]) -> bool:
    return any(isinstance(one, sa.Column) and one.name == "id" for one in items)


def serial() -> sa.Column[int]:
    """The id of a row, given by the database."""
    return sa.Column("id", RECORD_ID, sa.Identity(), primary_key=True)
