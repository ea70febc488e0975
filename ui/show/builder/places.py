"""Places: the fields that a condition may ask about, also those over one reference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fieldstone.engine import access
from fieldstone.engine.access import SYSTEM, Caller
from fieldstone.metadata.conditions import Word
from fieldstone.metadata.model import App, Entity, Field

from ...desk import Desk
from ..kinds import shown_as
from ..naming import target_of
from .operators import Operator, operators_of

_INNER = frozenset({"id", "version", "deleted_at", "origin"})
_VIEWED = frozenset({Word.ME, Word.MY_TEAM})


@dataclass(frozen=True)
class Place:
    """A field to ask about: its path, its label, and the label of the reference it is behind."""

    path: str
    label: str
    over: str
    field: Field
    operators: tuple[Operator, ...]

    def operator(self, key: str) -> Operator | None:
        return next((one for one in self.operators if one.key == key), None)


def places_of(
    desk: Desk, entity: Entity, drafted: App | None = None, *, viewer: bool = True
) -> tuple[Place, ...]:
    """Every field that the caller may ask about, those over references after the entity's own.

    With `drafted`, the App of a draft, it is every field of that: who changes what is declared
    may name all of it. Without a `viewer` nothing is offered that depends on who asks.
    """
    app, caller = (drafted, SYSTEM) if drafted is not None else (desk.app, desk.caller)
    asked = _Asked(app, caller, desk.locale, viewer)
    own = tuple(asked.of(entity))
    over: list[Place] = []
    for place in own:
        target = app.entities.get(target_of(place.field) or "")
        may = target is not None and access.may(app, caller, target.id, "read")
        if target is None or target.system or not may:
            continue
        over += asked.of(target, f"{place.path}.", place.label, target.title)
    return (*own, *over)


_NUMBERS = ("money", "decimal", "integer")


def example_of(desk: Desk, entity: Entity) -> str:
    """A condition over fields of this very entity, for who writes one for the first time."""
    known = access.readable(desk.app, desk.caller, entity.id)
    read = [one for one in entity.live_fields if one.id in known and one.id not in _INNER]
    number = next((one.name for one in read if one.family in _NUMBERS), None)
    stage = next((one.name for one in read if one.family == "stage"), None)
    found = [f"{number} > 1000"] if number else []
    found += [f"not {stage}.closed"] if stage else []
    if not found and entity.title in known:
        found = [f'contains({entity.field(entity.title).name}, "A")']
    return " and ".join(found) or next((f"{one.name} is not None" for one in read), "")


@dataclass(frozen=True)
class _Asked:
    """Whose fields of which App, in which language."""

    app: App
    caller: Caller
    locale: str
    viewer: bool

    def of(
        self, entity: Entity, before: str = "", over: str = "", without: str = ""
    ) -> Iterator[Place]:
        known = access.readable(self.app, self.caller, entity.id)
        for one in entity.live_fields:
            if one.id not in known or one.id in _INNER or one.id == without:
                continue
            shown = shown_as(self.app, entity, one)
            target = self.app.entities.get(target_of(shown) or "")
            title = target.field(target.title).name if target else ""
            operators = tuple(
                each
                for each in operators_of(shown, title)
                if self.viewer or not _VIEWED & set(each.fixed)
            )
            if operators:
                label = one.text(self.locale)
                yield Place(f"{before}{one.name}", label, over, shown, operators)
