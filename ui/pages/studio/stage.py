"""One stage: its settings, what uses it and stands in it, archived and restored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import redirect, request
from werkzeug.wrappers import Response

from fieldstone.engine.errors import Invalid
from fieldstone.metadata.refer import Target
from fieldstone.metadata.uses import uses as uses_of

from ...desk import Desk, Visit
from ...paths import with_query
from ...rendering import notice
from ...rendering import page as render
from ...show.studio import conditions, held, stages, things, uses
from ...show.studio.conditions import ConditionInput
from ...show.studio.frame import Studio, studio_of
from ...show.studio.properties import kinds_of, labels_of
from ...show.studio.stages import ArrangedPipeline
from ...studio_paths import StudioPaths
from ...words import say
from .pipeline import change_stages, document_of, entity_of, lines_of, stage_of
from .refusals import Wrong, wrong_of


def edit(visit: Visit, entity: str, stage: str) -> str:
    """One stage with its settings."""
    with visit.reading() as desk:
        studio = studio_of(desk, "pipeline", entity)
        one = stage_of(studio, stage)
        typed = stages.typed_of(one, _siblings(studio))
        text = str(one.get("enter_when", ""))
        guard = conditions.shown(studio, entity_of(studio), "enter_when", text)
        return _form(desk, studio, stage, typed, guard)


def _siblings(studio: Studio) -> list[Mapping[str, Any]]:
    return [
        one for one in document_of(studio).data["pipeline"]["stages"] if not one.get("archived")
    ]


def _form(
    desk: Desk,
    studio: Studio,
    stage_id: str,
    typed: Mapping[str, str],
    guard: ConditionInput,
    wrong: Mapping[str, list[str]] | None = None,
    problems: Iterable[str] = (),
) -> str:
    entity = entity_of(studio)
    assert entity.pipeline is not None
    stage = entity.pipeline.stage(stage_id)
    asked = [one for one in entity.live_fields if not one.system and one.family != "stage"]
    found = uses_of(studio.app, Target("stage", entity.id, stage_id))
    return render(
        desk,
        "studio/stage.html",
        studio.paths.start,
        studio=studio,
        stage=stage,
        typed=typed,
        guard=guard,
        wrong=wrong or {},
        problems=tuple(problems),
        kinds=stages.KINDS,
        colors=things.COLORS,
        locales=things.ordered(desk.locale),
        asked=[(one.id, one.text(desk.locale)) for one in asked],
        items=things.rows(typed, "item", desk.locale, spare=2),
        properties=kinds_of(_siblings(studio)),
        property_labels=labels_of(
            entity.pipeline.property_labels if entity.pipeline else None, desk.locale
        ),
        used=uses.told(studio, found),
    )


def save(visit: Visit, entity: str, stage: str) -> Response | tuple[str, int] | str:
    """Change a stage in the draft, or move a row of its key actions."""
    typed = {key: value for key, value in request.form.items() if key != "csrf_token"}
    moved = things.pressed(typed, "item")
    if moved is not None:
        return _again(visit, entity, stage, moved)
    try:
        visit.write(lambda desk: _keep(desk, entity, stage, typed))
    except Wrong as error:
        return _again(visit, entity, stage, typed, error), 422
    return redirect(StudioPaths(visit.workspace.slug).pipeline(entity), 303)


def _again(
    visit: Visit, entity: str, stage: str, typed: Mapping[str, str], error: Wrong | None = None
) -> str:
    """The form as it was typed."""
    with visit.reading() as desk:
        studio = studio_of(desk, "pipeline", entity)
        stage_of(studio, stage)
        guard = conditions.again(studio, entity_of(studio), "enter_when", request.form)
        wrong, lines = (error.wrong, error.lines) if error else ({}, ())
        return _form(desk, studio, stage, typed, guard, wrong, lines)


def _keep(desk: Desk, entity: str, stage_id: str, typed: Mapping[str, str]) -> None:
    """Write the stage into the draft; raises Wrong, and then nothing is changed."""
    studio = studio_of(desk, "pipeline", entity)
    about, before = entity_of(studio), stage_of(studio, stage_id)
    found = stages.read_stage(about, typed, before, _siblings(studio), desk.locale)
    guard = conditions.sent(studio, about, "enter_when", request.form)
    name = typed.get("name", "").strip() or str(before["name"])
    if not guard.right:
        found.refuse("enter_when", say("studio.condition_wrong", desk.locale))
    if found.wrong:
        raise Wrong(found.wrong)
    found.data["name"] = name
    found.data.pop("enter_when", None)
    if guard.text:
        found.data["enter_when"] = conditions.in_ids(studio, about, guard)
    places: list[int] = []

    def change(_: Studio, arranged: ArrangedPipeline) -> None:
        places.append(arranged.at(stage_id))
        arranged.replace_stage(stage_id, found.data)

    try:
        change_stages(desk, entity, change)
    except Invalid as error:
        place = f"/pipeline/stages/{places[0]}/"
        raise wrong_of(studio, error.problems, document_of(studio), place) from error
    notice(desk, say("studio.kept", desk.locale, name=things.text_of(found.data, desk.locale)))


def archive(visit: Visit, entity: str, stage: str) -> str:
    """What uses a stage and how many records stand in it, before it is archived."""
    with visit.reading() as desk:
        return _archive(desk, studio_of(desk, "pipeline", entity), stage)


def _archive(desk: Desk, studio: Studio, stage_id: str, refused: Iterable[str] = ()) -> str:
    one = stage_of(studio, stage_id)
    entity = entity_of(studio)
    found = uses_of(studio.app, Target("stage", entity.id, stage_id))
    number = _held(studio, stage_id)
    now = desk.app.entities.get(entity.id)
    there = now.pipeline if now else None
    records = ""
    if number and now and there:
        name = there.stage(stage_id).name
        where = f'{now.field(there.field).name} == "{name}"'
        records = with_query(desk.paths.list(now.name), {"where": where})
    return render(
        desk,
        "studio/archive_stage.html",
        studio.paths.start,
        studio=studio,
        id=stage_id,
        text=things.text_of(one, desk.locale),
        held=number,
        records=records,
        others=_others(studio, stage_id),
        instead=request.form.get("instead", ""),
        stays=uses.told(studio, found),
        refused=tuple(refused),
    )


def _others(studio: Studio, stage_id: str) -> list[tuple[str, str]]:
    """The live stages that the records of one may get."""
    found = ((things.id_of(one), one) for one in _siblings(studio))
    return [(key, things.text_of(one, studio.desk.locale)) for key, one in found if key != stage_id]


def _held(studio: Studio, stage_id: str) -> int:
    """How many records stand in a stage."""
    pipeline = entity_of(studio).pipeline
    assert pipeline is not None
    return held.by_option(studio.desk, entity_of(studio).id, pipeline.field).get(stage_id, 0)


def put_away(visit: Visit, entity: str, stage: str) -> Response | tuple[str, int]:
    """Archive a stage in the draft, with what the records in it get.

    Refused while records stand in it and nothing is chosen for them, or something needs it.
    """
    instead = request.form.get("instead", "")

    def work(desk: Desk) -> str:
        studio = studio_of(desk, "pipeline", entity)
        one = stage_of(studio, stage)
        chosen = instead if instead in dict(_others(studio, stage)) else ""
        if _held(studio, stage) and not chosen:
            raise Wrong({}, ())
        change_stages(desk, entity, lambda _, arranged: arranged.set_archived(stage, True, chosen))
        name = things.text_of(one, desk.locale)
        notice(desk, say("studio.archived_now", desk.locale, name=name))
        return studio.paths.pipeline(entity)

    try:
        return redirect(visit.write(work), 303)
    except (Invalid, Wrong) as error:
        lines = lines_of(error, visit.locale)
        with visit.reading() as desk:
            return _archive(desk, studio_of(desk, "pipeline", entity), stage, lines), 422


def bring_back(visit: Visit, entity: str, stage: str) -> Response:
    """Restore an archived stage, as the last of the live ones."""

    def work(desk: Desk) -> str:
        studio = studio_of(desk, "pipeline", entity)
        one = stage_of(studio, stage)
        change_stages(desk, entity, lambda _, arranged: arranged.set_archived(stage, False))
        name = things.text_of(one, desk.locale)
        notice(desk, say("studio.brought_back", desk.locale, name=name))
        return studio.paths.pipeline(entity)

    return redirect(visit.write(work), 303)
