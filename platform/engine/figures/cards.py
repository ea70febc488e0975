"""Cards: what each kind of card asks, and the answers; a refusal is the card's own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from ...metadata.model import App, Card, Dashboard, Labels, Metric, Stage
from ...metadata.problems import Problem, ProblemsError
from ...rules import compile_expression
from .. import access
from ..access import Caller
from ..errors import NotFound
from ..query.measures import Measure
from ..transaction import Transaction
from .answers import Answer, Column, Figure, Records, Step, Value
from .lines import Lines, columns_of, quoted
from .measuring import Asking, compiled, measures_of, placed, quotient, results, span
from .periods import NAMES, SPARK, Period, month_after, months_until, period_of

CARD_SECONDS: Final = 10.0
"""How long one card, or several that share a statement, may take."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a dashboard is asked for: a period by name (None: its own) and one person."""

    period: str | None = None
    person: int | None = None


def dashboard_for(app: App, name: str) -> Dashboard:
    """The live dashboard of that name; NotFound for any other."""
    found = app.dashboard_named(name)
    if found is None:
        known = ", ".join(sorted(one.name for one in app.dashboards.values() if not one.archived))
        raise NotFound(Problem("dashboard.unknown", {"name": name[:100], "known": known}))
    return found


def period_asked(tx: Transaction, dashboard: Dashboard, asked: Asked) -> Period | None:
    """The period that is asked for, as of now; the dashboard's own for an unknown name."""
    name = asked.period if asked.period in NAMES else dashboard.period
    return period_of(name, today(tx), tx.app.manifest.fiscal_year_start)


def today(tx: Transaction) -> date:
    """The date it is now where the workspace is."""
    return tx.now.astimezone(tx.zone).date()


def batches(app: App, dashboard: Dashboard) -> tuple[tuple[Card, ...], ...]:
    """The live cards, those together that one statement answers: numbers of the same records."""
    found: dict[object, list[Card]] = {}
    for card in dashboard.cards:
        if card.archived:
            continue
        key: object = card.id
        metric = app.metrics.get(card.metric or "")
        if card.type == "number" and metric is not None:
            key = (metric.entity, card.filter, metric.date)
        found.setdefault(key, []).append(card)
    return tuple(tuple(one) for one in found.values())


def answer(
    tx: Transaction, caller: Caller, dashboard: Dashboard, cards: Sequence[Card], asked: Asked
) -> tuple[Answer, ...]:
    """What cards of one batch show.

    At most two statements for all, and one for the titles of the groups. What the caller may not
    see, or what cannot be computed, is told in the card's `problems`.
    """
    period = period_asked(tx, dashboard, asked)
    if len(cards) == 1:
        return (_one(tx, caller, cards[0], asked, period),)
    refused = {card.id: _refusal(tx, caller, card, asked, period) for card in cards}
    sound = [card for card in cards if refused[card.id] is None]
    try:
        found = {one.card.id: one for one in _numbers(tx, caller, sound, asked, period)}
    except ProblemsError:
        found = {card.id: _one(tx, caller, card, asked, period) for card in sound}
    return tuple(refused[card.id] or found[card.id] for card in cards)


def failed(card: Card, problems: Iterable[Problem]) -> Answer:
    """The answer of a card that could not be computed."""
    return Answer(card=card, problems=tuple(problems))


def _one(
    tx: Transaction, caller: Caller, card: Card, asked: Asked, period: Period | None
) -> Answer:
    try:
        if card.type == "number":
            return _numbers(tx, caller, (card,), asked, period)[0]
        base = base_of(tx, caller, card, asked)
        if card.type == "funnel":
            return _funnel(tx, caller, card, base, period)
        return _table(tx, caller, card, base, period)
    except ProblemsError as error:
        return failed(card, error.problems)


