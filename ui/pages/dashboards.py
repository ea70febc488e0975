"""Dashboards: the page with its frame, and each card, asked for once the page is there."""

from __future__ import annotations

from flask import request

from fieldstone.engine import figures
from fieldstone.engine.errors import NotFound, TooSlow
from fieldstone.engine.figures import CARD_SECONDS, Asked
from fieldstone.metadata.model import Card, Dashboard
from fieldstone.metadata.problems import Problem

from ..desk import Desk, Visit
from ..rendering import fragment
from ..rendering import page as render
from ..show.dashboards import card_of, dashboard_of
from ..show.typed import record_id


def page(visit: Visit, name: str) -> str:
    """The dashboard without its figures, which its cards ask for."""
    with visit.reading() as desk:
        declared = figures.dashboard_for(desk.app, name)
        board = dashboard_of(desk, declared, _asked())
        return render(desk, "dashboard.html", desk.paths.dashboard(declared.name), board=board)


def card(visit: Visit, name: str, card: str) -> str:
    """One card with its figures; one that takes too long says so."""
    asked = _asked()
    try:
        with visit.reading(at_most=CARD_SECONDS) as desk:
            declared, one = _declared(desk, name, card)
            (answer,) = figures.answer(desk.tx, desk.caller, declared, (one,), asked)
            return fragment("card.html", card=card_of(desk, declared, answer, asked))
    except TooSlow as error:
        with visit.reading() as desk:
            declared, one = _declared(desk, name, card)
            answer = figures.failed(one, error.problems)
            return fragment("card.html", card=card_of(desk, declared, answer, asked))


def _declared(desk: Desk, name: str, card: str) -> tuple[Dashboard, Card]:
    declared = figures.dashboard_for(desk.app, name)
    live = [one for one in declared.cards if not one.archived]
    for one in live:
        if one.name == card:
            return declared, one
    known = ", ".join(one.name for one in live)
    raise NotFound(Problem("dashboard.unknown", {"name": card[:100], "known": known}))


def _asked() -> Asked:
    person = record_id(request.args.get("person", ""))
    return Asked(request.args.get("period") or None, person)
