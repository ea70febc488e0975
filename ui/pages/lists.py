"""The generated list of an entity: views, filters, order, columns and pages, all in the address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import make_response, redirect, request
from werkzeug.wrappers import Response

from fieldstone.engine import access, query, saved, views
from fieldstone.engine.errors import Invalid, Malformed
from fieldstone.engine.query import AggregateRequest
from fieldstone.metadata.conditions import Group, Written, write
from fieldstone.metadata.problems import Problem, ProblemsError

from .. import security
from ..desk import Desk, Visit
from ..paths import with_query
from ..rendering import fragment
from ..rendering import page as render
from ..show.beside import question_of
from ..show.builder import example_of
from ..show.bulk import choosing_of
from ..show.cells import with_reasons
from ..show.conditions import speaker
from ..show.imports.steps import bring_of
from ..show.lists import (
    Chip,
    ListModel,
    Row,
    Saving,
    Spot,
    Tab,
    headings,
    pool_of,
    rows_of,
    spot_at,
    summed,
    sums_of,
)
from ..show.naming import target_of, titles_of
from ..show.view_tabs import shared
from ..words import say
from . import facets
from .asked import (
    BETWEEN,
    NONE,
    SHAPES,
    Asked,
    asked_of,
    columns_key,
    columns_of,
    default_of,
    first_view,
    of_text,
    request_of,
    view_named,
)
from .builder import built
from .grouping import menu_of

PAGE = 50
_TRAIL = 12


def page_of(desk: Desk, asked: Asked, problems: Sequence[Problem] = ()) -> str:
    """The list that was asked for; with problems nothing is looked up, they are only said."""
    model = model_of(desk, asked, rows_too=not problems)
    model = replace(model, **refused(desk, asked, model.path, problems)) if problems else model
    return render(desk, "list.html", model.path, list=model, builder=None)


def default_address(desk: Desk, entity: str) -> str | None:
    """Where the list is that the member opens when it is asked for without more, if they chose."""
    if request.args:
        return None
    found = desk.entity(entity)
    default = default_of(desk, found)
    view = view_named(desk, found, default)[1] if default else None
    if view is None or default not in (view.id, view.name):
        return None
    return desk.paths.list(found.name, view=view.name)


def count(visit: Visit, entity: str) -> str:
    """How many records the list has and the sums of its columns, asked for after the page is
    there.
    """
    with visit.reading() as desk:
        asked = asked_of(desk, entity)
        spots = summed(desk, columns_of(desk, asked.entity, asked.view))
        figures = query.aggregate(desk.tx, desk.caller, _figures(desk, asked, spots))[0]
        found = int(figures["count"])
        shown = desk.formats.number(found, 0)
        return fragment(
            "count.html",
            text=say("list.count", desk.locale, n=found, shown=shown),
            sums=sums_of(desk, spots, [figures[f"sum_{at}"] for at in range(len(spots))]),
        )


def _figures(desk: Desk, asked: Asked, spots: Sequence[Spot]) -> AggregateRequest:
    listed = request_of(desk, asked, ())
    return AggregateRequest(
        entity_id=asked.entity.id,
        measures=(
            "count: count()",
            *(f"sum_{at}: sum({spot.names})" for at, spot in enumerate(spots)),
        ),
        filter=listed.filter,
        where=listed.where,
        q=listed.q,
    )


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
        key = columns_key(found, view_named(desk, found, request.form.get("view"))[1])
        chosen = [
            spot.ids
            for path in request.form.getlist("column")
            if (spot := spot_at(desk, found, path.split(".")))
        ]
        keep = chosen if chosen and not request.form.get("reset") else None
        saved.put(desk.tx, desk.caller, key, keep)
        return desk.paths.list(found.name)

    return redirect(security.safe_target(request.form.get("next"), visit.write(put)), 303)


def model_of(desk: Desk, asked: Asked, *, rows_too: bool = True) -> ListModel:
    """What the page shows; without `rows_too` only what stands around the records."""
    entity, locale = asked.entity, desk.locale
    path = desk.paths.list(entity.name)
    spots = columns_of(desk, entity, asked.view)
    rows, after, problems = _rows(desk, asked, spots) if rows_too else ((), None, ())
    narrowed = bool(asked.q or asked.of or asked.brought or asked.where not in ("", NONE))
    filtered = bool(asked.fixed or asked.own)
    address = {"path": path, "asked": asked}
    beside, more = shared(_tabs(desk, asked, path))
    return ListModel(
        title=entity.plural_text(locale),
        singular=entity.text(locale),
        icon=entity.icon or "list",
        path=path,
        description=entity.description.get(locale, ""),
        view=asked.view.name if asked.view else "",
        views=beside,
        more_views=more,
        chips=_chips(desk, asked, path),
        columns=with_reasons(
            desk, spots, headings(desk, spots, asked.sort, _sorting(desk, asked, spots, path))
        ),
        cells=path,
        rows=rows,
        pool=pool_of(desk, entity, spots),
        keep=_kept(asked),
        q=asked.q,
        where=asked.condition,
        example=example_of(desk, entity),
        filter=with_query(f"{path}/filter", asked.params(where=None)),
        narrowed=narrowed,
        filtered=filtered,
        empty=rows_too and not (rows or problems),
        all=with_query(path, asked.params(where=NONE)) if filtered else None,
        **refused(desk, asked, path, problems),
        saving=_saving(desk, asked, path),
        reset=with_query(path, asked.params(q=None, where=None, of=None, brought=None)),
        create=desk.paths.new(entity.name) if desk.may("create", entity) else None,
        bring=bring_of(desk, entity),
        shapes=shapes_of(desk, asked, path),
        count_href=with_query(f"{path}/count", asked.params(sort=None)),
        faceted=facets.shown(desk, entity) if facets.fields_of(desk, entity) else None,
        facets=with_query(f"{path}/facets", asked.params(sort=None)),
        grouping=menu_of(desk, asked, path),
        choosing=choosing_of(
            desk, entity, [row.id for row in rows], asked.params(), more=bool(after or asked.at)
        ),
        **_turns(after, **address),  # type: ignore[arg-type]
    )


def refused(desk: Desk, asked: Asked, path: str, problems: Sequence[Problem]) -> dict[str, Any]:
    """What a list says of problems, and the condition as it was probably meant, where that is
    known.
    """
    corrected = next((one.corrected for one in problems if one.corrected), "")
    return {
        "problem": " ".join(one.text(desk.locale) for one in problems),
        "corrected": corrected,
        "correct": with_query(path, asked.params(where=corrected)) if corrected else "",
    }


def _rows(
    desk: Desk, asked: Asked, spots: tuple[Spot, ...]
) -> tuple[tuple[Row, ...], str | None, Sequence[Problem]]:
    """The rows of the page, the place of the next one, and why it was refused, if it was."""
    try:
        found = _page(desk, asked, spots)
        question = question_of(asked.params(show=None))
        rows = rows_of(desk, asked.entity, spots, found.records, found.titles, question)
        return rows, found.next_cursor, ()
    except (Invalid, Malformed, ProblemsError) as error:
        return (), None, error.problems


def _page(desk: Desk, asked: Asked, spots: tuple[Spot, ...]) -> query.Page:
    """The page; where its place was another's or is of before a publish, the first one."""
    try:
        wanted = request_of(desk, asked, spots, limit=PAGE, cursor=asked.at, shared=True)
        return query.page(desk.tx, desk.caller, wanted)
    except Malformed as error:
        if not asked.at or any(one.id != "query.cursor" for one in error.problems):
            raise
    return query.page(desk.tx, desk.caller, request_of(desk, asked, spots, limit=PAGE, shared=True))


