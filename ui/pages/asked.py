"""What the address asks of a list: its view, condition, order and page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import request

from fieldstone.engine import saved, views
from fieldstone.engine.errors import Invalid, Malformed
from fieldstone.engine.query import ListRequest
from fieldstone.engine.query.conditions import filter_of
from fieldstone.engine.query.groups import GROUPED
from fieldstone.engine.query.request import Brought, Pointing, Where
from fieldstone.engine.views import OwnView
from fieldstone.metadata.model import Entity, Sort, View
from fieldstone.metadata.problems import ProblemsError
from fieldstone.metadata.wording import expression_to_names

from ..desk import Desk
from ..show.lists import Spot, spot_at, spots_of
from ..show.naming import target_of
from ..show.typed import record_id

SHAPES = ("list", "board")

BETWEEN = "~"
"""Between the places in a trail of pages."""
_MOST_OF = 8
_LONGEST_FOLD = 2000
NONE = "-"
"""The condition of a list whose view has one that is taken away."""


@dataclass(frozen=True)
class Asked:
    """What the address asks of a list; its parameters are the list's whole state."""

    entity: Entity
    view: View | None
    where: str
    q: str
    sort: tuple[Sort, ...]
    at: str | None
    trail: tuple[str, ...]
    own_sort: str
    opening: bool = True
    brought: int | None = None
    of: tuple[tuple[Spot, int], ...] = ()
    mine: OwnView | None = None
    """The member's view that `view` is, whoever's it is; None for one of the documents."""
    declared: str | None = ""
    """The view's condition in names, as its builder shows it; None where the caller may not ask it.
    """

    shape: str = ""
    """`list` or `board` where the address says so; else the view decides."""

    group: str = ""
    """The name of the field that the list is grouped by."""

    fold: str = ""
    """The groups that are folded up, as the address says them."""

    @property
    def on_board(self) -> bool:
        """Whether the records are shown on a board."""
        kanban = self.view is not None and self.view.type == "kanban"
        return self.shape == "board" or (kanban and self.shape != "list")

    @property
    def fixed(self) -> str:
        """The view's own condition (in ids), while nothing stands in its place."""
        own = self.mine or (self.where and self.declared is not None)
        return "" if own or not self.view else self.view.filter or ""

    @property
    def own(self) -> str:
        """The condition in names that is asked beside `fixed`, with the rights of who asks."""
        return self.condition if self.mine or self.where else ""

    @property
    def condition(self) -> str:
        """What the builder edits: the address's condition, else the view's."""
        if self.where:
            return "" if self.where == NONE else self.where
        return self.declared or ""

    @property
    def changed(self) -> bool:
        """Whether the list differs from its view, for whoever has this address."""
        return bool(self.where or self.own_sort)

    def beside(self, condition: str) -> str | None:
        """The parameter that asks for a condition in the place of the view's."""
        if condition == (self.declared or ""):
            return None
        return condition or NONE

    def params(self, **changed: str | None) -> dict[str, str | None]:
        """The parameters of the address, with some changed; another order begins at the start."""
        now: dict[str, str | None] = {
            "view": self.view.name if self.view and not self.opening else None,
            "show": self.shape,
            "q": self.q,
            "where": self.where,
            "sort": self.own_sort,
            "brought": str(self.brought) if self.brought else None,
            "of": of_text(self.of) or None,
            "group": self.group,
            "fold": self.fold,
        }
        return {**now, **changed}


def asked_of(desk: Desk, name: str, args: Mapping[str, str] | None = None) -> Asked:
    """What the request, or other parameters, ask of the list of the entity called `name`."""
    entity = desk.entity(name)
    args = request.args if args is None else args
    mine, view = view_named(desk, entity, args.get("view"))
    own = args.get("sort", "")
    trail = tuple(one for one in args.get("trail", "").split(BETWEEN) if one)
    return Asked(
        entity=entity,
        view=view,
        where=args.get("where", "").strip(),
        q=args.get("q", "").strip(),
        sort=_sort(desk, entity, own) if own else (view.sort if view else ()),
        at=args.get("at") or None,
        trail=trail,
        own_sort=own,
        opening=view is first_view(desk.app.views_of(entity.id)) and not default_of(desk, entity),
        of=_of(desk, entity, args.get("of", "")),
        brought=record_id(args.get("brought", "")),
        declared=_of_own(desk, mine) if mine else _declared(desk, entity, view),
        mine=mine,
        shape=args.get("show", "") if args.get("show") in SHAPES else "",
        group=_groupable(desk, entity, args.get("group", "")),
        fold=args.get("fold", "")[:_LONGEST_FOLD],
    )


def _groupable(desk: Desk, entity: Entity, name: str) -> str:
    """The present name of a field that the list may be grouped by; nothing for any other."""
    spot = spot_at(desk, entity, (name,)) if name else None
    return spot.names if spot and spot.last.family in GROUPED and not spot.last.system else ""


