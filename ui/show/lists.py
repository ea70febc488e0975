"""Lists: the columns, rows, filters and pages of a generated list, as values for its template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from fieldstone.engine import access, samples
from fieldstone.engine.records.record import Record
from fieldstone.metadata.model import App, Entity, Field, Sort, View

from ..desk import Desk
from .beside import NAME
from .choosing import Choosing
from .kinds import shown_as
from .naming import called, shower, target_of
from .values import RIGHT, Shown

MOST_COLUMNS = 24
_FIRST_COLUMNS = 8
_LONG = frozenset({"long_text"})
_ADDED = frozenset({"money", "decimal", "integer"})
_MOST_SUMS = 8


@dataclass(frozen=True)
class Tab:
    """A link that may be the present one, perhaps with a count."""

    text: str
    href: str
    current: bool = False
    count: str | None = None


@dataclass(frozen=True)
class Chip:
    """A condition that narrows the list, and the way to take it away (None: part of the view)."""

    text: str
    code: str
    remove: str | None = None


@dataclass(frozen=True)
class Heading:
    """The head of a column; `href` sorts by it, `sort` says how it is sorted now.

    `why` says why no cell of it can be edited in place, where none can.
    """

    name: str
    text: str
    kind: str
    href: str | None = None
    sort: str | None = None
    width: int | None = None
    hint: str = ""
    why: str = ""

    @property
    def right(self) -> bool:
        return self.kind in RIGHT


@dataclass(frozen=True)
class Row:
    """A record in a list: its page and its values in the order of the columns."""

    href: str
    title: str
    cells: tuple[Shown, ...]
    gone: bool = False
    id: int = 0
    sample: bool = False


@dataclass(frozen=True)
class GroupHead:
    """What stands above the rows of a group: its value, how many records, and their sums."""

    key: str
    value: Shown
    count: str
    sums: tuple[tuple[str, str], ...] = ()
    folded: bool = False
    rows: str = ""
    """Where its rows are, for one that is folded up."""


@dataclass(frozen=True)
class Part:
    """Rows of a grid under a head, and where more of them are."""

    head: GroupHead | None
    rows: tuple[Row, ...]
    more: str | None = None


@dataclass(frozen=True, kw_only=True)
class Saving:
    """What may be done with the view that is shown: `act` is where, `asked` the list as it is."""

    name: str = ""
    changed: bool = False
    mine: bool = False
    opens: bool = False
    act: str = ""
    asked: str = ""
    reset: str = ""


@dataclass(frozen=True)
class Choice:
    """Something to choose from a list: a name and a text."""

    name: str
    text: str
    chosen: bool = False


@dataclass(frozen=True, kw_only=True)
class ListModel:
    """Everything that the template of a list shows.

    `cells` is where its cells are edited in place and its columns are made wider; without it the
    list is a plain table.
    """

    title: str
    singular: str
    icon: str
    path: str
    description: str = ""
    view: str = ""
    views: tuple[Tab, ...] = ()
    more_views: tuple[Tab, ...] = ()
    shapes: tuple[Tab, ...] = ()
    chips: tuple[Chip, ...] = ()
    columns: tuple[Heading, ...] = ()
    rows: tuple[Row, ...] = ()
    pool: tuple[Choice, ...] = ()
    keep: Mapping[str, str] = field(default_factory=dict)
    q: str = ""
    where: str = ""
    example: str = ""
    filter: str = ""
    saving: Saving = field(default_factory=Saving)
    narrowed: bool = False
    filtered: bool = False
    empty: bool = False
    """Whether nothing stands here: the primary button is then where that is said."""

    problem: str = ""
    corrected: str = ""
    """The condition as it was probably meant, and where the list is that it asks for."""

    correct: str = ""
    reset: str = ""
    create: str | None = None
    bring: str | None = None
    all: str | None = None
    first: str | None = None
    back: str | None = None
    next: str | None = None
    count_href: str | None = None
    cells: str = ""
    choosing: Choosing | None = None
    faceted: bool | None = None
    """Whether facets stand beside the list; None where there are none."""

    facets: str = ""
    grouping: tuple[Tab, ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Spot:
    """A column: the fields from the list's entity to the value, and how wide it is."""

    fields: tuple[Field, ...]
    entity: Entity
    width: int | None = None

    @property
    def last(self) -> Field:
        return self.fields[-1]

    @property
    def ids(self) -> str:
        return ".".join(one.id for one in self.fields)

    @property
    def names(self) -> str:
        return ".".join(one.name for one in self.fields)

    def text(self, locale: str) -> str:
        return " · ".join(one.text(locale) for one in self.fields)


def spot_at(
    desk: Desk, entity: Entity, path: Sequence[str], width: int | None = None
) -> Spot | None:
    """The column at a path of field names or ids, or None where the caller may not read it."""
    found: list[Field] = []
    at: Entity | None = entity
    holder = entity
    for part in path:
        one = access.field_for(desk.app, desk.caller, at.id, part) if at else None
        if one is None or at is None:
            return None
        found.append(one)
        holder = at
        target = target_of(one)
        at = desk.app.entities.get(target) if target else None
    return Spot(tuple(found), holder, width) if found else None


