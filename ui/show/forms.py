"""Forms: sections and slots of a generated form, made from a declared form or from the entity."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from fieldstone.engine import access
from fieldstone.engine.records.preview import Preview
from fieldstone.metadata.expression import PARENT, parse
from fieldstone.metadata.expression.tree import Path
from fieldstone.metadata.model import App, Entity, Field, Form, FormField, FormSection
from fieldstone.metadata.problems import Problem

from ..desk import Desk
from .kinds import shown_as
from .lists import Tab
from .marks import hue
from .naming import Titles, shower, target_of
from .typed import Typed, record_ids, typed
from .values import Shown

_SHAPES = {1: "", 2: "two", 3: "three"}
_NEVER_TYPED = frozenset({"formula", "auto_number", "tier", "stage"})

_MISSING, _MISSING_HERE = "field.required", "stage.field_needed"
"""A value that is always asked for, and one that is asked for by a stage."""


@dataclass(frozen=True)
class Option:
    """An option of a slot, by its name."""

    name: str
    text: str
    hue: str = ""
    hint: str = ""
    chosen: bool = False


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A field in a form: what is typed there, what may be, and what is wrong with it.

    What `stays` has a value that may become another, but not empty.
    """

    id: str
    name: str
    type: str
    look: str
    label: str
    values: Typed = ()
    shown: Shown
    options: tuple[Option, ...] = ()
    problems: tuple[str, ...] = ()
    help: str = ""
    placeholder: str = ""
    unit: str = ""
    picker: str = ""
    follows: str = ""
    max_length: int | None = None
    most: int | None = None
    required: bool = False
    stays: bool = False
    read_only: bool = False
    visible: bool = True
    wide: bool = False

    @property
    def value(self) -> str:
        return self.values[-1] if self.values else ""


@dataclass(frozen=True)
class Section:
    """A titled group of slots; its shape is how many columns it has."""

    name: str
    text: str
    shape: str
    slots: tuple[Slot, ...]
    visible: bool = True


@dataclass(frozen=True, kw_only=True)
class FormModel:
    """Everything that the template of a form shows."""

    title: str
    action: str
    cancel: str
    sections: tuple[Section, ...]
    live: str = ""
    crumb: Tab | None = None
    version: int | None = None
    back: str = ""
    problems: tuple[str, ...] = ()
    locked: str = ""
    again: bool = False
    before: str = ""

    @property
    def slots(self) -> tuple[Slot, ...]:
        return tuple(slot for section in self.sections for slot in section.slots)

    @property
    def wrong(self) -> int:
        return sum(1 for slot in self.slots if slot.problems)


def form_of(app: App, entity: Entity, use: str = "edit") -> Form | None:
    """The declared form of an entity for a use, or None."""
    return next((one for one in app.forms_of(entity.id) if one.use == use), None)


def layout_of(app: App, entity: Entity) -> tuple[FormSection, ...]:
    """The sections of the entity's form, or one section with all its fields."""
    form = form_of(app, entity)
    if form and form.sections:
        return form.sections
    own = [one for one in entity.live_fields if not one.system]
    fields = tuple(FormField(field=one.id, wide=one.family in ("long_text", "tags")) for one in own)
    return (FormSection(id="all", name="all", columns=2, fields=fields),)


