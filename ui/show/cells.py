"""Cells: which columns of a list can be edited in place, and why the others cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fieldstone.engine import access
from fieldstone.metadata.model import Entity, Field

from ..desk import Desk
from ..words import say
from .forms import Slot, layout_of
from .lists import Heading, Row, Spot

_NEVER = {
    "formula": "cell.computed",
    "auto_number": "cell.numbered",
    "tier": "cell.tiered",
    "stage": "cell.staged",
}


@dataclass(frozen=True, kw_only=True)
class CellModel:
    """What is answered about one cell: its editor, or a reason; and the row as it is now.

    `along` are the values of other fields that what may be chosen hangs on. `mine` is what was
    typed, as a reader says it; `taken` whether somebody else changed the value meanwhile. `gone`
    says that the caller no longer sees the record.
    """

    label: str
    action: str = ""
    slot: Slot | None = None
    version: int | None = None
    before: str = ""
    along: tuple[tuple[str, str], ...] = ()
    why: str = ""
    problems: tuple[str, ...] = ()
    mine: str = ""
    taken: bool = False
    row: Row | None = None
    columns: tuple[Heading, ...] = ()
    gone: bool = False


def why_not(desk: Desk, entity: Entity, spot: Spot) -> str:
    """Why no cell of a column can be edited in place; nothing where some can."""
    label = spot.text(desk.locale)
    if len(spot.fields) > 1:
        return say("cell.of_other", desk.locale, what=label)
    one = spot.last
    key = _NEVER.get(one.family) or ("cell.kept" if one.system else "")
    if not key and one.id not in access.writable(desk.app, desk.caller, entity.id):
        key = "cell.no_right"
    if not key and not _on_form(desk, entity, one):
        key = "cell.not_on_form"
    return say(key, desk.locale, what=label) if key else ""


def _on_form(desk: Desk, entity: Entity, one: Field) -> bool:
    layout = layout_of(desk.app, entity)
    return any(place.field == one.id for section in layout for place in section.fields)


def with_reasons(
    desk: Desk, spots: Sequence[Spot], heads: Sequence[Heading]
) -> tuple[Heading, ...]:
    """The heads of a list's columns, each with why its cells cannot be edited in place."""
    return tuple(
        replace(head, why=why_not(desk, spot.entity, spot))
        for head, spot in zip(heads, spots, strict=True)
    )
