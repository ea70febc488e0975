"""Pickers: what a reference may point at, searched on the server, as JSON."""

from __future__ import annotations

from flask import jsonify, request
from werkzeug.wrappers import Response

from fieldstone.engine import access, query
from fieldstone.engine.errors import NotFound
from fieldstone.engine.query import ListRequest
from fieldstone.engine.records.naming import to_names
from fieldstone.metadata.expression import PARENT, parse, quote, rename
from fieldstone.metadata.expression.tree import Path
from fieldstone.metadata.model import Entity, Field

from ..desk import Desk, Visit
from ..show.kinds import shown_as
from ..show.naming import shower, target_of

_MOST = 20
_IDS = frozenset({"reference", "owner", "member", "integer"})


def pick(visit: Visit, entity: str, field: str) -> Response:
    """Records that the field may point at, by title, with a second line to tell them apart."""
    with visit.reading() as desk:
        found = desk.entity(entity)
        one = access.field_for(desk.app, desk.caller, found.id, field)
        target = desk.app.entities.get(target_of(one) or "") if one else None
        if one is None or target is None:
            raise NotFound(access.unknown_field(desk.app, desk.caller, found.id, field))
        second = _second(desk, target)
        page = query.page(
            desk.tx,
            desk.caller,
            ListRequest(
                entity_id=target.id,
                filter=_offered(desk, found, one, target),
                q=request.args.get("q", "").strip() or None,
                fields=(target.field(target.title).name, *((second.name,) if second else ())),
                limit=_MOST,
            ),
        )
        show = shower(desk, page.titles)
        rows = []
        for record in page.records:
            line = None
            if second:
                field_shown = shown_as(desk.app, target, second)
                shown = show.show(field_shown, record.values.get(second.id))
                line = shown.text or None
            title = record.title or str(record.values.get(target.title) or record.id)
            rows.append({"id": str(record.id), "title": title, "second": line})
        return jsonify(data=rows)


def _second(desk: Desk, target: Entity) -> Field | None:
    """The field that tells equal names apart: the declared subtitle, else an own number."""
    known = access.readable(desk.app, desk.caller, target.id)
    wanted = [target.subtitle] if target.subtitle else []
    wanted += [one.id for one in target.live_fields if one.type in ("auto_number", "phone")]
    wanted += ["team"] if target.system else []
    return next((target.field(one) for one in wanted if one in known), None)


def _offered(desk: Desk, entity: Entity, one: Field, target: Entity) -> str | None:
    """The condition on what may be chosen, with the form's present values put in; in names."""
    parts = []
    if target.system and any(each.id == "active" for each in target.live_fields):
        parts.append("active")
    if one.where:
        parts.append(to_names(desk.app, target.id, _with_values(desk, entity, one.where)))
    return " and ".join(f"({part})" for part in parts) or None


def _with_values(desk: Desk, entity: Entity, where: str) -> str:
    spans = {}
    for node in parse(where).walk():
        if isinstance(node, Path) and node.names[0].text == PARENT and len(node.names) == 2:
            other = entity.by_id.get(node.names[1].text)
            spans[node.start, node.end] = _literal(desk, other)
    return rename(where, spans)


def _literal(desk: Desk, other: Field | None) -> str:
    """What the form holds in a field now, as the language writes it; None where it is empty."""
    value = request.args.get(f"is.{other.name}", "") if other else ""
    if not value or other is None:
        return "None"
    if other.type in _IDS:
        return value if value.isascii() and value.isdigit() else "None"
    option = other.option_named(value)
    return quote(option.id if option else value)
