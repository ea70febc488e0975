"""Views that members keep for themselves: a condition, an order and columns of one entity's list.

They are found by whoever knows their address, and read with the rights of who asks. The views of
the documents, which everybody sees, are never touched.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from ..metadata.expression import parse, rename, renaming
from ..metadata.expression.tree import Name
from ..metadata.model import App, Column, Entity, Sort, View
from ..metadata.problems import ProblemsError
from ..metadata.wording import Words, app_space
from . import saved
from .access import Caller
from .system_tables import SAVED
from .transaction import Transaction

MOST: Final = 50
"""Views of one member of one entity."""
LONGEST_NAME: Final = 60


@dataclass(frozen=True, kw_only=True)
class OwnView:
    """A member's view; its condition is in ids, so that it outlives renames."""

    member_id: int
    number: int
    name: str
    entity: str
    filter: str = ""
    sort: tuple[Sort, ...] = ()
    columns: tuple[Column, ...] = ()

    @property
    def key(self) -> str:
        """What stands for it in an address, `~3.2`; no declared view can be called so."""
        return f"~{self.member_id}.{self.number}"

    def view(self) -> View:
        """The same as a view of the documents."""
        return View(
            id=self.key,
            name=self.key,
            label={"en": self.name, "zh-CN": self.name},
            entity=self.entity,
            columns=self.columns,
            filter=self.filter or None,
            sort=self.sort,
        )


def own(tx: Transaction, caller: Caller, entity_id: str) -> tuple[OwnView, ...]:
    """The caller's own views of an entity, in the order in which they were made."""
    start = _start(entity_id)
    found = saved.under(tx, caller, start)
    views = [
        _read(caller.member_id or 0, entity_id, key[len(start) :], found[key]) for key in found
    ]
    return tuple(sorted(views, key=lambda one: one.number))


def find(tx: Transaction, entity_id: str, key: str) -> OwnView | None:
    """The view of an address such as `~3.2`, whoever's it is; None if there is none."""
    member, _, number = key.removeprefix("~").partition(".")
    short = all(one.isascii() and one.isdigit() and len(one) < 10 for one in (member, number))
    if not (key.startswith("~") and short):
        return None
    value = tx.connection.scalar(
        sa.select(SAVED.c.value).where(
            SAVED.c.member_id == int(member), SAVED.c.key == f"{_start(entity_id)}{int(number)}"
        )
    )
    return _read(int(member), entity_id, number, value) if value else None


def keep(tx: Transaction, caller: Caller, view: OwnView) -> OwnView | None:
    """Keep a view of the caller: with the number 0 as a new one, None if there are too many."""
    mine = own(tx, caller, view.entity)
    number = view.number
    if number == 0:
        if len(mine) >= MOST or caller.member_id is None:
            return None
        number = 1 + max((one.number for one in mine), default=0)
    value = {
        "name": view.name[:LONGEST_NAME],
        "filter": view.filter,
        "sort": [[*one.path, "-" if one.descending else "+"] for one in view.sort],
        "columns": [[*one.path, one.width or 0] for one in view.columns],
    }
    saved.put(tx, caller, f"{_start(view.entity)}{number}", value)
    return find(tx, view.entity, f"~{caller.member_id}.{number}")


def forget(tx: Transaction, caller: Caller, view: OwnView) -> None:
    """Delete a view of the caller."""
    saved.put(tx, caller, f"{_start(view.entity)}{view.number}", None)


def forget_broken(before: Transaction, after: Transaction) -> None:
    """Delete the views of anybody whose condition names what is purged between two apps."""
    mine = SAVED.c.key.startswith("view/")
    kept = sa.select(SAVED.c.member_id, SAVED.c.key, SAVED.c.value).where(mine)
    for member_id, key, value in before.connection.execute(kept).all():
        entity_id, text = key.split("/")[1], value["filter"]
        if _unknown(after.app, entity_id, text) - _unknown(before.app, entity_id, text):
            gone = sa.and_(SAVED.c.member_id == member_id, SAVED.c.key == key)
            before.connection.execute(sa.delete(SAVED).where(gone))


def _unknown(app: App, entity_id: str, text: str) -> frozenset[str]:
    """The words of a condition in ids that mean nothing in an app."""
    try:
        found = renaming(parse(text), Words(app_space(app), True, "same"), entity_id)
    except ProblemsError:
        return frozenset()
    return frozenset(one.text if isinstance(one, Name) else one.value for one in found.unknown)


def in_ids(app: App, entity: Entity, text: str) -> str:
    """A condition in present names, as a view keeps it; as it is where it cannot be read."""
    try:
        words = Words(app_space(app), False, "ids")
        return rename(text, renaming(parse(text), words, entity.id).replacements)
    except ProblemsError:
        return text


def _start(entity_id: str) -> str:
    return f"view/{entity_id}/"


def _read(member_id: int, entity_id: str, number: str, value: Mapping[str, Any]) -> OwnView:
    return OwnView(
        member_id=member_id,
        number=int(number),
        name=value["name"],
        entity=entity_id,
        filter=value["filter"],
        sort=tuple(Sort(path=tuple(path), descending=way == "-") for *path, way in value["sort"]),
        columns=tuple(
            Column(path=tuple(path), width=width or None) for *path, width in value["columns"]
        ),
    )
