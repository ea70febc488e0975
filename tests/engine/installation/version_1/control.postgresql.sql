CREATE TABLE control_version (
    one INTEGER NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (one)
)
;
CREATE TABLE workspace (
    id TEXT COLLATE "C" NOT NULL,
    slug TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    next_due_at TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (id)
)
;
CREATE INDEX workspace_next_due_at ON workspace (next_due_at)
;
CREATE UNIQUE INDEX workspace_slug ON workspace (slug)
;
CREATE TABLE account (
    id TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    email TEXT COLLATE "C",
    mobile TEXT COLLATE "C",
    user_name TEXT COLLATE "C",
    password_hash TEXT COLLATE "C",
    locale TEXT COLLATE "C" NOT NULL,
    active BOOLEAN NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
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
    key TEXT COLLATE "C" NOT NULL,
    failures INTEGER NOT NULL,
    last_at TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (key)
)
;
CREATE INDEX sign_in_attempts_last_at ON sign_in_attempts (last_at)
;
CREATE TABLE session (
    hash TEXT COLLATE "C" NOT NULL,
    account_id TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    confirmed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    address TEXT COLLATE "C",
    agent TEXT COLLATE "C",
    PRIMARY KEY (hash),
    FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE
)
;
CREATE INDEX session_account ON session (account_id)
;
CREATE TABLE token (
    id TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    account_id TEXT COLLATE "C" NOT NULL,
    workspace_id TEXT COLLATE "C" NOT NULL,
    member_id BIGINT NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_used_at TIMESTAMP WITH TIME ZONE,
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
    account_id TEXT COLLATE "C" NOT NULL,
    workspace_id TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (account_id, workspace_id),
    FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE,
    FOREIGN KEY(workspace_id) REFERENCES workspace (id) ON DELETE CASCADE
)
;
CREATE INDEX membership_workspace ON membership (workspace_id)
