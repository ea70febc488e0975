"""The page of a bulk change: how far it is, what came of it, stopping it and taking it back."""

from __future__ import annotations

from flask import redirect, request
from werkzeug.wrappers import Response

from fieldstone.engine import bulk
from fieldstone.engine.errors import NotFound

from ...bulk_paths import BulkPaths
from ...desk import Desk, Visit
from ...rendering import notice
from ...rendering import page as render
from ...show.bulk import outcome_of
from ...words import say
from ..imports.running import begin


def page(visit: Visit, bulk_id: int) -> str:
    """How a bulk change stands."""
    with visit.reading() as desk:
        one = bulk.get(desk.tx, desk.caller, bulk_id)
        entity, paths = desk.app.entity(one.entity), BulkPaths(desk.paths.slug)
        return render(
            desk,
            "bulk/page.html",
            desk.paths.list(entity.name),
            found=outcome_of(desk, one),
            path=paths.act(one.id),
            here_path=paths.one(one.id),
            records=desk.paths.list(entity.name),
        )


def act(visit: Visit, bulk_id: int) -> Response:
    """Stop it or take it back; pressed twice it is done once."""
    wanted = request.form.get("act", "")

    def put(desk: Desk) -> str:
        one = bulk.get(desk.tx, desk.caller, bulk_id)
        if wanted == "stop":
            bulk.stop(desk.tx, one)
        elif wanted == "undo":
            begin(desk, lambda: bulk.undo(desk.tx, desk.caller, one))
        else:
            raise NotFound.because("bulk.unknown", number=bulk_id)
        now = bulk.get(desk.tx, desk.caller, bulk_id)
        if now.state == "undone" and not now.counts["left"] and request.form.get("next"):
            restored = desk.formats.number(now.counts["restored"], 0)
            notice(desk, say("bulk.undone", desk.locale, restored=restored, left="0"))
            return desk.paths.list(desk.app.entity(one.entity).name)
        return BulkPaths(desk.paths.slug).one(bulk_id)

    return redirect(visit.write(put), 303)
