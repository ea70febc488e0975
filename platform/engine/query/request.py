"""Requests: what is asked of an entity's records, as values; nothing is looked up here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

DEFAULT_LIMIT: Final = 50
MOST_ROWS: Final = 500
MOST_GROUPS: Final = 1000


@dataclass(frozen=True, slots=True)
class Pointing:
    """The condition that a reference points at one record: related lists and figures ask so.

    `field` is the id of a field, or ids joined by points that lead over references to one.
    """

    field: str
    record_id: int


@dataclass(frozen=True, slots=True)
class Brought:
    """The condition that an import made or changed the record."""

    import_id: int


Where = str | Pointing | Brought
"""An expression in id space, or a condition on what points where or on where it came from."""


@dataclass(frozen=True, kw_only=True)
class ListRequest:
    """A page of an entity's records.

    `filter` is an expression as people write it (present names), `where` are expressions in id
    space (of a view), which may ask for `me()`, and records that references point at. `q` is a
    search. `sort` is a list such as `-amount,name`, with paths over references. `fields` are names
    and paths (`owner.name`); None means all readable fields of the record itself. `deleted` looks
    into the recycle bin instead; `as_of` asks for the records as they were then. A `shared` cursor
    holds for whoever may ask the same, each with their own rights; any other only for who was
    given it.
    """

    entity_id: str
    filter: str | None = None
    where: tuple[Where, ...] = ()
    q: str | None = None
    sort: str | tuple[str, ...] = ()
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None
    fields: tuple[str, ...] | None = None
    count: bool = False
    deleted: bool = False
    titles: bool = True
    shared: bool = False
    as_of: datetime | None = None

    @property
    def sort_keys(self) -> tuple[str, ...]:
        """The keys of the order, each with its sign."""
        keys = self.sort.split(",") if isinstance(self.sort, str) else self.sort
        return tuple(one.strip() for one in keys if one.strip())


@dataclass(frozen=True, kw_only=True)
class AggregateRequest:
    """Figures over an entity's records.

    `groups` are expressions (`stage`, `customer.channel`, `start_of_month(closed_at)`), `measures`
    are written `alias: aggregate(expression, condition)`; `filter` and `where` as in a list.
    """

    entity_id: str
    groups: tuple[str, ...] = ()
    measures: tuple[str, ...] = ("count: count()",)
    filter: str | None = None
    where: tuple[Where, ...] = ()
    q: str | None = None
    limit: int = MOST_GROUPS
