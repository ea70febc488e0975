"""System tables: what the product itself keeps in each workspace, beside the tenant's tables.

Their names begin with `_`, which no tenant's name can. They carry no schema: on PostgreSQL the
transaction's search path finds them. Change them only together with a step in `system_versions.py`.
"""

from __future__ import annotations

import sqlalchemy as sa

from ..rules.sql_types import UtcDateTime
from .column_types import CODE, WORDS, JsonText
from .system_metadata import METADATA, serial, table

STATE = table(
    "_state",
    sa.Column("one", sa.Integer(), primary_key=True, autoincrement=False),
    sa.Column("revision", sa.BigInteger(), nullable=False),
    sa.Column("revision_hash", CODE, nullable=False),
    sa.Column("system_version", sa.Integer(), nullable=False),
)
"""One row: the revision in force (0 before the first) and the version of these tables."""

MEMBER = table(
    "_member",
    serial(),
    sa.Column("account", CODE),
    sa.Column("name", WORDS, nullable=False),
    sa.Column("email", WORDS),
    sa.Column("mobile", WORDS),
    sa.Column("user_name", WORDS),
    sa.Column("team", WORDS),
    sa.Column("manager", sa.BigInteger()),
    sa.Column("active", sa.Boolean(), nullable=False),
    sa.Column("created_at", UtcDateTime(), nullable=False),
    sa.Index("_member_account", "account", unique=True),
)
"""The people of the workspace; `account` is who they are in the control database."""

MEMBER_ROLE = table(
    "_member_role",
    sa.Column("member_id", sa.BigInteger(), primary_key=True, autoincrement=False),
    sa.Column("role_id", CODE, primary_key=True),
)

CHANGE = table(
    "_change",
    serial(),
    sa.Column("actor", sa.BigInteger()),
    sa.Column("origin", CODE, nullable=False),
    sa.Column("at", UtcDateTime(), nullable=False),
    sa.Column("revision", sa.BigInteger(), nullable=False),
    sa.Index("_change_at", "at"),
)
"""Change sets: who (a member, or null for the system), from where, when, under which revision."""

FIELD_CHANGE = table(
    "_field_change",
    serial(),
    sa.Column("change_id", sa.BigInteger(), nullable=False),
    sa.Column("entity", CODE, nullable=False),
    sa.Column("record_id", sa.BigInteger(), nullable=False),
    sa.Column("field", CODE, nullable=False),
    sa.Column("before", WORDS),
    sa.Column("after", WORDS),
    sa.Index("_field_change_record", "entity", "record_id", "id"),
    sa.Index("_field_change_change", "change_id", "id"),
)
"""Values that changed, one row a field, typed as canonical text."""

TRANSITION = table(
    "_transition",
    serial(),
    sa.Column("change_id", sa.BigInteger(), nullable=False),
    sa.Column("entity", CODE, nullable=False),
    sa.Column("record_id", sa.BigInteger(), nullable=False),
    sa.Column("field", CODE, nullable=False),
    sa.Column("before", WORDS),
    sa.Column("after", WORDS),
    sa.Column("at", UtcDateTime(), nullable=False),
    sa.Column("origin", CODE, nullable=False),
    sa.Column("reason", WORDS),
    sa.Index("_transition_record", "entity", "record_id", "field", "at"),
    sa.Index("_transition_field", "entity", "field", "at"),
    sa.Index("_transition_change", "change_id", "id"),
)
"""Moves of a stage, tier, owner or status, with the time of the move and why (a move back)."""

