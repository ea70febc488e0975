"""Telling: the people that a rule may tell, to be ticked and in words."""

from __future__ import annotations

from collections.abc import Iterable

from fieldstone.metadata.model import App, Entity

from ....words import say
from ...lists import Choice

_FIELD, _ROLE = "field:", "role:"


def choices(app: App, entity: Entity, chosen: Iterable[str], locale: str) -> tuple[Choice, ...]:
    """Everybody whom a rule of the entity may tell, by present names."""
    there = set(chosen)
    found = [
        ("owner", say("rules.tell.owner", locale)),
        ("manager", say("rules.tell.manager", locale)),
    ]
    found += [
        (f"{_FIELD}{one.name}", one.text(locale))
        for one in entity.live_fields
        if one.family == "member"
    ]
    found += [
        (f"{_ROLE}{one.name}", say("rules.tell.role", locale, name=one.text(locale)))
        for one in app.roles.values()
        if not one.archived
    ]
    known = {name for name, _ in found}
    found += [(one, one) for one in there if one not in known]
    return tuple(Choice(name, text, name in there) for name, text in found)


def in_ids(app: App, entity: Entity, tell: Iterable[str]) -> tuple[str, ...]:
    """Recipients in names as an App holds them; those that are not known are left out."""
    found = []
    for one in tell:
        if one.startswith(_FIELD):
            field = entity.field_named(one.removeprefix(_FIELD))
            found += [f"{_FIELD}{field.id}"] if field else []
        elif one.startswith(_ROLE):
            name = one.removeprefix(_ROLE)
            found += [f"{_ROLE}{each.id}" for each in app.roles.values() if each.name == name]
        else:
            found.append(one)
    return tuple(found)


def in_names(app: App, entity: Entity, tell: Iterable[str]) -> tuple[str, ...]:
    """Recipients of an App by present names."""
    found = []
    for one in tell:
        kind, _, identity = one.partition(":")
        if kind == "field" and identity in entity.by_id:
            found.append(f"{_FIELD}{entity.by_id[identity].name}")
        elif kind == "role" and identity in app.roles:
            found.append(f"{_ROLE}{app.roles[identity].name}")
        else:
            found.append(one)
    return tuple(found)
