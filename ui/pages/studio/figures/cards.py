"""The form of a card, by itself or as the first of a new dashboard, with a look at its figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from fieldstone.engine import drafts, figures
from fieldstone.engine.errors import Invalid, NotFound, TooSlow
from fieldstone.engine.figures import CARD_SECONDS, Asked
from fieldstone.engine.suggested_names import suggested_name
from fieldstone.metadata import build_figures
from fieldstone.metadata.documents import Document, document_of
from fieldstone.metadata.problems import Problem

from ....desk import Desk, Visit
from ....rendering import fragment, notice
from ....rendering import page as render
from ....show.dashboards import card_of
from ....show.studio import settings, things
from ....show.studio.figures import cards, measures, menu
from ....show.studio.figures.cards import NEW
from ....show.studio.frame import Studio, studio_of
from ....words import say
from ..refusals import Wrong, kept
from .dashboards import document_of_dashboard, headed, periods
from .metrics import made_of, refused


def begin(visit: Visit) -> str:
    """The form of a new dashboard, which is made with its first card."""
    with visit.reading() as desk:
        return _page(desk, None, None, MultiDict({"in_menu": "1", "period": "this_month"}))


def new(visit: Visit, dashboard: str) -> str:
    """The form of a new card."""
    with visit.reading() as desk:
        return _page(desk, dashboard, None, MultiDict())


def edit(visit: Visit, dashboard: str, card: str) -> str:
    """One card with all that it shows."""
    with visit.reading() as desk:
        studio = studio_of(desk, "dashboards")
        data = _card(document_of_dashboard(studio, dashboard), card)
        return _page(desk, dashboard, card, cards.typed_of(studio, data))


def _card(document: Document, card: str) -> Mapping[str, Any]:
    """A live card of a dashboard, in ids; NotFound for any other."""
    for one in document.data["cards"]:
        if things.id_of(one) == card and not one.get("archived"):
            found: Mapping[str, Any] = one
            return found
    raise NotFound.because("draft.unknown", document=f"card/{card[:100]}")


def _page(
    desk: Desk,
    dashboard: str | None,
    card: str | None,
    typed: MultiDict[str, str],
    error: Wrong | None = None,
) -> str:
    studio = studio_of(desk, "dashboards")
    document = document_of_dashboard(studio, dashboard) if dashboard else None
    data = _card(document, card) if document and card else None
    return render(
        desk,
        "studio/figures/card.html",
        studio.paths.start,
        studio=studio,
        dashboard=dashboard or "",
        of=things.text_of(document.data, desk.locale) if document else "",
        text=_title(studio, data) if data else "",
        typed=typed,
        room=cards.shown(studio, typed, checked=error is not None),
        wrong=error.wrong if error else {},
        problems=error.lines if error else (),
        locales=things.ordered(desk.locale),
        periods=periods(typed.get("period", ""), desk.locale),
        period=str(document.data.get("period", "this_month")) if document else "",
    )


def _title(studio: Studio, data: Mapping[str, Any]) -> str:
    """What a card is called: its label, else that of its metric or its entity."""
    locale = studio.desk.locale
    metric = studio.app.metrics.get(data.get("metric", ""))
    entity = studio.app.entities.get(data.get("entity", ""))
    one = metric or entity
    return one.text(locale) if one and not data.get("label") else things.text_of(data, locale)


def start(visit: Visit) -> Response | tuple[str, int] | str:
    """Add a dashboard with its first card to the draft."""
    return _submitted(visit, None, None)


def create(visit: Visit, dashboard: str) -> Response | tuple[str, int] | str:
    """Add a card to the draft."""
    return _submitted(visit, dashboard, None)


def save(visit: Visit, dashboard: str, card: str) -> Response | tuple[str, int] | str:
    """Change a card in the draft."""
    return _submitted(visit, dashboard, card)


def _submitted(
    visit: Visit, dashboard: str | None, card: str | None
) -> Response | tuple[str, int] | str:
    typed = request.form
    if act := typed.get("act", ""):
        with visit.reading() as desk:
            found = cards.pressed(studio_of(desk), typed, act)
            return _page(desk, dashboard, card, found)
    return kept(
        visit,
        lambda desk: _keep(desk, dashboard, card, typed),
        lambda desk, error: _page(desk, dashboard, card, typed, error),
    )


def _keep(desk: Desk, dashboard: str | None, card: str | None, typed: MultiDict[str, str]) -> str:
    """Write the card, and the metric that is made along, into the draft; raises Wrong."""
    studio = studio_of(desk, "dashboards")
    if dashboard is None:
        data = _begun(studio, typed)
    else:
        data = dict(document_of_dashboard(studio, dashboard).data)
    before = _card(document_of_dashboard(studio, dashboard), card) if dashboard and card else {}
    changed, metric, at = _with(studio, data, before, typed)
    whole = document_of(changed, in_ids=True)
    documents = [whole, *((metric,) if metric else ())]
    if dashboard is None:
        documents += menu.changed(studio, changed, wanted=bool(typed.get("in_menu")))
    try:
        drafts.put_sound(desk.tx, desk.caller, documents)
    except Invalid as error:
        raise _refused(error.problems, whole, metric, at, desk.locale) from error
    name = _title(studio_of(desk), changed["cards"][at])
    notice(desk, say("studio.kept" if card else "studio.added", desk.locale, name=name))
    return studio.paths.dashboard(whole.id)


def _begun(studio: Studio, typed: Mapping[str, str]) -> dict[str, Any]:
    """A new dashboard without cards yet."""
    named = {f"label.{key}": typed.get(f"dashboard.{key}", "") for key in things.ordered("en")}
    try:
        data = headed({**named, "period": typed.get("period", "")}, {"kind": "dashboard"},
                      studio.desk.locale)  # fmt: skip
    except Wrong as error:
        raise Wrong({"dashboard": error.wrong["label"]}) from error
    known = studio.app.dashboards.values()
    label = data["label"].get("en") or next(iter(data["label"].values()))
    name = suggested_name(label, {text for one in known for text in (one.id, one.name)},
                          otherwise="dashboard")  # fmt: skip
    return {**data, "id": name, "name": name, "cards": []}


def _with(
    studio: Studio, data: dict[str, Any], before: Mapping[str, Any], typed: MultiDict[str, str]
) -> tuple[dict[str, Any], Document | None, int]:
    """The dashboard with the card as it is typed, the metric made along, and the card's place."""
    found = cards.read(studio, typed, before, data["cards"])
    metric, wrong = None, dict(found.wrong)
    entity = cards.entity_of(studio, typed)
    if entity is not None and cards.is_fresh(studio, typed):
        try:
            metric = made_of(studio, entity, typed, {})
        except Wrong as error:
            wrong |= error.wrong
    if wrong:
        raise Wrong(wrong)
    if metric is not None:
        _fill_in(found.data, metric, None if before else data["cards"])
    siblings = list(data["cards"])
    ids = [things.id_of(one) for one in siblings]
    at = ids.index(things.id_of(before)) if before else len(siblings)
    siblings[at : at + 1] = [found.data]
    return {**data, "cards": siblings}, metric, at


