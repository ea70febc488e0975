"""The rooms of forms and lists: what stands in them, in which order, moved by buttons."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import redirect, request
from werkzeug.wrappers import Response

from fieldstone.engine import drafts
from fieldstone.engine.errors import Invalid
from fieldstone.metadata.documents import Document, document_of
from fieldstone.metadata.model import Entity, label_text

from ...desk import Desk, Visit
from ...rendering import page as render
from ...show.lists import Choice, Tab
from ...show.studio import conditions, things
from ...show.studio.arranging import Arranged, ArrangedForm, ArrangedList
from ...show.studio.conditions import ConditionInput
from ...show.studio.frame import Studio, studio_of
from ...words import say

_CONDITIONS = ("visible_when", "required_when", "read_only_when")
_WIDTHS = (40, 1200)


def forms(visit: Visit, entity: str) -> str:
    """A form of the entity: sections, their fields, and the fields that stand nowhere in it."""
    with visit.reading() as desk:
        return _form_page(desk, entity, {}, {})


def _form_page(
    desk: Desk, entity: str, typed: Mapping[str, str], wrong: Mapping[str, list[str]]
) -> str:
    studio = studio_of(desk, "forms", entity)
    assert studio.entity is not None
    documents = _of(studio, "form")
    document = _chosen(documents, request.values.get("form"))
    chosen = request.values.get("field", "")
    shown = ArrangedForm(document.data) if document else None
    there = {one["field"] for each in shown.sections for one in each["fields"]} if shown else set()
    place = shown.find(chosen) if shown else None
    return render(
        desk,
        "studio/forms.html",
        studio.paths.start,
        studio=studio,
        document=document,
        tabs=_tabs(studio, documents, document, "form"),
        form=shown,
        labels=_labels(studio.entity, desk.locale),
        missing=[one for one in _plain(studio.entity) if one.id not in there],
        locales=things.ordered(desk.locale),
        chosen=chosen if place else "",
        wide=bool(typed.get("wide")) if typed else bool(place and place[0][place[1]].get("wide")),
        conditions=_conditions(studio, place, again=bool(typed)),
        wrong=wrong,
        say_id=_say_id,
        text_of=lambda section: _section_text(section, desk.locale),
    )


def _say_id(one: Mapping[str, Any]) -> str:
    return str(one.get("id") or one["name"])


def _section_text(section: Mapping[str, Any], locale: str) -> str:
    label = section.get("label", "")
    if isinstance(label, Mapping):
        return label_text(label, locale, str(section["name"]))
    return str(label or section["name"])


def _conditions(
    studio: Studio, place: tuple[list[Any], int] | None, *, again: bool
) -> list[ConditionInput]:
    """The conditions of a field's place, or `again` as they were sent."""
    if place is None or studio.entity is None:
        return []
    one, entity = place[0][place[1]], studio.entity
    if again:
        return [conditions.again(studio, entity, key, request.form) for key in _CONDITIONS]
    return [conditions.shown(studio, entity, key, str(one.get(key, ""))) for key in _CONDITIONS]


def _of(studio: Studio, kind: str) -> tuple[Document, ...]:
    """The live documents of a kind that are about the entity."""
    assert studio.entity is not None
    return tuple(
        one
        for one in studio.draft.documents
        if one.kind == kind
        and one.data.get("entity") == studio.entity.id
        and not one.data.get("archived")
        and one.data.get("type", "list") == "list"
    )


def _chosen(documents: tuple[Document, ...], wanted: str | None) -> Document | None:
    for one in documents:
        if one.id == wanted:
            return one
    return documents[0] if documents else None


def _tabs(
    studio: Studio, documents: tuple[Document, ...], current: Document | None, kind: str
) -> tuple[Tab, ...]:
    assert studio.entity is not None
    path = studio.paths.forms if kind == "form" else studio.paths.lists
    things: Mapping[str, Any] = studio.app.forms if kind == "form" else studio.app.views
    entity, locale = studio.entity.id, studio.desk.locale
    return tuple(
        Tab(
            _title(one, things.get(one.id), locale),
            path(entity, **{kind: one.id}),
            one is current,
        )
        for one in documents
    )


