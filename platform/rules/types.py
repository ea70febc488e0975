"""The static types of expressions, and how fields get theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ..metadata.model import (
    App,
    Called,
    Field,
    Labels,
    Named,
    Option,
    TagDimension,
    TierScheme,
    label_text,
)


@dataclass(frozen=True, slots=True)
class Type:
    """What kind of value an expression has.

    `kind` is text, number, money, boolean, date, datetime, choice, reference, tags or empty (of
    None alone). `scale` counts the digits after the point of number and money; `entity` is what a
    reference leads to; `options` names the set that a choice or tag is from (`options_of`).
    `unit` is what a number counts that is a duration (`units.UNITS`); a plain number has none.
    """

    kind: str
    scale: int = 0
    entity: str | None = None
    options: str | None = None
    unit: str | None = None

    @property
    def numeric(self) -> bool:
        """Whether it is a number or an amount of money."""
        return self.kind in ("number", "money")


TEXT = Type("text")
BOOLEAN = Type("boolean")
DATE = Type("date")
DATETIME = Type("datetime")
EMPTY = Type("empty")
INTEGER = Type("number")


@cache
def number(scale: int) -> Type:
    """A number with `scale` digits after the point."""
    return Type("number", scale)


@cache
def duration(unit: str, scale: int = 0) -> Type:
    """A number of days, hours or another unit of time."""
    return Type("number", scale, unit=unit)


@cache
def money(scale: int) -> Type:
    """An amount of money with `scale` digits after the point."""
    return Type("money", scale)


@cache
def computed(kind: str, scale: int, unit: str | None = None) -> Type:
    """What is reckoned of numbers or amounts of money."""
    return Type(kind, scale, unit=unit)


@cache
def reference(entity: str) -> Type:
    """A reference to a record of an entity."""
    return Type("reference", entity=entity)


_LABELS = {
    "text": {"en": "text", "zh-CN": "文本"},
    "number": {"en": "a number", "zh-CN": "数字"},
    "money": {"en": "an amount of money", "zh-CN": "金额"},
    "boolean": {"en": "a condition (true or false)", "zh-CN": "条件（是或否）"},
    "date": {"en": "a date", "zh-CN": "日期"},
    "datetime": {"en": "a time", "zh-CN": "时间"},
    "choice": {"en": "a choice", "zh-CN": "选项"},
    "reference": {"en": "a reference", "zh-CN": "关联数据"},
    "tags": {"en": "tags", "zh-CN": "标签"},
    "empty": {"en": "empty", "zh-CN": "空值"},
}

NO_VALUE = {"tags": "type.tags_value", "empty": "type.nothing"}
"""What is told of a kind that is many values at once, or never one."""
_LABELS_OF = {
    "choice": {"en": "a choice of {}", "zh-CN": "“{}”的选项"},
    "reference": {"en": "a reference to {}", "zh-CN": "指向“{}”的关联数据"},
}


@dataclass(frozen=True, slots=True)
class Words:
    """What people call a kind of type; sentences show it in the reader's language."""

    kind: str
    whose: Named | None = None

    @classmethod
    def of(cls, type_: Type, app: App | None = None) -> Words:
        """The words for a type; in an `app` also of which entity or list a value is."""
        return cls(type_.kind, _whose(type_, app) if app is not None else None)

    def text(self, locale: str) -> str:
        labels = _LABELS[self.kind] if self.whose is None else _LABELS_OF[self.kind]
        label = labels.get(locale, labels["en"])
        return label.format(self.whose.text(locale)) if self.whose is not None else label


def _whose(type_: Type, app: App) -> Named | None:
    """The entity that a reference leads to, or what declares the options of a choice."""
    if type_.kind == "reference" and type_.entity is not None:
        return app.entity(type_.entity)
    return _declares(app, type_.options) if type_.kind == "choice" and type_.options else None


def _declares(app: App, key: str) -> TierScheme | TagDimension | Field:
    """What declares a set of options, by the key of the set."""
    kind, _, name = key.partition(":")
    if kind == "scheme":
        return app.schemes[name]
    if kind == "dimension":
        return app.dimensions[name]
    entity_id, _, field_id = name.partition(".")
    return app.entity(entity_id).field(field_id)


def choice(options: str) -> Type:
    """One option of a set."""
    return Type("choice", options=options)


_PLAIN = {
    "text": TEXT,
    "long_text": TEXT,
    "email": TEXT,
    "phone": TEXT,
    "url": TEXT,
    "auto_number": TEXT,
    "integer": INTEGER,
    "boolean": BOOLEAN,
    "date": DATE,
    "datetime": DATETIME,
    "owner": reference("member"),
    "member": reference("member"),
}
PERCENT_SCALE = 4


def field_type(app: App, entity_id: str, field: Field) -> Type:
    """The type that reading a field gives; formulas have the type of their expression instead."""
    if field.system and field.id == "id":
        return reference(entity_id)
    if field.family in _PLAIN:
        return _PLAIN[field.family]
    if field.family == "decimal":
        return number(field.scale)
    if field.family == "percent":
        return number(field.scale or PERCENT_SCALE)
    if field.family == "money":
        return money(app.manifest.money_scale)
    if field.family == "reference" and field.to is not None:
        return reference(field.to)
    if field.family == "tags":
        return Type("tags", options=options_key(entity_id, field))
    if field.family in ("choice", "stage", "tier"):
        return choice(options_key(entity_id, field))
    raise KeyError(f"fields of type {field.type!r} have no meaning in expressions")


def options_key(entity_id: str, field: Field) -> str:
    """The name of the set that a field's options are from; fields of one set compare."""
    if field.scheme is not None:
        return f"scheme:{field.scheme}"
    if field.dimension is not None:
        return f"dimension:{field.dimension}"
    return f"field:{entity_id}.{field.id}"


def options_called(app: App, key: str) -> Called[Option]:
    """The options of a set by what they are called, archived ones included."""
    return _declares(app, key).called


def options_of(app: App, key: str) -> tuple[Option, ...]:
    """The options of a set, archived ones included."""
    found = _declares(app, key)
    if isinstance(found, TierScheme):
        return found.bands
    return found.tags if isinstance(found, TagDimension) else found.options


def property_label(app: App, key: str, name: str, locale: str) -> str | None:
    """What a declared property of a set's options is called; None where the app does not say."""
    found = _declares(app, key)
    told: Mapping[str, Labels] = found.property_labels
    if isinstance(found, Field) and found.type == "stage":
        entity_id, _, _ = key.partition(":")[2].partition(".")
        told = (app.entity(entity_id).pipeline or found).property_labels
    return label_text(told[name], locale, name) if told.get(name) else None


def target_of(field: Field) -> str | None:
    """The entity that a field's reference leads to, or None for other fields."""
    if field.family in ("owner", "member"):
        return "member"
    return field.to if field.family == "reference" else None
