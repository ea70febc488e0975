"""Cards and metrics in a line of words, for the lists of the room."""

from __future__ import annotations

from dataclasses import dataclass

from fieldstone.metadata.model import App, Card, Dashboard, Entity, Measured, Metric

from ....words import inside, say
from ...conditions import Speaker
from ...formats import Formats
from .. import uses
from ..frame import Studio
from . import fields, groups


@dataclass(frozen=True, kw_only=True)
class CardLine:
    """A card as a row: what it is called, and what it shows."""

    id: str
    text: str
    said: str
    href: str


@dataclass(frozen=True, kw_only=True)
class MetricLine:
    """A metric as a row: what it is called, what it measures, and in how many places it is used."""

    id: str
    text: str
    said: str
    entity: str
    used: int
    archived: bool


def cards(studio: Studio, dashboard: Dashboard) -> tuple[CardLine, ...]:
    """The live cards of a dashboard, in order."""
    return tuple(
        CardLine(
            id=one.id,
            text=title(studio.app, one, studio.desk.locale),
            said=_card(studio, one),
            href=studio.paths.card(dashboard.id, one.id),
        )
        for one in dashboard.cards
        if not one.archived
    )


def title(app: App, card: Card, locale: str) -> str:
    """What a card is called: its label, else that of its metric or its entity."""
    shown = app.metrics.get(card.metric or "") or app.entities.get(card.entity or "")
    return card.text(locale) if card.label or shown is None else shown.text(locale)


def _card(studio: Studio, card: Card) -> str:
    locale, app = studio.desk.locale, studio.app
    metric = app.metrics.get(card.metric or "")
    entity = app.entity(metric.entity if metric else card.entity or "")
    what = metric.text(locale) if metric else entity.plural_text(locale)
    group = groups.said(app, entity, card.group, studio.desk.formats) if card.group else ""
    columns = [app.metrics[one].text(locale) for one in card.metrics if one in app.metrics]
    if card.across:
        columns.insert(0, groups.said(app, entity, card.across, studio.desk.formats))
    listed = say("cards.between", locale).join(columns)
    return say(f"cards.said.{card.type}", locale, what=what, group=inside(group, locale),
               columns=listed)  # fmt: skip


def metrics(studio: Studio) -> tuple[MetricLine, ...]:
    """All metrics of the draft by what they are called."""
    locale = studio.desk.locale
    used = uses.of_things(studio, "metric")
    found = [
        MetricLine(
            id=one.id,
            text=one.text(locale),
            said=metric(studio.app, one, studio.desk.formats),
            entity=studio.app.entity(one.entity).text(locale),
            used=len(used.get(one.id, ())),
            archived=one.archived,
        )
        for one in studio.app.metrics.values()
    ]
    return tuple(sorted(found, key=lambda one: (one.entity, one.text)))


def metric(app: App, one: Metric, formats: Formats) -> str:
    """What a metric measures: `Sum of amount, where stage is won`, `Share of records`."""
    if one.over is None:
        what = measured(app, one, one.value, formats)
    elif one.value.aggregate == one.over.aggregate == "count":
        entity, every = app.entity(one.entity), say("cards.every_record", formats.locale)
        value, over = (
            condition_text(app, entity, each.where, formats) if each.where else every
            for each in (one.value, one.over)
        )
        what = say("cards.said_share", formats.locale, value=value, over=over)
    else:
        sides = {key: measured(app, one, each, formats)
                 for key, each in (("value", one.value), ("over", one.over))}  # fmt: skip
        what = say("cards.said_ratio", formats.locale, **sides)
    return _narrowed(app, one, what, one.filter, formats)


def measured(app: App, one: Metric, part: Measured, formats: Formats) -> str:
    """One side of what a metric measures, in words."""
    locale = formats.locale
    what = say(f"cards.measure.{part.aggregate}", locale)
    if part.of:
        name = groups.said(app, app.entity(one.entity), part.of, formats)
        what = say("cards.said_of", locale, kind=what, name=inside(name, locale))
    return _narrowed(app, one, what, part.where, formats)


def _narrowed(app: App, one: Metric, what: str, where: str | None, formats: Formats) -> str:
    if not where:
        return what
    condition = condition_text(app, app.entity(one.entity), where, formats)
    return say("cards.said_where", formats.locale, what=what, condition=condition)


def condition_text(app: App, entity: Entity, text: str, formats: Formats) -> str:
    """A condition (in ids) in words, or with present names where it is not right."""
    return Speaker(app, entity, formats).words(text) or fields.in_names(app, entity.id, text)
