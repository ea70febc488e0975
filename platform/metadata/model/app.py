"""The App: one immutable, hashed value that holds everything a workspace's documents declare.

All references between parts are by id, and every expression is in id space (`expression/`).
`build` makes an App from documents; nothing else does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..documents import Document
from .entities import Entity, Field, TagDimension
from .figures import Dashboard, Metric
from .named import Named, find_named
from .pages import Form, MenuItem, Module, Role, View
from .rules import AlertRule, TierScheme
from .work_calendar import WorkCalendar


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
    calendar: WorkCalendar = field(default_factory=WorkCalendar)
    menu: tuple[MenuItem, ...] = ()
    modules: tuple[Module, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class App:
    """Everything declared, and its content hash; two Apps are equal when their hashes are.

    `documents` are the documents in ids that it was built from. Of what belongs to a module that
    is off, entities and fields, dimensions and schemes are archived here, and the rest is missing;
    `hidden` are the places of all that in the documents (document key, JSON pointer), `hides` the
    things (document key, sort, id).
    """

    hash: str
    manifest: Manifest
    entities: Mapping[str, Entity]
    dimensions: Mapping[str, TagDimension] = field(default_factory=dict)
    schemes: Mapping[str, TierScheme] = field(default_factory=dict)
    rules: Mapping[str, AlertRule] = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)
    views: Mapping[str, View] = field(default_factory=dict)
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    dashboards: Mapping[str, Dashboard] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    documents: tuple[Document, ...] = ()
    hidden: frozenset[tuple[str, str]] = frozenset()
    hides: frozenset[tuple[str, str, str]] = frozenset()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, App) and other.hash == self.hash

    def __hash__(self) -> int:
        return hash(self.hash)

    def entity(self, entity_id: str) -> Entity:
        """The entity of that id; KeyError where there is none."""
        return self.entities[entity_id]

    def entity_named(self, name: str) -> Entity | None:
        """The live entity that is called `name` now, or was once (an alias), or None."""
        return find_named([one for one in self.entities.values() if not one.archived], name)

    def dashboard_named(self, name: str) -> Dashboard | None:
        """The live dashboard that is called `name` now, or was once (an alias), or None."""
        return find_named([one for one in self.dashboards.values() if not one.archived], name)

    @cached_property
    def inverses(self) -> Mapping[str, Mapping[str, tuple[Entity, Field]]]:
        """entity id -> inverse id -> the (entity, reference field) that points at it."""
        found: dict[str, dict[str, tuple[Entity, Field]]] = {}
        for entity in self.entities.values():
            for one in entity.fields:
                if one.to and one.inverse and not one.archived and not entity.archived:
                    found.setdefault(one.to, {})[one.inverse_id or one.inverse] = (entity, one)
        return found

    @cached_property
    def answers(self) -> dict[object, Callable[..., Any]]:
        """What others have worked out of it (`kept_with_app`)."""
        return {}

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
