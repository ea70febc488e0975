CREATE TABLE control_version (
    one INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (one)
)
;
CREATE TABLE workspace (
    id TEXT NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at TEXT NOT NULL,
    next_due_at TEXT,
    PRIMARY KEY (id)
)
;
CREATE INDEX workspace_next_due_at ON workspace (next_due_at)
;
CREATE UNIQUE INDEX workspace_slug ON workspace (slug)
;
CREATE TABLE account (
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    email TEXT,
    mobile TEXT,
    user_name TEXT,
    password_hash TEXT,
    locale TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (id)
)
;
CREATE UNIQUE INDEX account_mobile ON account (mobile)
;
CREATE UNIQUE INDEX account_email ON account (email)
;
CREATE UNIQUE INDEX account_user_name ON account (user_name)
;
CREATE TABLE sign_in_attempts (
    "key" TEXT NOT NULL,
    failures INTEGER NOT NULL,
    last_at TEXT NOT NULL,
    PRIMARY KEY ("key")
)
;
CREATE INDEX sign_in_attempts_last_at ON sign_in_attempts (last_at)
;
CREATE TABLE session (
    hash TEXT NOT NULL,
    account_id TEXT NOT NULL,
    created_at TEXT NOT NULL,
    last_seen_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    confirmed_at TEXT NOT NULL,
    address TEXT,
    agent TEXT,
    PRIMARY KEY (hash),
    FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE
)
;
CREATE INDEX session_account ON session (account_id)
;
CREATE TABLE token (
    id TEXT NOT NULL,
    hash TEXT NOT NULL,
    account_id TEXT NOT NULL,
    workspace_id TEXT NOT NULL,
    member_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    last_used_at TEXT,
    PRIMARY KEY (id),
    FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE,
    FOREIGN KEY(workspace_id) REFERENCES workspace (id) ON DELETE CASCADE
)
;
CREATE INDEX token_member ON token (workspace_id, member_id)
;
CREATE INDEX token_account ON token (account_id)
;
CREATE UNIQUE INDEX token_hash ON token (hash)
;
CREATE TABLE membership (
    account_id TEXT NOT NULL,
    workspace_id TEXT NOT NULL,
    PRIMARY KEY (account_id, workspace_id),
    FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE,
    FOREIGN KEY(workspace_id) REFERENCES workspace (id) ON DELETE CASCADE
)
;
CREATE INDEX membership_workspace ON membership (workspace_id)
