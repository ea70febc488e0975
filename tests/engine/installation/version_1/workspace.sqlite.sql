CREATE TABLE _state (
    one INTEGER NOT NULL,
    revision BIGINT NOT NULL,
    revision_hash TEXT NOT NULL,
    system_version INTEGER NOT NULL,
    PRIMARY KEY (one)
)
;
CREATE TABLE _document (
    hash TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (hash)
)
;
CREATE TABLE _revision (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    parent BIGINT,
    hash TEXT NOT NULL,
    manifest TEXT NOT NULL,
    layout TEXT NOT NULL,
    author BIGINT,
    reason TEXT,
    product_version TEXT NOT NULL,
    created_at TEXT NOT NULL
)
;
CREATE TABLE _member (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    account TEXT,
    name TEXT NOT NULL,
    email TEXT,
    mobile TEXT,
    user_name TEXT,
    team TEXT,
    manager BIGINT,
    active BOOLEAN NOT NULL,
    created_at TEXT NOT NULL
)
;
CREATE UNIQUE INDEX _member_account ON _member (account)
;
CREATE TABLE _member_role (
    member_id BIGINT NOT NULL,
    role_id TEXT NOT NULL,
    PRIMARY KEY (member_id, role_id)
)
;
CREATE TABLE _change (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    actor BIGINT,
    origin TEXT NOT NULL,
    at TEXT NOT NULL,
    revision BIGINT NOT NULL
)
;
CREATE INDEX _change_at ON _change (at)
;
CREATE TABLE _field_change (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    change_id BIGINT NOT NULL,
    entity TEXT NOT NULL,
    record_id BIGINT NOT NULL,
    field TEXT NOT NULL,
    "before" TEXT,
    "after" TEXT
)
;
CREATE INDEX _field_change_change ON _field_change (change_id)
;
CREATE INDEX _field_change_record ON _field_change (entity, record_id, id)
;
CREATE TABLE _transition (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    change_id BIGINT NOT NULL,
    entity TEXT NOT NULL,
    record_id BIGINT NOT NULL,
    field TEXT NOT NULL,
    "before" TEXT,
    "after" TEXT,
    at TEXT NOT NULL,
    origin TEXT NOT NULL,
    reason TEXT
)
;
CREATE INDEX _transition_record ON _transition (entity, record_id, field, at)
;
CREATE INDEX _transition_field ON _transition (entity, field, at)
;
CREATE TABLE _alert (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    rule TEXT NOT NULL,
    entity TEXT NOT NULL,
    record_id BIGINT NOT NULL,
    state TEXT NOT NULL,
    severity TEXT NOT NULL,
    owner BIGINT,
    entered_at TEXT NOT NULL,
    left_at TEXT,
    message TEXT NOT NULL,
    acknowledged_at TEXT,
    acknowledged_by BIGINT,
    snoozed_until TEXT,
    closed_by BIGINT,
    quiet BOOLEAN DEFAULT 0 NOT NULL
)
;
CREATE UNIQUE INDEX _alert_open ON _alert (rule, record_id) WHERE left_at IS NULL
;
CREATE INDEX _alert_inbox ON _alert (state, owner, entered_at)
;
CREATE INDEX _alert_record ON _alert (entity, record_id)
;
CREATE INDEX _alert_rule ON _alert (rule, left_at)
;
CREATE TABLE _notification (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    member_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    "key" TEXT,
    alert_id BIGINT,
    entity TEXT,
    record_id BIGINT,
    title TEXT NOT NULL,
    body TEXT,
    at TEXT NOT NULL,
    read_at TEXT
)
;
CREATE INDEX _notification_member ON _notification (member_id, read_at, id)
;
CREATE UNIQUE INDEX _notification_key ON _notification ("key")
;
CREATE TABLE _rule_state (
    kind TEXT NOT NULL,
    rule TEXT NOT NULL,
    definition TEXT,
    last_evaluated_at TEXT,
    next_due_at TEXT,
    last_run TEXT,
    PRIMARY KEY (kind, rule)
)
;
CREATE INDEX _rule_state_due ON _rule_state (next_due_at)
;
CREATE TABLE _tier_rank (
    scheme TEXT NOT NULL,
    record_id BIGINT NOT NULL,
    measure BIGINT,
    scale INTEGER NOT NULL,
    position BIGINT NOT NULL,
    ranked BIGINT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (scheme, record_id)
)
 WITHOUT ROWID
;
CREATE TABLE _job (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    "key" TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at TEXT NOT NULL,
    due_at TEXT NOT NULL,
    lease_until TEXT,
    attempts INTEGER DEFAULT '0' NOT NULL,
    error TEXT,
    progress TEXT,
    finished_at TEXT
)
;
CREATE UNIQUE INDEX _job_key ON _job ("key")
;
CREATE INDEX _job_due ON _job (state, due_at)
;
CREATE TABLE _import (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    entity TEXT NOT NULL,
    state TEXT NOT NULL,
    member_id BIGINT,
    file_name TEXT,
    options TEXT NOT NULL,
    report TEXT,
    change_id BIGINT,
    created_at TEXT NOT NULL,
    finished_at TEXT
)
;
CREATE TABLE _import_row (
    import_id BIGINT NOT NULL,
    "row" BIGINT NOT NULL,
    state TEXT NOT NULL,
    record_id BIGINT,
    content TEXT,
    problems TEXT,
    PRIMARY KEY (import_id, "row")
)
;
CREATE INDEX _import_row_record ON _import_row (import_id, record_id)
;
CREATE INDEX _import_row_state ON _import_row (import_id, state, "row")
;
CREATE TABLE _checklist_tick (
    entity TEXT NOT NULL,
    record_id BIGINT NOT NULL,
    stage TEXT NOT NULL,
    item TEXT NOT NULL,
    member_id BIGINT,
    at TEXT NOT NULL,
    PRIMARY KEY (entity, record_id, stage, item)
)
;
CREATE TABLE _counter (
    "key" TEXT NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY ("key")
)
;
CREATE TABLE _saved (
    member_id BIGINT NOT NULL,
    "key" TEXT NOT NULL,
    value TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (member_id, "key")
)
