"""The gallery as pages show it: a card a template, and what is in one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import structlog

from fieldstone.engine.errors import Refused
from fieldstone.engine.templates import Entry, Template, Templates
from fieldstone.metadata.model import App, Entity
from fieldstone.metadata.model.named import Labels, label_text
from fieldstone.metadata.whole import whole

_A_PAGE = 12
_log = structlog.get_logger()


@dataclass(frozen=True)
class Kind:
    """A kind of record of a template: its fields and stages in words."""

    text: str
    hint: str
    icon: str
    fields: tuple[str, ...]
    stages: tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """A module of a template, and whether a workspace begins with it."""

    id: str
    text: str
    hint: str
    on: bool
    needs: tuple[str, ...]


@dataclass(frozen=True)
class Card:
    """A version of a template: what it is called, what it is for, what it holds."""

    name: str
    version: str
    reference: str
    installed: bool
    text: str
    hint: str
    menu: tuple[str, ...]
    kinds: tuple[Kind, ...]
    rules: tuple[tuple[str, str], ...]
    roles: tuple[str, ...]
    sample: bool
    parts: tuple[Part, ...]
    others: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class Shelf:
    """A page of the gallery; `next` is the name that the following page begins after."""

    cards: tuple[Card, ...]
    next: str | None


def shelf(templates: Templates, after: str, locale: str) -> Shelf:
    """The newest version of each template after a name, of this page the largest first."""
    entries = templates.newest()
    names = [one.name for one in entries]
    start = names.index(after) + 1 if after in names else 0
    here = entries[start : start + _A_PAGE]
    found = [_card(one, locale) for one in _opened(templates, here)]
    more = len(entries) > start + _A_PAGE
    cards = tuple(sorted(found, key=lambda one: -len(one.kinds)))
    return Shelf(cards, here[-1].name if more else None)


def preview_of(templates: Templates, reference: str, locale: str) -> Card:
    """What a template holds, in words, with its other versions; NotFound if there is none."""
    found = templates.get(reference)
    versions = templates.versions(found.entry.name)
    others = tuple(one for one in versions if one.version != found.entry.version)
    return _card(found, locale, others)


def _opened(templates: Templates, entries: Sequence[Entry]) -> Iterator[Template]:
    """Those that are still there and right: an older product may have installed other ones."""
    for entry in entries:
        try:
            yield templates.get(entry.reference)
        except Refused as error:
            _log.warning("template.refused", template=entry.reference, why=str(error))


def _card(template: Template, locale: str, others: tuple[Entry, ...] = ()) -> Card:
    app, entry = whole(template.app), template.entry
    entities = [one for one in app.entities.values() if not one.system and not one.archived]
    return Card(
        name=entry.name,
        version=entry.version,
        reference=entry.reference,
        installed=entry.source == "installed",
        text=entry.text(locale),
        hint=_words(entry.description, locale),
        menu=tuple(one.text(locale) for one in app.manifest.menu),
        kinds=tuple(_kind(one, locale) for one in entities),
        rules=tuple(
            (one.text(locale), _words(one.description, locale)) for one in app.rules.values()
        ),
        roles=tuple(one.text(locale) for one in app.roles.values()),
        sample=template.sample is not None,
        parts=_parts(template.app, locale),
        others=others,
    )


def _parts(app: App, locale: str) -> tuple[Part, ...]:
    known = {one.id: one for one in app.manifest.modules if not one.archived}
    return tuple(
        Part(
            one.id,
            one.text(locale),
            _words(one.description, locale),
            not one.off,
            tuple(known[each].text(locale) for each in one.needs if each in known),
        )
        for one in known.values()
    )


def _kind(entity: Entity, locale: str) -> Kind:
    stages = entity.pipeline.stages if entity.pipeline else ()
    return Kind(
        entity.plural_text(locale),
        _words(entity.description, locale),
        entity.icon or "list",
        tuple(one.text(locale) for one in entity.live_fields if not one.system),
        tuple(one.text(locale) for one in stages),
    )


def _words(labels: Labels, locale: str) -> str:
    return label_text(labels, locale, "")
