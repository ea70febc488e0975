"""The Studio's frame: the entities at the left, the rooms of one of them, and the draft's bar."""

from __future__ import annotations

from dataclasses import dataclass

from fieldstone.engine import drafts
from fieldstone.engine.drafts import Draft
from fieldstone.engine.errors import NotFound
from fieldstone.metadata.model import App, Entity

from ...desk import Desk
from ...studio_paths import StudioPaths
from ...words import say
from ..lists import Tab
from ..shell import Entry
from .publishing import Work, work_of

ROOMS = ("fields", "forms", "lists", "pipeline", "tiers", "rules", "settings")
"""The rooms of an entity, in the order of their tabs; each is a path and a word by its name."""


@dataclass(frozen=True)
class Studio:
    """Everything around a page of the Studio; `work` is a publish that goes on just now."""

    desk: Desk
    draft: Draft
    work: Work | None
    entity: Entity | None = None
    room: str = ""

    @property
    def paths(self) -> StudioPaths:
        return StudioPaths(self.desk.paths.slug)

    @property
    def app(self) -> App:
        """The App of the draft, or where it has none (something is wrong) the one in force."""
        return self.draft.app or self.desk.app

    @property
    def bar(self) -> str:
        number = self.draft.changes
        return say("studio.changes", self.desk.locale, n=number) if number else ""

    @property
    def entities(self) -> tuple[Entry, ...]:
        """The live entities, in the order of the menu, then the others."""
        order = [one.entity for one in self.app.manifest.menu if one.entity]
        live = [one for one in self.app.entities.values() if not one.archived and not one.system]
        live.sort(key=lambda one: order.index(one.id) if one.id in order else len(order))
        current = self.entity.id if self.entity else ""
        room = self.room if self.room in ROOMS else ROOMS[0]
        return tuple(
            Entry(
                one.text(self.desk.locale),
                getattr(self.paths, room)(one.id),
                one.icon or "list",
                one.id == current,
            )
            for one in live
        )

    @property
    def tabs(self) -> tuple[Tab, ...]:
        """The rooms of the entity."""
        if self.entity is None:
            return ()
        return tuple(
            Tab(
                say(f"studio.{room}", self.desk.locale),
                getattr(self.paths, room)(self.entity.id),
                room == self.room,
            )
            for room in ROOMS
        )

    @property
    def others(self) -> tuple[Entry, ...]:
        """The pages that are about the whole application."""
        found = (
            ("new_entity", self.paths.new_entity, "plus"),
            ("tags", self.paths.tags, "tags"),
            ("dashboards", self.paths.dashboards, "layout-dashboard"),
            ("translations", self.paths.translations, "language"),
            ("modules", self.paths.modules, "toggle-left"),
            ("template", self.paths.template, "package"),
            ("revisions", self.paths.revisions, "history"),
            ("put_away", self.paths.archived, "archive"),
        )
        return tuple(
            Entry(say(f"studio.{name}", self.desk.locale), href, icon, name == self.room)
            for name, href, icon in found
        )


def studio_of(desk: Desk, room: str = "", entity_id: str | None = None) -> Studio:
    """The frame for whoever asks; Forbidden without the right, NotFound for no such entity."""
    draft = drafts.read(desk.tx, desk.caller)
    work = work_of(desk)
    found = Studio(desk, draft, work, room=room)
    if entity_id is None:
        return found
    entity = found.app.entities.get(entity_id)
    if entity is None or entity.system or entity.archived:
        raise NotFound.because("draft.unknown", document=f"entity/{entity_id[:100]}")
    return Studio(desk, draft, work, entity, room)
