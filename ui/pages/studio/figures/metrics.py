"""Metrics: listed with where they are used, made, changed, archived and restored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from fieldstone.engine import drafts
from fieldstone.engine.errors import Invalid, NotFound
from fieldstone.engine.suggested_names import suggested_name
from fieldstone.metadata.documents import Document, document_of
from fieldstone.metadata.model import Entity
from fieldstone.metadata.problems import Problem

from ....desk import Desk, Visit
from ....rendering import notice
from ....rendering import page as render
from ....show.studio import settings, things, uses
from ....show.studio.figures import measures, told
from ....show.studio.frame import Studio, studio_of
from ....words import say
from ..refusals import Wrong, kept


def listed(visit: Visit) -> str:
    """The metrics of all entities, the archived ones apart."""
    with visit.reading() as desk:
        studio = studio_of(desk, "dashboards")
        found = told.metrics(studio)
        return render(
            desk,
            "studio/figures/metrics.html",
            studio.paths.start,
            studio=studio,
            metrics=[one for one in found if not one.archived],
            archived=[one for one in found if one.archived],
        )


def new(visit: Visit) -> str:
    """The inputs of a new metric."""
    with visit.reading() as desk:
        return _page(desk, None, MultiDict())


def edit(visit: Visit, metric: str) -> str:
    """One metric with what it measures and where it is used."""
    with visit.reading() as desk:
        studio = studio_of(desk, "dashboards")
        data = _document(studio, metric).data
        return _page(desk, metric, MultiDict(measures.typed_of(studio, data)))


def _document(studio: Studio, metric: str) -> Document:
    found = studio.draft.document("metric", metric)
    if found is None:
        raise NotFound.because("draft.unknown", document=f"metric/{metric[:100]}")
    return found


def _page(
    desk: Desk,
    metric: str | None,
    typed: MultiDict[str, str],
    error: Wrong | None = None,
    stays: tuple[uses.Told, ...] = (),
) -> str:
    studio = studio_of(desk, "dashboards")
    document = _document(studio, metric) if metric else None
    entity = _entity(studio, document, typed)
    return render(
        desk,
        "studio/figures/metric.html",
        studio.paths.start,
        studio=studio,
        id=metric or "",
        text=things.text_of(document.data, desk.locale) if document else "",
        typed=typed,
        wrong=error.wrong if error else {},
        problems=error.lines if error else (),
        locales=things.ordered(desk.locale),
        fresh=measures.shown(studio, entity, typed, checked=error is not None) if entity else None,
        used=_used(studio, metric) if metric else (),
        stays=stays,
    )


def _entity(studio: Studio, document: Document | None, typed: Mapping[str, str]) -> Entity | None:
    """The entity of a metric: one that is there keeps its own."""
    if document is not None:
        return studio.app.entities.get(str(document.data["entity"]))
    return measures.entity_of(studio, typed, None)


def _used(studio: Studio, metric: str) -> tuple[uses.Told, ...]:
    return uses.of_things(studio, "metric").get(metric, ())


def create(visit: Visit) -> Response | tuple[str, int] | str:
    """Add a metric to the draft, or show the inputs after another choice."""
    return _submitted(visit, None)


def save(visit: Visit, metric: str) -> Response | tuple[str, int] | str:
    """Change a metric in the draft, or show the inputs after another choice."""
    return _submitted(visit, metric)


def _submitted(visit: Visit, metric: str | None) -> Response | tuple[str, int] | str:
    typed = request.form
    if typed.get("act"):
        with visit.reading() as desk:
            return _page(desk, metric, measures.settled(typed, typed.get("metric.was", "")))
    return kept(
        visit,
        lambda desk: _keep(desk, metric, typed),
        lambda desk, error: _page(desk, metric, typed, error),
    )


def _keep(desk: Desk, metric: str | None, typed: MultiDict[str, str]) -> str:
    studio = studio_of(desk, "dashboards")
    document = _document(studio, metric) if metric else None
    entity = _entity(studio, document, typed)
    if entity is None:
        raise Wrong({}, [say("cards.no_entity", desk.locale)])
    made = made_of(studio, entity, typed, document.data if document else {})
    try:
        drafts.put_sound(desk.tx, desk.caller, [made])
    except Invalid as error:
        raise refused(error.problems, made, desk.locale) from error
    name = things.text_of(made.data, desk.locale)
    notice(desk, say("studio.kept" if metric else "studio.added", desk.locale, name=name))
    return studio.paths.metrics


def made_of(
    studio: Studio, entity: Entity, typed: MultiDict[str, str], before: Mapping[str, Any]
) -> Document:
    """The document of a metric as it is typed, in ids; raises Wrong for what cannot be one."""
    found = measures.read(studio, entity, typed, before)
    if found.wrong:
        raise Wrong(found.wrong)
    if "name" not in found.data:
        labels = found.data["label"]
        taken = {name for one in studio.app.metrics.values() for name in (one.id, one.name)}
        label = labels.get("en") or next(iter(labels.values()))
        found.data["name"] = found.data["id"] = suggested_name(label, taken, otherwise="metric")
    return document_of(found.data, in_ids=True)


def refused(problems: tuple[Problem, ...], made: Document | None, locale: str) -> Wrong:
    """Problems of a metric at the inputs that they are about."""
    wrong: dict[str, list[str]] = {}
    lines = []
    for one in problems:
        (text,) = settings.told((one,), locale)
        if made and one.document in (made.key, made.path) and one.pointer:
            wrong.setdefault(measures.input_at(one.pointer), []).append(text)
        else:
            lines.append(text)
    return Wrong(wrong, lines)


def archive(visit: Visit, metric: str) -> Response | tuple[str, int]:
    """Archive a metric in the draft; one that is used is refused with the places that use it."""

    def work(desk: Desk) -> str:
        studio = studio_of(desk, "dashboards")
        document = _document(studio, metric)
        if _used(studio, metric):
            raise Wrong({})
        archived = document.with_data({**document.data, "archived": True})
        drafts.put_sound(desk.tx, desk.caller, [archived])
        name = things.text_of(document.data, desk.locale)
        notice(desk, say("studio.archived_now", desk.locale, name=name))
        return studio.paths.metrics

    def again(desk: Desk, error: Wrong) -> str:
        studio = studio_of(desk, "dashboards")
        typed = MultiDict(measures.typed_of(studio, _document(studio, metric).data))
        return _page(desk, metric, typed, error, _used(studio, metric))

    return kept(visit, work, again)


def restore(visit: Visit, metric: str) -> Response:
    """Bring an archived metric back in the draft."""

    def work(desk: Desk) -> str:
        studio = studio_of(desk, "dashboards")
        document = _document(studio, metric)
        data = {key: one for key, one in document.data.items() if key != "archived"}
        drafts.put_sound(desk.tx, desk.caller, [document.with_data(data)])
        name = things.text_of(data, desk.locale)
        notice(desk, say("studio.brought_back", desk.locale, name=name))
        return studio.paths.metrics

    return redirect(visit.write(work), 303)
