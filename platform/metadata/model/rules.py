"""What is decided by rule: tiers and alerts, and what alerts do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from dataclasses import field as part
from functools import cached_property
from typing import Any, Literal

from .named import Called, Labels, Named, Option


@dataclass(frozen=True, kw_only=True)
class Band(Option):
    """A tier of a scheme: `share` (Decimal of 0 to 1) or `min` (a value), or the rest."""

    share: Any = None
    min: Any = None
    rest: bool = False


@dataclass(frozen=True, kw_only=True)
class TierScheme(Named):
    """How records of `entity` are ranked by `measure` (those `where` holds) into `bands`.

    `property_labels` are what the declared properties of its bands are called, by name.
    """

    entity: str
    field: str
    measure: str
    where: str | None = None
    method: Literal["share_of_records", "share_of_value", "threshold"] = "share_of_records"
    ties: Literal["id", "share"] = "id"
    bands: tuple[Band, ...] = ()
    property_labels: Mapping[str, Labels] = part(default_factory=dict)
    schedule: str | None = None
    active: bool = True

    @cached_property
    def called(self) -> Called[Option]:
        """The bands by what they are called, archived ones included."""
        return Called(self.bands)


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One value that an action writes: `value`, `expr` (an expression) or `text` (a message)."""

    field: str
    value: Any = None
    expr: str | None = None
    text: Labels | None = None


@dataclass(frozen=True, kw_only=True)
class Action:
    """What a rule does for each record that enters: create a record, set fields, notify, or call.

    `link` is the reference field of the created record that points at the alert's record.
    `endpoint` is the name of what a webhook calls, set up outside the documents.
    """

    id: str
    kind: Literal["create", "set", "notify", "webhook"]
    entity: str | None = None
    link: str | None = None
    set: tuple[Setting, ...] = ()
    tell: tuple[str, ...] = ()
    endpoint: str | None = None
    when: str | None = None


@dataclass(frozen=True, kw_only=True)
class AlertRule(Named):
    """Records of `entity` for which `when` holds get one open alert until it no longer holds.

    `schedule` is a cron line of five fields in the workspace's time zone. `message` is literal text
    with `{{ expression }}` parts. `tell` lists "owner", "manager", "field:<id>", "role:<id>".
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
