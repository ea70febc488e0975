"""The rule room: an entity's alert rules listed, made, changed, tried, run and archived."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flask import jsonify, redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from fieldstone.engine import alerts, drafts
from fieldstone.engine.errors import Invalid, NotFound, TooSlow
from fieldstone.engine.work import schedules
from fieldstone.metadata.documents import Document, document_of
from fieldstone.metadata.problems import Problem

from ...desk import Desk, Visit
from ...rendering import fragment, notice
from ...rendering import page as render
from ...show.studio import settings, things
from ...show.studio.frame import Studio, studio_of
from ...show.studio.rules import inputs
from ...show.studio.rules.listing import Line, lines_of, ran
from ...show.studio.rules.model import Room, panel_of, room_of
from ...show.studio.rules.review import outlooks
from ...show.typed import record_id
from ...words import say
from ..pickers import offered

_SECONDS = 5.0
"""What counting for the panel may take; the run has all the time that it needs."""


class Wrong(Exception):
    """What was typed is refused."""

    def __init__(self, found: inputs.Read, lines: Iterable[str] = ()) -> None:
        super().__init__()
        self.found = found
        self.lines = tuple(lines)


def listed(visit: Visit, entity: str) -> str:
    """The rules of an entity: when each runs, what it found last, the archived ones apart."""
    with visit.reading() as desk:
        studio = studio_of(desk, "rules", entity)
        found = lines_of(studio)
        return render(
            desk,
            "studio/rules.html",
            studio.paths.start,
            studio=studio,
            rules=[one for one in found if not one.archived],
            archived=[one for one in found if one.archived],
        )


def new(visit: Visit, entity: str) -> str:
    """An empty rule, to be filled in."""
    with visit.reading() as desk:
        studio = studio_of(desk, "rules", entity)
        assert studio.entity is not None
        return _page(desk, studio, inputs.typed_of({"entity": studio.entity.name}), None)


def edit(visit: Visit, entity: str, rule: str) -> str:
    """One rule with all that it is made of."""
    with visit.reading() as desk:
        studio = studio_of(desk, "rules", entity)
        document = _document(studio, rule)
        return _page(desk, studio, inputs.typed_of(document.data), document)


def _document(studio: Studio, rule: str) -> Document:
    """A rule of the entity in present names."""
    assert studio.entity is not None
    for one in studio.draft.named():
        if (one.kind, one.id) == ("alert_rule", rule) and one.data["entity"] in (
            studio.entity.name,
            studio.entity.id,
        ):
            return one
    raise NotFound.because("draft.unknown", document=f"alert_rule/{rule[:100]}")


def _page(
    desk: Desk,
    studio: Studio,
    typed: MultiDict[str, str],
    document: Document | None,
    found: inputs.Read | None = None,
    problems: Iterable[str] = (),
) -> str:
    room: Room = room_of(studio, typed, checked=found is not None)
    return render(
        desk,
        "studio/rule.html",
        studio.paths.start,
        studio=studio,
        room=room,
        typed=typed,
        document=document,
        wrong=found.wrong if found else {},
        problems=tuple(problems),
        locales=things.ordered(desk.locale),
    )


def create(visit: Visit, entity: str) -> Response | tuple[str, int] | str:
    """Add a rule to the draft."""
    return _submitted(visit, entity, None)


def save(visit: Visit, entity: str, rule: str) -> Response | tuple[str, int] | str:
    """Change a rule in the draft."""
    return _submitted(visit, entity, rule)


def _submitted(visit: Visit, entity: str, rule: str | None) -> Response | tuple[str, int] | str:
    typed = request.form
    if act := typed.get("act", ""):
        with visit.reading() as desk:
            studio = studio_of(desk, "rules", entity)
            document = _document(studio, rule) if rule else None
            return _page(desk, studio, inputs.pressed(studio, typed, act), document)
    try:
        return redirect(visit.write(lambda desk: _keep(desk, entity, rule, typed)), 303)
    except Wrong as error:
        with visit.reading() as desk:
            studio = studio_of(desk, "rules", entity)
            document = _document(studio, rule) if rule else None
            page = _page(desk, studio, typed, document, error.found, error.lines)
            return page, 422


def _keep(desk: Desk, entity: str, rule: str | None, typed: MultiDict[str, str]) -> str:
    """Write the rule into the draft; raises Wrong, and then nothing is changed."""
    studio = studio_of(desk, "rules", entity)
    before = _document(studio, rule).data if rule else {}
    found = inputs.read(studio, typed, before)
    if found.wrong:
        raise Wrong(found)
    made = document_of(found.data)
    try:
        draft = drafts.put_sound(desk.tx, desk.caller, [made])
    except Invalid as error:
        raise _wrong(found, error.problems, desk.locale) from error
    kept = drafts.find(draft, "alert_rule", made.name)
    labels = found.data["label"]
    label = labels.get(desk.locale) or next(iter(labels.values()))
    notice(desk, say("studio.kept" if rule else "studio.added", desk.locale, name=label))
    about = inputs.entity_of(studio, typed)
    return studio.paths.rule(about.id, kept.id)


def _wrong(found: inputs.Read, problems: Iterable[Problem], locale: str) -> Wrong:
    """Problems of the document at the inputs that they are about."""
    lines = []
    for one in problems:
        (text,) = settings.told((one,), locale)
        place = inputs.input_at(one.pointer, found.data)
        if place:
            found.refuse(place, text)
        else:
            lines.append(text)
    return Wrong(found, lines)


def live(visit: Visit, entity: str) -> str:
    """What the rule as it is typed would find now, and what is wrong with it."""
    try:
        with visit.reading(at_most=_SECONDS) as desk:
            return _panel(desk, entity, counted=True)
    except TooSlow:
        with visit.reading() as desk:
            return _panel(desk, entity, counted=False)


def _panel(desk: Desk, entity: str, *, counted: bool) -> str:
    studio = studio_of(desk, "rules", entity)
    record = record_id(request.form.get("record", ""))
    found = panel_of(studio, request.form, record, counted=counted)
    return fragment("studio/rule_live.html", panel=found)


def ahead(visit: Visit) -> str:
    """What the rules that the draft changes would find and tell, for the review."""
    try:
        with visit.reading(at_most=_SECONDS) as desk:
            found = outlooks(studio_of(desk), counted=True)
            return fragment("studio/rule_ahead.html", rules=found)
    except TooSlow:
        with visit.reading() as desk:
            found = outlooks(studio_of(desk), counted=False)
            return fragment("studio/rule_ahead.html", rules=found)


def pick(visit: Visit, entity: str) -> Response:
    """Records to try a rule on."""
    with visit.reading() as desk:
        found = desk.app.entities.get(entity)
        if found is None or found.archived or not desk.may("read", found):
            return jsonify(data=[])
        return jsonify(data=offered(desk, found))


def archive(visit: Visit, entity: str, rule: str) -> Response:
    """Archive a rule in the draft."""
    return _archived(visit, entity, rule, archived=True)


def restore(visit: Visit, entity: str, rule: str) -> Response:
    """Bring an archived rule back in the draft."""
    return _archived(visit, entity, rule, archived=False)


def _archived(visit: Visit, entity: str, rule: str, *, archived: bool) -> Response:
    def work(desk: Desk) -> str:
        studio = studio_of(desk, "rules", entity)
        document = _document(studio, rule)
        data = {key: value for key, value in document.data.items() if key != "archived"}
        if archived:
            data["archived"] = True
        drafts.put_sound(desk.tx, desk.caller, [document_of(data)])
        name = _label(document.data, desk.locale)
        key = "studio.archived_now" if archived else "studio.brought_back"
        notice(desk, say(key, desk.locale, name=name))
        return studio.paths.rules(entity)

    return redirect(visit.write(work), 303)


def _label(data: Mapping[str, Any], locale: str) -> str:
    label = data.get("label", {})
    if isinstance(label, str):
        return label
    return str(label.get(locale) or next(iter(label.values()), data["name"]))


def run(visit: Visit, entity: str, rule: str) -> Response | str:
    """Let a published rule run now; a worker does it, and the line asks until it is done."""

    def work(desk: Desk) -> tuple[str, datetime]:
        studio = studio_of(desk, "rules", entity)
        alerts.run_soon(desk.tx, desk.caller, rule)
        return studio.paths.rules(entity), desk.tx.now

    path, _ = visit.write(work)
    if request.headers.get("HX-Request"):
        return state(visit, entity, rule)
    return redirect(path, 303)


def state(visit: Visit, entity: str, rule: str) -> str:
    """What a rule found last, or that it is running."""
    with visit.reading() as desk:
        studio = studio_of(desk, "rules", entity)
        found = desk.app.rules.get(rule)
        if found is None or found.entity != entity:
            raise NotFound.because("draft.unknown", document=f"alert_rule/{rule[:100]}")
        line: Line = ran(studio, found, schedules.states(desk.tx, "alert").get(rule))
        return fragment("studio/rule_state.html", one=line)
