"""The rooms of tag dimensions: their tags in rows, with how many records carry each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from fieldstone.engine import drafts
from fieldstone.engine.errors import Invalid, NotFound
from fieldstone.engine.suggested_names import suggested_name
from fieldstone.engine.tag_counts import tag_counts
from fieldstone.metadata.documents import Document, document_of

from ...desk import Desk, Visit
from ...rendering import notice
from ...rendering import page as render
from ...show.studio import things, uses
from ...show.studio.frame import Studio, studio_of
from ...show.studio.properties import kinds_of, labels_of, read_properties, typed_properties
from ...show.studio.settings import Read
from ...words import say
from .refusals import Wrong, kept, wrong_of


def listed(visit: Visit) -> str:
    """The dimensions, and the inputs of a new one."""
    with visit.reading() as desk:
        return _list(desk, {}, ())


def _list(desk: Desk, typed: Mapping[str, str], refused: Iterable[str]) -> str:
    studio = studio_of(desk, "tags")
    live = [one for one in studio.app.dimensions.values() if not one.archived]
    return render(
        desk,
        "studio/dimensions.html",
        studio.paths.start,
        studio=studio,
        dimensions=[
            (one, sum(not tag.archived for tag in one.tags)) for one in live
        ],
        typed=typed,
        refused=tuple(refused),
        locales=things.ordered(desk.locale),
    )  # fmt: skip


def create(visit: Visit) -> Response | tuple[str, int]:
    """Add a dimension without tags to the draft."""
    typed = dict(request.form)

    def work(desk: Desk) -> str:
        studio = studio_of(desk, "tags")
        labels = things.typed_labels(typed, "dimension")
        if not labels:
            raise Wrong({}, [say("studio.label_missing", desk.locale)])
        taken = set(studio.app.dimensions) | {one.name for one in studio.app.dimensions.values()}
        label = labels.get("en") or next(iter(labels.values()))
        name = suggested_name(label, taken, otherwise="dimension")
        data = {"kind": "tag_dimension", "id": name, "name": name, "label": labels, "tags": []}
        made = document_of(data, in_ids=True)
        try:
            drafts.put_sound(desk.tx, desk.caller, [made])
        except Invalid as error:
            raise wrong_of(studio, error.problems, made, "") from error
        return studio.paths.dimension(name)

    return kept(visit, work, lambda desk, error: _list(desk, typed, error.lines))


def edit(visit: Visit, dimension: str) -> str:
    """One dimension with its tags."""
    with visit.reading() as desk:
        return _form(desk, dimension, None)


def _document(studio: Studio, dimension: str) -> Document:
    found = studio.draft.document("tag_dimension", dimension)
    if found is None or found.data.get("archived"):
        raise NotFound.because("draft.unknown", document=f"tag_dimension/{dimension[:100]}")
    return found


def _typed(data: Mapping[str, Any]) -> dict[str, str]:
    """A dimension's data (in ids) as its inputs show it."""
    found = {f"label.{key}": one for key, one in things.labels_of(data.get("label")).items()}
    found["exclusive"] = "1" if data.get("exclusive") else ""
    tags = sorted(data["tags"], key=lambda one: bool(one.get("archived")))
    found.update(things.typed_of(tags, "tag"))
    for at, one in enumerate(tags):
        found.update(typed_properties(one, tags, f"tag.{at}."))
    return found


def _form(
    desk: Desk,
    dimension: str,
    typed: Mapping[str, str] | None,
    error: Wrong | None = None,
    spare: int = 2,
) -> str:
    studio = studio_of(desk, "tags")
    document = _document(studio, dimension)
    filled = typed or _typed(document.data)
    return render(
        desk,
        "studio/dimension.html",
        studio.paths.start,
        studio=studio,
        id=dimension,
        text=things.text_of(document.data, desk.locale),
        typed=filled,
        wrong=error.wrong if error else {},
        problems=error.lines if error else (),
        rows=things.rows(filled, "tag", desk.locale, spare),
        held=tag_counts(desk.tx, dimension),
        used=uses.of_things(studio, "tag", dimension),
        used_by_all=uses.of_things(studio, "tag_dimension").get(dimension, ()),
        properties=kinds_of(document.data["tags"]),
        property_labels=labels_of(studio.app.dimensions[dimension].property_labels, desk.locale),
        colors=things.COLORS,
        locales=things.ordered(desk.locale),
    )


def save(visit: Visit, dimension: str) -> Response | tuple[str, int] | str:
    """Change a dimension in the draft, or move one of its rows."""
    typed = {key: value for key, value in request.form.items() if key != "csrf_token"}
    moved = things.pressed(typed, "tag")
    if moved is not None:
        with visit.reading() as desk:
            return _form(desk, dimension, moved)
    return kept(
        visit,
        lambda desk: _keep(desk, dimension, typed),
        lambda desk, error: _form(desk, dimension, typed, error, spare=0),
    )


def _keep(desk: Desk, dimension: str, typed: Mapping[str, str]) -> str:
    studio = studio_of(desk, "tags")
    document = _document(studio, dimension)
    before = document.data["tags"]
    found = Read(dict(document.data))
    labels = things.typed_labels(typed, "label")
    if not labels:
        found.refuse("label", say("studio.label_missing", desk.locale))
    placed = things.placed(typed, "tag")

    def change(row: things.ThingRow, tag: dict[str, Any]) -> None:
        values = read_properties(found, placed, before, desk.locale, f"tag.{row.at}.")
        tag.pop("properties", None)
        if values:
            tag["properties"] = values

    tags = things.read(placed, "tag", before, "tag", change)
    if found.wrong:
        raise Wrong(found.wrong)
    data = {**document.data, "label": labels, "tags": tags, "exclusive": True}
    if not typed.get("exclusive"):
        del data["exclusive"]
    try:
        drafts.put_sound(desk.tx, desk.caller, [document.with_data(data)])
    except Invalid as error:
        raise wrong_of(studio, error.problems, document, "/") from error
    notice(desk, say("studio.kept", desk.locale, name=things.text_of(data, desk.locale)))
    return studio.paths.dimension(dimension)