@dataclass(frozen=True)
class FormMaker:
    """Makes slots for one entity: from a preview (what holds now) and what was typed."""

    desk: Desk
    entity: Entity
    preview: Preview
    verb: str
    titles: Titles
    posted: Mapping[str, Typed] = field(default_factory=dict)
    problems: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    locked: bool = False

    def sections(self, layout: Iterable[FormSection]) -> tuple[Section, ...]:
        """The sections of a layout, hidden ones marked as such."""
        found = []
        for section in layout:
            if section.archived:
                continue
            visible = self.preview.holds(section.visible_when)
            slots = [self.slot(place, visible) for place in section.fields]
            kept = tuple(slot for slot in slots if slot is not None)
            if kept:
                label = section.text(self.desk.locale) if section.label else ""
                found.append(
                    Section(section.name, label, _SHAPES.get(section.columns, "two"), kept, visible)
                )
        return tuple(found)

    def slot(self, place: FormField, visible: bool = True) -> Slot | None:
        """The slot of a field, or None where there is nothing to show or type."""
        one = self.entity.by_id.get(place.field)
        known = access.readable(self.desk.app, self.desk.caller, self.entity.id)
        if one is None or one.archived or one.id not in known:
            return None
        read_only = self._read_only(one, place)
        if read_only and self.verb == "create" and one.family != "auto_number":
            return None
        return self._make(one, place, read_only, visible and self.preview.holds(place.visible_when))

    def _read_only(self, one: Field, place: FormField) -> bool:
        may_write = access.writable(
            self.desk.app, self.desk.caller, self.entity.id,
            "create" if self.verb == "create" else "update",
        )  # fmt: skip
        if self.locked or one.id not in may_write or one.family in _NEVER_TYPED:
            return True
        return place.read_only_when is not None and self.preview.holds(place.read_only_when)

    def _make(self, one: Field, place: FormField, read_only: bool, visible: bool) -> Slot:
        desk, locale = self.desk, self.desk.locale
        value = self.preview.values.get(one.id)
        if one.family == "formula":
            value = self.preview.source.value(one.id)
        values = self.posted.get(one.name, typed(one, value, desk.tx.zone))
        return Slot(
            id=f"{self.entity.name}-{one.name}",
            name=one.name,
            type=one.family,
            look=one.look,
            label=one.text(locale),
            values=values,
            shown=shower(desk, self.titles).show(shown_as(desk.app, self.entity, one), value),
            options=self._options(one, values),
            problems=self.problems.get(one.name, ()),
            help=one.help.get(locale) or one.help.get("en") or "",
            placeholder=one.placeholder.get(locale) or one.placeholder.get("en") or "",
            unit=self._unit(one),
            picker=desk.paths.picker(self.entity.name, one.name) if target_of(one) else "",
            follows=" ".join(_followed(desk.app, self.entity, one)),
            max_length=one.max_length,
            most=None if one.max is None else int(one.max),
            required=self._required(one, place),
            stays=one.transitions is not None and self.preview.before.get(one.id) is not None,
            read_only=read_only,
            visible=visible,
            wide=place.wide,
        )

    def _required(self, one: Field, place: FormField) -> bool:
        if one.required:
            return True
        return any(
            condition is not None and self.preview.holds(condition)
            for condition in (one.required_when, place.required_when)
        )

    def _unit(self, one: Field) -> str:
        if one.family == "money":
            return self.desk.formats.currency_mark
        return "%" if one.family == "percent" else ""

    def _options(self, one: Field, values: Typed) -> tuple[Option, ...]:
        target = target_of(one)
        if target:
            return tuple(
                Option(str(found), self.titles.get((target, found), str(found)), chosen=True)
                for found in record_ids(values)
            )
        locale = self.desk.locale
        before = self.preview.before.get(one.id)
        following = (
            {each.id for each in one.follow(before)} if one.transitions is not None else None
        )
        return tuple(
            Option(
                option.name, option.text(locale), hue(option, one.options),
                option.description.get(locale, ""), option.name in values,
            )
            for option in one.options
            if option.name in values
            or option.id == before
            or (not option.archived if following is None else option.id in following)
        )  # fmt: skip


def _followed(app: App, entity: Entity, one: Field) -> list[str]:
    """The names of the form's fields that what the picker offers depends on."""
    if one.where is None:
        return []
    found = []
    for node in parse(one.where).walk():
        if isinstance(node, Path) and node.names[0].text == PARENT and len(node.names) > 1:
            other = entity.by_id.get(node.names[1].text)
            if other and other.name not in found:
                found.append(other.name)
    return found


def sorted_problems(
    problems: Iterable[Problem], names: Iterable[str], locale: str
) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Problems by the field of the form they stand at, and those of the whole form."""
    known = set(names)
    by_field: dict[str, tuple[str, ...]] = {}
    whole: list[str] = []
    problems = tuple(problems)
    missing = {one.pointer for one in problems if one.id == _MISSING}
    for problem in problems:
        if problem.id == _MISSING_HERE and problem.pointer in missing:
            continue  # it is said already
        name = problem.pointer.strip("/").split("/")[0]
        if name in known:
            by_field[name] = (*by_field.get(name, ()), problem.text(locale))
        else:
            whole.append(problem.text(locale))
    return by_field, tuple(dict.fromkeys(whole))


def before_text(slots: Iterable[Slot]) -> str:
    """What the inputs held when the form was opened, to be sent along with it."""
    return json.dumps({slot.name: slot.values for slot in slots if not slot.read_only},
                      ensure_ascii=False, separators=(",", ":"))  # fmt: skip


def read_before(text: str) -> dict[str, Typed]:
    """The other way; nothing where it cannot be read."""
    try:
        found: Any = json.loads(text)
        return {str(name): tuple(str(one) for one in values) for name, values in found.items()}
    except (ValueError, AttributeError, TypeError):
        return {}


def unshaped(values: Typed) -> Typed:
    """What was typed without what the browser adds: empty texts, line ends of two signs."""
    return tuple(one.replace("\r\n", "\n").strip() for one in values if one.strip())


def with_problems(model: FormModel, whole: tuple[str, ...]) -> FormModel:
    """The same form with problems of the whole record."""
    return replace(model, problems=whole)
