"""Naming: how records that others point at are called, and where their pages are."""

from __future__ import annotations

from collections.abc import Mapping

from fieldstone.engine import access
from fieldstone.metadata.model import Field

from ..desk import Desk
from ..words import say
from .values import Link, Shower

Titles = Mapping[tuple[str, int], str]
"""Titles by (entity id, record id), as the engine reads them along."""


def target_of(one: Field) -> str | None:
    """The entity that a field points at; people are members."""
    if one.type == "reference":
        return one.to
    return "member" if one.type in ("owner", "member") else None


def link_to(desk: Desk, titles: Titles, one: Field, record_id: int) -> Link:
    """The record behind a reference: without a title it is deleted or not for this reader."""
    target = target_of(one)
    title = titles.get((target, record_id)) if target else None
    if title is None:
        return Link(say("value.gone", desk.locale), gone=True)
    entity = desk.app.entities.get(target or "")
    if entity is None or entity.system or not access.may(desk.app, desk.caller, entity.id, "read"):
        return Link(title)
    return Link(title, desk.paths.record(entity.name, record_id))


def shower(desk: Desk, titles: Titles, *, table: bool = False) -> Shower:
    """What shows values for this reader, with these titles at hand; in a table or outside."""
    return Shower(desk.formats, lambda one, record_id: link_to(desk, titles, one, record_id), table)
