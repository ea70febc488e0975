"""The fields room: an entity's fields listed, made, changed, archived and restored."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from flask import redirect, request
from werkzeug.wrappers import Response

from fieldstone.engine import drafts
from fieldstone.engine.errors import Invalid, NotFound
from fieldstone.engine.suggested_names import suggested_name
from fieldstone.metadata.documents import Document
from fieldstone.metadata.fields import TYPES
from fieldstone.metadata.model import Entity, Field
from fieldstone.metadata.naming import NAME
from fieldstone.metadata.system import SYSTEM_NAMES

from ...desk import Desk, Visit
from ...rendering import fragment, notice
from ...rendering import page as render
from ...show.studio import becoming, settings, things, types, uses
from ...show.studio.archived import purgeable
from ...show.studio.frame import Studio, studio_of
from ...words import say
from .refusals import Wrong, wrong_of


def listed(visit: Visit, entity: str) -> str:
    """The fields of an entity, the archived ones apart."""
    with visit.reading() as desk:
        studio = studio_of(desk, "fields", entity)
        found = _entity(studio)
        counted = uses.counts(studio.app, entity)
        mine = [one for one in found.fields if not one.system]
        return render(
            desk,
            "studio/fields.html",
            studio.paths.start,
            studio=studio,
            fields=[
                (one, types.kind_of(one.type, desk.locale), counted.get(one.id, 0))
                for one in mine
                if not one.archived
            ],
            archived=[(one, types.kind_of(one.type, desk.locale)) for one in mine if one.archived],
            purgeable=purgeable(studio),
        )


def _entity(studio: Studio) -> Entity:
    assert studio.entity is not None
    return studio.entity


def new(visit: Visit, entity: str) -> str:
    """The chooser of types, then an empty form of the chosen one."""
    with visit.reading() as desk:
        studio = studio_of(desk, "fields", entity)
        offered = types.offered(studio.app, desk.locale)
        chosen = request.args.get("type", "")
        if chosen not in {one.name for one in offered}:
            return render(
                desk, "studio/new_field.html", studio.paths.start, studio=studio, kinds=offered
            )
        return _form(desk, studio, chosen, {"in_form": "1"}, None)


def edit(visit: Visit, entity: str, field: str) -> str:
    """One field with its settings."""
    with visit.reading() as desk:
        studio = studio_of(desk, "fields", entity)
        one = _field(studio, field)
        data = _data(_document(studio), field)
        typed = settings.typed_of(studio.app, entity, data)
        chosen = _type(studio, one)
        if chosen != one.type:
            typed = {key: text for key, text in typed.items() if key not in becoming.BOUND}
            if chosen == "choice" and not data.get("options"):
                found = becoming.offered(desk, entity, becoming.in_force(studio, one))
                typed |= becoming.typed_values(found, desk.locale)
        return _form(desk, studio, chosen, typed, one)


def choose(visit: Visit, entity: str, field: str) -> str:
    """The types that a field may have instead of its own."""
    with visit.reading() as desk:
        studio = studio_of(desk, "fields", entity)
        one = _field(studio, field)
        kinds = becoming.kinds(studio, one)
        return render(
            desk,
            "studio/type.html",
            studio.paths.start,
            studio=studio,
            one=one,
            kind=types.kind_of(one.type, desk.locale),
            kinds=kinds,
        )


def told(visit: Visit, entity: str, field: str) -> str:
    """What the type that is being chosen would do to the values, said while it is set up."""
    typed = {key: value for key, value in request.form.items() if key != "csrf_token"}
    with visit.reading() as desk:
        studio = studio_of(desk, "fields", entity)
        one = _field(studio, field)
        return fragment("studio/trial.html", trial=_trial(studio, one, _type(studio, one), typed))


def _trial(
    studio: Studio, one: Field, type_name: str, typed: Mapping[str, str]
) -> becoming.Told | None:
    """What would become of the values; None while settings are missing that it depends on."""
    try:
        document, _, _ = _changed(studio, one, type_name, typed)
    except Wrong:
        return None
    return becoming.told(studio, one, document)


def _field(studio: Studio, field_id: str) -> Field:
    one = _entity(studio).by_id.get(field_id)
    if one is None or one.system:
        raise NotFound.because("draft.unknown", document=f"field/{field_id[:100]}")
    return one


def _document(studio: Studio) -> Document:
    found = studio.draft.document("entity", _entity(studio).id)
    assert found is not None
    return found


def _data(document: Document, field_id: str) -> Mapping[str, Any]:
    """A field of an entity's document, in ids."""
    found: Mapping[str, Any] = next(
        one for one in document.data["fields"] if (one.get("id") or one["name"]) == field_id
    )
    return found


