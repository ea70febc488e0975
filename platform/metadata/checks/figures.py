"""Metrics and dashboards: measures that can be computed, and cards that have what they show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..documents import Document
from ..problems import Problem
from .context import Checking, Data, live, problem

_NEEDS: Mapping[str, tuple[str, ...]] = {
    "number": ("metric",),
    "bar": ("metric", "group"),
    "funnel": ("entity",),
    "table": ("entity", "group"),
}
_ONLY: Mapping[str, frozenset[str]] = {
    "metric": frozenset({"number", "bar"}),
    "entity": frozenset({"funnel", "table"}),
    "group": frozenset({"bar", "table"}),
    "across": frozenset({"table"}),
    "metrics": frozenset({"table"}),
    "date": frozenset({"funnel", "table"}),
    "top": frozenset({"bar", "table"}),
}
"""The keys that only cards of some types read."""


def check_metrics(checking: Checking) -> Iterator[Problem]:
    """A count counts records, everything else is of something."""
    for document in checking.kind("metric"):
        for key in ("value", "over"):
            measure = document.data.get(key)
            if measure is None:
                continue
            counts = measure["aggregate"] == "count"
            if counts and "of" in measure:
                yield problem(document, f"/{key}/of", "metric.count_of")
            if not counts and "of" not in measure:
                params = {"aggregate": measure["aggregate"]}
                yield problem(document, f"/{key}", "metric.no_of", **params)


def check_dashboards(checking: Checking) -> Iterator[Problem]:
    """Every live card has what its type needs, and nothing that it does not read."""
    for document in checking.kind("dashboard"):
        for index, card in live(document.data["cards"]):
            place = f"/cards/{index}"
            yield from _keys(document, card, place)
            yield from _fitting(checking, document, card, place)


def _keys(document: Document, card: Data, place: str) -> Iterator[Problem]:
    kind = card["type"]
    for key in _NEEDS[kind]:
        if key not in card:
            yield problem(document, place, "card.key_missing", needed=key, type=kind)
    for key, kinds in _ONLY.items():
        if key in card and kind not in kinds:
            params = {"unread": key, "type": kind}
            yield problem(document, f"{place}/{key}", "card.key_not_read", **params)
    if kind == "table" and "across" not in card and not card.get("metrics"):
        yield problem(document, place, "card.no_columns")


def _fitting(checking: Checking, document: Document, card: Data, place: str) -> Iterator[Problem]:
    entity = checking.space.kind("entity").by_id.get(card.get("entity", ""))
    if entity is None:
        return
    if card["type"] == "funnel" and "pipeline" not in entity.data:
        yield problem(document, f"{place}/entity", "card.no_stages", entity=entity.name)
    for index, name in enumerate(card.get("metrics", ())):
        metric = checking.space.kind("metric").by_id.get(name)
        if metric is not None and metric.data.get("entity") != entity.id:
            params = {"metric": metric.name, "entity": entity.name}
            yield problem(document, f"{place}/metrics/{index}", "card.metric_of_other", **params)
