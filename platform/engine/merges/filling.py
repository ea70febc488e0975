"""Filling: which values the surviving record takes over from the one that is merged into it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from ...metadata.model import App, Field
from ...metadata.problems import Problem
from .. import access
from ..access import Caller
from ..errors import Invalid
from ..records.record import Shape, Values
from ..records.stage import is_empty

Side = Literal["this", "other"]
"""Whose value holds: of the record that is merged (`this`), or of the one that it goes into."""


def chosen(app: App, caller: Caller, entity_id: str, take: Mapping[str, Side]) -> dict[str, Side]:
    """What was chosen, by field id; Invalid for a field that the caller may not set."""
    settable = access.writable(app, caller, entity_id)
    found: dict[str, Side] = {}
    problems = []
    for name, side in take.items():
        field = access.field_for(app, caller, entity_id, name)
        if field is None:
            place = f"/take/{name}"
            problems.append(access.unknown_field(app, caller, entity_id, name, place))
        elif field.id not in settable:
            problems.append(Problem("field.read_only", {"field": field}, pointer=f"/take/{name}"))
        else:
            found[field.id] = side
    if problems:
        raise Invalid(problems)
    return found


def values(
    app: App, shape: Shape, gone: Values, kept: Values, chosen: Mapping[str, Side]
) -> dict[str, Any]:
    """The new values of the surviving record, by field id.

    What it lacks is filled, also in fields that the caller may not set: a merge says that the two
    are one. Tags are united where several are allowed. Where one of the two points at the other,
    nobody does any more.
    """
    own = (gone["id"], kept["id"])
    found: dict[str, Any] = {}
    for field_id in sorted(access.writable(app, access.SYSTEM, shape.entity.id)):
        one = shape.field(field_id)
        if one.family == "tier":
            continue  # Given by its scheme, from what the record has by then.
        theirs, ours = gone.get(field_id), kept.get(field_id)
        if one.family == "reference" and one.to == shape.entity.id:
            theirs = None if theirs in own else theirs
            ours = None if ours in own else ours
        value = _value(one, theirs, ours, chosen.get(field_id))
        if value != kept.get(field_id):
            found[field_id] = value
    return found


def _value(one: Field, theirs: Any, ours: Any, side: Side | None) -> Any:
    if side is not None:
        return theirs if side == "this" else ours
    if one.family == "tags" and not one.exclusive:
        return frozenset(ours or ()) | frozenset(theirs or ())
    return theirs if is_empty(ours) else ours
