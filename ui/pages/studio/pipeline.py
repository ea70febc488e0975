"""The pipeline room: an entity's stages, arranged, changed, archived and restored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import redirect, request
from werkzeug.wrappers import Response

from fieldstone.engine import drafts
from fieldstone.engine.errors import Invalid, NotFound
from fieldstone.engine.suggested_names import suggested_name
from fieldstone.metadata.documents import Document
from fieldstone.metadata.messages import render as sentence
from fieldstone.metadata.model import Entity

from ...desk import Desk, Visit
from ...rendering import page as render
from ...show.marks import hue
from ...show.studio import held, stages, things, uses
from ...show.studio.archived import purgeable
from ...show.studio.frame import Studio, studio_of
from ...show.studio.stages import ArrangedPipeline, StageLine
from ...words import say
from .refusals import Wrong

_FIRST = ("new", "doing", "done")
_BOARD = ("amount", "weighted")
_NUMBERS = ("money", "integer", "decimal", "formula")


def listed(visit: Visit, entity: str) -> str:
    """The stages in their order, the archived ones apart."""
    with visit.reading() as desk:
        return _list(desk, entity)


def _list(
    desk: Desk,
    entity: str,
    typed: Mapping[str, str] | None = None,
    refused: Iterable[str] = (),
) -> str:
    studio = studio_of(desk, "pipeline", entity)
    found = entity_of(studio)
    arranged = ArrangedPipeline(document_of(studio).data) if found.pipeline else None
    archived = [one for one in arranged.stages if one.get("archived")] if arranged else []
    pipeline = arranged.pipeline if arranged else {}
    return render(
        desk,
        "studio/pipeline.html",
        studio.paths.start,
        studio=studio,
        there=arranged is not None,
        stages=_lines(studio),
        archived=[(things.id_of(one), things.text_of(one, desk.locale)) for one in archived],
        purgeable=purgeable(studio),
        typed=typed or {},
        chosen={key: pipeline.get(key, "") for key in _BOARD},
        numbers=[
            one for one in found.live_fields if one.family in _NUMBERS and not one.system
        ],
        locales=things.ordered(desk.locale),
        refused=tuple(refused),
    )  # fmt: skip


def _lines(studio: Studio) -> list[StageLine]:
    entity, locale = entity_of(studio), studio.desk.locale
    if entity.pipeline is None:
        return []
    counted = held.by_option(studio.desk, entity.id, entity.pipeline.field)
    used = uses.counts(studio.app, entity.id, "stage")
    live = [one for one in entity.pipeline.stages if not one.archived]
    return [
        StageLine(
            one.id,
            one.text(locale),
            one.name,
            hue(one, live),
            one.closed or "open",
            stages.percent_text(one.properties.get("probability")),
            one.properties.get("max_days"),
            counted.get(one.id, 0),
            used.get(one.id, 0),
        )
        for one in live
    ]


def entity_of(studio: Studio) -> Entity:
    assert studio.entity is not None
    return studio.entity


def document_of(studio: Studio) -> Document:
    found = studio.draft.document("entity", entity_of(studio).id)
    assert found is not None
    return found


def stage_of(studio: Studio, stage_id: str) -> Mapping[str, Any]:
    """A stage of the draft's document, in ids; NotFound for none."""
    pipeline = document_of(studio).data.get("pipeline") or {"stages": ()}
    for one in pipeline["stages"]:
        if things.id_of(one) == stage_id:
            found: Mapping[str, Any] = one
            return found
    raise NotFound.because("draft.unknown", document=f"stage/{stage_id[:100]}")


def change_stages(
    desk: Desk, entity: str, change: Callable[[Studio, ArrangedPipeline], None]
) -> ArrangedPipeline:
    """Change the stages in the draft; Invalid where that makes something wrong."""
    studio = studio_of(desk, "pipeline", entity)
    if entity_of(studio).pipeline is None:
        raise NotFound.because("draft.unknown", document=f"pipeline/{entity[:100]}")
    document = document_of(studio)
    arranged = ArrangedPipeline(document.data)
    change(studio, arranged)
    drafts.put_sound(desk.tx, desk.caller, [document.with_data(arranged.data)])
    return arranged


def arrange(visit: Visit, entity: str) -> Response | tuple[str, int]:
    """One button of the list of stages, or the first ones of an entity that has none."""
    typed = dict(request.form)
    act, _, what = typed.get("act", "").partition(":")

    def work(desk: Desk) -> str:
        paths = studio_of(desk).paths
        if act == "begin":
            _begin(desk, entity)
            return paths.pipeline(entity)
        added: list[str] = []

        def change(studio: Studio, arranged: ArrangedPipeline) -> None:
            if act in ("up", "down"):
                arranged.move_stage(what, -1 if act == "up" else 1)
            elif act == "add":
                added.append(_added(studio, arranged, typed))
            elif act == "save":
                start = "place."
                boxes = {key: one for key, one in typed.items() if key.startswith(start)}
                arranged.place_stages({key[len(start) :]: one for key, one in boxes.items()})
                _choose_sums(studio, arranged, typed)

        change_stages(desk, entity, change)
        return paths.stage(entity, added[0]) if added else paths.pipeline(entity)

    try:
        return redirect(visit.write(work), 303)
    except (Invalid, Wrong) as error:
        lines = lines_of(error, visit.locale)
        with visit.reading() as desk:
            return _list(desk, entity, typed, lines), 422


def lines_of(error: Invalid | Wrong, locale: str) -> list[str]:
    if isinstance(error, Invalid):
        return [one.text(locale) for one in error.problems]
    return [*error.lines, *(line for lines in error.wrong.values() for line in lines)]


def _added(studio: Studio, arranged: ArrangedPipeline, typed: Mapping[str, str]) -> str:
    """The id of a new stage; raises Wrong."""
    labels = things.typed_labels(typed, "stage")
    if not labels:
        raise Wrong({"stage": [say("studio.label_missing", studio.desk.locale)]})
    if len(arranged.stages) >= stages.MOST_STAGES:
        raise Wrong({"stage": [say("studio.too_many_stages", studio.desk.locale,
                                   most=stages.MOST_STAGES)]})  # fmt: skip
    return arranged.add_stage(labels)


def _choose_sums(studio: Studio, arranged: ArrangedPipeline, typed: Mapping[str, str]) -> None:
    """What a board adds up for each stage."""
    for key in _BOARD:
        field = typed.get(key, "")
        if field in entity_of(studio).by_id:
            arranged.pipeline[key] = field
        else:
            arranged.pipeline.pop(key, None)


def _begin(desk: Desk, entity: str) -> None:
    """Give an entity without a pipeline a field for the stage, and three stages."""
    studio = studio_of(desk, "pipeline", entity)
    found = entity_of(studio)
    if found.pipeline is not None:
        return
    taken = {one.id for one in found.fields} | {one.name for one in found.fields}
    name = suggested_name("stage", taken | set(studio.app.inverses.get(found.id, {})))
    locales = things.ordered("en")
    field = {
        "id": name,
        "name": name,
        "type": "stage",
        "label": {one: sentence("type_name.stage", one) for one in locales},
    }
    first = [
        {"id": one, "name": one, "label": {each: say(f"studio.stage.{one}", each)
                                           for each in locales}}
        for one in _FIRST
    ]  # fmt: skip
    first[-1]["closed"] = "won"
    document = document_of(studio)
    data = {
        **document.data,
        "fields": [*document.data["fields"], field],
        "pipeline": {"field": name, "stages": first},
    }
    drafts.put_sound(desk.tx, desk.caller, [document.with_data(data)])
