"""A person's home: what is due for them and theirs, read from the views that ask for `me()`."""

from __future__ import annotations

from dataclasses import dataclass

from fieldstone.engine import alerts, query
from fieldstone.engine.alerts import AlertRequest
from fieldstone.engine.query import ListRequest
from fieldstone.metadata.expression import parse
from fieldstone.metadata.expression.tree import Call
from fieldstone.metadata.model import Entity, View

from ..desk import Desk
from .alerts import AlertItem, items_of
from .lists import ListModel, headings, rows_of, spots_of

_ROWS = 6
_COLUMNS = 5
_ALERTS = 5
_CLOCKS = frozenset({"today", "now", "days_since", "days_until", "hours_since"})


@dataclass(frozen=True)
class Tile:
    """A view as one number, leading to its records."""

    text: str
    number: str
    href: str
    icon: str
    none: bool


@dataclass(frozen=True)
class HomeModel:
    """The page: numbers, lists of what is due, and alerts on what is the person's own."""

    tiles: tuple[Tile, ...]
    due: tuple[ListModel, ...]
    alerts: tuple[AlertItem, ...]
    more_alerts: str | None


def home_of(desk: Desk) -> HomeModel:
    """The home of whoever asks; nothing is known of any entity but its views."""
    tiles, due = [], []
    for entity, view in _mine(desk):
        timed = bool(_calls(view) & _CLOCKS)
        where = (view.filter or "",)
        number = query.count(desk.tx, desk.caller, ListRequest(entity_id=entity.id, where=where))
        href = desk.paths.list(entity.name, view=view.name)
        text = view.text(desk.locale)
        tiles.append(
            Tile(text, desk.formats.number(number, 0), href, entity.icon or "list", not number)
        )
        if timed and number:
            due.append(_list(desk, entity, view, href, number))
    found = alerts.inbox(desk.tx, desk.caller, AlertRequest(mine=True, limit=_ALERTS))
    more = f"{desk.paths.alerts}?state=mine" if found.next_cursor else None
    return HomeModel(tuple(tiles), tuple(due), items_of(desk, found.alerts), more)


def _mine(desk: Desk) -> list[tuple[Entity, View]]:
    """The views that ask who looks, in the order of the menu; those of what is due come first."""
    order = [item.entity for item in desk.app.manifest.menu if item.entity and not item.archived]
    found = []
    for entity_id in order:
        entity = desk.app.entities.get(entity_id)
        if entity is None or not desk.may("read", entity):
            continue
        for view in desk.app.views_of(entity.id):
            if "me" in _calls(view):
                found.append((entity, view))
    return sorted(found, key=lambda one: not _calls(one[1]) & _CLOCKS)


def _calls(view: View) -> frozenset[str]:
    """The functions that a view's filter calls."""
    if not view.filter:
        return frozenset()
    nodes = parse(view.filter).walk()
    return frozenset(node.function.text for node in nodes if isinstance(node, Call))


def _list(desk: Desk, entity: Entity, view: View, href: str, number: int) -> ListModel:
    spots = spots_of(desk, entity, view, None)[:_COLUMNS]
    sort = ",".join(("-" if one.descending else "") + ".".join(one.path) for one in view.sort)
    page = query.page(
        desk.tx,
        desk.caller,
        ListRequest(
            entity_id=entity.id,
            where=(view.filter or "",),
            sort=sort,
            fields=tuple(spot.names for spot in spots),
            limit=_ROWS,
        ),
    )
    return ListModel(
        title=view.text(desk.locale),
        singular=entity.text(desk.locale),
        icon=entity.icon or "list",
        path=desk.paths.list(entity.name),
        columns=headings(desk, spots, ()),
        rows=rows_of(desk, entity, spots, page.records, page.titles),
        all=href if number > _ROWS else None,
    )
