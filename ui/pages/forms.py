"""Forms: making and changing a record; what was typed stays, whatever happens."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from flask import make_response, redirect, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from fieldstone.engine import access, records
from fieldstone.engine.errors import Forbidden, Invalid, Refused, Stale, Unavailable
from fieldstone.engine.records import preview
from fieldstone.engine.records.record import Record
from fieldstone.engine.records.stage import locked_in
from fieldstone.metadata.model import Entity, Field, FormSection, Stage
from fieldstone.metadata.problems import Problem

from .. import security
from ..desk import Desk, Visit
from ..rendering import fragment, notice
from ..rendering import page as render
from ..show.conflicts import ConflictModel, conflict_of
from ..show.forms import (
    FormMaker,
    FormModel,
    Slot,
    before_text,
    layout_of,
    read_before,
    sorted_problems,
)
from ..show.lists import Tab
from ..show.naming import target_of, title_of, titles_of
from ..show.typed import Typed, record_ids, wire
from ..words import inside, say

_TAKE = "take."


@dataclass(frozen=True)
class Filling:
    """A form being filled in: on one entity, for a new record or one that is there."""

    desk: Desk
    entity: Entity
    record: Record | None = None

    @property
    def verb(self) -> str:
        return "update" if self.record else "create"

    @property
    def locked(self) -> Stage | None:
        """The stage that the record is locked in."""
        return locked_in(self.entity, self.record.values) if self.record else None

    @property
    def layout(self) -> tuple[FormSection, ...]:
        return layout_of(self.desk.app, self.entity)

    def fields(self) -> list[Field]:
        """The fields that the form shows, in its order."""
        ids = [place.field for section in self.layout for place in section.fields]
        known = self.entity.by_id
        return [known[one] for one in ids if one in known and not known[one].archived]

    def maker(
        self,
        posted: Mapping[str, Typed],
        problems: Mapping[str, tuple[str, ...]] | None = None,
    ) -> FormMaker:
        """What makes the slots, given what was typed."""
        desk, entity = self.desk, self.entity
        values = self.as_wire(posted)
        if self.record:
            seen = preview.of_change(desk.tx, desk.caller, entity.id, self.record.values, values)
        else:
            seen = preview.of_new(desk.tx, desk.caller, entity.id, values)
        titles = self._titles(posted, seen.values)
        locked = self.locked is not None
        return FormMaker(desk, entity, seen, self.verb, titles, posted, problems or {}, locked)

    def as_wire(self, posted: Mapping[str, Typed]) -> dict[str, Any]:
        """What was typed into fields that the caller may set, as the API speaks it."""
        may_write = access.writable(
            self.desk.app, self.desk.caller, self.entity.id,
            "update" if self.record else "create",
        )  # fmt: skip
        zone = self.desk.tx.zone
        return {
            one.name: wire(one, posted[one.name], zone)
            for one in self.entity.live_fields
            if one.name in posted and one.id in may_write and one.family != "stage"
        }

    def _titles(
        self, posted: Mapping[str, Typed], values: Mapping[str, Any]
    ) -> dict[tuple[str, int], str]:
        wanted: dict[str, set[int]] = {}
        for one in self.entity.live_fields:
            target = target_of(one)
            if target is None:
                continue
            typed_ids = record_ids(posted.get(one.name, ()))
            held = values.get(one.id)
            wanted.setdefault(target, set()).update([*typed_ids, *([held] if held else [])])
        return titles_of(self.desk, wanted)


def new(visit: Visit, entity: str) -> str:
    """An empty form; parameters of the address fill fields in (`?customer=12`)."""
    with visit.reading() as desk:
        found = desk.entity(entity)
        access.entity_for(desk.app, desk.caller, found.id, "create")
        filling = Filling(desk, found)
        names = {one.name for one in found.live_fields}
        given = {name: (value,) for name, value in request.args.items() if name in names}
        maker = filling.maker(given)
        # What the address brings may decide defaults, so the inputs show what came of it.
        model = _model(filling, replace(maker, posted={}))
        return render(desk, "form.html", desk.paths.list(found.name), form=model)


def create(visit: Visit, entity: str) -> Response:
    """Make the record, or show the form again with what is wrong."""
    posted = posted_of(request.form)

    def make(desk: Desk) -> tuple[str, int]:
        filling = Filling(desk, desk.entity(entity))
        access.entity_for(desk.app, desk.caller, filling.entity.id, "create")
        slots = slots_of(filling.maker(posted), filling)
        with demanding(slots, filling, posted):
            made = records.create(
                desk.tx, desk.caller, filling.entity.id, filling.as_wire(kept_of(slots, posted))
            )
        what = made.title or filling.entity.text(desk.locale)
        notice(desk, say("form.created", desk.locale, what=what))
        return filling.entity.name, made.id

    try:
        name, number = visit.write(make)
    except Refused as error:
        return _again(visit, entity, None, posted, error)
    if request.form.get("again"):
        return redirect(visit.paths.new(name), 303)
    otherwise = visit.paths.record(name, number)
    return redirect(security.safe_target(request.form.get("next"), otherwise), 303)


def edit(visit: Visit, entity: str, record_id: int) -> str:
    """The form of a record."""
    with visit.reading() as desk:
        filling = of_record(desk, entity, record_id)
        access.entity_for(desk.app, desk.caller, filling.entity.id, "update")
        model = _model(filling, filling.maker({}))
        return render(desk, "form.html", desk.paths.list(filling.entity.name), form=model)


def save(visit: Visit, entity: str, record_id: int) -> Response:
    """Write what was changed. What another wrote meanwhile is never lost: fields that both
    changed are shown side by side, the others come together by themselves.
    """
    posted = posted_of(request.form)
    try:
        version = int(request.form.get("version", ""))
    except ValueError:
        version = None
    try:
        target = _write(visit, entity, record_id, version, posted)
    except Stale as error:
        return _merge(visit, entity, record_id, posted, error)
    except Refused as error:
        return _again(visit, entity, record_id, posted, error)
    return redirect(security.safe_target(request.form.get("next"), target), 303)


def live_new(visit: Visit, entity: str) -> str:
    """The form's fields as they would be with what is typed now."""
    with visit.reading() as desk:
        filling = Filling(desk, desk.entity(entity))
        return fragment(
            "form_fields.html", form=_model(filling, filling.maker(posted_of(request.form)))
        )


