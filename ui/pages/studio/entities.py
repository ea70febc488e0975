"""The pages of a new entity, which begins with its title field, and of how one is called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from fieldstone.engine import drafts
from fieldstone.engine.errors import Invalid
from fieldstone.engine.suggested_names import suggested_name
from fieldstone.metadata.documents import Document, document_of
from fieldstone.metadata.naming import NAME

from ...desk import Desk, Visit
from ...rendering import notice
from ...rendering import page as render
from ...show.studio import things
from ...show.studio.frame import Studio, studio_of
from ...words import say
from .refusals import Wrong, kept, wrong_of

_TEXTS = ("label", "plural")


def new_entity(visit: Visit) -> str:
    """The form of a new entity."""
    with visit.reading() as desk:
        return _entity_form(desk, {}, {})


def _entity_form(
    desk: Desk,
    typed: Mapping[str, str],
    wrong: Mapping[str, list[str]],
    problems: Iterable[str] = (),
) -> str:
    studio = studio_of(desk, "new_entity")
    return render(
        desk,
        "studio/new_entity.html",
        studio.paths.start,
        studio=studio,
        typed=typed,
        wrong=wrong,
        problems=tuple(problems),
        locales=things.ordered(desk.locale),
        icons=("box", "users", "building", "file-text", "briefcase", "calendar", "note", "star"),
    )


def create_entity(visit: Visit) -> Response | tuple[str, int]:
    """Add an entity with a title field to the draft, and an entry of it to the menu."""
    typed = {key: value for key, value in request.form.items() if key != "csrf_token"}

    def work(desk: Desk) -> str:
        studio = studio_of(desk)
        data = _new_entity(studio, typed, desk.locale)
        changed = [document_of(data)]
        manifest = studio.draft.document("app", studio.app.manifest.id)
        if manifest is not None and manifest.data.get("menu"):
            menu = [*manifest.data["menu"], {"name": data["name"], "entity": data["name"]}]
            named = next(one for one in studio.draft.named() if one.kind == "app")
            changed.append(document_of({**named.data, "menu": _names(named, menu)}))
        try:
            drafts.put_sound(desk.tx, desk.caller, changed)
        except Invalid as error:
            raise wrong_of(studio, error.problems, changed[0], "/") from error
        return studio_of(desk).paths.fields(data["name"])

    return kept(
        visit, work, lambda desk, error: _entity_form(desk, typed, error.wrong, error.lines)
    )


def _names(named: Document, menu: list[Any]) -> list[Any]:
    """The menu as people write it, with the new entry at its end."""
    return [*named.data["menu"], menu[-1]]


def _new_entity(studio: Studio, typed: Mapping[str, str], locale: str) -> dict[str, Any]:
    labels = {one: typed.get(f"label.{one}", "").strip() for one in things.ordered(locale)}
    labels = {one: text for one, text in labels.items() if text}
    if not labels:
        raise Wrong({"label": [say("studio.label_missing", locale)]})
    taken = {one.id for one in studio.app.entities.values()}
    label = labels.get("en") or next(iter(labels.values()))
    name = typed.get("name", "").strip() or suggested_name(label, taken, otherwise="entity")
    if not NAME.fullmatch(name):
        raise Wrong({"name": [say("studio.name_wrong", locale)]})
    plural = {one: typed.get(f"plural.{one}", "").strip() for one in labels}
    plural = {one: text for one, text in plural.items() if text}
    title = {one: say("studio.title_field", one, name=text) for one, text in labels.items()}
    return {
        "kind": "entity",
        "name": name,
        "label": labels,
        **({"plural": plural} if plural else {}),
        "icon": typed.get("icon") or "box",
        "title": "name",
        "fields": [
            {"name": "name", "type": "text", "label": title, "required": True, "search": True}
        ],
    }


def edit(visit: Visit, entity: str) -> str:
    """How people call an entity, one of it and many."""
    with visit.reading() as desk:
        data = _document(studio_of(desk, "settings", entity)).data
        typed = {
            f"{key}.{locale}": text
            for key in _TEXTS
            for locale, text in things.labels_of(data.get(key)).items()
        }
        return _settings_form(desk, entity, typed, Wrong({}))


def _document(studio: Studio) -> Document:
    assert studio.entity is not None
    found = studio.draft.document("entity", studio.entity.id)
    assert found is not None
    return found


def _settings_form(desk: Desk, entity: str, typed: Mapping[str, str], error: Wrong) -> str:
    studio = studio_of(desk, "settings", entity)
    return render(
        desk,
        "studio/settings.html",
        studio.paths.start,
        studio=studio,
        typed=typed,
        wrong=error.wrong,
        problems=error.lines,
        locales=things.ordered(desk.locale),
    )


def save(visit: Visit, entity: str) -> Response | tuple[str, int]:
    """Call an entity otherwise in the draft; its name and everything in it stay."""
    typed = dict(request.form)

    def work(desk: Desk) -> str:
        studio = studio_of(desk, "settings", entity)
        document = _document(studio)
        texts = {key: things.typed_labels(typed, key) for key in _TEXTS}
        if not texts["label"]:
            raise Wrong({"label": [say("studio.label_missing", desk.locale)]})
        others = {key: value for key, value in document.data.items() if key not in _TEXTS}
        data = {**others, **{key: text for key, text in texts.items() if text}}
        try:
            drafts.put_sound(desk.tx, desk.caller, [document.with_data(data)])
        except Invalid as error:
            raise wrong_of(studio, error.problems, document, "/") from error
        notice(desk, say("studio.kept", desk.locale, name=things.text_of(data, desk.locale)))
        return studio.paths.settings(entity)

    return kept(visit, work, lambda desk, error: _settings_form(desk, entity, typed, error))
