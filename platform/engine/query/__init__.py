"""Queries: pages, counts and figures of an entity's records, under the caller's rules."""

from .aggregate import aggregate
from .neighbours import Neighbours, neighbours
from .page import Page, count, page
from .paths import Path
from .present import present
from .request import AggregateRequest, ListRequest

__all__ = [
    "AggregateRequest",
    "ListRequest",
    "Neighbours",
    "Page",
    "Path",
    "aggregate",
    "count",
    "neighbours",
    "page",
    "present",
]
