"""Dashboards: listed, called, arranged, archived and restored; their cards have own pages."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from flask import redirect, request
from werkzeug.wrappers import Response

from fieldstone.engine import drafts
from fieldstone.engine.errors import Invalid, NotFound
from fieldstone.metadata.documents import Document
from fieldstone.metadata.model import Dashboard

from ....desk import Desk, Visit
from ....rendering import notice
from ....rendering import page as render
from ....show.lists import Choice
from ....show.studio import things
from ....show.studio.figures import menu, told
from ....show.studio.figures.cards import PERIODS, period_of
from ....show.studio.frame import Studio, studio_of
from ....words import say
from ..refusals import Wrong, kept, wrong_of


def listed(visit: Visit) -> str:
    """The dashboards with how many cards each has, the archived ones apart."""
    with visit.reading() as desk:
        studio = studio_of(desk, "dashboards")
        found = list(studio.app.dashboards.values())
        return render(
            desk,
            "studio/figures/dashboards.html",
            studio.paths.start,
            studio=studio,
            dashboards=[(one, _live(one)) for one in found if not one.archived],
            archived=[one for one in found if one.archived],
        )


def _live(dashboard: Dashboard) -> int:
    return sum(not one.archived for one in dashboard.cards)


def document_of_dashboard(studio: Studio, dashboard: str) -> Document:
    """A live dashboard of the draft, in ids; NotFound for any other."""
    found = studio.draft.document("dashboard", dashboard)
    if found is None or found.data.get("archived"):
        raise NotFound.because("draft.unknown", document=f"dashboard/{dashboard[:100]}")
    return found


def edit(visit: Visit, dashboard: str) -> str:
    """One dashboard with its cards in order."""
    with visit.reading() as desk:
        return _page(desk, dashboard, None)


def _page(
    desk: Desk, dashboard: str, typed: Mapping[str, str] | None, error: Wrong | None = None
) -> str:
    studio = studio_of(desk, "dashboards")
    document = document_of_dashboard(studio, dashboard)
    declared = studio.app.dashboards.get(document.id)
    filled = typed if typed is not None else _typed(studio, document.data)
    return render(
        desk,
        "studio/figures/dashboard.html",
        studio.paths.start,
        studio=studio,
        id=document.id,
        text=things.text_of(document.data, desk.locale),
        typed=filled,
        wrong=error.wrong if error else {},
        problems=error.lines if error else (),
        locales=things.ordered(desk.locale),
        periods=periods(filled.get("period", ""), desk.locale),
        cards=told.cards(studio, declared) if declared else (),
        shown=_shown(desk, document),
    )


def _shown(desk: Desk, document: Document) -> str:
    """Where the dashboard is looked at, once it is published."""
    there = desk.app.dashboards.get(document.id)
    return desk.paths.dashboard(there.name) if there and not there.archived else ""


def _typed(studio: Studio, data: Mapping[str, Any]) -> dict[str, str]:
    """A dashboard's data (in ids) as its inputs hold it."""
    typed = {f"label.{key}": one for key, one in things.labels_of(data.get("label")).items()}
    for key, text in things.labels_of(data.get("description")).items():
        typed[f"description.{key}"] = text
    typed["period"] = str(data.get("period", "this_month"))
    typed["in_menu"] = "1" if menu.has_entry(studio, things.id_of(data)) else ""
    return typed


def periods(chosen: str, locale: str) -> tuple[Choice, ...]:
    """The periods that a dashboard may open with."""
    now = period_of({"period": chosen})
    return tuple(Choice(one, say(f"period.{one}", locale), one == now) for one in PERIODS)


