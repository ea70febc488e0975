"""The rules that a draft changes, as its review shows them: what each finds and whom it tells."""

from __future__ import annotations

from collections.abc import Iterable

from fieldstone.metadata.model import AlertRule

from ....words import say
from ..frame import Studio
from . import telling
from .outlook import Expected, expected

_MOST = 20


def rules_of(studio: Studio) -> tuple[AlertRule, ...]:
    """The live rules that the draft changes, as they would be in force."""
    app = studio.draft.app
    if app is None:
        return ()
    keys = {one.key for one in studio.draft.edits}
    return tuple(
        one for one in app.rules.values() if f"alert_rule/{one.id}" in keys and not one.archived
    )


def outlooks(studio: Studio, *, counted: bool) -> tuple[tuple[str, str, Expected], ...]:
    """Each changed rule: its label, whom it tells, and what is expected of it; the first few."""
    return tuple(
        (
            one.text(studio.desk.locale),
            _told(studio, one),
            expected(studio.desk, one, counted=counted),
        )
        for one in rules_of(studio)[:_MOST]
    )


def _told(studio: Studio, rule: AlertRule) -> str:
    """The recipients in words."""
    locale = studio.desk.locale
    entity = studio.app.entity(rule.entity)
    chosen = telling.in_names(studio.app, entity, rule.tell)
    return _joined(
        (one.text for one in telling.choices(studio.app, entity, chosen, locale) if one.chosen),
        locale,
    )


def _joined(texts: Iterable[str], locale: str) -> str:
    return say("rules.between_names", locale).join(texts)
