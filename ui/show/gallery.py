"""The gallery as pages show it: a card a template, and what is in one."""

from __future__ import annotations

from dataclasses import dataclass

from fieldstone.engine.samples import FOLDER
from fieldstone.engine.templates import declared, template, templates
from fieldstone.metadata.model import App, Entity
from fieldstone.metadata.model.named import Labels, label_text


@dataclass(frozen=True)
class Kind:
    """A kind of record of a template: its fields and stages in words."""

    text: str
    hint: str
    icon: str
    fields: tuple[str, ...]
    stages: tuple[str, ...]


@dataclass(frozen=True)
class Card:
    """A template: what it is called, what it is for, what it holds."""

    name: str
    text: str
    hint: str
    menu: tuple[str, ...]
    kinds: tuple[Kind, ...]
    rules: tuple[tuple[str, str], ...]
    roles: tuple[str, ...]
    sample: bool


def cards(locale: str) -> tuple[Card, ...]:
    """All templates, the largest first."""
    found = [preview_of(name, declared(name), locale) for name in templates()]
    return tuple(sorted(found, key=lambda one: -len(one.kinds)))


def preview_of(name: str, app: App, locale: str) -> Card:
    """What a template holds, in words."""
    entities = [one for one in app.entities.values() if not one.system and not one.archived]
    manifest = app.manifest
    return Card(
        name=name,
        text=label_text(manifest.label, locale, manifest.name),
        hint=_words(manifest.description, locale),
        menu=tuple(one.text(locale) for one in manifest.menu),
        kinds=tuple(_kind(one, locale) for one in entities),
        rules=tuple(
            (one.text(locale), _words(one.description, locale)) for one in app.rules.values()
        ),
        roles=tuple(one.text(locale) for one in app.roles.values()),
        sample=(template(name) / FOLDER).exists(),
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
