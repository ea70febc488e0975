"""Where-used: every place of an app that refers to an entity, field, option, tag, tier or role."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from .model import App
from .refer import Target, Translator, Use
from .system import companions
from .walk import transform
from .wording import app_space


@lru_cache(maxsize=16)
def all_uses(app: App) -> tuple[Use, ...]:
    """Every reference of the app's documents, in their order."""
    translator = Translator(app_space(app), "same")
    for document in app.documents:
        transform(document, app_space(app), translator.visit)
    return tuple(translator.uses)


@lru_cache(maxsize=16)
def _by_target(app: App) -> Mapping[Target, dict[int, Use]]:
    """The references to each target that are not archived, by their place among all."""
    found: dict[Target, dict[int, Use]] = {}
    for at, one in enumerate(all_uses(app)):
        if not one.archived:
            found.setdefault(one.target, {})[at] = one
    return found


def uses(app: App, target: Target) -> tuple[Use, ...]:
    """The places, archived ones left out, that refer to a target.

    For a field these include uses of its companions (`stage_entered_at`) and of its inverse; for
    an entity, of the entity itself, not of its fields.
    """
    found: dict[int, Use] = {}
    for one in (target, *_companion_targets(app, target)):
        found |= _by_target(app).get(one, {})
    return tuple(use for _, use in sorted(found.items(), key=lambda item: item[0]))


def _companion_targets(app: App, target: Target) -> tuple[Target, ...]:
    entity = app.entities.get(target.owner) if target.sort == "field" else None
    field = entity.by_id.get(target.id) if entity else None
    if field is None:
        return ()
    return tuple(Target("field", target.owner, one.id) for one in companions(field))