def headed(typed: Mapping[str, str], data: Mapping[str, Any], locale: str) -> dict[str, Any]:
    """A dashboard's data with what is typed above its cards; raises Wrong without a label."""
    labels = things.typed_labels(typed, "label")
    if not labels:
        raise Wrong({"label": [say("studio.label_missing", locale)]})
    found = {**data, "label": labels}
    found.pop("description", None)
    if texts := things.typed_labels(typed, "description"):
        found["description"] = texts
    found.pop("period", None)
    if (period := period_of(typed)) != "this_month":
        found["period"] = period
    return found


def save(visit: Visit, dashboard: str) -> Response | tuple[str, int]:
    """Change a dashboard in the draft: what it is called, or the place of a card."""
    typed = {key: value for key, value in request.form.items() if key != "csrf_token"}
    return kept(
        visit,
        lambda desk: _keep(desk, dashboard, typed),
        lambda desk, error: _page(desk, dashboard, typed, error),
    )


def _keep(desk: Desk, dashboard: str, typed: Mapping[str, str]) -> str:
    studio = studio_of(desk, "dashboards")
    document = document_of_dashboard(studio, dashboard)
    data = headed(typed, document.data, desk.locale)
    data["cards"] = _arranged(copy.deepcopy(list(data["cards"])), typed.get("act", ""), desk)
    entry = menu.changed(studio, data, wanted=bool(typed.get("in_menu")))
    put(studio, document.with_data(data), *entry)
    if not typed.get("act"):
        notice(desk, say("studio.kept", desk.locale, name=things.text_of(data, desk.locale)))
    return studio.paths.dashboard(document.id)


def put(studio: Studio, document: Document, *others: Document) -> None:
    """Lay documents into the draft; raises Wrong where the first of them is refused."""
    desk = studio.desk
    try:
        drafts.put_sound(desk.tx, desk.caller, [document, *others])
    except Invalid as error:
        raise wrong_of(studio, error.problems, document, "/") from error


def _arranged(cards: list[Any], act: str, desk: Desk) -> list[Any]:
    """The cards after a button: `up:sales`, `down:sales` or `remove:sales`."""
    verb, _, card = act.partition(":")
    live = [one for one in cards if not one.get("archived")]
    at = next((n for n, one in enumerate(live) if things.id_of(one) == card), -1)
    if at < 0:
        return cards
    if verb == "remove":
        if len(live) < 2:
            raise Wrong({}, [say("cards.last", desk.locale)])
        live.pop(at)
    elif verb in ("up", "down"):
        to = min(max(at + (-1 if verb == "up" else 1), 0), len(live) - 1)
        live.insert(to, live.pop(at))
    return [*live, *(one for one in cards if one.get("archived"))]


def archive(visit: Visit, dashboard: str) -> Response | tuple[str, int]:
    """Archive a dashboard in the draft, and take it out of the menu."""

    def work(desk: Desk) -> str:
        studio = studio_of(desk, "dashboards")
        document = document_of_dashboard(studio, dashboard)
        entry = menu.changed(studio, document.data, wanted=False)
        put(studio, document.with_data({**document.data, "archived": True}), *entry)
        name = things.text_of(document.data, desk.locale)
        notice(desk, say("studio.archived_now", desk.locale, name=name))
        return studio.paths.dashboards

    return kept(visit, work, lambda desk, error: _page(desk, dashboard, None, error))


def restore(visit: Visit, dashboard: str) -> Response:
    """Bring an archived dashboard back in the draft, and into the menu."""

    def work(desk: Desk) -> str:
        studio = studio_of(desk, "dashboards")
        document = studio.draft.document("dashboard", dashboard)
        if document is None:
            raise NotFound.because("draft.unknown", document=f"dashboard/{dashboard[:100]}")
        data = {key: one for key, one in document.data.items() if key != "archived"}
        back = [document.with_data(data), *menu.changed(studio, data, wanted=True)]
        drafts.put_sound(desk.tx, desk.caller, back)
        name = things.text_of(data, desk.locale)
        notice(desk, say("studio.brought_back", desk.locale, name=name))
        return studio.paths.dashboards

    return redirect(visit.write(work), 303)