def _title(document: Document, thing: Any, locale: str) -> str:
    name = thing.text(locale) if thing else document.name
    if document.kind == "form":
        use = document.data.get("use", "edit")
        return f"{name} · {say(f'studio.form_use.{use}', locale)}"
    return str(name)


def _plain(entity: Entity) -> list[Any]:
    return [one for one in entity.live_fields if not one.system]


def _labels(entity: Entity, locale: str) -> dict[str, str]:
    return {one.id: one.text(locale) for one in entity.fields}


def arrange_form(visit: Visit, entity: str) -> Response | tuple[str, int]:
    """One button of the form room."""
    act, _, what = request.form.get("act", "").partition(":")
    typed = dict(request.form)

    def change(studio: Studio, arranged: Arranged) -> None:
        assert isinstance(arranged, ArrangedForm)
        if act in ("up", "down"):
            arranged.move_field(what, -1 if act == "up" else 1)
        elif act == "remove":
            arranged.remove_field(what)
        elif act == "add":
            arranged.add_field(typed.get(f"add.{what}", ""), what)
        elif act in ("section_up", "section_down"):
            arranged.move_section(what, -1 if act == "section_up" else 1)
        elif act == "section_remove":
            arranged.remove_section(what)
        elif act == "section_add":
            labels = {one: typed.get(f"section.{one}", "").strip() for one in things.ordered("en")}
            arranged.add_section({one: text for one, text in labels.items() if text})
        elif act == "place":
            section, _, at = typed.get("to", "").partition(":")
            arranged.place_field(what, section, int(at) if at.isdigit() and len(at) < 5 else 0)
        elif act == "set":
            arranged.set_field(what, _settings(studio, typed))

    return _arranged(visit, entity, "form", ArrangedForm, change, typed)


def _settings(studio: Studio, typed: Mapping[str, str]) -> dict[str, Any]:
    """The settings of a field's place as they are kept; raises _Wrong."""
    found: dict[str, Any] = {"wide": bool(typed.get("wide"))}
    return {**found, **_sent(studio, _CONDITIONS)}


def _sent(studio: Studio, keys: Iterable[str]) -> dict[str, str]:
    """Conditions as they are kept, by their key; raises _Wrong."""
    assert studio.entity is not None
    asked = {key: conditions.sent(studio, studio.entity, key, request.form) for key in keys}
    wrong = [key for key, one in asked.items() if not one.right]
    if wrong:
        text = say("studio.condition_wrong", studio.desk.locale)
        raise _Wrong({key: [text] for key in wrong})
    return {key: conditions.in_ids(studio, studio.entity, one) for key, one in asked.items()}


class _Wrong(Exception):
    """What was typed is refused, by input."""

    def __init__(self, wrong: Mapping[str, list[str]]) -> None:
        super().__init__()
        self.wrong = wrong


def _arranged(
    visit: Visit,
    entity: str,
    kind: str,
    shape: Callable[[Mapping[str, Any]], Arranged],
    change: Callable[[Studio, Arranged], None],
    typed: Mapping[str, str],
) -> Response | tuple[str, int]:
    """Change the chosen document in the draft, and show the room again."""

    def work(desk: Desk) -> str:
        studio = studio_of(desk, f"{kind}s", entity)
        document = _chosen(_of(studio, kind), typed.get(kind))
        paths = studio.paths
        if document is None:
            return paths.fields(entity)
        arranged = shape(document.data)
        change(studio, arranged)
        try:
            drafts.put_sound(desk.tx, desk.caller, [document.with_data(arranged.data)])
        except Invalid as error:
            keys = {one.pointer.rpartition("/")[2]: one.text(desk.locale) for one in error.problems}
            raise _Wrong({key: [text] for key, text in keys.items()}) from error
        if kind == "form":
            return paths.forms(entity, form=document.id)
        return paths.lists(entity, view=document.id)

    try:
        return redirect(visit.write(work), 303)
    except _Wrong as error:
        with visit.reading() as desk:
            page = _form_page if kind == "form" else _list_page
            return page(desk, entity, typed, error.wrong), 422


