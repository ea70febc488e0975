"""The generated list of an entity: views, filters, order, columns and pages, all in the address."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import make_response, redirect, request
from werkzeug.wrappers import Response

from fieldstone.engine import access, query, saved
from fieldstone.engine.errors import Invalid, Malformed
from fieldstone.engine.query import ListRequest
from fieldstone.engine.query.conditions import filter_of
from fieldstone.engine.query.request import Pointing, Where
from fieldstone.engine.records.rows import titles_of
from fieldstone.metadata.conditions import Group, Written, write
from fieldstone.metadata.model import Entity, Field, Sort, View
from fieldstone.metadata.problems import ProblemsError
from fieldstone.metadata.wording import expression_to_names

from .. import security
from ..desk import Desk, Visit
from ..paths import with_query
from ..rendering import fragment
from ..rendering import page as render
from ..show.conditions import Speaker
from ..show.lists import (
    Chip,
    ListModel,
    Row,
    Spot,
    Tab,
    headings,
    pool_of,
    rows_of,
    spot_at,
    spots_of,
)
from ..show.naming import target_of
from ..show.typed import record_id
from ..words import say
from .builder import built

PAGE = 50
_TRAIL = 12
_TABS = 4
_BETWEEN = "~"
_NONE = "-"
"""The condition of a list whose view has one that is taken away."""
SHAPES = ("list", "board")


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
    of: tuple[Field, int] | None = None
    declared: str | None = ""
    """The view's condition in names, as its builder shows it; None where the caller may not ask it.
    """

    shape: str = ""
    """`list` or `board` where the address says so; else the view decides."""

    @property
    def on_board(self) -> bool:
        """Whether the records are shown on a board."""
        kanban = self.view is not None and self.view.type == "kanban"
        return self.shape == "board" or (kanban and self.shape != "list")

    @property
    def fixed(self) -> str:
        """The view's own condition (in ids), while nothing stands in its place."""
        own = self.where and self.declared is not None
        return "" if own or not self.view else self.view.filter or ""

    @property
    def own(self) -> str:
        """The condition in names that the address asks, beside `fixed`."""
        return "" if self.where == _NONE else self.where

    @property
    def condition(self) -> str:
        """What the builder edits: the address's condition, else the view's."""
        return self.own if self.where else self.declared or ""

    def beside(self, condition: str) -> str | None:
        """The parameter that asks for a condition in the place of the view's."""
        if condition == (self.declared or ""):
            return None
        return condition or _NONE

    def params(self, **changed: str | None) -> dict[str, str | None]:
        """The parameters of the address, with some changed; another order begins at the start."""
        now: dict[str, str | None] = {
            "view": self.view.name if self.view and not self.opening else None,
            "show": self.shape,
            "q": self.q,
            "where": self.where,
            "sort": self.own_sort,
            "of": f"{self.of[0].name}.{self.of[1]}" if self.of else None,
        }
        return {**now, **changed}


def page_of(desk: Desk, asked: Asked, problem: str = "") -> str:
    """The list that was asked for; with a problem nothing is looked up, only said."""
    model = model_of(desk, asked, rows_too=not problem)
    model = replace(model, problem=problem) if problem else model
    return render(desk, "list.html", model.path, list=model, builder=None)


def count(visit: Visit, entity: str) -> str:
    """How many records the list has, asked for after the page is there."""
    with visit.reading() as desk:
        asked = asked_of(desk, entity)
        found = query.count(desk.tx, desk.caller, request_of(desk, asked, ()))
        shown = desk.formats.number(found, 0)
        return fragment("count.html", text=say("list.count", desk.locale, n=found, shown=shown))


def filter_by(visit: Visit, entity: str) -> Response:
    """Show the list under the condition that was built; 422 with the builder if it cannot be."""
    with visit.reading() as desk:
        asked = asked_of(desk, entity)
        done = built(desk, asked.entity)
        if done.wrong:
            model = model_of(desk, asked)
            page = render(desk, "list.html", model.path, list=model, builder=done.wrong)
            return make_response(page, 422)
        target = desk.paths.list(asked.entity.name)
        return redirect(with_query(target, asked.params(where=asked.beside(done.text))), 303)


def set_columns(visit: Visit, entity: str) -> Response:
    """Keep the member's own choice of columns for a view."""

    def put(desk: Desk) -> str:
        found = desk.entity(entity)
        key = _columns_key(found, _view(desk, found, request.form.get("view")))
        chosen = [
            spot.ids
            for path in request.form.getlist("column")
            if (spot := spot_at(desk, found, path.split(".")))
        ]
        keep = chosen if chosen and not request.form.get("reset") else None
        saved.put(desk.tx, desk.caller, key, keep)
        return desk.paths.list(found.name)

    return redirect(security.safe_target(request.form.get("next"), visit.write(put)), 303)


