"""Cards and metrics in a line of words, for the lists of the room."""

from __future__ import annotations

from dataclasses import dataclass

from fieldstone.metadata.expression import parse
from fieldstone.metadata.model import Card, Dashboard, Measured, Metric
from fieldstone.metadata.problems import ProblemsError

from ....words import inside, say
from ...conditions import Speaker
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
            text=title(studio, one),
            said=_card(studio, one),
            href=studio.paths.card(dashboard.id, one.id),
        )
        for one in dashboard.cards
        if not one.archived
    )


def title(studio: Studio, card: Card) -> str:
    """What a card is called: its label, else that of its metric or its entity."""
    locale, app = studio.desk.locale, studio.app
    metric = app.metrics.get(card.metric or "")
    if card.label or (metric is None and not card.entity):
        return card.text(locale)
    return metric.text(locale) if metric else app.entity(card.entity or "").text(locale)


def _card(studio: Studio, card: Card) -> str:
    locale, app = studio.desk.locale, studio.app
    metric = app.metrics.get(card.metric or "")
    entity = app.entity(metric.entity if metric else card.entity or "")
    what = metric.text(locale) if metric else entity.plural_text(locale)
    group = groups.said(studio, entity, card.group) if card.group else ""
    columns = [app.metrics[one].text(locale) for one in card.metrics if one in app.metrics]
    if card.across:
        columns.insert(0, groups.said(studio, entity, card.across))
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
            said=metric(studio, one),
            entity=studio.app.entity(one.entity).text(locale),
            used=len(used.get(one.id, ())),
            archived=one.archived,
        )
        for one in studio.app.metrics.values()
    ]
    return tuple(sorted(found, key=lambda one: (one.entity, one.text)))


def metric(studio: Studio, one: Metric) -> str:
    """What a metric measures: `Sum of amount`, `Share of records`."""
    if one.over is None:
        return _measured(studio, one, one.value)
    if one.value.aggregate == one.over.aggregate == "count":
        return say("cards.measure.share", studio.desk.locale)
    return say("cards.said_ratio", studio.desk.locale, value=_measured(studio, one, one.value),
               over=_measured(studio, one, one.over))  # fmt: skip


def _measured(studio: Studio, one: Metric, measured: Measured) -> str:
    locale = studio.desk.locale
    kind = say(f"cards.measure.{measured.aggregate}", locale)
    if not measured.of:
        return kind
    entity = studio.app.entity(one.entity)
    try:
        label = Speaker(studio.app, entity, studio.desk.formats).label(parse(measured.of))
    except ProblemsError:
        label = None
    name = label or fields.in_names(studio.app, entity.id, measured.of)
    return say("cards.said_of", locale, kind=kind, name=inside(name, locale))
