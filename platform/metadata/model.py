"""The App: one immutable, hashed value that holds everything a workspace's documents declare.

All references between parts are by id, and every expression is in id space (`expression/`).
`build.build` makes an App from documents; nothing else does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeVar

from .documents import Document

_N = TypeVar("_N", bound="Named")

Labels = Mapping[str, str]
"""Text by locale, e.g. {"en": "Deal", "zh-CN": "商机"}; read it with `label_text`."""


def label_text(labels: Labels, locale: str, fallback: str) -> str:
    """The label for `locale`, else the English one, else `fallback` (the name)."""
    return labels.get(locale) or labels.get("en") or fallback


@dataclass(frozen=True, kw_only=True)
class Named:
    """What every declared thing has: an id for ever, a name for now, older names as aliases."""

    id: str
    name: str
    label: Labels = field(default_factory=dict)
    description: Labels = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    archived: bool = False

    def text(self, locale: str) -> str:
        """The label a reader of `locale` sees."""
        return label_text(self.label, locale, self.name)


@dataclass(frozen=True, kw_only=True)
class Option(Named):
    """A choice, a tag or a tier's band: stored by id, travels by name.

    `properties` are declared values that expressions read by path (`tier.silence_days`).
    """

    color: str | None = None
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ChecklistItem(Named):
    """A key action of a stage; `required` ones must be ticked before leaving forward."""

    required: bool = False


@dataclass(frozen=True, kw_only=True)
class Stage(Option):
    """A stage of a pipeline.

    `probability` is a Decimal of 0 to 1; `max_days` whole days; `closed` is how the pipeline ends
    here ("won", "lost") or None while open. Entering needs `enter_when` (an expression) and the
    `requires` fields (ids) filled. `properties` holds probability, max_days, closed (a boolean)
    and outcome (text or None) for expressions: `stage.closed`, `stage.outcome`.
    """

    closed: Literal["won", "lost"] | None = None
    enter_when: str | None = None
    requires: tuple[str, ...] = ()
    checklist: tuple[ChecklistItem, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """The stages that a record goes through, in order, and the field that holds the present one."""

    field: str
    stages: tuple[Stage, ...]

    def stage(self, stage_id: str) -> Stage:
        """The stage of that id; KeyError where there is none."""
        for stage in self.stages:
            if stage.id == stage_id:
                return stage
        raise KeyError(stage_id)


@dataclass(frozen=True, kw_only=True)
class Default:
    """What a new record gets: a literal `value`, or `expr` evaluated when it is created."""

    value: Any = None
    expr: str | None = None


@dataclass(frozen=True, kw_only=True)
class Field(Named):
    """A field of an entity. `type` names an entry of the registry in `fields/`.

    Only what the type uses is set: `scale` digits after the point (decimal, money, percent,
    formula), `min`/`max` Decimals, `to`/`inverse`/`where`/`on_delete` (reference; `inverse` is
    the inverse's present name, `inverse_id` what expressions in ids call it),
    `options` (choice; for stage, tags and tier they are filled from pipeline, dimension, scheme),
    `transitions` (choice: id -> ids that may follow), `dimension` (tags), `scheme` (tier),
    `formula` and `stored` (formula), `pattern` (auto_number). `system` fields exist in every
    entity or accompany another field (`stage_entered_at`) and are never written by people.
    """

    type: str
    help: Labels = field(default_factory=dict)
    placeholder: Labels = field(default_factory=dict)
    required: bool = False
    required_when: str | None = None
    unique: bool = False
    search: bool = False
    read_only: bool = False
    personal: bool = False
    default: Default | None = None
    max_length: int | None = None
    scale: int = 0
    min: Any = None
    max: Any = None
    to: str | None = None
    inverse: str | None = None
    inverse_id: str | None = None
    inverse_label: Labels = field(default_factory=dict)
    where: str | None = None
    on_delete: Literal["restrict", "cascade", "detach"] = "restrict"
    options: tuple[Option, ...] = ()
    transitions: Mapping[str, tuple[str, ...]] | None = None
    dimension: str | None = None
    exclusive: bool = False
    scheme: str | None = None
    formula: str | None = None
    stored: bool = False
    pattern: str | None = None
    system: bool = False

    def option(self, option_id: str) -> Option | None:
        """The option of that id, archived ones included, or None."""
        return next((option for option in self.options if option.id == option_id), None)

    def option_named(self, name: str) -> Option | None:
        """The option that is called `name` now, or was once (an alias), or None."""
        return _named(self.options, name)


@dataclass(frozen=True, kw_only=True)
class Check(Named):
    """A condition that every saved record meets; `that` is the expression, `message` the refusal.

    `fields` (ids) are where a form shows it; empty means the whole record.
    """

    that: str
    message: Labels
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class UniqueGroup(Named):
    """Fields (ids) whose values together are unique among records that are not deleted."""

    fields: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Entity(Named):
    """A kind of record: its fields in order, its pipeline, checks and unique groups.

    `fields` holds the declared ones (archived included) and then the system ones. `title` and
    `subtitle` are field ids. `system` entities (`member`) are the product's own.
    """

    plural: Labels = field(default_factory=dict)
    icon: str = ""
    title: str
    subtitle: str | None = None
    fields: tuple[Field, ...] = ()
    checks: tuple[Check, ...] = ()
    unique: tuple[UniqueGroup, ...] = ()
    pipeline: Pipeline | None = None
    system: bool = False

    @cached_property
    def by_id(self) -> Mapping[str, Field]:
        return {one.id: one for one in self.fields}

    @cached_property
    def live_fields(self) -> tuple[Field, ...]:
        """Fields that are not archived, in order, system ones last."""
        return tuple(one for one in self.fields if not one.archived)

    def field(self, field_id: str) -> Field:
        """The field of that id; KeyError where there is none."""
        return self.by_id[field_id]

    def field_named(self, name: str) -> Field | None:
        """The live field that is called `name` now, or was once (an alias), or None."""
        return _named(self.live_fields, name)

    def plural_text(self, locale: str) -> str:
        return label_text(self.plural, locale, self.text(locale))


@dataclass(frozen=True, kw_only=True)
class TagDimension(Named):
    """A dimension of tags; `exclusive` means at most one tag of it a record."""

    exclusive: bool = False
    tags: tuple[Option, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Band(Option):
    """A tier of a scheme: `share` (Decimal of 0 to 1) or `min` (a value), or the rest."""

    share: Any = None
    min: Any = None
    rest: bool = False


@dataclass(frozen=True, kw_only=True)
class TierScheme(Named):
    """How records of `entity` are ranked by `measure` (those `where` holds) into `bands`."""

    entity: str
    field: str
    measure: str
    where: str | None = None
    method: Literal["share_of_records", "share_of_value", "threshold"] = "share_of_records"
    ties: Literal["id", "share"] = "id"
    bands: tuple[Band, ...] = ()
    schedule: str | None = None
    active: bool = True


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One value that an action writes: `value`, `expr` (an expression) or `text` (a message)."""

    field: str
    value: Any = None
    expr: str | None = None
    text: Labels | None = None


@dataclass(frozen=True, kw_only=True)
class Action:
    """What a rule does for each record that enters: create a record, set fields, or notify.

    `link` is the reference field of the created record that points at the alert's record.
    """

    id: str
    kind: Literal["create", "set", "notify"]
    entity: str | None = None
    link: str | None = None
    set: tuple[Setting, ...] = ()
    tell: tuple[str, ...] = ()
    when: str | None = None


@dataclass(frozen=True, kw_only=True)
class AlertRule(Named):
    """Records of `entity` for which `when` holds get one open alert until it no longer holds.

    `schedule` is a cron line of five fields in the workspace's time zone. `message` is literal text with `{{ expression }}` parts. `tell` lists
    "owner", "manager", "field:<id>", "role:<id>".
    """

    entity: str
    when: str
    schedule: str | None = None
    severity: Literal["low", "medium", "high"] = "medium"
    message: Labels = field(default_factory=dict)
    tell: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()
    cooldown_days: int = 0
    active: bool = True


@dataclass(frozen=True, kw_only=True)
class FormField:
    """A field's place in a form; the conditions are expressions over the record being edited."""

    field: str
    visible_when: str | None = None
    required_when: str | None = None
    read_only_when: str | None = None
    wide: bool = False


@dataclass(frozen=True, kw_only=True)
class FormSection(Named):
    """A titled group of fields in one to three columns."""

    columns: int = 2
    visible_when: str | None = None
    fields: tuple[FormField, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Form(Named):
    """How records of `entity` are filled in; `use` is "edit" (the full one) or "quick"."""

    entity: str
    use: Literal["edit", "quick"] = "edit"
    sections: tuple[FormSection, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a list: a path of field ids (`("customer", "owner")`), width in pixels."""

    path: tuple[str, ...]
    width: int | None = None


@dataclass(frozen=True, kw_only=True)
class Sort:
    """One key of an order: a path of field ids and its direction."""

    path: tuple[str, ...]
    descending: bool = False


@dataclass(frozen=True, kw_only=True)
class View(Named):
    """A list of `entity`: its columns, filter (an expression) and order."""

    entity: str
    type: Literal["list"] = "list"
    columns: tuple[Column, ...] = ()
    filter: str | None = None
    sort: tuple[Sort, ...] = ()


@dataclass(frozen=True, kw_only=True)
class EntityAccess:
    """What a role may do with an entity. `rows` is "own", "all" or an expression (id space)."""

    entity: str
    rows: str = "all"
    read: bool = True
    create: bool = False
    update: bool = False
    delete: bool = False
    hidden_fields: tuple[str, ...] = ()
    read_only_fields: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Role(Named):
    """What its members may do; an entity that is not listed falls under `everything_else`."""

    entities: tuple[EntityAccess, ...] = ()
    everything_else: EntityAccess | None = None
    metadata: bool = False
    members: bool = False
    imports: bool = False
    import_history: bool = False
    exports: bool = False

    def access(self, entity_id: str) -> EntityAccess | None:
        """The access of this role to an entity, or None for none at all."""
        for one in self.entities:
            if one.entity == entity_id:
                return one
        return self.everything_else


@dataclass(frozen=True, kw_only=True)
class MenuItem(Named):
    """An entry of the menu: an entity, or a page of the product (`today`, `alerts`)."""

    entity: str | None = None
    page: str | None = None
    icon: str = ""


@dataclass(frozen=True, kw_only=True)
class Manifest(Named):
    """The app as a whole: version (semver), locales, currency (ISO 4217), time zone (IANA)."""

    version: str = "0.0.0"
    format: int = 1
    locales: tuple[str, ...] = ("en", "zh-CN")
    default_locale: str = "en"
    currency: str = "CNY"
    money_scale: int = 2
    time_zone: str = "Asia/Shanghai"
    week_start: int = 1
    fiscal_year_start: int = 1
    menu: tuple[MenuItem, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class App:
    """Everything declared, and its content hash; two Apps are equal when their hashes are.

    `documents` are the documents in ids that it was built from.
    """

    hash: str
    manifest: Manifest
    entities: Mapping[str, Entity]
    dimensions: Mapping[str, TagDimension] = field(default_factory=dict)
    schemes: Mapping[str, TierScheme] = field(default_factory=dict)
    rules: Mapping[str, AlertRule] = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)
    views: Mapping[str, View] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    documents: tuple[Document, ...] = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, App) and other.hash == self.hash

    def __hash__(self) -> int:
        return hash(self.hash)

    def entity(self, entity_id: str) -> Entity:
        """The entity of that id; KeyError where there is none."""
        return self.entities[entity_id]

    def entity_named(self, name: str) -> Entity | None:
        """The live entity that is called `name` now, or was once (an alias), or None."""
        return _named([one for one in self.entities.values() if not one.archived], name)

    @cached_property
    def inverses(self) -> Mapping[str, Mapping[str, tuple[Entity, Field]]]:
        """entity id -> inverse id -> the (entity, reference field) that points at it."""
        found: dict[str, dict[str, tuple[Entity, Field]]] = {}
        for entity in self.entities.values():
            for one in entity.fields:
                if one.to and one.inverse and not one.archived and not entity.archived:
                    found.setdefault(one.to, {})[one.inverse_id or one.inverse] = (entity, one)
        return found

    def forms_of(self, entity_id: str) -> tuple[Form, ...]:
        """The live forms of an entity, in the order of their ids."""
        return tuple(
            form
            for _, form in sorted(self.forms.items())
            if form.entity == entity_id and not form.archived
        )

    def views_of(self, entity_id: str) -> tuple[View, ...]:
        """The live views of an entity, in the order of their ids."""
        return tuple(
            view
            for _, view in sorted(self.views.items())
            if view.entity == entity_id and not view.archived
        )


def _named(items: Iterable[_N], name: str) -> _N | None:
    everything = tuple(items)
    for item in everything:
        if item.name == name:
            return item
    return next((item for item in everything if name in item.aliases), None)