def asked_of(desk: Desk, name: str) -> Asked:
    """What the address asks of the list of the entity called `name`."""
    entity = desk.entity(name)
    view = _view(desk, entity, request.args.get("view"))
    own = request.args.get("sort", "")
    trail = tuple(one for one in request.args.get("trail", "").split(_BETWEEN) if one)
    return Asked(
        entity=entity,
        view=view,
        where=request.args.get("where", "").strip(),
        q=request.args.get("q", "").strip(),
        sort=_sort(desk, entity, own) if own else (view.sort if view else ()),
        at=request.args.get("at") or None,
        trail=trail,
        own_sort=own,
        opening=view is _first(desk.app.views_of(entity.id)),
        of=_of(desk, entity, request.args.get("of", "")),
        declared=_declared(desk, entity, view),
        shape=request.args.get("show", "") if request.args.get("show") in SHAPES else "",
    )


def _declared(desk: Desk, entity: Entity, view: View | None) -> str | None:
    if view is None or not view.filter:
        return ""
    text = expression_to_names(desk.app, entity.id, view.filter)
    try:
        filter_of(desk.tx, desk.caller, entity.id, text)
    except (Invalid, Malformed, ProblemsError):
        return None
    return text


def _of(desk: Desk, entity: Entity, text: str) -> tuple[Field, int] | None:
    """The record that `of=customer.12` narrows the list to, or None."""
    name, _, number = text.partition(".")
    one = access.field_for(desk.app, desk.caller, entity.id, name) if name else None
    found = record_id(number)
    if one is None or target_of(one) is None or found is None:
        return None
    return one, found


def _view(desk: Desk, entity: Entity, name: str | None) -> View | None:
    views = desk.app.views_of(entity.id)
    if name:
        found = next((one for one in views if name in (one.name, one.id, *one.aliases)), None)
        if found:
            return found
    return _first(views)


def _first(views: tuple[View, ...]) -> View | None:
    """The view that a list opens with: the first that shows everything, else the first."""
    return next((one for one in views if not one.filter), views[0] if views else None)


def _sort(desk: Desk, entity: Entity, text: str) -> tuple[Sort, ...]:
    found = []
    for key in text.split(","):
        spot = spot_at(desk, entity, key.lstrip("-").split("."))
        if spot:
            path = tuple(one.id for one in spot.fields)
            found.append(Sort(path=path, descending=key.startswith("-")))
    return tuple(found)


def _sort_text(desk: Desk, entity: Entity, sort: tuple[Sort, ...]) -> str:
    spots = [(spot_at(desk, entity, one.path), one.descending) for one in sort]
    return ",".join(("-" if down else "") + spot.names for spot, down in spots if spot)


def _columns_key(entity: Entity, view: View | None) -> str:
    return f"columns/{entity.id}/{view.id if view else ''}"


def request_of(desk: Desk, asked: Asked, spots: tuple[Spot, ...], **more: Any) -> ListRequest:
    """The question to the engine: the view's condition and what the address adds to it."""
    entity = asked.entity
    where: list[Where] = [asked.fixed] if asked.fixed else []
    if asked.of:
        where.append(Pointing(asked.of[0].id, asked.of[1]))
    return ListRequest(
        entity_id=entity.id,
        filter=asked.own or None,
        where=tuple(where),
        q=asked.q or None,
        sort=_sort_text(desk, entity, asked.sort),
        fields=tuple(spot.names for spot in spots) or None,
        **more,
    )


def model_of(desk: Desk, asked: Asked, *, rows_too: bool = True) -> ListModel:
    """What the page shows; without `rows_too` only what stands around the records."""
    entity, locale = asked.entity, desk.locale
    path = desk.paths.list(entity.name)
    own = saved.get(desk.tx, desk.caller, _columns_key(entity, asked.view))
    spots = spots_of(desk, entity, asked.view, own)
    problem, after = "", None
    rows: tuple[Row, ...] = ()
    try:
        if rows_too:
            found = query.page(
                desk.tx,
                desk.caller,
                request_of(desk, asked, spots, limit=PAGE, cursor=asked.at),
            )
            rows = rows_of(desk, entity, spots, found.records, found.titles)
            after = found.next_cursor
    except (Invalid, Malformed, ProblemsError) as error:
        problem = " ".join(one.text(locale) for one in error.problems)
    address = {"path": path, "asked": asked}
    tabs = _tabs(desk, asked, path)
    return ListModel(
        title=entity.plural_text(locale),
        singular=entity.text(locale),
        icon=entity.icon or "list",
        path=path,
        description=entity.description.get(locale, ""),
        view=asked.view.name if asked.view else "",
        views=tabs[:_TABS],
        more_views=tabs[_TABS:],
        chips=_chips(desk, asked, path),
        columns=headings(desk, spots, asked.sort, _sorting(desk, asked, spots, path)),
        rows=rows,
        pool=pool_of(desk, entity, spots),
        keep=_kept(asked),
        q=asked.q,
        where=asked.condition,
        filter=with_query(f"{path}/filter", asked.params(where=None)),
        narrowed=bool(asked.where or asked.q or asked.of),
        filtered=bool(asked.fixed or asked.own),
        problem=problem,
        reset=with_query(path, asked.params(q=None, where=None, of=None)),
        create=desk.paths.new(entity.name) if desk.may("create", entity) else None,
        shapes=shapes_of(desk, asked, path),
        count_href=with_query(f"{path}/count", asked.params(sort=None)),
        **_turns(after, **address),  # type: ignore[arg-type]
    )


