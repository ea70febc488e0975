"""The grouped list: heads with counts and sums, the first rows of each group, and more of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from flask import abort, request

from fieldstone.engine import query
from fieldstone.engine.errors import Invalid, Malformed
from fieldstone.engine.query import groups
from fieldstone.engine.query.groups import Group
from fieldstone.metadata.model import Field
from fieldstone.metadata.problems import ProblemsError

from ..desk import Desk, Visit
from ..paths import with_query
from ..rendering import fragment
from ..rendering import page as render
from ..show.beside import question_of
from ..show.bulk import choosing_of
from ..show.kinds import shown_as
from ..show.lists import GroupHead, ListModel, Part, Spot, rows_of, summed, sums_of
from ..show.naming import shower, target_of, titles_of
from ..show.values import Shown
from ..words import say
from . import lists
from .asked import Asked, asked_of, columns_of, request_of
from .grouping import key_text, narrowed

_GROUPS, _EACH, _MORE = 20, 10, 50
_BETWEEN = "~"


def page_of(desk: Desk, asked: Asked) -> str:
    """The grouped list that was asked for."""
    model = lists.model_of(desk, asked, rows_too=False)
    try:
        model = _grouped(desk, asked, model)
    except (Invalid, Malformed, ProblemsError) as error:
        model = replace(model, **lists.refused(desk, asked, model.path, error.problems))
    return render(desk, "list.html", model.path, list=model, builder=None)


def rows(visit: Visit, entity: str) -> str:
    """The next rows of one group, as the rows of a grid."""
    with visit.reading() as desk:
        asked = asked_of(desk, entity)
        field = asked.entity.field_named(asked.group)
        key = request.args.get("key", "")
        inside = narrowed(desk, asked, field, key) if field else None
        if field is None or inside is None:
            abort(404)
        skip = _EACH if request.args.get("skip") else 0
        at = request.args.get("at") or None
        spots = columns_of(desk, asked.entity, asked.view)
        within = _within(desk, asked, field, key)
        found = query.page(
            desk.tx, desk.caller,
            request_of(desk, within, spots, limit=_MORE + skip, cursor=at),
        )  # fmt: skip
        question = question_of(inside)
        shown = rows_of(desk, asked.entity, spots, found.records[skip:], found.titles, question)
        path = f"{desk.paths.list(asked.entity.name)}/group"
        after = found.next_cursor
        more = with_query(path, asked.params(key=key, at=after)) if after else None
        model = lists.model_of(desk, asked, rows_too=False)
        choosing = choosing_of(
            desk, asked.entity, [row.id for row in shown], asked.params(), more=True
        )
        part = Part(None, shown, more)
        return fragment("grid.html", list=replace(model, parts=(part,), choosing=choosing))


def _within(desk: Desk, asked: Asked, field: Field, key: str) -> Asked:
    """The list narrowed to one group."""
    inside = narrowed(desk, asked, field, key)
    if inside is None:
        abort(404)
    with_it = {name: value for name, value in inside.items() if value}
    return asked_of(desk, asked.entity.name, with_it)


def _grouped(desk: Desk, asked: Asked, model: ListModel) -> ListModel:
    entity, path = asked.entity, model.path
    field = entity.field_named(asked.group)
    assert field is not None
    spots = columns_of(desk, asked.entity, asked.view)
    added = summed(desk, spots)
    listed = request_of(desk, asked, spots)
    at = _page_number()
    measured = [f"sum_{place}: sum({spot.names})" for place, spot in enumerate(added)]
    found = groups.groups(
        desk.tx, desk.caller, listed, field, measured, limit=_GROUPS + 1, offset=at * _GROUPS
    )
    shown, more = found[:_GROUPS], len(found) > _GROUPS
    folded = set(asked.fold.split(_BETWEEN))
    open_keys = [one.key for one in shown if key_text(field, one.key) not in folded]
    records, titles = groups.first_rows(desk.tx, desk.caller, listed, field, open_keys, _EACH)
    values = _values(desk, asked, field, shown)
    parts = []
    for one, value in zip(shown, values, strict=True):
        inside = narrowed(desk, asked, field, key_text(field, one.key)) or asked.params()
        here = rows_of(desk, entity, spots, records.get(one.key, ()), titles, question_of(inside))
        head = _head(desk, asked, field, one, value, added, folded)
        more_rows = head.rows + "&skip=1" if here and one.count > _EACH else None
        parts.append(Part(head, here, more_rows))
    ids = [row.id for part in parts for row in part.rows]
    return replace(
        model,
        parts=tuple(parts),
        empty=not (parts or at),
        choosing=choosing_of(desk, entity, list(dict.fromkeys(ids)), asked.params(), more=True),
        first=str(at) if at else None,
        back=with_query(path, asked.params(groups=str(at - 1) if at > 1 else None)) if at else None,
        next=with_query(path, asked.params(groups=str(at + 1))) if more else None,
    )


def _page_number() -> int:
    text = request.args.get("groups", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _head(
    desk: Desk,
    asked: Asked,
    field: Field,
    one: Group,
    value: Shown,
    added: Sequence[Spot],
    folded: set[str],
) -> GroupHead:
    key = key_text(field, one.key)
    figures = [None if one is None else str(Decimal(one)) for one in one.figures]
    counted = desk.formats.number(one.count, 0)
    path = f"{desk.paths.list(asked.entity.name)}/group"
    return GroupHead(
        key,
        value,
        say("list.count", desk.locale, n=one.count, shown=counted),
        sums_of(desk, added, figures),
        key in folded,
        with_query(path, asked.params(key=key)),
    )


def _values(desk: Desk, asked: Asked, field: Field, found: Sequence[Group]) -> list[Shown]:
    """What the groups are called."""
    target = target_of(field)
    keys = {one.key for one in found if one.key is not None}
    titles = titles_of(desk, {target: keys}) if target else {}
    show_one, kind = shower(desk, titles, table=True), shown_as(desk.app, asked.entity, field)

    def said(key: Any) -> Shown:
        if key is None:
            return Shown(field.family, empty=True)
        if field.family in ("date", "datetime"):
            return Shown("text", f"{key:%Y-%m}")
        if field.family == "tags":
            return show_one.show(kind, frozenset({key}))
        return show_one.show(kind, bool(key) if field.family == "boolean" else key)

    return [said(one.key) for one in found]
