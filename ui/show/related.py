"""Related records: what points at a record, a tab for each kind, and the composer of notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fieldstone.engine import access, query
from fieldstone.engine.query import ListRequest
from fieldstone.engine.query.request import Pointing
from fieldstone.engine.records import preview
from fieldstone.engine.records.record import Record
from fieldstone.metadata.model import Entity, Field, FormField

from ..desk import Desk
from ..words import inside
from .beside import along, question_of
from .forms import FormMaker, Slot, form_of
from .lists import ListModel, headings, rows_of, spots_of
from .naming import target_of, titles_of
from .typed import Typed, wire

_MOST = 20
_ORDER = "-created_at"


@dataclass(frozen=True)
class Inverse:
    """What points at a record: the entity, its reference field, and the inverse's name."""

    name: str
    entity: Entity
    field: Field

    def text(self, locale: str) -> str:
        label = self.field.inverse_label
        return label.get(locale) or label.get("en") or self.entity.plural_text(locale)

    def condition(self, record_id: int) -> Pointing:
        return Pointing(self.field.id, record_id)


def inverses_of(desk: Desk, entity: Entity) -> tuple[Inverse, ...]:
    """The kinds of records that point at an entity's and that the caller may read."""
    found = []
    for name, (child, one) in desk.app.inverses.get(entity.id, {}).items():
        if desk.may("read", child) and one.id in access.readable(desk.app, desk.caller, child.id):
            found.append(Inverse(name, child, one))
    return tuple(found)


def number_of(desk: Desk, inverse: Inverse, record_id: int) -> str:
    """How many there are, as a tab says it."""
    request = ListRequest(entity_id=inverse.entity.id, where=(inverse.condition(record_id),))
    return desk.formats.number(query.count(desk.tx, desk.caller, request), 0)


def related_list(desk: Desk, entity: Entity, record: Record, inverse: Inverse) -> ListModel:
    """The first records of a tab, without the column that says what the page says already."""
    child = inverse.entity
    views = desk.app.views_of(child.id)
    view = next((one for one in views if not one.filter), None)
    spots = tuple(
        spot for spot in spots_of(desk, child, view, None) if spot.fields[0].id != inverse.field.id
    )
    page = query.page(
        desk.tx,
        desk.caller,
        ListRequest(
            entity_id=child.id,
            where=(inverse.condition(record.id),),
            sort=_ORDER,
            fields=tuple(spot.names for spot in spots),
            limit=_MOST,
        ),
    )
    back = desk.paths.record(entity.name, record.id, tab=inverse.name, **along())
    of = f"{inverse.field.name}.{record.id}"
    question = question_of({"of": of, "sort": _ORDER})
    create = desk.paths.new(child.name, **{inverse.field.name: str(record.id), "next": back})
    return ListModel(
        title=inverse.text(desk.locale),
        singular=child.text(desk.locale),
        icon=child.icon or "list",
        path=desk.paths.list(child.name),
        columns=headings(desk, spots, ()),
        rows=rows_of(desk, child, spots, page.records, page.titles, question),
        create=create if desk.may("create", child) else None,
        all=desk.paths.list(child.name, of=of) if page.next_cursor else None,
    )


@dataclass(frozen=True)
class Composer:
    """The quick way to write down what happened: a text and the few fields that go with it."""

    inverse: str
    what: str
    action: str
    full: str
    text: Slot
    slots: tuple[Slot, ...]
    problems: tuple[str, ...] = ()
    kept: Mapping[str, str] | None = None
    back: str | None = None
    """The page in which it was opened in place, and that one returns to."""


def composed(desk: Desk, entity: Entity) -> tuple[Inverse, Field] | None:
    """The kind of record one writes from here: it demands a text and a time; or None."""
    for inverse in inverses_of(desk, entity):
        if not desk.may("create", inverse.entity):
            continue
        must = [one for one in inverse.entity.live_fields if one.required and not one.system]
        text = next((one for one in must if one.family == "long_text"), None)
        if text and any(one.family == "datetime" for one in must):
            return inverse, text
    return None


def composer_of(
    desk: Desk,
    entity: Entity,
    record: Record,
    posted: Mapping[str, Typed] | None = None,
    problems: Mapping[str, tuple[str, ...]] | None = None,
    whole: tuple[str, ...] = (),
    back: str | None = None,
) -> Composer | None:
    """The composer of a record, with what was typed and what was wrong with it.

    It stands on the record's page; with `back` it was opened on another, and leads there again.
    """
    found = composed(desk, entity)
    if found is None:
        return None
    inverse, text = found
    child = inverse.entity
    typed_now = {**(posted or {}), inverse.field.name: (str(record.id),)}
    maker = maker_of(desk, child, typed_now, problems or {})
    places = _places(desk, child, inverse, text)
    slots = [slot for place in places if (slot := maker.slot(place)) and not slot.read_only]
    body = maker.slot(FormField(field=text.id))
    if body is None:
        return None
    then = back or desk.paths.record(entity.name, record.id, **along())
    return Composer(
        inverse=inverse.name,
        what=inside(child.text(desk.locale), desk.locale),
        action=desk.paths.act(entity.name, record.id, f"compose/{inverse.name}", **along()),
        full=desk.paths.new(child.name, **{inverse.field.name: str(record.id), "next": then}),
        text=body,
        slots=tuple(slots),
        problems=(*whole, *body.problems),
        kept={"next": back} if back else {},
        back=back,
    )


def maker_of(
    desk: Desk,
    child: Entity,
    posted: Mapping[str, Typed],
    problems: Mapping[str, tuple[str, ...]],
) -> FormMaker:
    """What makes the composer's slots: a new record that points here, with what was typed."""
    values = wire_values(desk, child, posted)
    seen = preview.of_new(desk.tx, desk.caller, child.id, values)
    titles = titles_for(desk, child, seen.values)
    shown = {name: value for name, value in posted.items() if any(one.strip() for one in value)}
    return FormMaker(desk, child, seen, "create", titles, shown, problems)


def wire_values(desk: Desk, entity: Entity, posted: Mapping[str, Typed]) -> dict[str, object]:
    """What was typed, as the API speaks it, for the fields that the caller may set."""

    may_write = access.writable(desk.app, desk.caller, entity.id, "create")
    return {
        one.name: value
        for one in entity.live_fields
        if one.name in posted and one.id in may_write
        if (value := wire(one, posted[one.name], desk.tx.zone)) not in (None, [])
    }


def titles_for(
    desk: Desk, entity: Entity, values: Mapping[str, object]
) -> dict[tuple[str, int], str]:
    """The titles of what a record's references point at."""

    wanted: dict[str, set[int]] = {}
    for one in entity.live_fields:
        target, held = target_of(one), values.get(one.id)
        if target and isinstance(held, int):
            wanted.setdefault(target, set()).add(held)
    return titles_of(desk, wanted)


def _places(desk: Desk, child: Entity, inverse: Inverse, text: Field) -> list[FormField]:
    """The fields of the short form, else those that must be filled; not the text itself."""
    form = form_of(desk.app, child, "quick")
    if form:
        places = [place for section in form.sections for place in section.fields]
    else:
        places = [FormField(field=one.id) for one in child.live_fields if one.required]
    left_out = {inverse.field.id, text.id}
    return [
        FormField(field=place.field, required_when=place.required_when)
        for place in places
        if place.field not in left_out
    ]
