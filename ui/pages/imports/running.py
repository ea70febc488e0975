"""The last steps of an import: the trial run, the work itself, its result, and taking it back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import make_response, redirect, request
from werkzeug.wrappers import Response

from fieldstone.engine import imports
from fieldstone.engine.errors import Malformed
from fieldstone.engine.imports import Import, books, rights
from fieldstone.engine.imports import desk as imported
from fieldstone.engine.work.waking import wake_after
from fieldstone.metadata.problems import Problem

from ...desk import Desk, Visit
from ...rendering import page as render
from ...show.imports.outcome import BadLine, checked_of, left_lines, result_of
from ...show.imports.steps import STEPS, steps_of
from .files import opened, paths_of, target_of

_SHOWN = 50


def begin(desk: Desk, work: Callable[[], None]) -> None:
    """Ask the worker for something, and wake it once that is committed."""
    work()
    wake_after(desk.tx, desk.visit.installation)


def check(visit: Visit, import_id: int) -> Response | str:
    """The trial run: how far it is, or what it told."""
    with visit.reading() as desk:
        one = imported.get(desk.tx, desk.caller, import_id)
        if one.state not in ("draft", "checking"):
            return redirect(paths_of(visit).step(import_id, target_of(one)), 303)
        entity, paths = desk.app.entity(one.entity), paths_of(visit)
        same = imported.same_file(desk.tx, one)
        return render(
            desk,
            "imports/check.html",
            desk.paths.list(entity.name),
            entity=entity,
            one=one,
            found=checked_of(desk, one),
            same=desk.formats.exact(same) if same and not one.options.mapping.get("key") else "",
            path=paths.step(one.id, "act"),
            here_path=paths.step(one.id, "check"),
            back=paths.step(one.id, "mapping"),
            steps=steps_of(desk, paths, one, "check"),
        )


def act(visit: Visit, import_id: int) -> Response:
    """Check, start, stop or undo, or keep the choices and go back; twice pressed is done once."""
    wanted, then = request.form.get("act", ""), request.form.get("then", "")

    def put(desk: Desk) -> None:
        one = imported.get(desk.tx, desk.caller, import_id)
        _act(desk, visit, one, wanted)

    visit.write(put)
    to = then if then in STEPS[:2] else ""
    return redirect(paths_of(visit).step(import_id, to), 303)


def _act(desk: Desk, visit: Visit, one: Import, wanted: str) -> None:
    if wanted == "check":
        begin(desk, lambda: imported.check(desk.tx, one))
    elif wanted in ("start", ""):
        options = replace(one.options, tell=request.form.get("tell") == "1")
        if one.state == "draft":
            imported.choose(desk.tx, one, options)
        if not wanted:
            return
        if one.state == "draft":
            rights.mapped_for(desk.tx, desk.caller, one.entity, opened(visit, one), options)
        begin(desk, lambda: imported.start(desk.tx, one))
    elif wanted == "stop":
        imported.stop(desk.tx, one)
    elif wanted == "undo":
        begin(desk, lambda: imported.undo(desk.tx, desk.caller, one))
    else:
        raise Malformed(Problem("import.unknown", {"number": one.id}))


def result(visit: Visit, import_id: int) -> Response | str:
    """What became of an import, as it goes on and once it is over."""
    with visit.reading() as desk:
        one = imported.get(desk.tx, desk.caller, import_id)
        if one.state in ("draft", "checking"):
            return redirect(paths_of(visit).step(import_id, target_of(one)), 303)
        entity, paths = desk.app.entity(one.entity), paths_of(visit)
        bad: list[Any] = []
        if one.report.failed:
            bad = books.bad_rows(desk.tx, one.id, _SHOWN)
        return render(
            desk,
            "imports/result.html",
            desk.paths.list(entity.name),
            entity=entity,
            one=one,
            found=result_of(desk, one),
            bad=[BadLine.of(desk, row.line, row.cells, row.reasons) for row in bad],
            left=left_lines(desk, one, entity),
            records=desk.paths.list(entity.name, brought=str(one.id)),
            errors=paths.step(one.id, "errors.csv"),
            path=paths.step(one.id, "act"),
            here_path=paths.step(one.id, "result"),
            history=paths.history_of(entity.name),
            new=paths.new(entity.name),
            steps=steps_of(desk, paths, one, "result"),
        )


def errors(visit: Visit, import_id: int) -> Response:
    """Exactly the rows that were not written, with line and reason, to be mended and imported."""
    with visit.reading() as desk:
        one = imported.get(desk.tx, desk.caller, import_id)
        keep = imports.folder_of_home(visit.installation.settings)
        found = imports.bad_rows_file(desk.tx, visit.workspace, keep, one, desk.locale)
    answer = make_response(found)
    answer.content_type = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = f'attachment; filename="import-{import_id}-errors.csv"'
    return answer