def _fill_in(card: dict[str, Any], metric: Document, siblings: list[Any] | None) -> None:
    """Put the id of the metric that was made where the card says NEW.

    A new card, one among `siblings`, that has no label is called as its metric.
    """
    if card.get("metric") == NEW:
        card["metric"] = metric.id
        if "label" not in card and siblings is not None:
            taken = {name for one in siblings for name in (things.id_of(one), one["name"])}
            card["label"] = metric.data["label"]
            card["id"] = card["name"] = suggested_name(metric.id, taken, otherwise="card")
    if "metrics" in card:
        card["metrics"] = [metric.id if one == NEW else one for one in card["metrics"]]


def _refused(
    problems: tuple[Problem, ...], whole: Document, metric: Document | None, at: int, locale: str
) -> Wrong:
    """Problems of the documents at the inputs that they are about."""
    wrong: dict[str, list[str]] = {}
    others, lines = [], []
    for one in problems:
        (text,) = settings.told((one,), locale)
        rest = one.pointer.removeprefix(f"/cards/{at}/")
        if one.document in (whole.key, whole.path):
            key = rest.split("/")[0] if rest != one.pointer else ""
            key = "dashboard" if one.pointer.startswith("/label") else key
            wrong.setdefault(key, []).append(text) if key else lines.append(text)
        else:
            others.append(one)
    found = refused(tuple(others), metric, locale)
    return Wrong({**found.wrong, **wrong}, (*lines, *found.lines))


def preview(visit: Visit) -> str:
    """What the card as it is typed shows of today's data, or why that cannot be said yet."""
    try:
        with visit.reading(at_most=CARD_SECONDS) as desk:
            return _preview(desk, request.form)
    except TooSlow:
        return _told("cards.preview_slow", visit.locale)


def _preview(desk: Desk, typed: MultiDict[str, str]) -> str:
    studio = studio_of(desk, "dashboards")
    found = cards.read(studio, typed, {}, ())
    metrics = dict(studio.app.metrics)
    wrong = {key for key in found.wrong if key not in ("label", "name")}
    entity = cards.entity_of(studio, typed)
    if entity is not None and cards.is_fresh(studio, typed):
        made = measures.read(studio, entity, typed, {"id": NEW, "name": NEW})
        wrong |= made.wrong.keys() - {"metric.label"}
        if not wrong:
            unnamed = {"label": {desk.locale: say("cards.new_metric", desk.locale)}}
            metrics[NEW] = build_figures.metric({**unnamed, **made.data})
    if wrong or entity is None:
        return _told("cards.preview_wrong", desk.locale)
    data = {"id": "preview", "name": "preview", "cards": [found.data]}
    declared = build_figures.dashboard({**data, "period": cards.period_of(typed)})
    (card,) = declared.cards
    if not figures.is_published(desk.app, card, metrics):
        return _told("cards.preview_unpublished", desk.locale)
    desk = replace(desk, tx=figures.thought(desk.tx, metrics))
    asked = Asked()
    (answer,) = figures.answer(desk.tx, desk.caller, declared, (card,), asked)
    return fragment("studio/figures/preview.html", card=card_of(desk, declared, answer, asked))


def _told(key: str, locale: str) -> str:
    return fragment("studio/figures/preview.html", card=None, why=say(key, locale))
