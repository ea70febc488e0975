"""Changes of dashboards, cards and metrics in words: what they hold as ids is told by labels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from fieldstone.engine.publishing.plan import Words
from fieldstone.metadata.change import Change
from fieldstone.metadata.model import App, Card, Dashboard, Measured, Metric

from ....words import say
from ...formats import Formats
from .. import clauses
from . import groups, told

_WORDS = {
    ("metric", "unit"): "cards.unit",
    ("metric", "direction"): "cards.direction",
    ("metric", "change"): "cards.change",
    ("card", "type"): "cards.type",
    ("dashboard", "period"): "period",
}


def texts(
    changes: Iterable[Change | Words], before: App, after: App, formats: Formats
) -> list[str]:
    """Every change in words; those of other things tell themselves."""
    return [
        (_told(one, before, after, formats) if isinstance(one, Change) else one).text(
            formats.locale
        )
        for one in changes
    ]


def _told(change: Change, before: App, after: App, formats: Formats) -> Change:
    """A change of figures with labels where it holds ids, names and keys."""
    subject = change.subject
    if isinstance(subject, Card) and not subject.label:
        app = before if change.verb == "removed" else after
        title = told.title(app, subject, formats.locale)
        change = replace(change, subject=replace(subject, label={formats.locale: title}))
    if not isinstance(subject, (Card, Metric, Dashboard)):
        return clauses.in_words(change, before, after, formats)
    return replace(
        change,
        before=_value(change, change.before, before, formats),
        after=_value(change, change.after, after, formats),
    )


def _value(change: Change, value: Any, app: App, formats: Formats) -> Any:
    locale, subject, key = formats.locale, change.subject, change.verb
    words = _WORDS.get((change.sort, key))
    if words and isinstance(value, str):
        return say(f"{words}.{value}", locale)
    if key in ("metric", "entity") and isinstance(value, str):
        known = app.metrics if key == "metric" else app.entities
        return known[value].text(locale) if value in known else value
    if key == "metrics":
        shown = (app.metrics[one].text(locale) for one in value if one in app.metrics)
        return say("cards.between", locale).join(shown) or None
    if isinstance(subject, Metric) and isinstance(value, Measured):
        return told.measured(app, subject, value, formats)
    if key not in ("group", "across", "date", "filter") or not isinstance(value, str):
        return value
    entity = app.entities.get(_entity_of(subject, app))
    if entity is None:
        return value
    if key == "filter":
        return told.condition_text(app, entity, value, formats)
    return groups.said(app, entity, value, formats)


def _entity_of(subject: Any, app: App) -> str:
    """The id of the entity that a card or a metric is about."""
    metric = app.metrics.get(subject.metric or "") if isinstance(subject, Card) else subject
    return str((metric or subject).entity)
