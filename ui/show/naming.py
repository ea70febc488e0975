"""Naming: how records that others point at are called, and where their pages are."""

from __future__ import annotations

from collections.abc import Mapping

from fieldstone.engine import access
from fieldstone.engine.person_names import person_text
from fieldstone.engine.records import Record
from fieldstone.engine.records import rows as engine
from fieldstone.metadata.model import Field

from ..desk import Desk
from ..words import say
from .values import Link, Shower

Titles = Mapping[tuple[str, int], str]
"""Titles by (entity id, record id), as the engine reads them along."""


def target_of(one: Field) -> str | None:
    """The entity that a field points at; people are members."""
    if one.family == "reference":
        return one.to
    return "member" if one.family in ("owner", "member") else None


def named(desk: Desk, entity_id: str, title: str) -> str:
    """The title of a record of an entity, as readers of the language write it."""
    entity = desk.app.entities.get(entity_id)
    title_field = entity.by_id.get(entity.title) if entity else None
    return person_text(title, desk.locale) if title_field and title_field.person else title


def title_of(desk: Desk, record: Record) -> str | None:
    """The title of a record for this reader; None if it has none, or none for this reader."""
    return named(desk, record.entity_id, record.title) if record.title else None


def called(desk: Desk, record: Record) -> str:
    """What a record is called, also one without a title."""
    return title_of(desk, record) or say("record.untitled", desk.locale, id=record.id)


def titles_of(desk: Desk, wanted: Mapping[str, set[int]]) -> dict[tuple[str, int], str]:
    """The titles of records for this reader; of those that the reader may see."""
    found = engine.titles_of(desk.tx, desk.caller, dict(wanted))
    return {key: named(desk, key[0], title) for key, title in found.items()}


def link_to(desk: Desk, titles: Titles, one: Field, record_id: int) -> Link:
    """The record behind a reference: without a title it is deleted or not for this reader."""
    target = target_of(one)
    title = titles.get((target, record_id)) if target else None
    if title is None or target is None:
        return Link(say("value.gone", desk.locale), gone=True)
    title = named(desk, target, title)
    entity = desk.app.entities.get(target)
    if entity is None or entity.system or not access.may(desk.app, desk.caller, entity.id, "read"):
        return Link(title)
    return Link(title, desk.paths.record(entity.name, record_id))


def shower(desk: Desk, titles: Titles, *, table: bool = False) -> Shower:
    """What shows values for this reader, with these titles at hand; in a table or outside."""
    return Shower(desk.formats, lambda one, record_id: link_to(desk, titles, one, record_id), table)
