"""Building what stands on top of entities: alert rules, forms, views and roles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from .build_parts import labels, named
from .model import (
    Action,
    AlertRule,
    Column,
    EntityAccess,
    Form,
    FormField,
    FormSection,
    Role,
    Setting,
    Sort,
    View,
)

_ACTIONS: Final = ("create", "set", "notify", "webhook")

Literal = Callable[[str | None, str, Any], Any]
"""(entity id, field id, wire value in ids) -> the Python value."""


def alert_rule(data: Mapping[str, Any], literal: Literal) -> AlertRule:
    """A rule; `literal` reads the values that its actions set."""
    return AlertRule(
        **named(data),
        entity=data["entity"],
        when=data["when"],
        schedule=data.get("schedule"),
        severity=data.get("severity", "medium"),
        message=labels(data["message"]),
        tell=tuple(data.get("tell", ("owner",))),
        actions=tuple(_action(one, data["entity"], literal) for one in data.get("actions", ())),
        cooldown_days=data.get("cooldown_days", 0),
        active=bool(data.get("active", True)),
    )


def _action(data: Mapping[str, Any], entity: str, literal: Literal) -> Action:
    target = data.get("create") or entity
    return Action(
        id=data["id"],
        kind=next(one for one in _ACTIONS if one in data),
        entity=data.get("create"),
        link=data.get("link"),
        set=tuple(
            _setting(field, given, target, literal) for field, given in data.get("set", {}).items()
        ),
        tell=tuple(data.get("notify", ())),
        endpoint=data.get("webhook"),
        when=data.get("when"),
    )


def _setting(field: str, given: Any, entity: str, literal: Literal) -> Setting:
    if isinstance(given, Mapping):
        text = labels(given["text"]) if "text" in given else None
        return Setting(field=field, expr=given.get("expr"), text=text)
    return Setting(field=field, value=literal(entity, field, given))


def form(data: Mapping[str, Any]) -> Form:
    """A form with its sections."""
    sections = tuple(
        FormSection(
            **named(one),
            columns=one.get("columns", 2),
            visible_when=one.get("visible_when"),
            fields=tuple(
                FormField(
                    field=each["field"],
                    visible_when=each.get("visible_when"),
                    required_when=each.get("required_when"),
                    read_only_when=each.get("read_only_when"),
                    wide=bool(each.get("wide", False)),
                )
                for each in one["fields"]
            ),
        )
        for one in data["sections"]
    )
    return Form(
        **named(data), entity=data["entity"], use=data.get("use", "edit"), sections=sections
    )


def view(data: Mapping[str, Any]) -> View:
    """A view with its columns and order."""
    return View(
        **named(data),
        entity=data["entity"],
        type=data.get("type", "list"),
        columns=tuple(
            Column(path=tuple(one["field"].split(".")), width=one.get("width"))
            for one in data["columns"]
        ),
        filter=data.get("filter"),
        sort=tuple(
            Sort(path=tuple(one.removeprefix("-").split(".")), descending=one.startswith("-"))
            for one in data.get("sort", ())
        ),
    )


def role(data: Mapping[str, Any]) -> Role:
    """A role with its access to each entity; `everything_else` belongs to none by name."""
    other = data.get("everything_else")
    return Role(
        **named(data),
        entities=tuple(_access(one) for one in data.get("entities", ())),
        everything_else=None if other is None else _access({"entity": "", **other}),
        metadata=bool(data.get("metadata", False)),
        members=bool(data.get("members", False)),
        imports=bool(data.get("imports", False)),
        import_history=bool(data.get("import_history", False)),
    )


def _access(data: Mapping[str, Any]) -> EntityAccess:
    return EntityAccess(
        entity=data["entity"],
        rows=data.get("rows", "all"),
        read=bool(data.get("read", True)),
        create=bool(data.get("create", False)),
        update=bool(data.get("update", False)),
        delete=bool(data.get("delete", False)),
        hidden_fields=tuple(data.get("hidden_fields", ())),
        read_only_fields=tuple(data.get("read_only_fields", ())),
    )
