"""Grouping: by which fields a list may be grouped, and a group's key and records in the address."""

from __future__ import annotations

from datetime import date
from typing import Any

from fieldstone.engine.query.groups import GROUPED, text_of
from fieldstone.metadata.conditions import Group, Written, write
from fieldstone.metadata.model import Field

from ..desk import Desk
from ..paths import with_query
from ..show.lists import Spot, Tab, spot_at
from ..show.naming import target_of
from ..show.typed import record_id
from ..words import say
from .asked import Asked

EMPTY = "-"
"""The key of the group without a value."""


def menu_of(desk: Desk, asked: Asked, path: str) -> tuple[Tab, ...]:
    """The ways to group the list, with the way back to none."""
    fields = [
        spot.last
        for one in asked.entity.live_fields
        if one.family in GROUPED and not one.system
        and (spot := spot_at(desk, asked.entity, (one.name,)))
    ]  # fmt: skip
    if not fields:
        return ()
    off = with_query(path, asked.params(group=None, fold=None))
    found = [Tab(say("group.none", desk.locale), off)] if asked.group else []
    for one in fields:
        href = with_query(path, asked.params(group=one.name, fold=None, show="list"))
        found.append(Tab(_label(desk, one), href, asked.group == one.name))
    return tuple(found)


def _label(desk: Desk, one: Field) -> str:
    text = one.text(desk.locale)
    if one.family in ("date", "datetime"):
        return say("group.month", desk.locale, field=text)
    return text


def key_text(field: Field, key: Any) -> str:
    """The key of a group as the address says it."""
    if key is None:
        return EMPTY
    if field.family == "boolean":
        return "true" if key else "false"
    return key.isoformat() if isinstance(key, date) else str(key)


def narrowed(desk: Desk, asked: Asked, field: Field, text: str) -> dict[str, str | None] | None:
    """The parameters of a list with the records of one group; None where there is no such key."""
    name = field.name
    if text != EMPTY and target_of(field):
        number = record_id(text)
        if number is None:
            return None
        spots = ",".join([*_of(asked), f"{name}.{number}"])
        return asked.params(of=spots, group=None, fold=None)
    code = condition_of(field, text)
    if code is None:
        return None
    parts = tuple(Written(one) for one in (asked.condition, code) if one)
    where = asked.beside(write(Group("and", parts)))
    return asked.params(where=where, group=None, fold=None)


def _of(asked: Asked) -> list[str]:
    return [f"{_names(spot)}.{number}" for spot, number in asked.of]


def _names(spot: Spot) -> str:
    return spot.names


def condition_of(field: Field, text: str) -> str | None:
    """The condition (names) of having a value; None for what can be none."""
    name = field.name
    if text == EMPTY:
        return f"{name} is None"
    if field.family == "boolean":
        return name if text == "true" else f"not {name}"
    if field.family in ("date", "datetime"):
        try:
            day = date.fromisoformat(text)
        except ValueError:
            return None
        return f"{text_of(field)} == date({day.year}, {day.month}, {day.day})"
    option = field.option(text)
    if option is None:
        return None
    return f'"{option.name}" in {name}' if field.family == "tags" else f'{name} == "{option.name}"'
