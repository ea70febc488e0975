"""Search over everything the caller may read, grouped by entity."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from fieldstone.engine import query
from fieldstone.engine.query import ListRequest
from fieldstone.engine.search import searched_fields

from ..desk import Desk, Visit
from ..rendering import fragment
from ..rendering import page as render
from ..show.naming import shower, title_of
from ..show.palette import before_typing, fitting

_EACH = 6
_LONGEST = 100


@dataclass(frozen=True)
class Hit:
    """A record that was found."""

    href: str
    text: str
    second: str


@dataclass(frozen=True)
class Group:
    """The records of one entity that were found, and the way to all of them."""

    text: str
    icon: str
    href: str
    hits: tuple[Hit, ...]


def page(visit: Visit) -> str:
    """What was found for `q`."""
    asked = request.args.get("q", "").strip()
    with visit.reading() as desk:
        groups = _groups(desk, asked) if asked else ()
        return render(desk, "search.html", groups=groups, asked=asked)


def palette(visit: Visit) -> str:
    """What the palette offers for `q`, or before anything is typed."""
    asked = request.args.get("q", "").strip()[:_LONGEST]
    with visit.reading() as desk:
        groups = _groups(desk, asked) if asked else ()
        if asked:
            parts = fitting(desk, asked)
        else:
            parts = before_typing(desk, request.args.get("recent", "").split(","))
        return fragment("palette_found.html", groups=groups, parts=parts, asked=asked)


def _groups(desk: Desk, asked: str) -> tuple[Group, ...]:
    found = []
    for entity in desk.app.entities.values():
        if entity.archived or entity.system or not desk.may("read", entity):
            continue
        if not searched_fields(entity):
            continue
        second = entity.field(entity.subtitle) if entity.subtitle else None
        names = [entity.field(entity.title).name, *([second.name] if second else [])]
        page = query.page(
            desk.tx,
            desk.caller,
            ListRequest(entity_id=entity.id, q=asked, limit=_EACH, fields=tuple(names)),
        )
        show = shower(desk, page.titles)
        hits = tuple(
            Hit(
                desk.paths.record(entity.name, record.id),
                title_of(desk, record) or str(record.id),
                show.show(second, record.values.get(second.id)).text if second else "",
            )
            for record in page.records
        )
        if hits:
            href = desk.paths.list(entity.name, q=asked)
            found.append(Group(entity.plural_text(desk.locale), entity.icon or "list", href, hits))
    return tuple(found)
