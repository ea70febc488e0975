"""The generated list of an entity: views, filters, order, columns and pages, all in the address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import redirect, request
from werkzeug.wrappers import Response

from fieldstone.engine import access, query, saved
from fieldstone.engine.errors import Invalid, Malformed
from fieldstone.engine.query import ListRequest
from fieldstone.engine.query.request import Pointing, Where
from fieldstone.engine.records.rows import titles_of
from fieldstone.metadata.model import Entity, Field, Sort, View
from fieldstone.metadata.problems import ProblemsError

from .. import security
from ..desk import Desk, Visit
from ..paths import with_query
from ..rendering import fragment, notice
from ..rendering import page as render
from ..show.conditions import Speaker
from ..show.filters import Rule, condition_of, rule_of
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
from ..show.operators import WrongValue, both, whole
from ..show.typed import record_id
from ..words import say

PAGE = 50
_TRAIL = 12
_TABS = 4
_BETWEEN = "~"


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

    def params(self, **changed: str | None) -> dict[str, str | None]:
        """The parameters of the address, with some changed; another order begins at the start."""
        now: dict[str, str | None] = {
            "view": self.view.name if self.view and not self.opening else None,
            "q": self.q,
            "where": self.where,
            "sort": self.own_sort,
            "of": f"{self.of[0].name}.{self.of[1]}" if self.of else None,
        }
        return {**now, **changed}


def page(visit: Visit, entity: str) -> str:
    """The list."""
    with visit.reading() as desk:
        model = _model(desk, _asked(desk, entity))
        return render(desk, "list.html", model.path, list=model, rule=_rule(desk, entity))


def count(visit: Visit, entity: str) -> str:
    """How many records the list has, asked for after the page is there."""
    with visit.reading() as desk:
        asked = _asked(desk, entity)
        found = query.count(desk.tx, desk.caller, _request(desk, asked, ()))
        shown = desk.formats.number(found, 0)
        return fragment("count.html", text=say("list.count", desk.locale, n=found, shown=shown))


def rule(visit: Visit, entity: str) -> str:
    """The controls of a filter that fit the field and operator just chosen."""
    with visit.reading() as desk:
        found = _rule(desk, entity)
        path = desk.paths.list(desk.entity(entity).name)
        return fragment("filter_rule.html", rule=found, list=ListModel(
            title="", singular="", icon="", path=path))  # fmt: skip


def add_filter(visit: Visit, entity: str) -> Response:
    """Add the condition that was built to the list's filter, and show the list."""
    with visit.reading() as desk:
        asked = _asked(desk, entity)
        where = asked.where
        try:
            where = both(where, condition_of(desk, asked.entity, request.args))
        except WrongValue:
            notice(desk, say("filter.wrong_value", desk.locale))
        target = desk.paths.list(asked.entity.name)
        return redirect(with_query(target, asked.params(where=where)), 303)


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


def _rule(desk: Desk, entity: str) -> Rule:
    return rule_of(desk, desk.entity(entity), request.args.get("field"), request.args.get("op"))


def _asked(desk: Desk, name: str) -> Asked:
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
    )


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


def _request(desk: Desk, asked: Asked, spots: tuple[Spot, ...], **more: Any) -> ListRequest:
    entity = asked.entity
    where: list[Where] = [asked.view.filter] if asked.view and asked.view.filter else []
    if asked.of:
        where.append(Pointing(asked.of[0].id, asked.of[1]))
    return ListRequest(
        entity_id=entity.id,
        filter=asked.where or None,
        where=tuple(where),
        q=asked.q or None,
        sort=_sort_text(desk, entity, asked.sort),
        fields=tuple(spot.names for spot in spots) or None,
        **more,
    )


def _model(desk: Desk, asked: Asked) -> ListModel:
    entity, locale = asked.entity, desk.locale
    path = desk.paths.list(entity.name)
    own = saved.get(desk.tx, desk.caller, _columns_key(entity, asked.view))
    spots = spots_of(desk, entity, asked.view, own)
    fixed = asked.view.filter if asked.view else None
    problem, after = "", None
    rows: tuple[Row, ...] = ()
    try:
        found = query.page(
            desk.tx,
            desk.caller,
            _request(desk, asked, spots, limit=PAGE, cursor=asked.at),
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
        where=asked.where,
        narrowed=bool(asked.where or asked.q or asked.of),
        filtered=bool(fixed),
        problem=problem,
        reset=with_query(path, asked.params(q=None, where=None, of=None)),
        create=desk.paths.new(entity.name) if desk.may("create", entity) else None,
        count_href=with_query(f"{path}/count", asked.params(sort=None)),
        **_turns(after, **address),  # type: ignore[arg-type]
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
    entity = asked.entity
    speaker = Speaker(desk.app, entity, desk.formats)
    fixed = asked.view.filter if asked.view and asked.view.filter else ""
    more = say("filter.more", desk.locale)
    chips = [Chip(one.words if one.known else more, one.code) for one in speaker.parts(fixed)]
    if asked.of:
        one, record_id = asked.of
        target = target_of(one) or ""
        title = titles_of(desk.tx, desk.caller, {target: {record_id}}).get((target, record_id))
        words = say("op.say_is", desk.locale, field=one.text(desk.locale), value=title or record_id)
        chips.append(Chip(words, "", with_query(path, asked.params(of=None))))
    own = speaker.parts(asked.where)
    for at, part in enumerate(own):
        rest = " and ".join(whole(one.code) for n, one in enumerate(own) if n != at)
        chips.append(Chip(part.words, part.code, with_query(path, asked.params(where=rest))))
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
