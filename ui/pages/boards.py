"""The board of an entity: the same records as its list, in a column for each stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flask import abort, make_response, redirect, request
from werkzeug.wrappers import Response

from fieldstone.engine import records
from fieldstone.engine.errors import Invalid, Malformed, NotFound, Refused
from fieldstone.metadata.conditions import Group, Written, write
from fieldstone.metadata.model import Entity, Pipeline
from fieldstone.metadata.problems import ProblemsError

from ..desk import Desk, Visit
from ..paths import with_query
from ..rendering import fragment
from ..rendering import page as render
from ..show.boards import BoardMaker, BoardModel
from ..show.naming import called
from ..show.stages import Asking
from ..words import say
from . import groups, lists, stages
from .asked import Asked, asked_of, request_of


def page(visit: Visit, entity: str) -> str | Response:
    """The list of an entity, or its board where the address or the view says so."""
    with visit.reading() as desk:
        if (default := lists.default_address(desk, entity)) is not None:
            return redirect(default, 303)
        asked = asked_of(desk, entity)
        if asked.group and not asked.on_board:
            return groups.page_of(desk, asked)
        if not asked.on_board or not lists.shapes_of(desk, asked, ""):
            return lists.page_of(desk, asked)
        model = lists.model_of(desk, asked, rows_too=False)
        try:
            board = _board(desk, asked)
        except (Invalid, Malformed, ProblemsError) as error:
            return lists.page_of(desk, asked, error.problems)
        return render(
            desk,
            "list.html",
            model.path,
            list=replace(model, empty=board.empty),
            board=board,
            builder=None,
        )


def more(visit: Visit, entity: str) -> str:
    """The next cards of one column."""
    with visit.reading() as desk:
        asked = asked_of(desk, entity)
        maker = _maker(desk, asked)
        wanted = request.args.get("stage", "")
        stage = next((one for one in maker.stages if one.name == wanted), None)
        if stage is None:
            abort(404)
        heads = {one.name: one for one in maker.heads(_narrowed(desk, asked, maker))}
        lane = maker.lane(
            heads[stage.name],
            stage,
            request.args.get("at", ""),
            _more(desk, asked, maker)[stage.name],
        )
        return fragment("board_cards.html", lane=lane, targets=maker.targets())


def move(visit: Visit, entity: str, record_id: int) -> Response:
    """Move a card; what its new stage still needs is asked for in a dialog."""
    posted = stages.posted()
    to = request.form.get("to", "")
    try:
        visit.write(lambda desk: stages.move(desk, entity, record_id, to, posted))
    except Refused as error:
        return _refuse(visit, entity, record_id, to, error)
    with visit.reading() as desk:
        asked = asked_of(desk, entity)
        if not _in_part():
            return redirect(with_query(desk.paths.list(asked.entity.name), asked.params()), 303)
        maker = _maker(desk, asked)
        return make_response(
            fragment(
                "board_moved.html",
                heads=maker.heads(_narrowed(desk, asked, maker)),
                card=maker.one(record_id),
                targets=maker.targets(),
                said=_said(desk, maker, record_id, to),
            )
        )


def _said(desk: Desk, maker: BoardMaker, record_id: int, to: str) -> str:
    stage = next(one for one in maker.pipeline.stages if to in (one.name, one.id))
    record = records.get(desk.tx, desk.caller, maker.entity.id, record_id, titles=False)
    what = called(desk, record)
    return say("board.moved", desk.locale, what=what, stage=stage.text(desk.locale))


def _refuse(visit: Visit, entity: str, record_id: int, to: str, error: Refused) -> Response:
    """The reason, with inputs for what is missing; a part of the board, or a page of its own."""
    if error.status in (401, 404):
        raise error
    with visit.reading() as desk:
        found = desk.entity(entity)
        record = records.get(desk.tx, desk.caller, found.id, record_id)
        asked = asked_of(desk, entity)
        asking: Asking | None = None
        problems = tuple(one.text(desk.locale) for one in error.problems)
        if error.status == 412:
            problems = (say("record.moved_on_hint", desk.locale),)
        elif error.status != 403:
            asking = stages.asking(desk, found, record, to, stages.posted(), error)
        values = {
            "asking": asking,
            "problems": problems,
            "title": called(desk, record),
            "href": desk.paths.record(found.name, record_id),
            "action": desk.paths.act(found.name, record_id, "board", **asked.params()),
            "version": record.version,
            "back": with_query(desk.paths.list(found.name), asked.params()),
        }
        if _in_part():
            return make_response(fragment("board_asking.html", **values), error.status)
        path = desk.paths.list(found.name)
        return make_response(render(desk, "board_asking_page.html", path, **values), error.status)


def _board(desk: Desk, asked: Asked) -> BoardModel:
    maker = _maker(desk, asked)
    heads = maker.heads(_narrowed(desk, asked, maker))
    label = maker.field.text(desk.locale)
    return BoardModel(label, maker.lanes(heads, _more(desk, asked, maker)), maker.targets())


def _maker(desk: Desk, asked: Asked) -> BoardMaker:
    pipeline = _pipeline(desk, asked)
    question = request_of(desk, asked, (), titles=False)
    return BoardMaker(desk, asked.entity, pipeline, asked.view, question, asked.params())


def _pipeline(desk: Desk, asked: Asked) -> Pipeline:
    entity: Entity = asked.entity
    if entity.pipeline is None or not lists.shapes_of(desk, asked, ""):
        raise NotFound.because("stage.without_pipeline", entity=entity)
    return entity.pipeline


def _narrowed(desk: Desk, asked: Asked, maker: BoardMaker) -> Mapping[str, str]:
    """The list of each stage's records, with the same view, filter and search."""
    path = desk.paths.list(asked.entity.name)
    found = {}
    for stage in maker.stages:
        code = f'{maker.field.name} == "{stage.name}"'
        parts = tuple(Written(one) for one in (asked.condition, code) if one)
        where = asked.beside(write(Group("and", parts)))
        found[stage.name] = with_query(path, asked.params(where=where, show="list"))
    return found


def _more(desk: Desk, asked: Asked, maker: BoardMaker) -> Mapping[str, str]:
    path = f"{desk.paths.list(asked.entity.name)}/board"
    return {one.name: with_query(path, asked.params(stage=one.name)) for one in maker.stages}


def _in_part() -> bool:
    return request.headers.get("HX-Request") == "true"
