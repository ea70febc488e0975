"""Tables of the control database: accounts, sessions, memberships, workspaces, templates."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sqlalchemy as sa

from ..rules.sql_types import UtcDateTime
from .column_types import CODE, WORDS, JsonText
from .errors import Conflict

METADATA = sa.MetaData()

VERSION = sa.Table(
    "control_version",
    METADATA,
    sa.Column("one", sa.Integer(), primary_key=True, autoincrement=False),
    sa.Column("version", sa.Integer(), nullable=False),
)
"""One row: the version of these tables."""

WORKSPACE = sa.Table(
    "workspace",
    METADATA,
    sa.Column("id", CODE, primary_key=True),
    sa.Column("slug", CODE, nullable=False),
    sa.Column("name", WORDS, nullable=False),
    sa.Column("state", CODE, nullable=False),
    sa.Column("created_at", UtcDateTime(), nullable=False),
    sa.Column("next_due_at", UtcDateTime()),
    sa.Index("workspace_slug", "slug", unique=True),
    sa.Index("workspace_next_due_at", "next_due_at"),
)
"""Workspaces; `state` is creating, active or deleting, `next_due_at` a hint for the tick."""

ACCOUNT = sa.Table(
    "account",
    METADATA,
    sa.Column("id", CODE, primary_key=True),
    sa.Column("name", WORDS, nullable=False),
    sa.Column("email", CODE),
    sa.Column("mobile", CODE),
    sa.Column("user_name", CODE),
    sa.Column("password_hash", CODE),
    sa.Column("locale", CODE, nullable=False),
    sa.Column("active", sa.Boolean(), nullable=False),
    sa.Column("created_at", UtcDateTime(), nullable=False),
    sa.Column("must_change", sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.Index("account_email", "email", unique=True),
    sa.Index("account_mobile", "mobile", unique=True),
    sa.Index("account_user_name", "user_name", unique=True),
)
"""People who may sign in; the three names they sign in by are kept folded.

`must_change` says that the password is somebody else's choice, to be changed at the next sign-in.
"""

SESSION = sa.Table(
    "session",
    METADATA,
    sa.Column("hash", CODE, primary_key=True),
    sa.Column("account_id", CODE, sa.ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    sa.Column("created_at", UtcDateTime(), nullable=False),
    sa.Column("last_seen_at", UtcDateTime(), nullable=False),
    sa.Column("expires_at", UtcDateTime(), nullable=False),
    sa.Column("confirmed_at", UtcDateTime(), nullable=False),
    sa.Column("address", WORDS),
    sa.Column("agent", WORDS),
    sa.Index("session_account", "account_id"),
)
"""Sessions by the hash of their reference; `confirmed_at` is when the password was last given."""

TOKEN = sa.Table(
    "token",
    METADATA,
    sa.Column("id", CODE, primary_key=True),
    sa.Column("hash", CODE, nullable=False),
    sa.Column("account_id", CODE, sa.ForeignKey("account.id", ondelete="CASCADE"), nullable=False),
    sa.Column(
        "workspace_id", CODE, sa.ForeignKey("workspace.id", ondelete="CASCADE"), nullable=False
    ),
    sa.Column("member_id", sa.BigInteger(), nullable=False),
    sa.Column("name", WORDS, nullable=False),
    sa.Column("created_at", UtcDateTime(), nullable=False),
    sa.Column("expires_at", UtcDateTime(), nullable=False),
    sa.Column("last_used_at", UtcDateTime()),
    sa.Index("token_hash", "hash", unique=True),
    sa.Index("token_member", "workspace_id", "member_id"),
    sa.Index("token_account", "account_id"),
)
"""Tokens of the API, each bound to one member of one workspace."""

MEMBERSHIP = sa.Table(
    "membership",
    METADATA,
    sa.Column(
        "account_id", CODE, sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Column(
        "workspace_id", CODE, sa.ForeignKey("workspace.id", ondelete="CASCADE"), primary_key=True
    ),
    sa.Index("membership_workspace", "workspace_id"),
)
"""Which workspaces an account may enter: an index, the truth is each workspace's members."""

ATTEMPTS = sa.Table(
    "sign_in_attempts",
    METADATA,
    sa.Column("key", CODE, primary_key=True),
    sa.Column("failures", sa.Integer(), nullable=False),
    sa.Column("last_at", UtcDateTime(), nullable=False),
    sa.Index("sign_in_attempts_last_at", "last_at"),
)
"""Failed sign-ins by account name and by address (both hashed), for slowing guessers down."""


INVITATION = sa.Table(
    "invitation",
    METADATA,
    sa.Column("hash", CODE, primary_key=True),
    sa.Column("account_id", CODE, sa.ForeignKey("account.id", ondelete="CASCADE")),
    sa.Column("expires_at", UtcDateTime(), nullable=False),
    sa.Index("invitation_account", "account_id"),
)
"""Codes that let an account without a password choose one; without an account, the first ever."""


TEMPLATE_PACKAGE = sa.Table(
    "template_package",
    METADATA,
    sa.Column("name", CODE, primary_key=True),
    sa.Column("release", CODE, primary_key=True),
    sa.Column("label", JsonText(), nullable=False),
    sa.Column("description", JsonText(), nullable=False),
    sa.Column("digest", CODE, nullable=False),
    sa.Column("size", sa.Integer(), nullable=False),
    sa.Column("content", sa.LargeBinary(), nullable=False),
    sa.Column("installed_at", UtcDateTime(), nullable=False),
    sa.Index("template_package_digest", "digest", unique=True),
)
"""Installed templates; `release` is the version, `content` the zip as we write it.

`digest` is the hash of the texts in it, whatever packed them. They stand here and not in a folder,
so that every machine has them.
"""


def _invitations(connection: sa.Connection) -> None:
    connection.exec_driver_sql(
        "ALTER TABLE account ADD COLUMN must_change BOOLEAN NOT NULL DEFAULT false"
    )
    INVITATION.create(connection, checkfirst=False)


def _template_packages(connection: sa.Connection) -> None:
    TEMPLATE_PACKAGE.create(connection, checkfirst=False)


STEPS: Sequence[Callable[[sa.Connection], None]] = (_invitations, _template_packages)
"""Step n moves the tables from version n + 1 to n + 2; new ones are made at the last version."""

LATEST = 1 + len(STEPS)


def version_of(connection: sa.Connection) -> int:
    """The version of the tables, 0 where there are none."""
    if not sa.inspect(connection).has_table(VERSION.name):
        return 0
    return int(connection.execute(sa.select(VERSION.c.version)).scalar_one())


def upgrade(connection: sa.Connection) -> None:
    """Move the tables to the latest version, from nothing or from an older one.

    Conflict if they were made by a newer product.
    """
    version = version_of(connection)
    if version > LATEST:
        raise Conflict.because("database.newer")
    if version == 0:
        METADATA.create_all(connection, checkfirst=False)
        connection.execute(sa.insert(VERSION).values(one=1, version=LATEST))
        return
    for step in STEPS[version - 1 :]:
        step(connection)
    connection.execute(sa.update(VERSION).values(version=LATEST))