def _form(
    desk: Desk,
    studio: Studio,
    type_name: str,
    typed: Mapping[str, str],
    one: Field | None,
    wrong: Mapping[str, list[str]] | None = None,
    problems: Iterable[str] = (),
    spare: int = 3,
) -> str:
    entity = _entity(studio)
    changing = one is not None and one.type != type_name
    found = settings.settings(studio.app, entity.id, type_name, typed, desk.locale)
    has_options = type_name == "choice"
    views = [v for v in studio.app.views.values() if v.entity == entity.id and not v.archived]
    return render(
        desk,
        "studio/field.html",
        studio.paths.start,
        studio=studio,
        kind=types.kind_of(type_name, desk.locale),
        one=one,
        was=types.kind_of(one.type, desk.locale) if one else None,
        changing=changing,
        trial=_trial(studio, one, type_name, typed) if one and changing else None,
        offers=any(key.startswith("option.") and key.endswith(".value") for key in typed),
        different=becoming.different(typed) if has_options else "",
        most=things.MOST,
        typed=typed,
        first=[each for each in found if each.first],
        more=[each for each in found if not each.first],
        options=things.rows(typed, "option", desk.locale, spare) if has_options else None,
        colors=things.COLORS,
        locales=things.ordered(desk.locale),
        wrong=wrong or {},
        problems=tuple(problems),
        has_form=bool(studio.app.forms_of(entity.id)),
        view=views[0] if views else None,
        used_options=uses.of_things(studio, "option", f"{entity.id}.{one.id}") if one else {},
        used=uses.told(studio, uses.of_field(studio.app, entity.id, one.id)) if one else (),
    )


def create(visit: Visit, entity: str) -> Response | tuple[str, int] | str:
    """Add a field to the draft, and put it where it was ticked to stand."""
    return _submitted(visit, entity, None)


def save(visit: Visit, entity: str, field: str) -> Response | tuple[str, int] | str:
    """Change a field in the draft."""
    return _submitted(visit, entity, field)


def _submitted(visit: Visit, entity: str, field_id: str | None) -> Response | tuple[str, int] | str:
    typed = {key: value for key, value in request.form.items() if key != "csrf_token"}
    moved = things.pressed(typed, "option")
    if moved is not None:
        with visit.reading() as desk:
            studio = studio_of(desk, "fields", entity)
            one = _field(studio, field_id) if field_id else None
            return _form(desk, studio, _type(studio, one), moved, one, spare=3)
    try:
        visit.write(lambda desk: _keep(desk, entity, field_id, typed))
    except Wrong as error:
        with visit.reading() as desk:
            studio = studio_of(desk, "fields", entity)
            one = _field(studio, field_id) if field_id else None
            page = _form(
                desk, studio, _type(studio, one), typed, one, error.wrong, error.lines, spare=0
            )
        return page, 422
    with visit.reading() as desk:
        return redirect(studio_of(desk).paths.fields(entity), 303)


def _type(studio: Studio, one: Field | None) -> str:
    """The type that was chosen, or the one that the field has."""
    chosen = request.values.get("type", "")
    if one is not None:
        return chosen if chosen in {each.name for each in becoming.kinds(studio, one)} else one.type
    return chosen if chosen in {each.name for each in types.offered(studio.app, "en")} else "text"


def _keep(desk: Desk, entity: str, field_id: str | None, typed: Mapping[str, str]) -> None:
    """Write the field into the draft; raises Wrong, and then nothing is changed."""
    studio = studio_of(desk, "fields", entity)
    one = _field(studio, field_id) if field_id else None
    document, at, field = _changed(studio, one, _type(studio, one), typed)
    try:
        draft = drafts.put_sound(desk.tx, desk.caller, [document])
        if not field_id and draft.app:
            made = draft.app.entity(entity).field_named(field["name"])
            assert made is not None
            _place(desk, entity, made.id, typed)
    except Invalid as error:
        raise wrong_of(studio, error.problems, document, f"/fields/{at}/") from error
    label = field["label"].get(desk.locale) or next(iter(field["label"].values()))
    notice(desk, say("studio.kept" if field_id else "studio.added", desk.locale, name=label))


def _changed(
    studio: Studio, one: Field | None, type_name: str, typed: Mapping[str, str]
) -> tuple[Document, int, Mapping[str, Any]]:
    """The entity's document with the field as it was typed, its place in it and its data.

    Raises Wrong for what cannot be a field.
    """
    locale, document = studio.desk.locale, _document(studio)
    before = _data(document, one.id) if one else {}
    if one and type_name != one.type:
        before = {key: value for key, value in before.items() if key not in becoming.BOUND}
    found = settings.read(studio.app, _entity(studio).id, type_name, typed, before, locale)
    found.data["name"] = _name(studio, typed, one, found.data.get("label", {}))
    if not NAME.fullmatch(found.data["name"]):
        found.refuse("name", say("studio.name_wrong", locale))
    if found.wrong:
        raise Wrong(found.wrong)
    data = copy.deepcopy(dict(document.data))
    fields = list(data["fields"])
    ids = [each.get("id") or each["name"] for each in fields]
    at = ids.index(one.id) if one else len(fields)
    fields[at : at + 1] = [found.data]
    return document.with_data({**data, "fields": fields}), at, found.data


