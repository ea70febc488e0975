"""Pickers: what a reference may point at, searched on the server, as JSON."""

from __future__ import annotations

from flask import jsonify, request
from werkzeug.wrappers import Response

from fieldstone.engine import access, query
from fieldstone.engine.errors import NotFound
from fieldstone.engine.query import ListRequest
from fieldstone.engine.query.request import Pointing, Where
from fieldstone.metadata.expression import PARENT, parse, quote, rename
from fieldstone.metadata.expression.tree import Comparison, Logic, Node, Path
from fieldstone.metadata.model import Entity, Field

from ..desk import Desk, Visit
from ..show.kinds import shown_as
from ..show.naming import shower, target_of, title_of
from ..show.typed import record_id

_MOST = 20


def pick(visit: Visit, entity: str, field: str) -> Response:
    """Records that the field may point at, by title, with a second line to tell them apart."""
    with visit.reading() as desk:
        found = desk.entity(entity)
        one = access.field_for(desk.app, desk.caller, found.id, field)
        target = desk.app.entities.get(target_of(one) or "") if one else None
        if one is None or target is None:
            raise NotFound(access.unknown_field(desk.app, desk.caller, found.id, field))
        return jsonify(data=offered(desk, target, _offered(desk, found, one, target)))


def offered(
    desk: Desk, target: Entity, where: tuple[Where, ...] = ()
) -> list[dict[str, str | None]]:
    """The records of an entity that the picker's `q` finds: id, title and second line."""
    second = _second(desk, target)
    page = query.page(
        desk.tx,
        desk.caller,
        ListRequest(
            entity_id=target.id,
            where=where,
            q=request.args.get("q", "").strip() or None,
            fields=(target.field(target.title).name, *((second.name,) if second else ())),
            limit=_MOST,
        ),
    )
    show = shower(desk, page.titles)
    rows: list[dict[str, str | None]] = []
    for record in page.records:
        line = None
        if second:
            field_shown = shown_as(desk.app, target, second)
            shown = show.show(field_shown, record.values.get(second.id))
            line = shown.text or None
        title = title_of(desk, record) or str(record.values.get(target.title) or record.id)
        rows.append({"id": str(record.id), "title": title, "second": line})
    return rows


def _second(desk: Desk, target: Entity) -> Field | None:
    """The field that tells equal names apart: the declared subtitle, else an own number."""
    known = access.readable(desk.app, desk.caller, target.id)
    wanted = [target.subtitle] if target.subtitle else []
    wanted += [one.id for one in target.live_fields if one.family in ("auto_number", "phone")]
    wanted += ["team"] if target.system else []
    return next((target.field(one) for one in wanted if one in known), None)


def _offered(desk: Desk, entity: Entity, one: Field, target: Entity) -> tuple[Where, ...]:
    """The conditions on what may be chosen, with the form's present values put in."""
    found: list[Where] = ["active"] if target.system else []
    if not one.where:
        return tuple(found)
    node = parse(one.where)
    parts = node.items if isinstance(node, Logic) and node.operator == "and" else (node,)
    for part in parts:
        found.append(_pointing(entity, target, part) or _with_values(entity, one.where, part))
    return tuple(found)


def _pointing(entity: Entity, target: Entity, part: Node) -> Where | None:
    """`customer == parent.customer`, with the record that the form holds now."""
    if not isinstance(part, Comparison) or part.operators != ("==",):
        return None
    for left, right in (part.operands, part.operands[::-1]):
        other = _parent_field(entity, right)
        if other is None or target_of(other) is None or not isinstance(left, Path):
            continue
        held = record_id(_held(other))
        if held is None:
            return f"{left.dotted} is None"
        if len(left.names) == 1 and left.dotted in target.by_id:
            return Pointing(left.dotted, held)
    return None


def _with_values(entity: Entity, where: str, part: Node) -> str:
    """A condition whose `parent.` paths are replaced by what the form holds."""
    spans = {
        (node.start - part.start, node.end - part.start): _literal(other)
        for node in part.walk()
        if (other := _parent_field(entity, node))
    }
    return rename(where[part.start : part.end], spans)


def _parent_field(entity: Entity, node: Node) -> Field | None:
    """The field of the form that a path such as `parent.customer` means."""
    if isinstance(node, Path) and len(node.names) == 2 and node.names[0].text == PARENT:
        return entity.by_id.get(node.names[1].text)
    return None


def _held(other: Field) -> str:
    return request.args.get(f"is.{other.name}", "").strip()


def _literal(other: Field) -> str:
    """What the form holds in a field now, as the language writes it; None where it is empty."""
    value = _held(other)
    if not value or target_of(other):
        return "None"
    if other.type == "boolean":
        return "True" if value == "true" else "False"
    option = other.option_named(value)
    return quote(option.id if option else value)
