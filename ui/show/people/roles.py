"""Roles in words: what each may read, make, change and delete, and what it does not see."""

from __future__ import annotations

from dataclasses import dataclass

from fieldstone.metadata.model import App, Entity, EntityAccess, Role

from ...desk import Desk
from ...words import say
from ..conditions import Speaker
from ..formats import Formats

_VERBS = ("read", "create", "update", "delete")


@dataclass(frozen=True)
class RoleLine:
    """What a role may do with one kind of record."""

    entity: str
    verbs: str
    rows: str
    fields: str


@dataclass(frozen=True)
class RoleCard:
    """A role: its rights over the workspace, and over each kind of record."""

    text: str
    hint: str
    rights: tuple[str, ...]
    lines: tuple[RoleLine, ...]


def role_cards(desk: Desk) -> tuple[RoleCard, ...]:
    """All roles of the workspace, in the order of their declaration."""
    live = [one for one in desk.app.roles.values() if not one.archived]
    return tuple(_card(desk.app, one, desk.formats) for one in live)


def _card(app: App, role: Role, formats: Formats) -> RoleCard:
    locale = formats.locale
    given = ("metadata", "members", "imports", "import_history")
    entities = [one for one in app.entities.values() if not one.archived and not one.system]
    return RoleCard(
        role.text(locale),
        role.description.get(locale, ""),
        tuple(say(f"roles.{one}", locale) for one in given if getattr(role, one)),
        tuple(_line(app, one, role.access(one.id), formats) for one in entities),
    )


def _line(app: App, entity: Entity, access: EntityAccess | None, formats: Formats) -> RoleLine:
    locale = formats.locale
    name = entity.plural_text(locale)
    if access is None or not access.read:
        return RoleLine(name, say("roles.nothing", locale), "", "")
    verbs = [say(f"roles.{one}", locale) for one in _VERBS if getattr(access, one)]
    told = []
    for key, fields in (("hidden", access.hidden_fields), ("fixed", access.read_only_fields)):
        names = [entity.by_id[one].text(locale) for one in fields if one in entity.by_id]
        if names:
            told.append(say(f"roles.{key}", locale, fields=_joined(names, locale)))
    return RoleLine(
        name, _joined(verbs, locale), _rows(app, entity, access.rows, formats), " ".join(told)
    )


def _rows(app: App, entity: Entity, rows: str, formats: Formats) -> str:
    """Which records a role reaches, with the condition in words."""
    if rows in ("own", "all"):
        return say(f"roles.{rows}", formats.locale)
    condition = Speaker(app, entity, formats, of_role=True).words(rows) or rows
    return say("roles.some", formats.locale, condition=condition)


def _joined(parts: list[str], locale: str) -> str:
    return ("、" if locale == "zh-CN" else ", ").join(parts)
