"""The tier room: the schemes of an entity, changed while one sees who would move."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from flask import request
from werkzeug.wrappers import Response

from fieldstone.engine import drafts
from fieldstone.engine.drift import drift
from fieldstone.engine.errors import Invalid, NotFound, TooSlow
from fieldstone.engine.suggested_names import suggested_name
from fieldstone.metadata.documents import Document, document_of
from fieldstone.metadata.messages import render as sentence
from fieldstone.metadata.model import Entity
from fieldstone.metadata.problems import ProblemsError
from fieldstone.rules import compile_expression

from ...desk import Desk, Visit
from ...rendering import fragment, notice
from ...rendering import page as render
from ...show.lists import Tab
from ...show.studio import conditions, settings, things, tiers, uses
from ...show.studio.conditions import ConditionInput
from ...show.studio.frame import Studio, studio_of
from ...show.studio.properties import labels_of
from ...words import say
from .refusals import Wrong, kept, wrong_of

_SECONDS = 10
"""How long the page thinks about who would move, before it says that it takes too long."""

_NUMBERS = ("money", "integer", "decimal", "percent", "formula")
_FIRST = (("A", "red", Decimal("0.2")), ("B", "yellow", Decimal("0.3")), ("C", "gray", None))


def room(visit: Visit, entity: str) -> str:
    """A scheme of the entity, or the form that makes the first."""
    with visit.reading() as desk:
        return _page(desk, entity)


def _page(
    desk: Desk,
    entity: str,
    typed: Mapping[str, str] | None = None,
    wrong: Mapping[str, list[str]] | None = None,
    problems: Iterable[str] = (),
    spare: int = 1,
) -> str:
    studio = studio_of(desk, "tiers", entity)
    about = _entity(studio)
    documents = _documents(studio)
    document = _chosen(documents)
    filled = typed or (tiers.typed_of(studio, about, document.data) if document else {})
    return render(
        desk,
        "studio/tiers.html",
        studio.paths.start,
        studio=studio,
        document=document,
        tabs=_tabs(studio, documents, document),
        typed=filled,
        wrong=wrong or {},
        problems=tuple(problems),
        where=_where(studio, about, document, typed is not None) if document else None,
        measure=_measure(desk, filled),
        rows=things.rows(filled, "band", desk.locale, spare),
        used=uses.of_things(studio, "band", document.id) if document else {},
        used_by_all=uses.of_things(studio, "tier_scheme").get(document.id, ()) if document else (),
        properties=tiers.properties(document.data) if document else {},
        property_labels=labels_of(
            studio.app.schemes[document.id].property_labels if document else None, desk.locale
        ),
        methods=tiers.METHODS,
        ties=tiers.TIES,
        colors=things.COLORS,
        locales=things.ordered(desk.locale),
        numbers=_numbers(studio, about),
    )


def _measure(desk: Desk, typed: Mapping[str, str]) -> settings.Setting:
    text = sentence("key.measure", desk.locale)
    hint = say("studio.measure_hint", desk.locale)
    return settings.Setting("measure", "expression", text[:1].upper() + text[1:], hint,
                            typed.get("measure", ""), required=True)  # fmt: skip


def _where(studio: Studio, entity: Entity, document: Document, again: bool) -> ConditionInput:
    if again:
        return conditions.again(studio, entity, "where", request.form)
    return conditions.shown(studio, entity, "where", str(document.data.get("where", "")))


def _numbers(studio: Studio, entity: Entity) -> list[tuple[str, str]]:
    """The fields that records may be ranked by."""
    found = []
    for one in entity.live_fields:
        if one.family in _NUMBERS and not one.system:
            kind = compile_expression(studio.app, entity.id, one.id).type.kind
            if kind in ("number", "money"):
                found.append((one.id, one.text(studio.desk.locale)))
    return found


def _entity(studio: Studio) -> Entity:
    assert studio.entity is not None
    return studio.entity


def _documents(studio: Studio) -> list[Document]:
    """The live schemes of the entity."""
    return [
        one
        for one in studio.draft.documents
        if one.kind == "tier_scheme"
        and one.data.get("entity") == _entity(studio).id
        and not one.data.get("archived")
    ]


def _chosen(documents: list[Document]) -> Document | None:
    wanted = request.values.get("scheme")
    return next((one for one in documents if one.id == wanted), documents[0] if documents else None)


def _tabs(studio: Studio, documents: list[Document], current: Document | None) -> list[Tab]:
    entity, locale = _entity(studio).id, studio.desk.locale
    return [
        Tab(things.text_of(one.data, locale), studio.paths.tiers(entity, scheme=one.id),
            one is current)
        for one in documents
    ]  # fmt: skip


def change(visit: Visit, entity: str) -> Response | tuple[str, int] | str:
    """Change a scheme in the draft, or move one of its rows."""
    typed = {key: value for key, value in request.form.items() if key != "csrf_token"}
    moved = things.pressed(typed, "band")
    if moved is not None:
        with visit.reading() as desk:
            return _page(desk, entity, moved)
    return kept(
        visit,
        lambda desk: _keep(desk, entity, typed),
        lambda desk, error: _page(desk, entity, typed, error.wrong, error.lines, spare=0),
    )


def _keep(desk: Desk, entity: str, typed: Mapping[str, str]) -> str:
    studio = studio_of(desk, "tiers", entity)
    if typed.get("act") == "begin":
        return _begin(desk, studio, typed)
    document, found, condition = _read(studio, typed)
    if not condition.right:
        found.refuse("where", say("studio.condition_wrong", desk.locale))
    if found.wrong:
        raise Wrong(found.wrong)
    try:
        drafts.put_sound(desk.tx, desk.caller, [document.with_data(found.data)])
    except Invalid as error:
        raise wrong_of(studio, error.problems, document, "/") from error
    notice(desk, say("studio.kept", desk.locale, name=things.text_of(found.data, desk.locale)))
    return studio.paths.tiers(entity, scheme=document.id)


def _read(
    studio: Studio, typed: Mapping[str, str]
) -> tuple[Document, settings.Read, conditions.Condition]:
    """The chosen scheme, and its data as it is typed; NotFound for an entity without any."""
    document = _chosen(_documents(studio))
    if document is None:
        raise NotFound.because("draft.unknown", document="tier_scheme")
    about = _entity(studio)
    found = tiers.read(studio, about, typed, document.data)
    condition = conditions.sent(studio, about, "where", request.form)
    found.data.pop("where", None)
    if condition.right and condition.text:
        found.data["where"] = conditions.in_ids(studio, about, condition)
    return document, found, condition


def _begin(desk: Desk, studio: Studio, typed: Mapping[str, str]) -> str:
    """Give an entity a scheme by one of its numbers, and the field that holds the tier."""
    about = _entity(studio)
    if typed.get("by") not in {name for name, _ in _numbers(studio, about)}:
        raise Wrong({"by": [say("studio.setting_missing", desk.locale)]})
    entity = studio.draft.document("entity", about.id)
    assert entity is not None
    taken = {one.id for one in about.fields} | {one.name for one in about.fields}
    schemes = {one.id for one in studio.app.schemes.values()}
    field = suggested_name("tier", taken | set(studio.app.inverses.get(about.id, {})))
    name = suggested_name(f"{about.name}_tiers", schemes)
    locales = things.ordered("en")
    label = {one: sentence("type_name.tier", one) for one in locales}
    made = {"id": field, "name": field, "type": "tier", "scheme": name, "label": label}
    bands = [
        {"id": one, "name": one, "color": color, **({"share": share} if share else {"rest": True})}
        for one, color, share in _FIRST
    ]
    scheme = {
        "kind": "tier_scheme",
        "id": name,
        "name": name,
        "label": {one: say("studio.tiers_of", one, name=about.text(one)) for one in locales},
        "entity": about.id,
        "field": field,
        "measure": typed["by"],
        "bands": bands,
    }
    fields = [*entity.data["fields"], made]
    changed = entity.with_data({**entity.data, "fields": fields})
    try:
        drafts.put_sound(desk.tx, desk.caller, [changed, document_of(scheme, in_ids=True)])
    except Invalid as error:
        raise wrong_of(studio, error.problems, changed, "/") from error
    return studio.paths.tiers(about.id, scheme=name)


def preview(visit: Visit, entity: str) -> str:
    """Who would move by the scheme as it is typed, and how the measures lie."""
    try:
        with visit.reading(_SECONDS) as desk:
            return _preview(desk, entity, dict(request.form))
    except TooSlow:
        return _told("studio.drift_slow", visit.locale)


def _preview(desk: Desk, entity: str, typed: Mapping[str, str]) -> str:
    studio = studio_of(desk, "tiers", entity)
    document, found, condition = _read(studio, typed)
    scheme = studio.app.schemes.get(document.id)
    if found.wrong or not condition.right or scheme is None:
        return _told("studio.drift_wrong", desk.locale)
    if entity not in desk.app.entities:
        return _told("studio.drift_unpublished", desk.locale)
    thought = tiers.scheme_of(scheme, found.data)
    try:
        told = drift(desk.tx, thought)
    except ProblemsError as error:
        if isinstance(error, TooSlow):
            raise
        return _told("studio.drift_unpublished", desk.locale)
    shown = tiers.shown(thought, told, desk.formats, desk.locale)
    return fragment(
        "studio/drift.html", drift=shown, why="", width=tiers.WIDTH, height=tiers.HEIGHT
    )


def _told(key: str, locale: str) -> str:
    return fragment("studio/drift.html", drift=None, why=say(key, locale))