def shapes_of(desk: Desk, asked: Asked, path: str) -> tuple[Tab, ...]:
    """The ways to look at the same records: as a list or, where they have stages, on a board."""
    pipeline = asked.entity.pipeline
    known = access.readable(desk.app, desk.caller, asked.entity.id)
    if pipeline is None or pipeline.field not in known:
        return ()
    kanban = asked.view is not None and asked.view.type == "kanban"
    usual = "board" if kanban else "list"
    return tuple(
        Tab(
            say(f"board.as_{one}", desk.locale),
            with_query(path, asked.params(show=None if one == usual else one)),
            asked.on_board == (one == "board"),
        )
        for one in SHAPES
    )


def _turns(after: str | None, path: str, asked: Asked) -> dict[str, str | None]:
    """The ways to the next and the previous page; the trail holds where earlier pages begin."""
    onward = with_query(
        path,
        asked.params(at=after, trail=_BETWEEN.join([*asked.trail, asked.at or "-"][-_TRAIL:])),
    )
    back = None
    if asked.at:
        *earlier, before = asked.trail or ("-",)
        back = with_query(
            path,
            asked.params(
                at=None if before == "-" else before, trail=_BETWEEN.join(earlier) or None
            ),
        )
    return {"first": asked.at, "back": back, "next": onward if after else None}


def _tabs(desk: Desk, asked: Asked, path: str) -> tuple[Tab, ...]:
    views = desk.app.views_of(asked.entity.id)
    opening = _first(views)
    order = sorted(views, key=lambda one: one is not opening)
    if asked.view in order[_TABS:]:
        order.remove(asked.view)
        order.insert(_TABS - 1, asked.view)
    return tuple(
        Tab(
            view.text(desk.locale),
            path if view is opening else with_query(path, {"view": view.name}),
            asked.view is view,
        )
        for view in order
    )


def _chips(desk: Desk, asked: Asked, path: str) -> tuple[Chip, ...]:
    speaker = Speaker(desk.app, asked.entity, desk.formats)
    more = say("filter.more", desk.locale)
    chips = []
    if asked.fixed and asked.declared is None:
        chips = [Chip(one.words if one.known else more, "") for one in speaker.parts(asked.fixed)]
    if asked.of:
        one, record_id = asked.of
        target = target_of(one) or ""
        title = titles_of(desk.tx, desk.caller, {target: {record_id}}).get((target, record_id))
        words = say("op.say_is", desk.locale, field=one.text(desk.locale), value=title or record_id)
        chips.append(Chip(words, "", with_query(path, asked.params(of=None))))
    parts = speaker.parts(asked.condition)
    for at, part in enumerate(parts):
        rest = tuple(Written(one.code) for n, one in enumerate(parts) if n != at)
        where = asked.beside(write(Group("and", rest)))
        chips.append(Chip(part.words, part.code, with_query(path, asked.params(where=where))))
    return tuple(chips)


def _sorting(desk: Desk, asked: Asked, spots: tuple[Spot, ...], path: str) -> dict[str, str]:
    """The address that sorts by each column, the other way round where it is sorted already."""
    found = {}
    first = asked.sort[0] if asked.sort else None
    for spot in spots:
        if spot.last.type in ("tags", "long_text"):
            continue
        up = first and ".".join(first.path) == spot.ids and not first.descending
        key = f"-{spot.names}" if up else spot.names
        found[spot.ids] = with_query(path, asked.params(sort=key))
    return found


def _kept(asked: Asked) -> dict[str, str]:
    return {
        name: value for name, value in asked.params(q=None).items() if value and name != "where"
    } | ({"where": asked.where} if asked.where else {})