def default_of(desk: Desk, entity: Entity) -> str | None:
    """The view that a list opens with for this member, if they chose one."""
    found = saved.get(desk.tx, desk.caller, default_key(entity))
    return found if isinstance(found, str) else None


def default_key(entity: Entity) -> str:
    """Under what a member's choice of the view that a list opens with is kept."""
    return f"opening/{entity.id}"


def _of_own(desk: Desk, mine: OwnView) -> str:
    """The condition of a member's view, which is refused when it is asked if it may not be."""
    return expression_to_names(desk.app, mine.entity, mine.filter) if mine.filter else ""


def _declared(desk: Desk, entity: Entity, view: View | None) -> str | None:
    if view is None or not view.filter:
        return ""
    text = expression_to_names(desk.app, entity.id, view.filter)
    return text if _may_ask(desk, entity, text) else None


def _may_ask(desk: Desk, entity: Entity, text: str) -> bool:
    try:
        filter_of(desk.tx, desk.caller, entity.id, text)
    except (Invalid, Malformed, ProblemsError):
        return False
    return True


def _of(desk: Desk, entity: Entity, text: str) -> tuple[tuple[Spot, int], ...]:
    """The records that `of=customer.12,owner.3` narrows the list to, by fields or paths."""
    found = []
    for one in text.split(",")[:_MOST_OF]:
        path, _, number = one.rpartition(".")
        spot = spot_at(desk, entity, path.split(".")) if path else None
        at = record_id(number)
        if spot is not None and target_of(spot.last) is not None and at is not None:
            found.append((spot, at))
    return tuple(found)


def of_text(of: Iterable[tuple[Spot, int]]) -> str:
    """The records that a list is narrowed to, as its address says them."""
    return ",".join(f"{spot.names}.{number}" for spot, number in of)


def view_named(desk: Desk, entity: Entity, name: str | None) -> tuple[OwnView | None, View | None]:
    """The view of that name, which may be a member's own; the first one where there is none.

    Another member's view is there only for who may ask its condition.
    """
    declared = desk.app.views_of(entity.id)
    for one in declared:
        if name and name in (one.name, one.id, *one.aliases):
            return None, one
    mine = views.find(desk.tx, entity.id, name) if name else None
    if mine:
        view = mine.view()
        own = mine.member_id == desk.caller.member_id
        if own or not view.filter or _declared(desk, entity, view) is not None:
            return mine, view
    return None, first_view(declared)


def first_view(declared: tuple[View, ...]) -> View | None:
    """The view that a list opens with: the first that shows everything, else the first."""
    return next((one for one in declared if not one.filter), declared[0] if declared else None)


def _sort(desk: Desk, entity: Entity, text: str) -> tuple[Sort, ...]:
    found = []
    for key in text.split(","):
        spot = spot_at(desk, entity, key.lstrip("-").split("."))
        if spot:
            path = tuple(one.id for one in spot.fields)
            found.append(Sort(path=path, descending=key.startswith("-")))
    return tuple(found)


def sort_text(desk: Desk, entity: Entity, sort: tuple[Sort, ...]) -> str:
    """An order as the address has it."""
    spots = [(spot_at(desk, entity, one.path), one.descending) for one in sort]
    return ",".join(("-" if down else "") + spot.names for spot, down in spots if spot)


def columns_key(entity: Entity, view: View | None) -> str:
    """Under what a member's columns of a view are kept."""
    return f"columns/{entity.id}/{view.id if view else ''}"


def widths_key(entity: Entity, view: View | None) -> str:
    """Under what the widths that a member gave the columns of a view are kept."""
    return f"widths/{entity.id}/{view.id if view else ''}"


def columns_of(desk: Desk, entity: Entity, view: View | None) -> tuple[Spot, ...]:
    """The columns of a list as this member sees them: which, and how wide."""
    chosen = saved.get(desk.tx, desk.caller, columns_key(entity, view))
    widened = saved.get(desk.tx, desk.caller, widths_key(entity, view))
    return spots_of(desk, entity, view, chosen, widened)


def request_of(desk: Desk, asked: Asked, spots: tuple[Spot, ...], **more: Any) -> ListRequest:
    """The request that the engine is asked."""
    entity = asked.entity
    where: list[Where] = [asked.fixed] if asked.fixed else []
    where.extend(Pointing(spot.ids, number) for spot, number in asked.of)
    if asked.brought:
        where.append(Brought(asked.brought))
    return ListRequest(
        entity_id=entity.id,
        filter=asked.own or None,
        where=tuple(where),
        q=asked.q or None,
        sort=sort_text(desk, entity, asked.sort),
        fields=tuple(spot.names for spot in spots) or None,
        **more,
    )
