"""Figures: a dashboard's cards as data."""

from __future__ import annotations

from collections.abc import Sequence

from ..engine import figures
from ..engine.errors import TooSlow
from ..engine.figures import CARD_SECONDS, Asked
from ..metadata.model import Card, Dashboard
from .asking import Answer, Ask, whole_id


def dashboard(ask: Ask) -> Answer:
    """A dashboard with what every card shows.

    Cards that share a statement are computed in a transaction of their own: one that takes too
    long says so and leaves the others.
    """
    person = ask.parameters.get("person")
    asked = Asked(ask.parameters.get("period"), None if person is None else whole_id(person))
    with ask.workspace.reading() as tx:
        declared = figures.dashboard_for(tx.app, ask.path["name"])
        presenter = figures.Presenter(tx.app, ask.locale)
        as_of, period = tx.now, figures.period_asked(tx, declared, asked)
        batches = figures.batches(tx.app, declared)
    answers = {one.card.id: one for batch in batches for one in _batch(ask, declared, batch, asked)}
    cards = [answers[one.id] for one in declared.cards if one.id in answers]
    return Answer(presenter.dashboard(declared, as_of, period, cards))


def _batch(
    ask: Ask, declared: Dashboard, cards: Sequence[Card], asked: Asked
) -> tuple[figures.Answer, ...]:
    try:
        with ask.workspace.reading(at_most=CARD_SECONDS) as tx:
            return figures.answer(tx, ask.caller, declared, cards, asked)
    except TooSlow as error:
        return tuple(figures.failed(one, error.problems) for one in cards)
