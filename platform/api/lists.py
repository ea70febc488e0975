"""Lists and figures: pages of an entity's records, and what they add up to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..engine import as_of
from ..engine import query as engine
from ..engine.query import AggregateRequest, ListRequest
from .asking import Answer, Ask
from .bodies import texts
from .records import as_then, entity_of


def listed(ask: Ask) -> Answer:
    """A page of records, asked for by the query of the address."""
    return _page(ask, ask.parameters)


def query(ask: Ask) -> Answer:
    """A page of records, asked for by a body: filters in Chinese outgrow an address."""
    return _page(ask, ask.body)


def counted(ask: Ask) -> Answer:
    """Figures of groups of records, asked for by the query of the address."""
    return _figures(ask, ask.parameters)


def aggregate(ask: Ask) -> Answer:
    """Figures of groups of records, asked for by a body."""
    return _figures(ask, ask.body)


def _page(ask: Ask, given: Mapping[str, Any]) -> Answer:
    request = ListRequest(
        entity_id=entity_of(ask),
        filter=given.get("filter") or None,
        q=given.get("q") or None,
        sort=texts(given.get("sort")),
        limit=given.get("limit", 50),
        cursor=given.get("cursor") or None,
        fields=texts(given["fields"]) if given.get("fields") else None,
        count="count" in given,
        titles=False,
        as_of=as_of.moment_of(ask.tx, given["as_of"]) if "as_of" in given else None,
    )
    page = engine.page(ask.tx, ask.caller, request)
    body: dict[str, Any] = {"data": engine.present(page), "next": page.next_cursor}
    if page.as_of is not None:
        body |= as_then(page.as_of, page.left_out)
    if page.count is not None:
        body["count"] = page.count
    return Answer(body)


def _figures(ask: Ask, given: Mapping[str, Any]) -> Answer:
    # Commas belong to the expressions here, so a text is one group or measure and never several.
    request = AggregateRequest(
        entity_id=entity_of(ask),
        groups=_listed(given.get("group")),
        measures=_listed(given.get("measure")) or AggregateRequest.measures,
        filter=given.get("filter") or None,
    )
    return Answer({"data": engine.aggregate(ask.tx, ask.caller, request)})


def _listed(value: str | list[str] | None) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())
