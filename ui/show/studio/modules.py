"""Modules as the Studio shows them: what each is for, what it needs, and what belongs to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from fieldstone.metadata.messages import render
from fieldstone.metadata.model import App, Module, label_text
from fieldstone.metadata.modules import switched
from fieldstone.metadata.whole import named_things

from ...words import say
from .frame import Studio

_MOST_THINGS = 100
"""As many things of a module are shown; what stands beyond is counted."""


@dataclass(frozen=True)
class Part:
    """A module: `things` are what goes with it, in words, `more` how many are not shown."""

    id: str
    text: str
    hint: str
    on: bool
    needs: tuple[str, ...]
    things: tuple[str, ...]
    more: int


def parts_of(studio: Studio) -> tuple[Part, ...]:
    """The modules of the draft, archived ones left out."""
    app, locale = studio.app, studio.desk.locale
    known = {one.id: one for one in app.manifest.modules if not one.archived}
    return tuple(_part(app, one, known, locale) for one in known.values())


def _part(app: App, module: Module, known: dict[str, Module], locale: str) -> Part:
    things = _things(app, module.id, locale)
    return Part(
        module.id,
        module.text(locale),
        label_text(module.description, locale, ""),
        not module.off,
        tuple(known[one].text(locale) for one in module.needs if one in known),
        things[:_MOST_THINGS],
        max(0, len(things) - _MOST_THINGS),
    )


@lru_cache(maxsize=256)
def _things(app: App, module: str, locale: str) -> tuple[str, ...]:
    """What would be hidden with a module alone, in words."""
    return tuple(_told(app, module, locale))


def _told(app: App, module: str, locale: str) -> Iterator[str]:
    hidden = switched(app.documents, frozenset({module})).things
    for _, sort, owners, subject in named_things(app, hidden):
        name = " / ".join(one.text(locale) for one in (*owners, subject))
        yield say("modules.thing", locale, sort=render(f"sort.{sort}", locale), name=name)
