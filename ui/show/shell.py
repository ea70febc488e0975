"""The frame: the menu from the app's manifest, and what stands in the bar at the top."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import request

from fieldstone.engine import access, members, notifications
from fieldstone.metadata.model import Entity, MenuItem

from ..studio_paths import StudioPaths
from ..words import LOCALES, say

if TYPE_CHECKING:
    from ..desk import Desk


@dataclass(frozen=True)
class Entry:
    """One entry of a menu."""

    text: str
    href: str
    icon: str
    current: bool = False


@dataclass(frozen=True)
class Shell:
    """Everything around a page's own content."""

    workspace: str
    home: str
    menu: tuple[Entry, ...]
    creatable: tuple[Entry, ...]
    search: str
    asked: str
    unread: int
    person: str
    initial: str
    other_locale: str
    other_language: str
    locales: Mapping[str, str]
    many_workspaces: bool
    manages: bool
    first_list: str
    first_list_text: str
    studio: Entry | None


def shell_of(desk: Desk, current: str) -> Shell:
    """The frame for whoever asks; `current` is the path of the page's menu entry."""
    from ..rendering import initial

    unread = notifications.unread(desk.tx, desk.caller)
    menu = menu_of(desk, current)
    lists = [one for one in menu if "/-/" not in one.href]
    other = next((code for code in LOCALES if code != desk.locale), desk.locale)
    return Shell(
        workspace=desk.visit.workspace.name,
        home=desk.paths.home,
        menu=menu,
        creatable=creatable_of(desk),
        search=desk.paths.search,
        asked=request.args.get("q", "") if request.path == desk.paths.search else "",
        unread=unread,
        person=desk.visit.account.name,
        initial=initial(desk.visit.account.name),
        other_locale=other,
        other_language=LOCALES[other],
        locales=LOCALES,
        many_workspaces=desk.visit.others,
        manages=members.has_right(desk.app, desk.caller),
        first_list=lists[0].href if lists else desk.paths.home,
        first_list_text=lists[0].text if lists else desk.visit.workspace.name,
        studio=_studio_entry(desk, current),
    )


def menu_of(desk: Desk, current: str) -> tuple[Entry, ...]:
    """The entries that lead somewhere for this caller, in the order of the manifest."""
    items = desk.app.manifest.menu
    if not items:
        found = [_entity_entry(desk, one.id, "", "", current) for one in _entities(desk)]
        return (*(one for one in found if one), _alerts_entry(desk, None, current))
    entries = []
    for item in items:
        if item.archived:
            continue
        if item.entity:
            label = item.text(desk.locale) if item.label else ""
            entry = _entity_entry(desk, item.entity, label, item.icon, current)
        elif item.dashboard:
            entry = _dashboard_entry(desk, item, current)
        elif item.page == "today":
            href = desk.paths.today
            entry = Entry(item.text(desk.locale), href, item.icon or "home", href == current)
        else:
            entry = _alerts_entry(desk, item, current) if item.page == "alerts" else None
        if entry:
            entries.append(entry)
    return tuple(entries)


def _entities(desk: Desk) -> list[Entity]:
    return [
        one
        for one in desk.app.entities.values()
        if not one.archived and not one.system and desk.may("read", one)
    ]


def _entity_entry(desk: Desk, entity_id: str, label: str, icon: str, current: str) -> Entry | None:
    entity = desk.app.entities.get(entity_id)
    if entity is None or entity.archived or entity.system or not desk.may("read", entity):
        return None
    href = desk.paths.list(entity.name)
    text = label or entity.plural_text(desk.locale)
    return Entry(text, href, icon or entity.icon or "list", href == current)


def _dashboard_entry(desk: Desk, item: MenuItem, current: str) -> Entry | None:
    """The entry of a dashboard, if the caller may read an entity that it shows."""
    found = desk.app.dashboards.get(item.dashboard or "")
    if found is None or found.archived:
        return None
    metrics = desk.app.metrics
    shown = {metrics[one.metric].entity if one.metric else one.entity for one in found.cards}
    if not any(access.may(desk.app, desk.caller, one, "read") for one in shown if one):
        return None
    text = item.text(desk.locale) if item.label else found.text(desk.locale)
    href = desk.paths.dashboard(found.name)
    return Entry(text, href, item.icon or "layout-dashboard", href == current)


def _alerts_entry(desk: Desk, item: MenuItem | None, current: str) -> Entry:
    text = item.text(desk.locale) if item and item.label else say("alerts.title", desk.locale)
    icon = (item.icon if item else "") or "bell"
    href = desk.paths.alerts
    return Entry(text, href, icon, href == current)


def _studio_entry(desk: Desk, current: str) -> Entry | None:
    """The way to the Studio, for who may change what the application is made of."""
    if not access.may_configure(desk.app, desk.caller):
        return None
    href = StudioPaths(desk.paths.slug).start
    return Entry(say("studio.title", desk.locale), href, "settings", current == href)


def creatable_of(desk: Desk) -> tuple[Entry, ...]:
    """What the caller may make, in the order of the menu."""
    listed = [item.entity for item in desk.app.manifest.menu if item.entity and not item.archived]
    order = listed or [one.id for one in _entities(desk)]
    return tuple(
        Entry(entity.text(desk.locale), desk.paths.new(entity.name), entity.icon or "plus")
        for entity_id in order
        if (entity := desk.app.entities.get(entity_id))
        and not entity.archived
        and desk.may("create", entity)
    )
