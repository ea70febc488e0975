"""The tables of documents: their revisions, the templates they go back to, and drafts."""

from __future__ import annotations

import sqlalchemy as sa

from ..rules.sql_types import UtcDateTime
from .column_types import CODE, WORDS, JsonText
from .system_metadata import serial, table

DOCUMENT = table(
    "_document",
    sa.Column("hash", CODE, primary_key=True),
    sa.Column("body", WORDS, nullable=False),
)
"""Bodies of documents (id space) as JSON, by the hash of their canonical text."""

REVISION = table(
    "_revision",
    serial(),
    sa.Column("parent", sa.BigInteger()),
    sa.Column("hash", CODE, nullable=False),
    sa.Column("manifest", JsonText(), nullable=False),
    sa.Column("layout", JsonText(), nullable=False),
    sa.Column("author", sa.BigInteger()),
    sa.Column("reason", WORDS),
    sa.Column("product_version", WORDS, nullable=False),
    sa.Column("created_at", UtcDateTime(), nullable=False),
    sa.Column("template", CODE),
)
"""Every state the documents were published in: manifest is {kind/id: hash of the document}.

`template` is the hash of the version of a template that it goes back to.
"""

TEMPLATE = table(
    "_template",
    sa.Column("hash", CODE, primary_key=True),
    sa.Column("name", WORDS, nullable=False),
    sa.Column("version", WORDS, nullable=False),
    sa.Column("manifest", JsonText(), nullable=False),
    sa.Column("ids", JsonText(), nullable=False),
)
"""Versions of templates as they came in here; `ids` are those that things of it got here."""

DRAFT = table(
    "_draft",
    sa.Column("member_id", sa.BigInteger(), primary_key=True, autoincrement=False),
    sa.Column("document", CODE, primary_key=True),
    sa.Column("base", sa.BigInteger(), nullable=False),
    sa.Column("body", WORDS),
    sa.Column("in_ids", sa.Boolean(), nullable=False),
    sa.Column("at", UtcDateTime(), nullable=False),
)
"""What a member changed and did not publish: whole documents by `kind/id`, null where removed.

`base` is the revision that the document was made from.
"""

DRAFT_CHOICE = table(
    "_draft_choice",
    sa.Column("member_id", sa.BigInteger(), primary_key=True, autoincrement=False),
    sa.Column("document", CODE, primary_key=True),
    sa.Column("place", CODE, primary_key=True),
    sa.Column("side", CODE, nullable=False),
    sa.Column("theirs", CODE, nullable=False),
)
"""Which side holds where a member and somebody else changed one place of a document.

`theirs` is the hash of what the other had made of it when it was decided.
"""

DRAFT_TEMPLATE = table(
    "_draft_template",
    sa.Column("member_id", sa.BigInteger(), primary_key=True, autoincrement=False),
    sa.Column("before", CODE),
    sa.Column("after", CODE, nullable=False),
)
"""The version of the template that a draft brings with it, and the one that was there."""

DRAFT_BACK = table(
    "_draft_back",
    sa.Column("member_id", sa.BigInteger(), primary_key=True, autoincrement=False),
    sa.Column("revision", sa.BigInteger(), nullable=False),
)
"""The earlier revision that a draft was made to go back to."""
