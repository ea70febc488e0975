"""Tables of the audit: what was erased from the history, and the chain that seals it."""

from __future__ import annotations

import sqlalchemy as sa

from .column_types import CODE, JsonText
from .system_metadata import serial, table
from .system_tables import CHANGE, FIELD_CHANGE, TRANSITION

ERASURE = table(
    "_erasure",
    serial(),
    sa.Column("change_id", sa.BigInteger(), nullable=False),
    sa.Column("entity", CODE, nullable=False),
    sa.Column("fields", JsonText()),
    sa.Index("_erasure_change", "change_id", "id"),
)
"""What a change set took out of the history: some fields of an entity, or all of it (null)."""

AUDIT_ENTRY = table(
    "_audit_entry",
    sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
    sa.Column("sort", CODE, nullable=False),
    sa.Column("row_id", sa.BigInteger(), nullable=False),
    sa.Column("change_id", sa.BigInteger(), nullable=False),
    sa.Column("entity", CODE),
    sa.Column("field", CODE),
    sa.Column("salt", sa.LargeBinary()),
    sa.Column("digest", sa.LargeBinary(), nullable=False),
    sa.Column("link", sa.LargeBinary(), nullable=False),
    sa.Column("erased", sa.BigInteger()),
    sa.Index("_audit_entry_row", "sort", "row_id", unique=True),
)
"""The chain: an entry for each row of the history, without gaps, in the order of change sets.

`digest` is the salted hash of what the row says, `link` the hash of the entry and of the link
before it. Where the row was erased, `erased` is the erasure and there is no salt any more.
"""

APPEND_ONLY = (CHANGE, FIELD_CHANGE, TRANSITION, ERASURE, AUDIT_ENTRY)
"""Tables that triggers keep from being changed or emptied."""