ALERT = table(
    "_alert",
    serial(),
    sa.Column("rule", CODE, nullable=False),
    sa.Column("entity", CODE, nullable=False),
    sa.Column("record_id", sa.BigInteger(), nullable=False),
    sa.Column("state", CODE, nullable=False),
    sa.Column("severity", CODE, nullable=False),
    sa.Column("owner", sa.BigInteger()),
    sa.Column("entered_at", UtcDateTime(), nullable=False),
    sa.Column("left_at", UtcDateTime()),
    sa.Column("message", JsonText(), nullable=False),
    sa.Column("acknowledged_at", UtcDateTime()),
    sa.Column("acknowledged_by", sa.BigInteger()),
    sa.Column("snoozed_until", UtcDateTime()),
    sa.Column("closed_by", sa.BigInteger()),
    sa.Column("quiet", sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.Index(
        "_alert_open",
        "rule",
        "record_id",
        unique=True,
        sqlite_where=sa.text("left_at IS NULL"),
        postgresql_where=sa.text("left_at IS NULL"),
    ),
    sa.Index("_alert_inbox", "state", "owner", "entered_at"),
    sa.Index("_alert_record", "entity", "record_id"),
    sa.Index("_alert_rule", "rule", "left_at"),
)
"""Alerts with their life: at most one that has not left for a rule and a record.

`state` is open, resolved or dismissed; `left_at` is when the condition ended. `message` is a map
by locale; `quiet` ones held already when the rule was first evaluated.
"""

NOTIFICATION = table(
    "_notification",
    serial(),
    sa.Column("member_id", sa.BigInteger(), nullable=False),
    sa.Column("kind", CODE, nullable=False),
    sa.Column("key", CODE),
    sa.Column("alert_id", sa.BigInteger()),
    sa.Column("entity", CODE),
    sa.Column("record_id", sa.BigInteger()),
    sa.Column("title", JsonText(), nullable=False),
    sa.Column("body", JsonText()),
    sa.Column("at", UtcDateTime(), nullable=False),
    sa.Column("read_at", UtcDateTime()),
    sa.Column("rule", CODE),
    sa.Index("_notification_member", "member_id", "read_at", "id"),
    sa.Index("_notification_key", "key", unique=True),
)
"""Messages to members inside the product; `key` (where set) makes one message come once."""

RULE_STATE = table(
    "_rule_state",
    sa.Column("kind", CODE, primary_key=True),
    sa.Column("rule", CODE, primary_key=True),
    sa.Column("definition", CODE),
    sa.Column("last_evaluated_at", UtcDateTime()),
    sa.Column("next_due_at", UtcDateTime()),
    sa.Column("last_run", JsonText()),
    sa.Index("_rule_state_due", "next_due_at"),
)
"""When each rule or tier scheme (`kind`) ran last and is due next; `definition`: its hash then."""

TIER_RANK = sa.Table(
    "_tier_rank",
    METADATA,
    sa.Column("scheme", CODE, primary_key=True),
    sa.Column("record_id", sa.BigInteger(), primary_key=True, autoincrement=False),
    sa.Column("measure", sa.Numeric(asdecimal=True).with_variant(sa.BigInteger(), "sqlite")),
    sa.Column("scale", sa.Integer(), nullable=False),
    sa.Column("position", sa.BigInteger(), nullable=False),
    sa.Column("ranked", sa.BigInteger(), nullable=False),
    sa.Column("at", UtcDateTime(), nullable=False),
    sqlite_with_rowid=False,
)
"""Why each record got the tier it has: measure (as stored) and position among how many, then."""

JOB = table(
    "_job",
    serial(),
    sa.Column("kind", CODE, nullable=False),
    sa.Column("key", CODE, nullable=False),
    sa.Column("payload", JsonText(), nullable=False),
    sa.Column("state", CODE, nullable=False),
    sa.Column("created_at", UtcDateTime(), nullable=False),
    sa.Column("due_at", UtcDateTime(), nullable=False),
    sa.Column("lease_until", UtcDateTime()),
    sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("error", WORDS),
    sa.Column("progress", JsonText()),
    sa.Column("finished_at", UtcDateTime()),
    sa.Index("_job_key", "key", unique=True),
    sa.Index("_job_due", "state", "due_at"),
)
"""Work to do, exactly once by `key`; `state` is queued, running, done, failed or dead."""

OUTBOX = table(
    "_outbox",
    serial(),
    sa.Column("key", CODE, nullable=False),
    sa.Column("delivery", CODE, nullable=False),
    sa.Column("channel", CODE, nullable=False),
    sa.Column("kind", CODE, nullable=False),
    sa.Column("member_id", sa.BigInteger()),
    sa.Column("endpoint", CODE),
    sa.Column("content", JsonText(), nullable=False),
    sa.Column("job_id", sa.BigInteger(), nullable=False),
    sa.Column("created_at", UtcDateTime(), nullable=False),
    sa.Column("sent_at", UtcDateTime()),
    sa.Index("_outbox_key", "key", unique=True),
    sa.Index("_outbox_job", "job_id", unique=True),
    backup=False,
)
"""What is to leave the house: e-mail to a member, or a call of an endpoint (`channel` says which).

One event makes one row by its `key`; `delivery` is the id that receivers know it by. Attempts,
pauses and giving up are those of its job. A copy of the workspace sends nothing that waits here.
"""

ENDPOINT = table(
    "_endpoint",
    sa.Column("name", CODE, primary_key=True),
    sa.Column("url", WORDS, nullable=False),
    sa.Column("salt", CODE, nullable=False),
    sa.Column("created_at", UtcDateTime(), nullable=False),
    backup=False,
)
"""Where webhooks go, by the name that documents use; the secret is derived from `salt`.

A copy of the workspace calls nobody until somebody says whom.
"""

ENDPOINT_REST = table(
    "_endpoint_rest",
    sa.Column("name", CODE, primary_key=True),
    sa.Column("failures", sa.Integer(), nullable=False),
    sa.Column("why", WORDS),
    sa.Column("failed_at", UtcDateTime()),
    sa.Column("until", UtcDateTime()),
    backup=False,
)
"""Endpoints that failed when they were called last: how often in a row, why, until when they rest.

One that answers has no row.
"""

IMPORT = table(
    "_import",
    serial(),
    sa.Column("entity", CODE, nullable=False),
    sa.Column("state", CODE, nullable=False),
    sa.Column("member_id", sa.BigInteger()),
    sa.Column("file_name", WORDS),
    sa.Column("options", JsonText(), nullable=False),
    sa.Column("report", JsonText()),
    sa.Column("change_id", sa.BigInteger()),
    sa.Column("created_at", UtcDateTime(), nullable=False),
    sa.Column("finished_at", UtcDateTime()),
    sa.Column("kept", CODE),
    sa.Column("digest", CODE),
    sa.Column("checked", JsonText()),
    sa.Column("progress", JsonText()),
    sa.Index("_import_digest", "entity", "digest"),
)
"""Imports: their file, mapping and choices (`options`), and the counts (`report`).

`state` is draft, checking, running, stopping, done, failed, stopped, undoing or undone. `kept` is
the folder of the file, `digest` the hash of its content, `checked` the report of the last trial
run, `progress` how far the work is, `change_id` the change set that ended it.
"""

IMPORT_ROW = table(
    "_import_row",
    sa.Column("import_id", sa.BigInteger(), primary_key=True, autoincrement=False),
    sa.Column("row", sa.BigInteger(), primary_key=True, autoincrement=False),
    sa.Column("state", CODE, nullable=False),
    sa.Column("record_id", sa.BigInteger()),
    sa.Column("content", JsonText()),
    sa.Column("problems", JsonText()),
    sa.Column("version", sa.BigInteger()),
    sa.Column("change_id", sa.BigInteger()),
    sa.Index("_import_row_state", "import_id", "state", "row"),
    sa.Index("_import_row_record", "import_id", "record_id"),
)
"""What became of each row of an import; `content` keeps bad cells and names that wait.

`version` is the record's when it was written, under the change set `change_id`.
"""

BULK = table(
    "_bulk",
    serial(),
    sa.Column("entity", CODE, nullable=False),
    sa.Column("act", CODE, nullable=False),
    sa.Column("state", CODE, nullable=False),
    sa.Column("member_id", sa.BigInteger()),
    sa.Column("token", CODE, nullable=False),
    sa.Column("job", CODE),
    sa.Column("what", JsonText(), nullable=False),
    sa.Column("counts", JsonText(), nullable=False),
    sa.Column("why", JsonText()),
    sa.Column("created_at", UtcDateTime(), nullable=False),
    sa.Column("finished_at", UtcDateTime()),
    sa.Index("_bulk_token", "token", unique=True),
)
"""Changes of many records at once: `act` is update or delete, `what` the new values by field.

`state` is running, stopping, done, stopped, failed, undoing or undone; `token` is the wish of the
member that it came from, `job` the key of the job that does it, `why` the reason of a failure.
"""

BULK_ROW = table(
    "_bulk_row",
    sa.Column("bulk_id", sa.BigInteger(), primary_key=True, autoincrement=False),
    sa.Column("record_id", sa.BigInteger(), primary_key=True, autoincrement=False),
    sa.Column("state", CODE, nullable=False),
    sa.Column("version", sa.BigInteger()),
    sa.Column("change_id", sa.BigInteger()),
    sa.Column("problems", JsonText()),
    sa.Index("_bulk_row_state", "bulk_id", "state", "record_id"),
)
"""The records of a bulk change: waiting, changed, same, refused, undone or left by an undo.

`version` is the record's when it was written, under the change set `change_id`.
"""

MERGE = table(
    "_merge",
    serial(),
    sa.Column("entity", CODE, nullable=False),
    sa.Column("record_id", sa.BigInteger(), nullable=False),
    sa.Column("into_id", sa.BigInteger(), nullable=False),
    sa.Column("state", CODE, nullable=False),
    sa.Column("member_id", sa.BigInteger()),
    sa.Column("change_id", sa.BigInteger(), nullable=False),
    sa.Column("at", UtcDateTime(), nullable=False),
    sa.Column("kept", JsonText(), nullable=False),
    sa.Column("undone_change_id", sa.BigInteger()),
    sa.Column("undone_at", UtcDateTime()),
    sa.Index("_merge_record", "entity", "record_id"),
    sa.Index("_merge_into", "entity", "into_id"),
)
"""Records that were merged into others: `state` is done or undone, `change_id` what it changed.

`kept` are times of the surviving record that no history holds, as text by field.
"""

MERGE_ROW = table(
    "_merge_row",
    sa.Column("merge_id", sa.BigInteger(), primary_key=True, autoincrement=False),
    sa.Column("entity", CODE, primary_key=True),
    sa.Column("field", CODE, primary_key=True),
    sa.Column("record_id", sa.BigInteger(), primary_key=True, autoincrement=False),
    sa.Column("state", CODE, nullable=False),
)
"""What a merge changed: fields `set` in the surviving record, or `moved` to it in other records.

An alert's place is the table of alerts. After an undo `back`, or `left` where it was edited since.
"""

CHECKLIST_TICK = table(
    "_checklist_tick",
    sa.Column("entity", CODE, primary_key=True),
    sa.Column("record_id", sa.BigInteger(), primary_key=True, autoincrement=False),
    sa.Column("stage", CODE, primary_key=True),
    sa.Column("item", CODE, primary_key=True),
    sa.Column("member_id", sa.BigInteger()),
    sa.Column("at", UtcDateTime(), nullable=False),
)
"""Key actions of a stage that were ticked for a record, by whom and when."""

COUNTER = table(
    "_counter",
    sa.Column("key", CODE, primary_key=True),
    sa.Column("value", sa.BigInteger(), nullable=False),
)
"""The last number given by each automatic numbering."""

SAVED = table(
    "_saved",
    sa.Column("member_id", sa.BigInteger(), primary_key=True, autoincrement=False),
    sa.Column("key", CODE, primary_key=True),
    sa.Column("value", JsonText(), nullable=False),
    sa.Column("at", UtcDateTime(), nullable=False),
)
"""What a member set for themselves: columns of a list, the last view, the locale."""

KEPT_ANSWER = table(
    "_kept_answer",
    sa.Column("member_id", sa.BigInteger(), primary_key=True, autoincrement=False),
    sa.Column("key", CODE, primary_key=True),
    sa.Column("fingerprint", CODE, nullable=False),
    sa.Column("sight", CODE, nullable=False),
    sa.Column("status", sa.Integer(), nullable=False),
    sa.Column("headers", JsonText(), nullable=False),
    sa.Column("body", sa.LargeBinary()),
    sa.Column("at", UtcDateTime(), nullable=False),
    sa.Index("_kept_answer_at", "at"),
    backup=False,
)
"""What a request of a member was answered that came with a key, written with what it wrote.

`fingerprint` says which request it was, `sight` what its member could see, `body` is compressed.
A copy of the workspace answers nobody again.
"""
