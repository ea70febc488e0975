"""Entities: their fields, pipeline, checks and unique groups, and the dimensions of tags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from dataclasses import field as part
from functools import cached_property
from typing import Any, Literal

from .families import family_of, look_of
from .named import Called, Labels, Named, Option, label_text, replacements


@dataclass(frozen=True, kw_only=True)
class ChecklistItem(Named):
    """A key action of a stage; `required` ones must be ticked before leaving forward."""

    required: bool = False


@dataclass(frozen=True, kw_only=True)
class Stage(Option):
    """A stage of a pipeline.

    `probability` is a Decimal of 0 to 1; `max_days` whole days; `closed` is how the pipeline ends
    here ("won", "lost") or None while open. Entering needs `enter_when` (an expression) and the
    `requires` fields (ids) filled. A record in a stage that is `locked` is left as it is.
    `properties` holds probability, max_days, closed (a boolean) and outcome (text or None) for
    expressions: `stage.closed`, `stage.outcome`.
    """

    closed: Literal["won", "lost"] | None = None
    locked: bool = False
    enter_when: str | None = None
    requires: tuple[str, ...] = ()
    checklist: tuple[ChecklistItem, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """The stages that a record goes through, in order, and the field that holds the present one.

    `amount` and `weighted` are the fields that a board adds up; None leaves it to the board.
    `property_labels` are what the declared properties of its stages are called, by name.
    """

    field: str
    stages: tuple[Stage, ...]
    amount: str | None = None
    weighted: str | None = None
    property_labels: Mapping[str, Labels] = part(default_factory=dict)

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
    `property_labels` (choice: what declared properties of its options are called, by name),
    `transitions` (choice: id -> ids that may follow), `done` (choice: the id of the option that
    says that the record is done), `dimension` (tags), `scheme` (tier),
    `person` (text: it is the name of a person),
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
    default: Default | None = None
    max_length: int | None = None
    person: bool = False
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
    property_labels: Mapping[str, Labels] = part(default_factory=dict)
    transitions: Mapping[str, tuple[str, ...]] | None = None
    done: str | None = None
    dimension: str | None = None
    exclusive: bool = False
    scheme: str | None = None
    formula: str | None = None
    stored: bool = False
    pattern: str | None = None
    system: bool = False

    @cached_property
    def family(self) -> str:
        """The type whose ways the field follows: its own, unless that is like another."""
        return family_of(self.type)

    @cached_property
    def look(self) -> str:
        """The template by which pages show the field's values and take them."""
        return look_of(self.type)

    def option(self, option_id: str) -> Option | None:
        """The option of that id, archived ones included, or None."""
        return self.called.ids.get(option_id)

    @cached_property
    def replaced(self) -> Mapping[str, str]:
        """The options that others replace, each with the one that records have instead (ids)."""
        return replacements(self.options)

    def replacement(self, option_id: str) -> Option | None:
        """What may be chosen instead of an option that is replaced, or None."""
        found = self.option(self.replaced.get(option_id, ""))
        return found if found and not found.archived else None

    def follow(self, before: str | None) -> tuple[Option, ...]:
        """The live options that may follow one (by id), or all where nothing is said of it.

        Where `transitions` are declared nothing follows an option that they leave out.
        """
        live = tuple(one for one in self.options if not one.archived)
        if before is None or self.transitions is None:
            return live
        after = self.transitions.get(before, ())
        return tuple(one for one in live if one.id in after)

    def option_named(self, name: str) -> Option | None:
        """The option that is called `name` now, or was once (an alias), or None."""
        return self.called.named(name)

    @cached_property
    def called(self) -> Called[Option]:
        """The options by what they are called, archived ones included."""
        return Called(self.options)


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


How = Literal["same", "phone", "name"]
"""When two values agree: equal but for case and width, one telephone number, similar names."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A field (id) whose values are compared; names are alike from `at_least` percent on."""

    field: str
    how: How = "same"
    at_least: int = 85


@dataclass(frozen=True, kw_only=True)
class DuplicateKey(Named):
    """What two records share, all of it, to be taken for one and the same."""

    compare: tuple[Comparison, ...]


@dataclass(frozen=True, kw_only=True)
class Entity(Named):
    """A kind of record: its fields in order, its pipeline, checks, unique groups, duplicate keys.

    `fields` holds the declared ones (archived included) and then the system ones. `title` and
    `subtitle` are field ids, `header` those that a record's page shows first. `system` entities
    (`member`) are the product's own.
    """

    plural: Labels = field(default_factory=dict)
    icon: str = ""
    title: str
    subtitle: str | None = None
    header: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    checks: tuple[Check, ...] = ()
    unique: tuple[UniqueGroup, ...] = ()
    duplicates: tuple[DuplicateKey, ...] = ()
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
        return self.called.named(name)

    @cached_property
    def called(self) -> Called[Field]:
        """The live fields by what they are called."""
        return Called(self.live_fields)

    def plural_text(self, locale: str) -> str:
        return label_text(self.plural, locale, self.text(locale))


@dataclass(frozen=True, kw_only=True)
class TagDimension(Named):
    """A dimension of tags; `exclusive` means at most one tag of it a record.

    `property_labels` are what the declared properties of its tags are called, by name.
    """

    exclusive: bool = False
    tags: tuple[Option, ...] = ()
    property_labels: Mapping[str, Labels] = part(default_factory=dict)

    @cached_property
    def called(self) -> Called[Option]:
        """The tags by what they are called, archived ones included."""
        return Called(self.tags)
