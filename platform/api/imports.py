"""Imports: files to records as jobs, with a dry run, progress, bad rows, cancelling and undo."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..engine import access, imports
from ..engine.errors import Malformed
from ..engine.imports import Import, Options, desk, kept, rights
from ..engine.transaction import Transaction
from ..engine.work.waking import wake_after
from ..metadata.problems import Problem
from .asking import MOST_ID, Answer, Ask
from .records import entity_of
from .uploads import Received, Sent

_PAGE = 50
_COUNTS = ("rows", "created", "updated", "skipped", "failed", "warnings")


@contextmanager
def received(ask: Ask) -> Iterator[None]:
    """Keep the file that was sent, and remove it again unless an import took it."""
    sent: Sent = ask.body
    with ask.workspace.reading() as tx:
        rights.require(tx, ask.caller, _entity_id(ask, tx))
    folder, digest = kept.receive(sent.content, _keep(ask), ask.workspace)
    file = None
    try:
        given = {name: value for name, value in sent.options.items() if name != "dry_run"}
        source = Options(**given).open(kept.file_in(folder), sent.name)
        ask.body = file = Received(sent.name, sent.options, folder, digest, source)
        yield
    finally:
        if file is None or not file.taken:
            kept.remove(folder)


def create(ask: Ask) -> Answer:
    """Keep a file and let the worker import it, or with `dry_run` tell what would happen."""
    file: Received = ask.body
    entity_id = _entity_id(ask, ask.tx)
    number = desk.take(ask.tx, ask.caller, entity_id, file.name, file.folder.name, file.digest)
    ask.tx.after_commit(file.take)
    return _begun(ask, number)


def _begun(ask: Ask, number: int) -> Answer:
    tx, caller = ask.tx, ask.caller
    file: Received = ask.body
    given = {name: value for name, value in file.options.items() if name != "dry_run"}
    one = desk.get(tx, caller, number)
    mapping = given.get("mapping") or {
        "columns": imports.guess(tx.app, caller, one.entity, file.source.columns)
    }
    options = Options(**{**given, "mapping": mapping})
    rights.mapped_for(tx, caller, one.entity, file.source, options)
    desk.choose(tx, one, options)
    one = desk.get(tx, caller, number)
    (desk.check if file.options.get("dry_run") else desk.start)(tx, one)
    wake_after(tx, ask.installation)
    place = f"/api/v1/{ask.path['workspace']}/imports/{number}"
    return Answer(_whole(ask, desk.get(tx, caller, number)), 202, {"Location": place})


def _keep(ask: Ask) -> Path:
    return imports.folder_of_home(ask.installation.settings)


def _entity_id(ask: Ask, tx: Transaction) -> str:
    name = ask.path["entity"]
    found = tx.app.entity_named(name)
    return access.entity_for(tx.app, ask.caller, found.id if found else name, "create").id


def listed(ask: Ask) -> Answer:
    """The imports into whatever the caller may import into, the newest first."""
    return _page(ask, None)


def of_entity(ask: Ask) -> Answer:
    """The imports into one entity, the newest first."""
    return _page(ask, entity_of(ask))


def _page(ask: Ask, entity_id: str | None) -> Answer:
    limit = ask.parameters.get("limit", _PAGE)
    before = _number(ask.parameters.get("cursor"))
    found = desk.listed(ask.tx, ask.caller, entity_id, before=before, limit=limit + 1)
    more = str(found[limit - 1].id) if len(found) > limit else None
    return Answer({"data": [_brief(ask, one) for one in found[:limit]], "next": more})


def _number(cursor: str | None) -> int | None:
    if not cursor:
        return None
    if not (cursor.isascii() and cursor.isdigit() and int(cursor[:20]) <= MOST_ID):
        raise Malformed(Problem("query.cursor", pointer="/cursor"))
    return int(cursor)


def get(ask: Ask) -> Answer:
    """An import: its state, how far it is, its counts, and what its dry run told."""
    return Answer(_whole(ask, desk.get(ask.tx, ask.caller, ask.id)))


def errors(ask: Ask) -> Answer:
    """Exactly the rows that were not written, as CSV with line and reason, to be mended."""
    one = desk.get(ask.tx, ask.caller, ask.id)
    content = imports.bad_rows_file(ask.tx, ask.workspace, _keep(ask), one, ask.locale)
    name = f'attachment; filename="import-{one.id}-errors.csv"'
    return Answer(content, headers={"Content-Disposition": name})


def start(ask: Ask) -> Answer:
    """Import after a dry run; however often it is asked for, it is done once."""

    def begin(one: Import) -> None:
        if one.state == "draft":
            source = imports.opened(ask.workspace, _keep(ask), one)
            rights.mapped_for(ask.tx, ask.caller, one.entity, source, one.options)
        desk.start(ask.tx, one)

    return _done(ask, begin)


def cancel(ask: Ask) -> Answer:
    """Stop what a worker does with an import; rows that are written stay."""
    return _done(ask, lambda one: desk.stop(ask.tx, one))


def undo(ask: Ask) -> Answer:
    """Remove what an import made and restore what it changed; what was edited since is left."""
    return _done(ask, lambda one: desk.undo(ask.tx, ask.caller, one))


def _done(ask: Ask, work: Callable[[Import], None]) -> Answer:
    work(desk.get(ask.tx, ask.caller, ask.id))
    wake_after(ask.tx, ask.installation)
    return Answer(_whole(ask, desk.get(ask.tx, ask.caller, ask.id)))


def _brief(ask: Ask, one: Import) -> dict[str, Any]:
    entity = ask.app.entity(one.entity)
    counts = one.report.to_json()
    return {
        "id": str(one.id),
        "entity": entity.name,
        "state": one.state,
        "file": one.file_name,
        "member": None if one.member_id is None else str(one.member_id),
        "created_at": one.created_at,
        "finished_at": one.finished_at,
        "progress": {name: one.progress.get(name) for name in ("done", "total")},
        "counts": {name: counts[name] for name in _COUNTS},
    }


def _whole(ask: Ask, one: Import) -> dict[str, Any]:
    options = one.options.to_json()
    return {
        **_brief(ask, one),
        "waits": one.waits,
        "stuck": one.stuck,
        "options": options,
        "unknown": _unknown(one.report.to_json()),
        "problems": _sentences(ask, one.progress.get("why", ())),
        "checked": None if one.checked is None else _checked(ask, one.checked),
        "undone": {
            name: one.progress[name]
            for name in ("removed", "restored", "left")
            if name in one.progress
        }
        or None,
    }


def _checked(ask: Ask, found: Mapping[str, Any]) -> dict[str, Any]:
    if "why" in found:
        return {"counts": None, "unknown": [], "problems": _sentences(ask, found["why"])}
    counts = {name: found[name] for name in _COUNTS}
    return {"counts": counts, "unknown": _unknown(found), "problems": []}


def _unknown(counts: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"column": column, "value": value, "rows": rows, "nearest": nearest}
        for column, value, rows, nearest in counts.get("unknown", ())
    ]


def _sentences(ask: Ask, reasons: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    return [
        {"code": one.get("id", ""), "message": one.get(ask.locale, one["en"])} for one in reasons
    ]