def _refusal(
    tx: Transaction, caller: Caller, card: Card, asked: Asked, period: Period | None
) -> Answer | None:
    """The answer of a number that the caller may not see, found without a statement."""
    try:
        base = base_of(tx, caller, card, asked)
        access.entity_for(tx.app, caller, base.entity)
        for part in base.parts:
            compiled(tx, caller, base.entity, part)
        measures_of(tx, caller, [Asking(_metric(tx.app, card.metric), period)])
    except ProblemsError as error:
        return failed(card, error.problems)
    return None


def base_of(tx: Transaction, caller: Caller, card: Card, asked: Asked) -> Records:
    """The records that a card is about: of its filter, and of the person who is asked for."""
    metric = _metric(tx.app, card.metric) if card.metric else None
    entity_id = metric.entity if metric else card.entity or ""
    base = Records(entity_id).also(card.filter)
    owner = owner_of(tx.app, caller, entity_id)
    if asked.person is not None and owner is not None:
        base = base.also(of=(owner, asked.person))
    return base


def _metric(app: App, metric_id: str | None) -> Metric:
    return app.metrics[metric_id or ""]


def owner_of(app: App, caller: Caller, entity_id: str) -> str | None:
    """The id of the field that says who is responsible for a record, if the caller may read it."""
    entity = app.entities.get(entity_id)
    known = access.readable(app, caller, entity_id) if entity else frozenset()
    owners = [one.id for one in entity.live_fields if one.family == "owner"] if entity else []
    return next((one for one in owners if one in known), None)


def _numbers(
    tx: Transaction,
    caller: Caller,
    cards: Sequence[Card],
    asked: Asked,
    period: Period | None,
) -> tuple[Answer, ...]:
    """Numbers of the same records: now and before by one statement, their months by another."""
    if not cards:
        return ()
    base = base_of(tx, caller, cards[0], asked)
    metrics = [_metric(tx.app, card.metric) for card in cards]
    periods = [period, period.before] if period and metrics[0].date else [period]
    askings = [Asking(metric, one) for metric in metrics for one in periods]
    measures = measures_of(tx, caller, askings)
    ((_, values),) = results(tx, caller, span(base, askings), (), measures)
    series = _series(tx, caller, base, cards, period)
    found, at = [], 0
    for card, metric in zip(cards, metrics, strict=True):
        width = len(Asking(metric, period).measured)
        own = Asking(metric, period)
        number = own.figure(iter(values[at : at + width]), base)
        parts = own.parts(iter(values[at : at + width]), base)
        at += width
        before: Value = None
        if len(periods) > 1:
            before = Asking(metric, periods[1]).figure(iter(values[at : at + width]), base).value
            at += width
        found.append(
            Answer(
                card=card,
                metric=metric,
                base=base.also(metric.filter),
                period=period if metric.date else None,
                number=number,
                parts=parts,
                before=before,
                change=_change(metric.change, number.value, before),
                series=series.get(card.id, ()),
            )
        )
    return tuple(found)


def _change(how: str, now: Value, before: Value) -> Value:
    """The difference to the period before, a share of it where it is relative."""
    if now is None or before is None:
        return None
    difference = Decimal(now) - Decimal(before)
    return quotient(difference, abs(Decimal(before))) if how == "relative" else difference


def _series(
    tx: Transaction,
    caller: Caller,
    base: Records,
    cards: Sequence[Card],
    period: Period | None,
) -> dict[str, tuple[tuple[date, Value], ...]]:
    """The months up to the end of the period, by card; nothing without a date or a period."""
    metrics = [_metric(tx.app, card.metric) for card in cards]
    day = metrics[0].date
    if day is None or period is None:
        return {}
    last = min(period.end, month_after(today(tx).replace(day=1)))
    months = months_until(last, SPARK)
    askings = [Asking(metric, None) for metric in metrics]
    measures = measures_of(tx, caller, askings)
    bucket = compile_expression(tx.app, base.entity, f"start_of_month({day})")
    within = base.also(Period("", months[0], last).condition(day))
    rows = {key[0]: values for key, values in results(tx, caller, within, (bucket,), measures)}
    nothing = tuple(0 if one.function in ("count", "sum") else None for one in measures)
    found: dict[str, list[tuple[date, Value]]] = {card.id: [] for card in cards}
    for month in months:
        values = iter(rows.get(month, nothing))
        for card, asking in zip(cards, askings, strict=True):
            found[card.id].append((month, asking.figure(values, base).value))
    return {card_id: tuple(one) for card_id, one in found.items()}


