"""The first step of an import: the file, how it is read, and the history of all imports."""

from __future__ import annotations

from dataclasses import replace

from flask import redirect, request
from werkzeug.wrappers import Response

from fieldstone.engine import imports
from fieldstone.engine.errors import Refused
from fieldstone.engine.imports import Import, kept, rights
from fieldstone.engine.imports import desk as imported
from fieldstone.engine.imports.source import Source
from fieldstone.metadata.model import Entity

from ...desk import Desk, Visit
from ...import_paths import ImportPaths
from ...rendering import page as render
from ...show.imports.steps import (
    FirstRows,
    first_rows,
    history_of,
    number_of,
    starts_of,
    steps_of,
)
from ...words import say

PAGE = 30


def paths_of(visit: Visit) -> ImportPaths:
    """The paths of the imports of a visit's workspace."""
    return ImportPaths(visit.workspace.slug)


def history(visit: Visit) -> str:
    """The imports into what one may import into, or into one entity."""
    name = request.args.get("of", "")
    with visit.reading() as desk:
        paths = paths_of(visit)
        entity = desk.entity(name) if name else None
        before = number_of(request.args.get("at", ""))
        found = imported.listed(
            desk.tx, desk.caller, entity.id if entity else None, before=before, limit=PAGE + 1
        )
        more = str(found[PAGE - 1].id) if len(found) > PAGE else None
        return render(
            desk,
            "imports/history.html",
            desk.paths.list(entity.name) if entity else "",
            rows=history_of(desk, paths, found[:PAGE]),
            entity=entity,
            starts=() if entity else starts_of(desk),
            new=paths.new(entity.name) if entity else None,
            next=paths.history_of(entity.name if entity else "", more) if more else None,
        )


def new(visit: Visit, entity: str) -> str:
    """The page where a file is dropped or chosen."""
    with visit.reading() as desk:
        return _new(desk, visit, _importable(desk, entity))


def _new(desk: Desk, visit: Visit, found: Entity, problem: str = "") -> str:
    paths = paths_of(visit)
    return render(
        desk,
        "imports/new.html",
        desk.paths.list(found.name),
        entity=found,
        problem=problem,
        path=paths.new(found.name),
        history=paths.history_of(found.name),
        steps=steps_of(desk, paths, None, "file"),
        most=kept.LARGEST_FILE >> 20,
    )


def _importable(desk: Desk, name: str) -> Entity:
    found = desk.entity(name)
    rights.require(desk.tx, desk.caller, found.id)
    return found


def receive(visit: Visit, entity: str) -> Response | tuple[str, int]:
    """Keep the file that was sent, and go on to how it is read."""
    with visit.reading() as desk:
        found = _importable(desk, entity)
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            return _new(desk, visit, found, say("imports.no_file", desk.locale)), 422
    keep = imports.folder_of_home(visit.installation.settings)
    folder, digest = kept.receive(sent.stream, keep, visit.workspace)
    name = sent.filename.replace("\\", "/").rpartition("/")[2][:200]

    def put(desk: Desk) -> int:
        target = _importable(desk, entity)
        return imported.take(desk.tx, desk.caller, target.id, name, folder.name, digest)

    try:
        number = visit.write(put)
    except BaseException:
        kept.remove(folder)
        raise
    return redirect(paths_of(visit).step(number, "file"), 303)


def opened(visit: Visit, one: Import) -> Source:
    """The file of an import as its choices read it; Refused where they do not fit it."""
    keep = imports.folder_of_home(visit.installation.settings)
    return imports.opened(visit.workspace, keep, one)


def step(visit: Visit, import_id: int) -> Response | str:
    """How the file is read: sheet, encoding, delimiter, and the first rows that come of it."""
    with visit.reading() as desk:
        one = imported.get(desk.tx, desk.caller, import_id)
        if one.state != "draft":
            return redirect(paths_of(visit).step(import_id, target_of(one)), 303)
        return _step(desk, visit, one)


def target_of(one: Import) -> str:
    """The step at which an import stands."""
    if one.state == "draft":
        return "check" if one.checked else ("mapping" if one.options.mapping else "file")
    return "check" if one.state == "checking" else "result"


def whereabouts(visit: Visit, import_id: int) -> Response:
    """The way to the step at which an import stands."""
    with visit.reading() as desk:
        one = imported.get(desk.tx, desk.caller, import_id)
    return redirect(paths_of(visit).step(import_id, target_of(one)), 303)


def _step(desk: Desk, visit: Visit, one: Import) -> str:
    entity, paths = desk.app.entity(one.entity), paths_of(visit)
    problems: list[str] = []
    rows = FirstRows()
    try:
        rows = first_rows(desk, opened(visit, one))
    except Refused as error:
        problems = [problem.text(desk.locale) for problem in error.problems]
    return render(
        desk,
        "imports/file.html",
        desk.paths.list(entity.name),
        entity=entity,
        one=one,
        problems=problems,
        rows=rows,
        path=paths.step(one.id, "file"),
        other=paths.new(entity.name),
        steps=steps_of(desk, paths, one, "file"),
    )


def read_as(visit: Visit, import_id: int) -> Response:
    """Keep how the file is to be read; then show it so, or go on."""

    def put(desk: Desk) -> None:
        one = imported.get(desk.tx, desk.caller, import_id)
        form = request.form
        options = replace(
            one.options,
            sheet=form.get("sheet") or None,
            encoding=form.get("encoding") or None,
            delimiter=form.get("delimiter") or None,
        )
        imported.choose(desk.tx, one, options)

    visit.write(put)
    on = "mapping" if request.form.get("then") == "mapping" else "file"
    return redirect(paths_of(visit).step(import_id, on), 303)