def live_edit(visit: Visit, entity: str, record_id: int) -> str:
    """The same for a record that is there."""
    with visit.reading() as desk:
        filling = of_record(desk, entity, record_id)
        return fragment(
            "form_fields.html", form=_model(filling, filling.maker(posted_of(request.form)))
        )


def of_record(desk: Desk, entity: str, record_id: int) -> Filling:
    found = desk.entity(entity)
    return Filling(desk, found, records.get(desk.tx, desk.caller, found.id, record_id))


def posted_of(form: MultiDict[str, str]) -> dict[str, Typed]:
    """What was sent, by field; where a conflict was decided for the other's value, not at all."""
    theirs = {
        name.removeprefix(_TAKE)
        for name in form
        if name.startswith(_TAKE) and form[name] == "theirs"
    }
    return {name: tuple(form.getlist(name)) for name in form if name not in theirs}


def slots_of(maker: FormMaker, filling: Filling) -> list[Slot]:
    sections = maker.sections(filling.layout)
    return [
        slot
        for section in sections
        if section.visible
        for slot in section.slots
        if slot.visible and not slot.read_only
    ]


def kept_of(slots: Iterable[Slot], posted: Mapping[str, Typed]) -> dict[str, Typed]:
    """What was typed into fields that are visible: a hidden one keeps what it has."""
    return {slot.name: posted[slot.name] for slot in slots if slot.name in posted}


@contextmanager
def demanding(
    slots: Iterable[Slot], filling: Filling, posted: Mapping[str, Typed]
) -> Iterator[None]:
    """Refuse a write where the form asks for a value, together with all that the engine finds."""
    missing = missing_in(slots, filling, posted)
    try:
        yield
    except (Stale, Unavailable):
        raise
    except Refused as error:
        known = {(problem.id, problem.pointer) for problem in error.problems}
        more = [problem for problem in missing if (problem.id, problem.pointer) not in known]
        if not more or error.status in (401, 403, 404):
            raise
        raise Invalid([*more, *error.problems]) from error
    if missing:
        raise Invalid(missing)


def missing_in(
    slots: Iterable[Slot], filling: Filling, posted: Mapping[str, Typed]
) -> list[Problem]:
    """The empty ones of the fields that the form, or the entity behind it, asks for."""
    zone = filling.desk.tx.zone
    missing = []
    for slot in slots:
        one = filling.entity.field_named(slot.name)
        if one is None or not slot.required:
            continue
        if filling.record and (one.required or one.required_when):
            continue  # what was empty before need not be filled in to mend something else
        if wire(one, posted.get(slot.name, ()), zone) in (None, []):
            params = {"field": one}
            missing.append(Problem("field.required", params, pointer=f"/{slot.name}"))
    return missing


