"""The second step of an import: which column goes where, and what becomes of strange values."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import redirect, request
from werkzeug.wrappers import Response

from fieldstone.engine import imports, saved
from fieldstone.engine.errors import Refused
from fieldstone.engine.imports import Import, rights, survey
from fieldstone.engine.imports import desk as imported
from fieldstone.engine.imports.mapping import Mapped
from fieldstone.engine.imports.report import own_columns
from fieldstone.engine.imports.source import Source
from fieldstone.engine.imports.survey import Survey
from fieldstone.metadata.model import Entity

from ...desk import Desk, Visit
from ...rendering import page as render
from ...show.imports.besides import asks_times, same_of, times_of
from ...show.imports.choices import guessed, keys_of, lines_of, mapping_from, settable_of
from ...show.imports.steps import steps_of
from ...words import say
from .files import opened, paths_of, target_of
from .running import begin


@dataclass
class Looked:
    """A mapping, what is wrong with it, and what the whole file holds by it."""

    mapping: dict[str, Any]
    offered: bool = False
    problems: list[str] = field(default_factory=list)
    mapped: Mapped | None = None
    survey: Survey | None = None


def step(visit: Visit, import_id: int) -> Response | str:
    """The columns with their fields, and what of their values will not convert."""
    with visit.reading() as desk:
        one = imported.get(desk.tx, desk.caller, import_id)
        if one.state != "draft":
            return redirect(paths_of(visit).step(import_id, target_of(one)), 303)
        try:
            source = opened(visit, one)
            looked = _look(desk, one, source)
        except Refused:
            return redirect(paths_of(visit).step(import_id, "file"), 303)
        return _page(desk, visit, one, source, looked)


def _page(desk: Desk, visit: Visit, one: Import, source: Source, looked: Looked) -> str:
    entity, paths = desk.app.entity(one.entity), paths_of(visit)
    found, shown = looked.survey, desk.formats
    return render(
        desk,
        "imports/mapping.html",
        desk.paths.list(entity.name),
        entity=entity,
        one=one,
        looked=looked,
        lines=lines_of(desk, entity, looked.mapping, source.columns, found, looked.mapped),
        keys=keys_of(desk, entity, looked.mapping),
        same=same_of(desk, entity, looked.mapping, settable_of(desk, entity)),
        times=times_of(desk, entity, looked.mapping, source.columns),
        times_open=asks_times(entity, looked.mapping),
        count=say("imports.rows", desk.locale, n=found.rows, shown=shown.number(found.rows, 0))
        if found
        else "",
        broken=say(
            "imports.broken", desk.locale, n=found.broken, shown=shown.number(found.broken, 0)
        )
        if found and found.broken
        else "",
        path=paths.step(one.id, "mapping"),
        back=paths.step(one.id, "file"),
        steps=steps_of(desk, paths, one, "mapping"),
    )


def _look(desk: Desk, one: Import, source: Source) -> Looked:
    entity = desk.app.entity(one.entity)
    looked = Looked(dict(one.options.mapping))
    if not looked.mapping:
        kept = saved.get(desk.tx, desk.caller, remembered(one.entity, source.columns))
        looked.offered = isinstance(kept, dict)
        looked.mapping = kept if isinstance(kept, dict) else _guess(desk, entity, source)
    if source.size <= survey.LARGEST:
        looked.survey = survey.look(source)
    try:
        options = replace(one.options, mapping=looked.mapping)
        looked.mapped = rights.mapped_for(desk.tx, desk.caller, one.entity, source, options)
    except Refused as error:
        looked.problems = [problem.text(desk.locale) for problem in error.problems]
    if looked.mapped is not None and looked.survey is not None:
        survey.judge(desk.tx, desk.caller, looked.mapped, looked.survey)
    return looked


def _guess(desk: Desk, entity: Entity, source: Source) -> dict[str, Any]:
    found = imports.guess(desk.app, desk.caller, entity.id, source.columns)
    return guessed(desk, entity, found)


def remembered(entity_id: str, columns: Sequence[str]) -> str:
    """The key under which a member's mapping of such columns is kept."""
    digest = hashlib.sha256("\n".join(own_columns(columns)).encode()).hexdigest()[:24]
    return f"import/{entity_id}/{digest}"


def choose(visit: Visit, import_id: int) -> Response:
    """Keep the mapping; then show what it means, or make the trial run."""
    with visit.reading() as desk:
        one = imported.get(desk.tx, desk.caller, import_id)
        source = opened(visit, one)
    then = request.form.get("then", "")
    on = then == "check"

    def put(desk: Desk) -> None:
        one = imported.get(desk.tx, desk.caller, import_id)
        entity = desk.app.entity(one.entity)
        mapping = mapping_from(desk, entity, source.columns, request.form, one.options.mapping)
        options = replace(one.options, mapping=mapping)
        imported.choose(desk.tx, one, options)
        saved.put(desk.tx, desk.caller, remembered(one.entity, source.columns), mapping)
        if on:
            rights.mapped_for(desk.tx, desk.caller, one.entity, source, options)
            one = imported.get(desk.tx, desk.caller, import_id)
            if one.checked is None:
                begin(desk, lambda: imported.check(desk.tx, one))

    try:
        visit.write(put)
    except Refused:
        if not on:
            raise
        # The page says what is wrong with the mapping, which is kept all the same.
        on, then = False, "mapping"
        visit.write(put)
    to = then if then in ("file", "check") else "mapping"
    return redirect(paths_of(visit).step(import_id, to), 303)