def _table(
    tx: Transaction, caller: Caller, card: Card, base: Records, period: Period | None
) -> Answer:
    """Bars or a table: groups with the figures of metrics, and counts across the options."""
    access.entity_for(tx.app, caller, base.entity)
    lines = Lines(tx, caller, card, base)
    metrics = [_metric(tx.app, one) for one in ((card.metric,) if card.metric else card.metrics)]
    options, counted = lines.across(period) if card.across else ((), {})
    measured: dict[Any, tuple[Figure, ...]] = {}
    if metrics:
        measured = lines.of_metrics([Asking(one, period) for one in metrics])
    none, nothing = _nothing(len(options)), _nothing(len(metrics), None)
    figures = {
        key: (*counted.get(key, none), *measured.get(key, nothing))
        for key in (*counted, *(one for one in measured if one not in counted))
    }
    columns: tuple[Column, ...] = columns_of(options, metrics)
    laid, more = lines.laid_out(figures)
    timed = any(one.date for one in metrics) or bool(card.date)
    return Answer(
        card=card,
        metric=metrics[0] if card.type == "bar" else None,
        base=base.also(metrics[0].filter if card.type == "bar" else None),
        period=period if timed else None,
        columns=columns,
        lines=laid,
        more=more,
    )


def _nothing(count: int, value: Value = 0) -> tuple[Figure, ...]:
    return (Figure(value),) * count


def _funnel(
    tx: Transaction, caller: Caller, card: Card, base: Records, period: Period | None
) -> Answer:
    """Now in each stage, and in it or later: whatever has ended had come to the last open one."""
    entity = access.entity_for(tx.app, caller, base.entity)
    pipeline = entity.pipeline
    assert pipeline is not None  # a funnel of anything else is refused when it is published
    base = base.also(placed(card.date, period))
    group = compiled(tx, caller, base.entity, pipeline.field)
    rows = results(tx, caller, base, (group,), (Measure("n", "count", None, None),))
    counts = {key[0]: int(values[0]) for key, values in rows}
    steps = tuple(_steps(base, pipeline.field, pipeline.stages, counts))
    return Answer(card=card, base=base, period=period if card.date else None, steps=steps)


def _steps(
    base: Records, field: str, stages: Sequence[Stage], counts: Mapping[Any, int]
) -> Iterator[Step]:
    """The open stages, then those that end well, then those that end badly (nobody goes there)."""
    live = [one for one in stages if not one.archived or counts.get(one.id)]
    way = [one for one in live if one.closed is None]
    before: int | None = None
    for one in (*way, *(each for each in live if each.closed == "won")):
        later = way[way.index(one) :] if one in way else [one]
        ended = [each for each in live if each.closed] if one in way else []
        ids = [each.id for each in (*later, *ended)]
        reached = sum(counts.get(each, 0) for each in ids)
        listed = f"{field} in [{', '.join(map(quoted, ids))}]"
        current = Figure(counts.get(one.id, 0), base.also(f"{field} == {quoted(one.id)}"))
        share = None if before is None else quotient(int(reached), before)
        yield Step(one.name, _label(one), current, Figure(reached, base.also(listed)), share)
        before = reached
    for one in live:
        if one.closed == "lost":
            current = Figure(counts.get(one.id, 0), base.also(f"{field} == {quoted(one.id)}"))
            yield Step(one.name, _label(one), current, None, None)


def _label(stage: Stage) -> Labels:
    return stage.label or {"en": stage.name}