def _saving(desk: Desk, asked: Asked, path: str) -> Saving:
    here = {**asked.params(), "view": asked.view.name if asked.view else None}
    mine = asked.mine is not None and asked.mine.member_id == desk.caller.member_id
    return Saving(
        name=asked.view.text(desk.locale) if asked.view else "",
        changed=asked.changed,
        mine=mine,
        opens=bool(asked.view) and default_of(desk, asked.entity) == (asked.view and asked.view.id),
        act=f"{path}/views",
        asked=with_query("", here),
        reset=with_query(path, {"view": here["view"]}),
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
        asked.params(at=after, trail=BETWEEN.join([*asked.trail, asked.at or "-"][-_TRAIL:])),
    )
    back = None
    if asked.at:
        *earlier, before = asked.trail or ("-",)
        back = with_query(
            path,
            asked.params(at=None if before == "-" else before, trail=BETWEEN.join(earlier) or None),
        )
    return {"first": asked.at, "back": back, "next": onward if after else None}


def _tabs(desk: Desk, asked: Asked, path: str) -> tuple[Tab, ...]:
    declared = desk.app.views_of(asked.entity.id)
    opening = first_view(declared)
    own = [one.view() for one in views.own(desk.tx, desk.caller, asked.entity.id)]
    rest = [one for one in declared if one is not opening]
    order = [*([opening] if opening else []), *own, *rest]
    present = asked.view.id if asked.view else ""
    if asked.view and all(one.id != present for one in order):
        order.append(asked.view)  # another member's, whose address was passed on
    now = next((one for one in order if one.id == present), None)
    bare = not default_of(desk, asked.entity)
    return tuple(
        Tab(
            view.text(desk.locale),
            path if view is opening and bare else with_query(path, {"view": view.name}),
            view is now,
        )
        for view in order
    )


def _chips(desk: Desk, asked: Asked, path: str) -> tuple[Chip, ...]:
    telling = speaker(desk, asked.entity, in_names=True)
    more = say("filter.more", desk.locale)
    chips = []
    if asked.fixed and asked.declared is None:
        fixed = speaker(desk, asked.entity).parts(asked.fixed)
        chips = [Chip(one.words if one.known else more, "") for one in fixed]
    for at, (spot, number) in enumerate(asked.of):
        target = target_of(spot.last) or ""
        title = titles_of(desk, {target: {number}}).get((target, number))
        label = " · ".join(one.text(desk.locale) for one in spot.fields)
        words = say("op.say_is", desk.locale, field=label, value=title or number)
        others = of_text(one for n, one in enumerate(asked.of) if n != at)
        chips.append(Chip(words, "", with_query(path, asked.params(of=others or None))))
    if asked.brought:
        words = say("imports.brought", desk.locale, number=asked.brought)
        chips.append(Chip(words, "", with_query(path, asked.params(brought=None))))
    parts = telling.parts(asked.condition)
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
        if spot.last.family in ("tags", "long_text"):
            continue
        up = first and ".".join(first.path) == spot.ids and not first.descending
        key = f"-{spot.names}" if up else spot.names
        found[spot.ids] = with_query(path, asked.params(sort=key))
    return found


def _kept(asked: Asked) -> dict[str, str]:
    return {
        name: value for name, value in asked.params(q=None).items() if value and name != "where"
    } | ({"where": asked.where} if asked.where else {})