def spots_of(
    desk: Desk,
    entity: Entity,
    view: View | None,
    chosen: Sequence[str] | None,
    widened: Mapping[str, int] | None = None,
) -> tuple[Spot, ...]:
    """The columns of a list: the member's own choice, else the view's, else the first fields.

    `widened` are the widths that the member gave them, by path of ids.
    """
    widths = {".".join(column.path): column.width for column in view.columns} if view else {}
    widths.update(widened or {})
    if chosen:
        paths: list[Sequence[str]] = [path.split(".") for path in chosen]
    elif view and view.columns:
        paths = [column.path for column in view.columns]
    else:
        paths = [(one,) for one in default_columns(desk.app, entity)]
    found = [spot_at(desk, entity, path, widths.get(".".join(path))) for path in paths]
    live = [one for one in found if one is not None][:MOST_COLUMNS]
    if not any(one.ids == entity.title for one in live):
        title = spot_at(desk, entity, (entity.title,))
        live = [title, *live] if title else live
    live.sort(key=lambda one: one.ids != entity.title)
    return tuple(live)


def default_columns(app: App, entity: Entity) -> list[str]:
    """The fields that a list without a view shows first."""
    plain = [one for one in entity.live_fields if not one.system and one.family not in _LONG]
    order = [entity.title, *(one.id for one in plain if one.id != entity.title)]
    return order[:_FIRST_COLUMNS]


def pool_of(desk: Desk, entity: Entity, spots: Sequence[Spot]) -> tuple[Choice, ...]:
    """Every column that may be shown: those of the list first, then the entity's other fields."""
    shown = {spot.ids for spot in spots}
    known = access.readable(desk.app, desk.caller, entity.id)
    own = [
        Spot((one,), entity)
        for one in entity.live_fields
        if one.id in known and one.id not in shown
    ]
    return (
        *(Choice(spot.names, spot.text(desk.locale), True) for spot in spots),
        *(Choice(spot.names, spot.text(desk.locale)) for spot in own),
    )


def headings(
    desk: Desk,
    spots: Sequence[Spot],
    sort: Sequence[Sort],
    href: dict[str, str] | None = None,
) -> tuple[Heading, ...]:
    """The heads of columns; `href` gives the address that sorts by a path of ids."""
    found = []
    first = sort[0] if sort else None
    for spot in spots:
        now = None
        if first and ".".join(first.path) == spot.ids:
            now = "descending" if first.descending else "ascending"
        one = spot.last
        hint = one.help.get(desk.locale) or one.description.get(desk.locale) or ""
        found.append(
            Heading(
                spot.names,
                spot.text(desk.locale),
                shown_as(desk.app, spot.entity, one).look,
                (href or {}).get(spot.ids),
                now,
                spot.width,
                hint or spot.text(desk.locale),
            )
        )
    return tuple(found)


def rows_of(
    desk: Desk,
    entity: Entity,
    spots: Sequence[Spot],
    records: Sequence[Record],
    titles: Mapping[tuple[str, int], str],
    question: str = "",
) -> tuple[Row, ...]:
    """The rows of a page of records; their pages carry along the `question` of their list."""
    show = shower(desk, titles, table=True)
    fields = [shown_as(desk.app, spot.entity, spot.last) for spot in spots]
    found = []
    for record in records:
        cells = tuple(
            show.show(one, record.values.get(spot.ids))
            for spot, one in zip(spots, fields, strict=True)
        )
        title = called(desk, record)
        href = desk.paths.record(entity.name, record.id, **{NAME: question})
        sample = record.values.get("origin") == samples.ORIGIN
        found.append(Row(href, title, cells, id=record.id, sample=sample))
    return tuple(found)


def summed(desk: Desk, spots: Sequence[Spot]) -> tuple[Spot, ...]:
    """The columns whose values are added up below the list: amounts and numbers of things.

    Not what has to be computed for each record first, nor what is over a reference: there the
    same value would be added many times.
    """
    return tuple(
        spot
        for spot in spots
        if len(spot.fields) == 1
        and not spot.last.system
        and (spot.last.family != "formula" or spot.last.stored)
        and shown_as(desk.app, spot.entity, spot.last).look in _ADDED
    )[:_MOST_SUMS]


def sums_of(
    desk: Desk, spots: Sequence[Spot], figures: Sequence[str | int | None]
) -> tuple[tuple[str, str], ...]:
    """The label and the sum of each of these columns."""
    show = shower(desk, {})
    found = []
    for spot, figure in zip(spots, figures, strict=True):
        one = shown_as(desk.app, spot.entity, spot.last)
        shown = show.show(one, Decimal(figure or 0))
        found.append((spot.text(desk.locale), shown.text))
    return tuple(found)
