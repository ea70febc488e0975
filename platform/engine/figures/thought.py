"""Figures of metrics that are only thought of: what a card would show if they were published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ...metadata.model import App, Card, Metric
from ...metadata.problems import ProblemsError
from ...rules import compile_expression
from ..transaction import Transaction


def thought(tx: Transaction, metrics: Mapping[str, Metric]) -> Transaction:
    """The transaction with other metrics than those in force, to look at figures and not to write.

    Entities, fields and rights stay those in force.
    """
    return replace(tx, app=replace(tx.app, metrics=metrics), writable=False)


def is_published(app: App, card: Card, metrics: Mapping[str, Metric]) -> bool:
    """Whether the fields that a card and its metrics read are in force, so that it has figures."""
    shown = [metrics[one] for one in (card.metric, *card.metrics) if one]
    entity = shown[0].entity if card.metric else card.entity or ""
    about = [(entity, one) for one in (card.group, card.across, card.date, card.filter)]
    for one in shown:
        sides = [each for each in (one.value, one.over) if each]
        parts = (one.filter, one.date, *(text for each in sides for text in (each.of, each.where)))
        about += [(one.entity, text) for text in parts]
    return all(_is_known(app, owner, text) for owner, text in (*about, (entity, None)))


def _is_known(app: App, entity_id: str, text: str | None) -> bool:
    entity = app.entities.get(entity_id)
    if entity is None or entity.archived:
        return False
    try:
        return text is None or bool(
            compile_expression(app, entity_id, text, allow_viewer=True, over_table=True)
        )
    except ProblemsError:
        return False
