"""Values: one field's value of one record, made ready for the template of the field's type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from fieldstone.engine.person_names import person_text
from fieldstone.metadata.model import Field, Option

from ..words import say
from .formats import Formats
from .marks import hue
from .phones import phone_text

RIGHT = frozenset({"integer", "decimal", "money", "percent"})
"""Types whose values stand at the right edge of a column."""


@dataclass(frozen=True)
class Mark:
    """A coloured word: an option's label, its hue and what it means."""

    text: str
    hue: str
    hint: str = ""


@dataclass(frozen=True)
class Link:
    """A record that a reference points at: its title and page, or the fact that it is gone."""

    text: str
    href: str | None = None
    gone: bool = False


@dataclass(frozen=True)
class Shown:
    """A value ready to be shown: `text` says it all, the rest lets a template say it better.

    `look` is the template, that of `type` where it is empty; `most` is the largest value.
    """

    type: str
    text: str = ""
    raw: Any = None
    hint: str = ""
    marks: tuple[Mark, ...] = ()
    link: Link | None = None
    empty: bool = False
    look: str = ""
    most: int | None = None

    @property
    def right(self) -> bool:
        """Whether the value is a number, to be set flush right."""
        return (self.look or self.type) in RIGHT


@dataclass(frozen=True)
class Shower:
    """Shows values for one reader: knows the formats and how to name the record of a reference.

    In a `table` dates stand under each other and are short; elsewhere they are written out.
    """

    formats: Formats
    link: Callable[[Field, int], Link] = field(default=lambda one, record_id: Link(str(record_id)))
    table: bool = False

    def show(self, one: Field, value: Any) -> Shown:
        """The value of field `one`, a Python value as the engine holds it."""
        if value is None or value == frozenset() or value == "":
            return Shown(one.family, raw=None, empty=True, look=one.look)
        way = _WAYS.get(one.look) or _WAYS.get(one.family, _plain)
        return replace(way(self, one, value, one.family), look=one.look)

    def mark(self, one: Field, option_id: str) -> Mark:
        """The mark of an option of `one`."""
        option = one.option(option_id)
        return self.option_mark(option, one.options) if option else Mark(option_id, "gray")

    def option_mark(self, option: Option, among: tuple[Option, ...]) -> Mark:
        """The mark of an option that stands among others."""
        locale = self.formats.locale
        hint = option.description.get(locale) or option.description.get("en") or ""
        return Mark(option.text(locale), hue(option, among), hint)


_Way = Callable[[Shower, Field, Any, str], Shown]


def _plain(shower: Shower, one: Field, value: Any, kind: str) -> Shown:
    return Shown(kind, str(value), value)


def _text(shower: Shower, one: Field, value: Any, kind: str) -> Shown:
    if not one.person:
        return _plain(shower, one, value, kind)
    text = person_text(value, shower.formats.locale)
    return Shown(kind, text, value, value if text != value else "")


def _phone(shower: Shower, one: Field, value: Any, kind: str) -> Shown:
    return Shown(kind, phone_text(value, shower.formats.locale), value)


def _boolean(shower: Shower, one: Field, value: Any, kind: str) -> Shown:
    return Shown(kind, say("value.yes" if value else "value.no", shower.formats.locale), value)


def _integer(shower: Shower, one: Field, value: Any, kind: str) -> Shown:
    return Shown(kind, shower.formats.number(value, 0), value)


def _rating(shower: Shower, one: Field, value: Any, kind: str) -> Shown:
    most = int(one.max) if one.max is not None else value
    text = say("value.stars_of", shower.formats.locale, stars=value, most=most)
    return Shown(kind, text, value, most=most)


def _decimal(shower: Shower, one: Field, value: Any, kind: str) -> Shown:
    scale = one.scale if one.family == "decimal" else None
    return Shown(kind, shower.formats.number(value, scale), value)


def _money(shower: Shower, one: Field, value: Any, kind: str) -> Shown:
    return Shown(kind, shower.formats.money(value), value)


def _percent(shower: Shower, one: Field, value: Any, kind: str) -> Shown:
    return Shown(kind, shower.formats.percent(value), value)


def _date(shower: Shower, one: Field, value: Any, kind: str) -> Shown:
    long = shower.formats.long_day(value)
    return Shown(kind, shower.formats.day(value) if shower.table else long, value, long)


def _datetime(shower: Shower, one: Field, value: Any, kind: str) -> Shown:
    formats = shower.formats
    return Shown(kind, formats.ago(value, table=shower.table), value, formats.exact(value))


def _option(shower: Shower, one: Field, value: Any, kind: str) -> Shown:
    mark = shower.mark(one, value)
    return Shown(kind, mark.text, value, mark.hint, (mark,))


def _tags(shower: Shower, one: Field, value: Any, kind: str) -> Shown:
    order = {option.id: at for at, option in enumerate(one.options)}
    ids = sorted(value, key=lambda tag: order.get(tag, len(order)))
    marks = tuple(shower.mark(one, tag) for tag in ids)
    return Shown(kind, "、".join(mark.text for mark in marks), value, "", marks)


def _reference(shower: Shower, one: Field, value: Any, kind: str) -> Shown:
    link = shower.link(one, value)
    return Shown(kind, link.text, value, "", (), link)


_WAYS: Mapping[str, _Way] = {
    "text": _text, "phone": _phone, "boolean": _boolean, "integer": _integer,
    "rating": _rating,
    "decimal": _decimal, "money": _money, "percent": _percent, "date": _date,
    "datetime": _datetime, "choice": _option, "stage": _option, "tier": _option,
    "tags": _tags, "reference": _reference, "owner": _reference, "member": _reference,
}  # fmt: skip
