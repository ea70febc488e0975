"""A person's home: what is due for them and theirs, read from the views that ask for `me()`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fieldstone.engine import alerts, query
from fieldstone.engine.alerts import AlertRequest
from fieldstone.engine.query import ListRequest
from fieldstone.metadata.expression import parse
from fieldstone.metadata.expression.tree import Call
from fieldstone.metadata.model import Entity, View

from ..desk import Desk
from ..words import inside, say
from .alerts import AlertItem, items_of
from .beside import question_of
from .due import Doing, doings_of, finishing
from .imports.steps import starts_of
from .lists import ListModel, headings, rows_of, spots_of

_ROWS = 6
_COLUMNS = 3
_ALERTS = 5
_ACROSS = {"wide": 6, "middle": 3, "narrow": 2}
"""How many tiles stand beside each other at most, by the width of the window."""
_UNDER = {**_ACROSS, "wide": 3}
"""The same where they stand under what is due, beside the alerts."""
_TIMES = frozenset({"today", "now", "days_until"})
_STILL = frozenset({"days_since", "hours_since"})
_CLOCKS = _TIMES | _STILL


@dataclass(frozen=True)
class Tile:
    """A view as one number, leading to its records."""

    text: str
    number: str
    href: str
    icon: str
    none: bool
    shape: str = ""
    """Its share of a row at each width of the window, as classes: `wide-4 middle-3 narrow-2`."""


@dataclass(frozen=True)
class Due:
    """Records that ask for something: the first of them, how many there are, what can be done."""

    list: ListModel
    number: str
    doing: Mapping[int, Doing]


@dataclass(frozen=True)
class Refusal:
    """Why something was not done, and the form (`mend`) in which it can be."""

    text: str
    problems: tuple[str, ...]
    mend: str


@dataclass(frozen=True)
class HomeModel:
    """The page: lists of what is due, alerts on what is the person's own, and numbers."""

    tiles: tuple[Tile, ...]
    due: tuple[Due, ...]
    alerts: tuple[AlertItem, ...]
    more_alerts: str | None
    mine: bool
    bare: bool
    """Whether there is nothing at all yet that the person may see."""

    bring: str | None = None
    """Where a file is imported into the menu's first kind of records that allows it."""


def home_of(desk: Desk) -> HomeModel:
    """The home of whoever asks; nothing is known of any entity but its views.

    Who has nothing of their own yet sees how much there is in all.
    """
    tiles, due = [], []
    for entity, view in _mine(desk):
        number = _number(desk, entity, view)
        tiles.append(_tile(desk, entity, view, number))
        if _calls(view) & _CLOCKS and number:
            due.append(_list(desk, entity, view, tiles[-1], number))
    if all(tile.none for tile in tiles):
        tiles = [_tile(desk, one, None, _number(desk, one, None)) for one in _listed(desk)]
    mine = True
    found = alerts.inbox(desk.tx, desk.caller, AlertRequest(mine=True, limit=_ALERTS))
    if not found.alerts:
        mine = False
        found = alerts.inbox(desk.tx, desk.caller, AlertRequest(limit=_ALERTS))
    more = f"{desk.paths.alerts}{'?state=mine' if mine else ''}" if found.next_cursor else None
    bare = all(tile.none for tile in tiles)
    across = _UNDER if due else _ACROSS
    starts = starts_of(desk)
    bring = starts[0].href if starts else None
    shown = items_of(desk, found.alerts)
    return HomeModel(_laid_out(tiles, across), tuple(due), shown, more, mine, bare, bring)


def _laid_out(tiles: Sequence[Tile], across: Mapping[str, int]) -> tuple[Tile, ...]:
    """The tiles in rows that are all full and as even as can be: seven are four and three."""
    shapes = [
        [f"{name}-{size}" for size in row_sizes(len(tiles), most) for _ in range(size)]
        for name, most in across.items()
    ]
    return tuple(
        replace(tile, shape=" ".join(shape)) for tile, *shape in zip(tiles, *shapes, strict=True)
    )


def row_sizes(count: int, most: int) -> list[int]:
    """How many of `count` stand in each row, at most `most`, longer rows first."""
    rows = -(-count // most)
    return [count // rows + (at < count % rows) for at in range(rows)] if rows else []


def _number(desk: Desk, entity: Entity, view: View | None) -> int:
    where = (view.filter,) if view and view.filter else ()
    return query.count(desk.tx, desk.caller, ListRequest(entity_id=entity.id, where=where))


def _tile(desk: Desk, entity: Entity, view: View | None, number: int) -> Tile:
    """A view as a number; its label alone where that names the entity already."""
    plural = entity.plural_text(desk.locale)
    text = view.text(desk.locale) if view else plural
    if entity.text(desk.locale).lower() not in text.lower() and plural.lower() not in text.lower():
        text = say("home.tile", desk.locale, entity=plural, view=inside(text, desk.locale))
    href = desk.paths.list(entity.name, view=view.name if view else None)
    return Tile(text, desk.formats.number(number, 0), href, entity.icon or "list", not number)


def _listed(desk: Desk) -> list[Entity]:
    """The entities of the menu that the caller may read."""
    ids = [item.entity for item in desk.app.manifest.menu if item.entity and not item.archived]
    found = [desk.app.entities.get(one) for one in ids]
    return [one for one in found if one is not None and desk.may("read", one)]


def _mine(desk: Desk) -> list[tuple[Entity, View]]:
    """The views that ask who looks: what is due, what stands still, the rest, each by the menu."""
    found = [
        (entity, view)
        for entity in _listed(desk)
        for view in desk.app.views_of(entity.id)
        if "me" in _calls(view)
    ]
    return sorted(found, key=lambda one: _urgency(_calls(one[1])))


def _urgency(calls: frozenset[str]) -> int:
    if calls & _TIMES and not calls & _STILL:
        return 0
    return 1 if calls & _CLOCKS else 2


def _calls(view: View) -> frozenset[str]:
    """The functions that a view's filter calls."""
    if not view.filter:
        return frozenset()
    nodes = parse(view.filter).walk()
    return frozenset(node.function.text for node in nodes if isinstance(node, Call))


def _list(desk: Desk, entity: Entity, view: View, tile: Tile, number: int) -> Due:
    spots = spots_of(desk, entity, view, None)[:_COLUMNS]
    sort = ",".join(("-" if one.descending else "") + ".".join(one.path) for one in view.sort)
    way = finishing(desk, entity)
    asked = [*(spot.names for spot in spots), *([way[0].name] if way else [])]
    page = query.page(
        desk.tx,
        desk.caller,
        ListRequest(
            entity_id=entity.id,
            where=(view.filter or "",),
            sort=sort,
            fields=tuple(dict.fromkeys(asked)),
            limit=_ROWS,
        ),
    )
    question = question_of({"view": view.name})
    shown = ListModel(
        title=tile.text,
        singular=entity.text(desk.locale),
        icon=entity.icon or "list",
        path=desk.paths.list(entity.name),
        columns=headings(desk, spots, ()),
        rows=rows_of(desk, entity, spots, page.records, page.titles, question),
        all=tile.href if number > _ROWS else None,
    )
    return Due(shown, tile.number, doings_of(desk, entity, page.records, len(spots) + 1))
