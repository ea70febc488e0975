"""What a dashboard shows: its choices of period and person, and each card in words and links."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fieldstone.engine import access, figures, members, query
from fieldstone.engine.figures import Answer, Asked, Figure, Line, Period, Records
from fieldstone.engine.query import ListRequest
from fieldstone.metadata.model import Card, Dashboard, Metric, label_text

from ..desk import Desk
from ..studio_paths import StudioPaths
from ..words import joined, say
from .conditions import speaker
from .imports.steps import bring_of
from .lists import Choice


@dataclass(frozen=True)
class Frame:
    """A card before its figures are there: where they are asked for, and its place."""

    name: str
    title: str
    type: str
    width: int
    href: str


@dataclass(frozen=True)
class Bare:
    """What a dashboard counts of which there is nothing at all yet, and the ways to begin."""

    what: str
    one: str
    create: str | None
    bring: str | None
    list: str


@dataclass(frozen=True)
class Board:
    """The page: what may be chosen, and its cards."""

    title: str
    description: str
    path: str
    period: str
    periods: tuple[Choice, ...]
    person: str
    people: tuple[Choice, ...]
    cards: tuple[Frame, ...]
    bare: Bare | None = None
    edit: str = ""
    """Where it is changed, for who may."""


@dataclass(frozen=True)
class Cell:
    """A figure in words: shortly, exactly (where that differs), as a plain number, and its list."""

    text: str
    exact: str = ""
    value: str = ""
    href: str | None = None


@dataclass(frozen=True)
class Row:
    """A line of a table: what it is about, and its figures."""

    label: str
    cells: tuple[Cell, ...]
    empty: bool = False


@dataclass(frozen=True)
class Change:
    """The change to the period before; `good` is None where neither way is."""

    text: str
    before: str
    good: bool | None
    icon: str


@dataclass(frozen=True)
class CardModel:
    """One card with everything that its template shows."""

    frame: Frame
    chart: str
    number: Cell | None = None
    parts: tuple[Cell, ...] = ()
    change: Change | None = None
    heads: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    more: str = ""
    formula: str = ""
    code: str = ""
    as_of: str = ""
    unfinished: str = ""
    conditions: tuple[str, ...] = ()
    empty: bool = False
    problems: tuple[str, ...] = ()


def dashboard_of(desk: Desk, declared: Dashboard, asked: Asked) -> Board:
    """The page of a dashboard, with the choices that it was opened with."""
    period = figures.period_asked(desk.tx, declared, asked)
    live = [one for one in declared.cards if not one.archived]
    people = _people(desk, live)
    person = str(asked.person or "")
    may = access.may_configure(desk.app, desk.caller)
    return Board(
        title=declared.text(desk.locale),
        description=_described(desk, declared, period),
        path=desk.paths.dashboard(declared.name),
        period=period.name if period else "all",
        periods=tuple(Choice(one, say(f"period.{one}", desk.locale)) for one in figures.NAMES),
        person=person if person in {one.name for one in people} else "",
        people=people,
        cards=tuple(_frame(desk, declared, one, asked) for one in live),
        bare=_bare(desk, live),
        edit=StudioPaths(desk.paths.slug).dashboard(declared.id) if may else "",
    )


def _bare(desk: Desk, cards: Iterable[Card]) -> Bare | None:
    """Where to begin, if the reader sees no record of any kind that the cards count."""
    metrics = desk.app.metrics
    ids = dict.fromkeys(metrics[one.metric].entity if one.metric else one.entity for one in cards)
    known = [one for each in ids if each and desk.may("read", one := desk.app.entity(each))]
    for one in known:
        asked = ListRequest(entity_id=one.id, fields=("id",), limit=1, titles=False)
        if query.page(desk.tx, desk.caller, asked).records:
            return None
    first = next((one for one in known if desk.may("create", one)), known[0] if known else None)
    if first is None:
        return None
    return Bare(
        first.plural_text(desk.locale),
        first.text(desk.locale),
        desk.paths.new(first.name) if desk.may("create", first) else None,
        bring_of(desk, first),
        desk.paths.list(first.name),
    )


def _people(desk: Desk, cards: Iterable[Card]) -> tuple[Choice, ...]:
    """The people of the workspace, where some card is about records that have an owner."""
    metrics = desk.app.metrics
    shown = {metrics[one.metric].entity if one.metric else one.entity or "" for one in cards}
    if not any(figures.owner_of(desk.app, desk.caller, one) for one in shown):
        return ()
    return tuple(Choice(str(one.id), one.name) for one in members.listed(desk.tx, active_only=True))


def _frame(desk: Desk, declared: Dashboard, card: Card, asked: Asked) -> Frame:
    person = str(asked.person) if asked.person else None
    href = desk.paths.dashboard(declared.name, card.name, period=asked.period, person=person)
    title = figures.Presenter(desk.app, desk.locale).title(Answer(card=card))
    return Frame(card.name, title, card.type, card.width, href)


def card_of(desk: Desk, declared: Dashboard, answer: Answer, asked: Asked) -> CardModel:
    """A card with its figures."""
    frame = _frame(desk, declared, answer.card, asked)
    if answer.problems:
        told = tuple(one.text(desk.locale) for one in answer.problems)
        return CardModel(frame=frame, chart="", problems=told)
    shown = _Shown(desk, answer)
    metric = answer.metric
    return CardModel(
        frame=frame,
        chart=shown.chart(),
        number=shown.cell(answer.number, metric, short=True) if answer.number else None,
        parts=tuple(shown.part(one) for one in answer.parts),
        change=shown.change(),
        heads=shown.heads(),
        rows=shown.rows(),
        more=say("dashboard.more", desk.locale, n=answer.more) if answer.more else "",
        formula=label_text(metric.description, desk.locale, "") if metric else shown.about(),
        code=figures.formula_of(desk.app, metric) if metric else "",
        as_of=say("dashboard.as_of", desk.locale, when=desk.formats.long_moment(desk.tx.now)),
        unfinished=_unfinished(desk, answer.period),
        conditions=shown.conditions(),
        empty=answer.empty,
    )


def _described(desk: Desk, declared: Dashboard, period: Period | None) -> str:
    """What the dashboard shows, and that its period is not over."""
    told = label_text(declared.description, desk.locale, "")
    going_on = _unfinished(desk, period)
    end = say("dashboard.stop", desk.locale)
    return joined(one for one in (told, going_on and going_on + end) if one)


def _unfinished(desk: Desk, period: Period | None) -> str:
    """That the period is not over, in words; empty where it is."""
    if period is None or not period.unfinished:
        return ""
    return say(f"dashboard.unfinished_{period.name.partition('_')[2]}", desk.locale)


class _Shown:
    """Writes the parts of one answer for one reader."""

    def __init__(self, desk: Desk, answer: Answer) -> None:
        self.desk = desk
        self.answer = answer
        self.formats = desk.formats

    def say(self, key: str, **params: str | int) -> str:
        return say(key, self.desk.locale, **params)

    def chart(self) -> str:
        """Which chart the card's table is drawn as."""
        answer = self.answer
        kind = answer.card.type
        if kind == "number":
            return "spark" if any(value for _, value in answer.series) else ""
        if kind == "bar":
            return "columns" if any(isinstance(one.key, date) for one in answer.lines) else "bars"
        return "bars" if kind == "funnel" else ""

    def about(self) -> str:
        """How the figures of the card are made, where they are of no one metric."""
        if self.answer.card.type == "funnel":
            return self.say("dashboard.funnel_hint")
        locale = self.desk.locale
        told = [one.metric for one in self.answer.columns if one.metric]
        texts = (
            self.say(
                "dashboard.column_hint", what=one.text(locale), how=one.description.get(locale, "")
            )
            for one in told
            if one.description.get(locale)
        )
        return " ".join(texts)

    def cell(self, figure: Figure, metric: Metric | None, *, short: bool = False) -> Cell:
        """A figure in its unit, with the list behind it."""
        value = figure.value
        if value is None:
            return Cell("–")
        unit = metric.unit if metric else "number"
        text = self.unit_text(value, unit, short=short)
        exact = self.unit_text(value, unit, short=False)
        plain = format(Decimal(value) * (100 if unit == "percent" else 1), "f")
        return Cell(text, exact if exact != text else "", plain, self.href(figure.records))

    def part(self, figure: Figure) -> Cell:
        """A numerator or denominator, with as many digits as it has."""
        if figure.value is None:
            return Cell("–")
        return Cell(self.formats.number(figure.value), href=self.href(figure.records))

    def unit_text(self, value: Decimal | int, unit: str, *, short: bool) -> str:
        if unit == "money":
            return self.formats.money_short(value) if short else self.formats.money(value)
        if unit == "percent":
            return self.formats.rate(value)
        number = self.formats.number(value, 0 if value == int(value) else 1)
        return self.say("dashboard.days", number=number) if unit == "days" else number

    def href(self, records: Records | None) -> str | None:
        """The list that shows just these records."""
        if records is None:
            return None
        app = self.desk.app
        entity = app.entity(records.entity)
        of = ",".join(f"{figures.path_of(app, entity.id, path)}.{one}" for path, one in records.of)
        where = figures.filter_of(app, records)
        return self.desk.paths.list(entity.name, where=where or None, of=of or None)

    def change(self) -> Change | None:
        """How the figure differs from that of the period before."""
        answer, metric = self.answer, self.answer.metric
        if metric is None or answer.change is None or answer.before is None:
            return None
        size = abs(Decimal(answer.change))
        if metric.change == "relative":
            text = self.formats.rate(size)
        elif metric.change == "points":
            text = self.say("dashboard.points", number=self.formats.number(size * 100, 1))
        else:
            text = self.unit_text(size, metric.unit, short=True)
        rising = answer.change > 0
        good = None
        if answer.change and metric.direction != "none":
            good = rising == (metric.direction == "up")
        icon = ("trending-up" if rising else "trending-down") if answer.change else "minus"
        sign = ("+" if rising else "-") if answer.change else ""
        before = self.say(
            "dashboard.before", value=self.unit_text(answer.before, metric.unit, short=True)
        )
        return Change(sign + text, before, good, icon)

    def heads(self) -> tuple[str, ...]:
        answer, locale = self.answer, self.desk.locale
        if answer.card.type == "funnel":
            return tuple(
                self.say(one)
                for one in (
                    "dashboard.stage",
                    "dashboard.current",
                    "dashboard.reached",
                    "dashboard.step",
                )
            )
        if answer.card.type == "number":
            return self.say("dashboard.month"), self.say("dashboard.value")
        columns = (label_text(one.label, locale, one.name) for one in answer.columns)
        return self.grouped_by(), *columns

    def grouped_by(self) -> str:
        """What the groups are, in words."""
        entity_id = self.answer.base.entity if self.answer.base else ""
        entity = self.desk.app.entity(entity_id)
        label = speaker(self.desk, entity).words(self.answer.card.group or "")
        return label or self.say("dashboard.group")

    def rows(self) -> tuple[Row, ...]:
        answer = self.answer
        if answer.card.type == "number":
            return tuple(
                Row(_month(month), (self.cell(Figure(value), answer.metric),))
                for month, value in answer.series
            )
        if answer.card.type == "funnel":
            return self.steps()
        metrics = [one.metric for one in answer.columns]
        return tuple(
            Row(
                self.label(line),
                tuple(self.cell(one, by) for one, by in zip(line.figures, metrics, strict=True)),
                line.label is None,
            )
            for line in answer.lines
        )

    def steps(self) -> tuple[Row, ...]:
        found = []
        for step in self.answer.steps:
            label = label_text(step.label, self.desk.locale, step.name)
            share = Cell("–") if step.share is None else Cell(self.formats.rate(step.share))
            reached = self.cell(step.reached, None) if step.reached else Cell("–")
            found.append(Row(label, (self.cell(step.current, None), reached, share)))
        return tuple(found)

    def label(self, line: Line) -> str:
        if line.label is None:
            return self.say("dashboard.no_value")
        if isinstance(line.key, bool):
            return say("value.yes" if line.key else "value.no", self.desk.locale)
        if isinstance(line.key, date):
            return _month(line.key) if line.key.day == 1 else self.formats.day(line.key)
        if isinstance(line.label, str):
            return line.label or say("value.gone", self.desk.locale)
        return label_text(line.label, self.desk.locale, str(line.key))

    def conditions(self) -> tuple[str, ...]:
        """What narrows the card, in words."""
        answer, desk = self.answer, self.desk
        found = [say(f"period.{answer.period.name}", desk.locale)] if answer.period else []
        base = answer.base
        if base is None:
            return tuple(found)
        telling = speaker(desk, desk.app.entity(base.entity))
        day = answer.card.date
        placed = answer.period.condition(day) if answer.period and day else ""
        parts = [one for text in base.parts if text != placed for one in telling.parts(text)]
        found += [one.words if one.known else say("filter.more", desk.locale) for one in parts]
        if base.of:
            people = {one.id: one.name for one in members.listed(desk.tx)}
            found += [people[one] for _, one in base.of if one in people]
        return tuple(found)


def _month(day: date) -> str:
    return f"{day:%Y-%m}"
