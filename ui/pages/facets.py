"""Facets beside a list: tags and options with their counts; a press makes one the condition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import redirect, request
from werkzeug.wrappers import Response

from fieldstone.engine import access, query, saved
from fieldstone.engine.query.facets import FACETED
from fieldstone.engine.query.facets import facets as counts_of
from fieldstone.metadata.conditions import Group, Written, write
from fieldstone.metadata.model import Entity, Field

from .. import security
from ..desk import Desk, Visit
from ..paths import with_query
from ..rendering import fragment
from ..show.conditions import speaker
from ..show.naming import shower
from ..show.values import Mark
from .asked import Asked, asked_of, request_of
from .grouping import condition_of

_MOST = 8
"""Fields that are counted beside a list."""


@dataclass(frozen=True)
class Facet:
    """A value that records of the list have: a press asks for it, or no longer."""

    mark: Mark
    count: str
    href: str
    on: bool


@dataclass(frozen=True)
class Facets:
    """The values of one field."""

    label: str
    values: tuple[Facet, ...]


def fields_of(desk: Desk, entity: Entity) -> tuple[Field, ...]:
    """The fields that facets are made of: tags first, then choices."""
    known = access.readable(desk.app, desk.caller, entity.id)
    found = [
        one
        for one in entity.live_fields
        if one.id in known and one.family in FACETED and not one.system
    ]
    return tuple(sorted(found, key=lambda one: one.family != "tags")[:_MOST])


def shown(desk: Desk, entity: Entity) -> bool:
    """Whether the member wants facets beside this list."""
    return bool(saved.get(desk.tx, desk.caller, _key(entity)))


def toggle(visit: Visit, entity: str) -> Response:
    """Show facets beside the list from now on, or no longer."""

    def put(desk: Desk) -> str:
        found = desk.entity(entity)
        on = bool(request.form.get("on"))
        saved.put(desk.tx, desk.caller, _key(found), True if on else None)
        return desk.paths.list(found.name)

    return redirect(security.safe_target(request.form.get("next"), visit.write(put)), 303)


def part(visit: Visit, entity: str) -> str:
    """The facets of a list as it is asked."""
    with visit.reading() as desk:
        asked = asked_of(desk, entity)
        fields = fields_of(desk, asked.entity)
        listed: query.ListRequest = request_of(desk, asked, ())
        counts = counts_of(desk.tx, desk.caller, listed, fields)
        found = [_facets(desk, asked, one, counts[one.id]) for one in fields]
        return fragment("lists/facets.html", facets=[one for one in found if one.values])


def _key(entity: Entity) -> str:
    return f"facets/{entity.id}"


def _facets(desk: Desk, asked: Asked, field: Field, counts: Mapping[str, int]) -> Facets:
    path = desk.paths.list(asked.entity.name)
    parts = [one.code for one in speaker(desk, asked.entity, in_names=True).parts(asked.condition)]
    show = shower(desk, {})
    values = []
    for option in field.options:
        code = condition_of(field, option.id) or ""
        on = code in parts
        if not (on or counts.get(option.id)):
            continue
        rest = [one for one in parts if one != code] if on else [*parts, code]
        where = asked.beside(write(Group("and", tuple(Written(one) for one in rest))))
        values.append(
            Facet(
                show.option_mark(option, field.options),
                desk.formats.number(counts.get(option.id, 0), 0),
                with_query(path, asked.params(where=where)),
                on,
            )
        )
    return Facets(field.text(desk.locale), tuple(values))
