"""The desk of an import: what people decide about it, from the file to taking it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ...metadata.model import App
from ..access import Caller
from ..errors import Conflict, NotFound
from ..system_tables import IMPORT, IMPORT_ROW, JOB
from ..transaction import Transaction
from ..work import jobs
from . import books, rights
from .options import Options
from .report import Report

WORKING = ("checking", "running", "stopping", "undoing")
"""The states in which a worker has something to do."""

OVER = ("done", "stopped", "failed", "undone")
"""The states that an import ends in; the first three may be taken back."""

CHECK, RUN, UNDO = "import_check", "import", "import_undo"


@dataclass(frozen=True, slots=True)
class Import:
    """An import as its people see it.

    `checked` is what the last trial run told ({"why"} if it could not run), None if choices were
    made since. `progress` has `done` and `total`, and after an undo `removed`, `restored`, `left`.
    `waits` says that nobody has begun with its work yet, `stuck` that a worker gave it up.
    `mine` says whether the caller may open it and take it back.
    """

    id: int
    entity: str
    state: str
    member_id: int | None
    file_name: str
    options: Options
    report: Report
    checked: Mapping[str, Any] | None
    progress: Mapping[str, Any]
    created_at: datetime
    finished_at: datetime | None
    kept: str | None
    digest: str | None
    mine: bool
    waits: bool = False
    stuck: bool = False


def take(tx: Transaction, caller: Caller, entity_id: str, name: str, kept: str, digest: str) -> int:
    """Enter a file that was sent as a new import, of which nothing is decided yet."""
    rights.require(tx, caller, entity_id)
    return books.insert(
        tx, caller, entity_id, name, Options(), state="draft", kept=kept, digest=digest
    )


def get(tx: Transaction, caller: Caller, import_id: int) -> Import:
    """An import that the caller made, or an administrator looks at; NotFound for any other."""
    row = tx.connection.execute(sa.select(IMPORT).where(IMPORT.c.id == import_id)).first()
    if row is None or not _sees(tx, caller, row.entity):
        raise NotFound.because("import.unknown", number=import_id)
    found = _import(tx.app, caller, row)
    if not found.mine:
        raise NotFound.because("import.unknown", number=import_id)
    if found.state not in WORKING:
        return found
    key = found.progress.get("job", f"{RUN}:{import_id}")
    job = tx.connection.execute(sa.select(JOB.c.state).where(JOB.c.key == key)).first()
    state = job.state if job else None
    return replace(found, waits=state == "queued", stuck=state == "dead")


def listed(
    tx: Transaction,
    caller: Caller,
    entity_id: str | None = None,
    *,
    before: int | None = None,
    limit: int = 30,
) -> list[Import]:
    """Imports into entities that the caller may import into, the newest first, below `before`."""
    known = [
        one.id
        for one in tx.app.entities.values()
        if _sees(tx, caller, one.id) and entity_id in (None, one.id)
    ]
    query = sa.select(IMPORT).where(IMPORT.c.entity.in_(known)).order_by(IMPORT.c.id.desc())
    if before is not None:
        query = query.where(IMPORT.c.id < before)
    rows = tx.connection.execute(query.limit(limit))
    return [_import(tx.app, caller, row) for row in rows]


def same_file(tx: Transaction, one: Import) -> datetime | None:
    """When the very same file was last imported into the entity, if it was."""
    if one.digest is None:
        return None
    found: datetime | None = tx.connection.scalar(
        sa.select(IMPORT.c.created_at)
        .where(
            IMPORT.c.entity == one.entity,
            IMPORT.c.digest == one.digest,
            IMPORT.c.id != one.id,
            IMPORT.c.state.in_(("done", "stopped", "running")),
        )
        .order_by(IMPORT.c.id.desc())
        .limit(1)
    )
    return found


def choose(tx: Transaction, one: Import, options: Options) -> None:
    """Keep what was decided; a trial run of other choices no longer counts."""
    same = options.to_json() | {"tell": None} == one.options.to_json() | {"tell": None}
    _set(
        tx,
        one,
        ("draft",),
        options={**_options_of(tx, one), **options.to_json()},
        checked=dict(one.checked) if same and one.checked else None,
    )


def check(tx: Transaction, one: Import) -> None:
    """Let the worker make a trial run; nothing happens while it makes one."""
    if one.state == "checking":
        return
    key = f"{CHECK}:{one.id}:{tx.now.isoformat()}"
    _set(tx, one, ("draft",), state="checking", checked=None, progress={"job": key})
    jobs.enqueue(tx, CHECK, key, {"import": one.id})


def start(tx: Transaction, one: Import) -> None:
    """Let the worker import; however often it is asked for, it is done once."""
    if one.state != "draft":
        return
    total = (one.checked or {}).get("rows")
    _set(tx, one, ("draft",), state="running", progress={"done": 0, "total": total})
    payload = {"import": one.id, "kept": one.kept}
    if not jobs.enqueue(tx, RUN, f"{RUN}:{one.id}", payload):
        raise Conflict.because("import.began", number=one.id)


def stop(tx: Transaction, one: Import) -> None:
    """Stop what a worker does with an import; rows that are written stay."""
    if one.state in ("checking", "undoing"):
        back = "draft" if one.state == "checking" else "done"
        _set(tx, one, (one.state,), state=back, progress={})
    elif one.state == "running":
        _set(tx, one, ("running",), state="stopping")


def undo(tx: Transaction, caller: Caller, one: Import) -> None:
    """Let the worker take an import back; Conflict for one of before its rows kept versions."""
    if one.state == "undoing":
        return
    unknown = sa.select(IMPORT_ROW.c.row).where(
        IMPORT_ROW.c.import_id == one.id,
        IMPORT_ROW.c.state.in_(("created", "updated")),
        IMPORT_ROW.c.version.is_(None),
    )
    if one.state not in OVER[:-1] or tx.connection.execute(unknown.limit(1)).first():
        raise Conflict.because("import.not_undoable", number=one.id)
    key = f"{UNDO}:{one.id}:{tx.now.isoformat()}"
    _set(tx, one, OVER[:-1], state="undoing", progress={"job": key})
    jobs.enqueue(tx, UNDO, key, {"import": one.id, "caller": rights.caller_json(caller)})


def _set(tx: Transaction, one: Import, states: tuple[str, ...], **values: Any) -> None:
    """Change an import that is still in one of these states; Conflict if it has gone on."""
    still = sa.and_(IMPORT.c.id == one.id, IMPORT.c.state.in_(states))
    done = tx.connection.execute(sa.update(IMPORT).where(still).values(**values))
    if done.rowcount != 1:
        raise Conflict.because("import.began", number=one.id)


def _options_of(tx: Transaction, one: Import) -> dict[str, Any]:
    found: dict[str, Any] = tx.connection.execute(
        sa.select(IMPORT.c.options).where(IMPORT.c.id == one.id)
    ).scalar_one()
    return found


def _sees(tx: Transaction, caller: Caller, entity_id: str) -> bool:
    entity = tx.app.entities.get(entity_id)
    return entity is not None and not entity.system and rights.may_import(tx, caller, entity_id)


def _import(app: App, caller: Caller, row: Any) -> Import:
    roles = [app.roles[role] for role in caller.roles if role in app.roles]
    return Import(
        id=row.id,
        entity=row.entity,
        state=row.state,
        member_id=row.member_id,
        file_name=row.file_name or "",
        options=Options.from_json(row.options),
        report=Report.from_json(row.entity, row.id, row.report),
        checked=row.checked,
        progress=row.progress or {},
        created_at=row.created_at,
        finished_at=row.finished_at,
        kept=row.kept,
        digest=row.digest,
        mine=caller.system
        or row.member_id == caller.member_id
        or any(role.metadata for role in roles),
    )