def _write(
    visit: Visit, entity: str, record_id: int, version: int | None, posted: Mapping[str, Typed]
) -> str:
    before = read_before(request.form.get("before", ""))

    def change(desk: Desk) -> str:
        filling = of_record(desk, entity, record_id)
        slots = slots_of(filling.maker(posted), filling)
        values = changed_since(filling, kept_of(slots, posted), before)
        with demanding(slots, filling, posted):
            saved = records.update(
                desk.tx, desk.caller, filling.entity.id, record_id, version, values
            )
        notice(desk, say("form.saved", desk.locale, what=saved.title or ""))
        return desk.paths.record(filling.entity.name, record_id)

    return visit.write(change)


def changed_since(
    filling: Filling, posted: Mapping[str, Typed], before: Mapping[str, Typed]
) -> dict[str, Any]:
    """The values that the person changed since the form was opened."""
    now, then = filling.as_wire(posted), filling.as_wire({**posted, **before})
    return {
        name: value
        for name, value in now.items()
        if name not in before or _key(value) != _key(then.get(name))
    }


def _key(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else value


def _merge(
    visit: Visit, entity: str, record_id: int, posted: dict[str, Typed], error: Stale
) -> Response:
    """Put together what two people changed, or show what they both did."""
    before = read_before(request.form.get("before", ""))
    with visit.reading() as desk:
        filling = of_record(desk, entity, record_id)
        assert filling.record is not None
        model: ConflictModel = conflict_of(desk, filling.entity, filling.record, posted, before)
        model = replace(model, back=security.safe_target(request.form.get("next"), ""))
        current = filling.record.version
        if model.differs:
            page = render(
                desk, "conflict.html", desk.paths.list(filling.entity.name), conflict=model
            )
            return make_response(page, 412)
    try:
        target = _write(visit, entity, record_id, current, posted)
    except Refused as refused:
        return _again(visit, entity, record_id, posted, refused)
    return redirect(security.safe_target(request.form.get("next"), target), 303)


def _again(
    visit: Visit, entity: str, record_id: int | None, posted: dict[str, Typed], error: Refused
) -> Response:
    """The form once more, each problem at its field."""
    if isinstance(error, Forbidden) or error.status in (404, 401):
        raise error
    with visit.reading() as desk:
        filling = (
            Filling(desk, desk.entity(entity))
            if record_id is None
            else of_record(desk, entity, record_id)
        )
        names = [one.name for one in filling.fields()]
        by_field, whole = sorted_problems(error.problems, names, desk.locale)
        model = _model(filling, filling.maker(posted, by_field), whole)
        page = render(desk, "form.html", desk.paths.list(filling.entity.name), form=model)
        return make_response(page, error.status)


def _model(filling: Filling, maker: FormMaker, whole: tuple[str, ...] = ()) -> FormModel:
    desk, entity, record = filling.desk, filling.entity, filling.record
    paths, locale = desk.paths, desk.locale
    sections = maker.sections(filling.layout)
    back = security.safe_target(request.values.get("next"), "")
    kept = request.form.get("before")
    model = FormModel(
        title=say("form.edit", locale, what=title_of(desk, record) or "")
        if record
        else say("form.new", locale, what=inside(entity.text(locale), locale)),
        action=paths.act(entity.name, record.id, "edit") if record else paths.new(entity.name),
        cancel=back
        or (paths.record(entity.name, record.id) if record else paths.list(entity.name)),
        sections=sections,
        crumb=Tab(entity.plural_text(locale), paths.list(entity.name)),
        version=_version(record),
        back=back,
        problems=whole,
        locked=say("stage.locked_here", locale, stage=filling.locked.text(locale))
        if filling.locked
        else "",
        again=record is None,
        live=_live(filling, entity, record),
    )
    return replace(model, before=kept or before_text(model.slots) if record else "")


def _version(record: Record | None) -> int | None:
    if record is None:
        return None
    sent = request.form.get("version", "")
    return int(sent) if sent.isdigit() else record.version


def _live(filling: Filling, entity: Entity, record: Record | None) -> str:
    """Where to ask what the form shows now, if that hangs on what is typed at all."""
    places = [place for section in filling.layout for place in section.fields]
    asks = any(section.visible_when for section in filling.layout) or any(
        place.visible_when or place.required_when or place.read_only_when for place in places
    )
    asks = asks or any(one.required_when for one in filling.fields())
    if not asks:
        return ""
    paths = filling.desk.paths
    if record:
        return paths.act(entity.name, record.id, "edit/live")
    return f"{paths.new(entity.name)}/live"