def make_form(visit: Visit, entity: str) -> Response:
    """Make the full form of an entity that has none, with all its fields in one section."""

    def work(desk: Desk) -> str:
        studio = studio_of(desk, "forms", entity)
        assert studio.entity is not None
        if not _of(studio, "form"):
            label = {one: say("studio.first_section", one) for one in things.ordered("en")}
            places = [{"field": one.name} for one in _plain(studio.entity)]
            data = {
                "kind": "form",
                "name": f"{studio.entity.name[:34]}_edit",
                "label": dict(studio.entity.label) or studio.entity.name,
                "entity": studio.entity.name,
                "sections": [{"name": "basics", "label": label, "fields": places}],
            }
            drafts.put_sound(desk.tx, desk.caller, [document_of(data)])
        return studio.paths.forms(entity)

    return redirect(visit.write(work), 303)


def lists(visit: Visit, entity: str) -> str:
    """A list of the entity: its columns, its records and their order."""
    with visit.reading() as desk:
        return _list_page(desk, entity, {}, {})


def _list_page(
    desk: Desk, entity: str, typed: Mapping[str, str], wrong: Mapping[str, list[str]]
) -> str:
    studio = studio_of(desk, "lists", entity)
    assert studio.entity is not None
    documents = _of(studio, "view")
    document = _chosen(documents, request.values.get("view"))
    shown = ArrangedList(document.data) if document else None
    there = {one["field"] for one in shown.columns} if shown else set()
    sort = list(shown.data.get("sort") or ()) if shown else []
    known = [one for one in studio.entity.live_fields if one.family != "tags"]
    return render(
        desk,
        "studio/lists.html",
        studio.paths.start,
        studio=studio,
        document=document,
        tabs=_tabs(studio, documents, document, "view"),
        view=shown,
        text_of=lambda path: _path_text(studio, path),
        missing=[one for one in studio.entity.live_fields if one.id not in there],
        narrowed=_narrowed(studio, document, again=bool(typed)),
        sort=sort[0] if sort else "",
        sorts=[
            Choice(sign + one.id, say(f"studio.sort{'_down' if sign else '_up'}", desk.locale,
                                      name=one.text(desk.locale)))
            for one in known
            for sign in ("", "-")
        ],
        wrong=wrong,
    )  # fmt: skip


def _narrowed(studio: Studio, document: Document | None, *, again: bool) -> ConditionInput | None:
    """Which records a list shows, or `again` as it was sent."""
    if document is None or studio.entity is None:
        return None
    if again:
        return conditions.again(studio, studio.entity, "filter", request.form)
    return conditions.shown(studio, studio.entity, "filter", str(document.data.get("filter", "")))


def _path_text(studio: Studio, path: str) -> str:
    """A column's path in words: `Customer · Owner`."""
    entity: Entity | None = studio.entity
    found = []
    for part in path.split("."):
        one = entity.by_id.get(part) if entity else None
        found.append(one.text(studio.desk.locale) if one else part)
        target = one.to if one and one.to else "member" if one and one.family == "owner" else None
        entity = studio.app.entities.get(target) if target else None
    return " · ".join(found)


def arrange_list(visit: Visit, entity: str) -> Response | tuple[str, int]:
    """One button of the list room."""
    act, _, what = request.form.get("act", "").partition(":")
    typed = dict(request.form)

    def change(studio: Studio, arranged: Arranged) -> None:
        assert isinstance(arranged, ArrangedList)
        if act in ("up", "down"):
            arranged.move_column(what, -1 if act == "up" else 1)
        elif act == "remove":
            arranged.remove_column(what)
        elif act == "add":
            arranged.add_column(typed.get("add", ""))
        elif act == "save":
            for one in list(arranged.columns):
                text = typed.get(f"width.{one['field']}", "").strip()
                arranged.widen(one["field"], _width(text, studio.desk.locale))
            arranged.narrow(_sent(studio, ["filter"])["filter"])
            arranged.sort_by(typed.get("sort", ""))

    return _arranged(visit, entity, "view", ArrangedList, change, typed)


def _width(text: str, locale: str) -> int | None:
    if not text:
        return None
    low, high = _WIDTHS
    if not text.isascii() or not text.isdigit() or len(text) > 5 or not low <= int(text) <= high:
        raise _Wrong({"width": [say("studio.width_wrong", locale, low=low, high=high)]})
    return int(text)