def _name(
    studio: Studio, typed: Mapping[str, str], one: Field | None, labels: Mapping[str, str]
) -> str:
    """The name that was typed, or the one that the label gives."""
    name = typed.get("name", "").strip()
    if name or not labels:
        return name or (one.name if one else "")
    known = {each.id for each in _entity(studio).fields} | {
        each.name for each in _entity(studio).fields
    }
    label = labels.get("en") or next(iter(labels.values()))
    return suggested_name(label, known | set(SYSTEM_NAMES) | set(
        studio.app.inverses.get(_entity(studio).id, {})))  # fmt: skip


def _place(desk: Desk, entity: str, field_id: str, typed: Mapping[str, str]) -> None:
    """Put a new field at the end of the entity's full form and of its first list, where ticked."""
    draft = drafts.read(desk.tx, desk.caller)
    assert draft.app is not None
    changed = []
    forms = [one for one in draft.app.forms_of(entity) if one.use == "edit"]
    if typed.get("in_form") and forms:
        document = draft.document("form", forms[0].id)
        assert document is not None
        data = copy.deepcopy(dict(document.data))
        data["sections"][-1]["fields"] = [*data["sections"][-1]["fields"], {"field": field_id}]
        changed.append(document.with_data(data))
    view = draft.document("view", typed.get("in_view", ""))
    if view is not None and view.data.get("entity") == entity:
        columns = [*view.data["columns"], {"field": field_id}]
        changed.append(view.with_data({**view.data, "columns": columns}))
    if changed:
        drafts.put_sound(desk.tx, desk.caller, changed)


def archive(visit: Visit, entity: str, field: str) -> str:
    """What uses a field, before it is archived."""
    with visit.reading() as desk:
        studio = studio_of(desk, "fields", entity)
        one = _field(studio, field)
        found = uses.told(studio, uses.of_field(studio.app, entity, field))
        return render(
            desk,
            "studio/archive.html",
            studio.paths.start,
            studio=studio,
            one=one,
            goes=[each for each in found if each.goes],
            stays=[each for each in found if not each.goes],
        )


def put_away(visit: Visit, entity: str, field: str) -> Response:
    """Archive a field in the draft, and take it out of the forms and lists that show it."""

    def work(desk: Desk) -> str:
        studio = studio_of(desk, "fields", entity)
        one = _field(studio, field)
        found = uses.of_field(studio.app, entity, field)
        changed = {each.key: each for each in uses.without(studio.app, found)}
        document = changed.get(f"entity/{entity}", _document(studio))
        changed[document.key] = _with(document, field, archived=True)
        drafts.put_sound(desk.tx, desk.caller, changed.values())
        notice(desk, say("studio.archived_now", desk.locale, name=one.text(desk.locale)))
        return studio.paths.fields(entity)

    return redirect(visit.write(work), 303)


def _with(document: Document, field_id: str, *, archived: bool) -> Document:
    fields = []
    for one in document.data["fields"]:
        if (one.get("id") or one["name"]) == field_id:
            one = {**one, "archived": True}
            if not archived:
                one.pop("archived")
        fields.append(one)
    return document.with_data({**document.data, "fields": fields})


def bring_back(visit: Visit, entity: str, field: str) -> Response:
    """Restore an archived field, with the values that it had."""

    def work(desk: Desk) -> str:
        studio = studio_of(desk, "fields", entity)
        one = _field(studio, field)
        back = _with(_document(studio), field, archived=False)
        drafts.put_sound(desk.tx, desk.caller, [back])
        notice(desk, say("studio.brought_back", desk.locale, name=one.text(desk.locale)))
        return studio.paths.fields(entity)

    return redirect(visit.write(work), 303)


def check(visit: Visit, entity: str) -> str:
    """Whether an expression is right, said at once while it is typed."""
    with visit.reading() as desk:
        studio = studio_of(desk, "fields", entity)
        key = request.form.get("check", "formula")
        text = request.form.get(key, "").strip()
        about, parent = entity, None
        if key == "where":
            about, parent = request.form.get("to", ""), entity
        kind = request.form.get("type", "") if key == "formula" else ""
        lines = (
            settings.wrong_expression(
                studio.app,
                about,
                text,
                desk.locale,
                parent,
                field_type=kind if kind in TYPES else "",
            )
            if text
            else []
        )
        words = "" if lines or not text else settings.said(desk, studio.app, about, text)
        return fragment("studio/checked.html", lines=lines, words=words, asked=bool(text))
