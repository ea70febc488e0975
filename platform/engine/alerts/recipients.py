"""Recipients: who is told of what, from the words of a rule's `tell` to members."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from ..system_tables import MEMBER, MEMBER_ROLE
from ..transaction import Transaction

FIELD = "field:"
ROLE = "role:"


def fields_told(tell: Iterable[str]) -> tuple[str, ...]:
    """The ids of the fields of the record whose member is told."""
    return tuple(one.removeprefix(FIELD) for one in tell if one.startswith(FIELD))


class Recipients:
    """Collects for each member what to tell them; members who are not active are left out.

    Reads the members and the roles in one statement each, whatever the number of records.
    """

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self.items: dict[int, list[Any]] = {}

    def note(
        self, tell: Iterable[str], owner: int | None, fields: Mapping[str, int | None], item: Any
    ) -> None:
        """Tell of `item` whom `tell` names: a record's owner, their manager, a field, a role."""
        told = {member for one in tell for member in self._members(one, owner, fields)}
        for member in sorted(told & self._managers.keys()):
            self.items.setdefault(member, []).append(item)

    def _members(
        self, told: str, owner: int | None, fields: Mapping[str, int | None]
    ) -> Iterable[int]:
        if told == "owner":
            found = [owner]
        elif told == "manager":
            found = [self._managers.get(owner)] if owner is not None else []
        elif told.startswith(FIELD):
            found = [fields.get(told.removeprefix(FIELD))]
        else:
            found = list(self._roles.get(told.removeprefix(ROLE), ()))
        return [member for member in found if member is not None]

    @cached_property
    def _managers(self) -> Mapping[int, int | None]:
        rows = self._tx.connection.execute(
            sa.select(MEMBER.c.id, MEMBER.c.manager).where(MEMBER.c.active)
        )
        return {row.id: row.manager for row in rows}

    @cached_property
    def _roles(self) -> Mapping[str, list[int]]:
        found: dict[str, list[int]] = {}
        for row in self._tx.connection.execute(sa.select(MEMBER_ROLE)):
            found.setdefault(row.role_id, []).append(row.member_id)
        return found
