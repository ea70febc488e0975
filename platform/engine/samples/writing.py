"""Writing: a made sample into a workspace, wholly or not at all, with its history."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa

from ...metadata.fields import field_type
from ...metadata.model import Entity, Field
from .. import alerts, failpoints, members, records, tiers
from ..access import Caller
from ..errors import Conflict, Invalid
from ..system_tables import MEMBER, MEMBER_ROLE
from ..transaction import Transaction
from ..workspaces import Workspace
from .declaration import Declaration, DeclarationError
from .made import Made
from .making import MISUNDERSTOOD, MOST, Sample, make

ORIGIN: Final = "sample"
CALLER: Final = Caller(member_id=None, origin=ORIGIN, system=True)
_CHUNK: Final = 1000
_OPTION_TYPES: Final = frozenset({"choice", "stage", "tags"})

Progress = Callable[[int, int], None]
"""Told how many records are written, and how many there are in all."""


@dataclass(frozen=True)
class Loaded:
    """The sample as it stands: how many members it has, and how many records by entity name."""

    members: int
    records: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.records.values())


def load(
    workspace: Workspace,
    declaration: Declaration,
    *,
    scale: float = 1.0,
    seed: int | None = None,
    progress: Progress | None = None,
    most: int = MOST,
) -> Loaded:
    """Make a sample around the workspace's present time and write it in one transaction.

    Records carry the origin `sample`; members of the sample have no account. The workspace's first
    administrator takes the place of the one that the declaration says. Afterwards tiers and alert
    rules run once, so that the workspace looks as it does after a night. Conflict if it holds a
    sample already; Invalid if the records do not fit the app in force, or are more than `most`.
    """
    with workspace.writing() as tx:
        _refuse_second(tx)
        sample = make(declaration, tx.now, tx.zone, scale=scale, seed=seed, most=most)
        writer = _Writer(tx, sample, progress or (lambda _done, _all: None))
        loaded = writer.write()
    failpoints.hit("sample.written")
    tiers.run(workspace)
    alerts.run(workspace)
    return loaded


def _refuse_second(tx: Transaction) -> None:
    for entity in tx.app.entities.values():
        if entity.system or entity.archived:
            continue
        table = tx.tables.table(entity.id).alias("r")
        origin = tx.tables.column(table, entity.id, "origin")
        if tx.connection.execute(sa.select(origin).where(origin == ORIGIN).limit(1)).first():
            raise Conflict.because("sample.present")


class _Writer:
    def __init__(self, tx: Transaction, sample: Sample, progress: Progress) -> None:
        self._tx = tx
        self._sample = sample
        self._progress = progress
        self._done = 0
        self._options: dict[tuple[str, str, Any], Any] = {}

    def write(self) -> Loaded:
        self._members()
        self._progress(0, self._sample.size)
        written = {}
        for name, made in self._sample.records.items():
            entity = self._entity(name)
            ordered = sorted(made, key=self._made_at)
            for start in range(0, len(ordered), _CHUNK):
                some = ordered[start : start + _CHUNK]
                self._create(entity, some)
                self._done += len(some)
                self._progress(self._done, self._sample.size)
            written[name] = len(ordered)
        for name, changes in self._sample.afterwards.items():
            self._update(self._entity(name), changes)
        return Loaded(len(self._sample.members), written)

    def _entity(self, name: str) -> Entity:
        found = self._tx.app.entity_named(name)
        if found is None:
            raise Invalid.because("sample.entity_missing", entity=name)
        return found

    def _made_at(self, made: Made) -> datetime:
        at = made.values.get("created_at")
        return at if isinstance(at, datetime) else self._tx.now

    def _members(self) -> None:
        """The members, above their own people first; roles that the app does not have are left."""
        roles = {one.name: one.id for one in self._tx.app.roles.values() if not one.archived}
        first = next(iter(members.administrators(self._tx)), None)
        for made in sorted(self._sample.members, key=_depth):
            values = made.values
            if first is not None and values.get("administrator"):
                self._seat(first, made)
                continue
            manager = values.get("manager")
            row = {
                "name": values["name"],
                "email": values.get("email"),
                "mobile": values.get("mobile"),
                "user_name": values.get("user_name"),
                "team": values.get("team"),
                "manager": manager.id if isinstance(manager, Made) else None,
                "active": values.get("active", True),
                "created_at": self._tx.now,
            }
            statement = sa.insert(MEMBER).values(row).returning(MEMBER.c.id)
            made.id = self._tx.connection.execute(statement).scalar_one()
            held = [roles[one] for one in values.get("roles", ()) if one in roles]
            if held:
                given = [{"member_id": made.id, "role_id": one} for one in held]
                self._tx.connection.execute(sa.insert(MEMBER_ROLE), given)

    def _seat(self, person: members.Member, made: Made) -> None:
        """Let a person who is there be this member: whoever looks first finds work of their own."""
        made.id = person.id
        if person.team is None and person.manager is None:
            manager = made.values.get("manager")
            above = manager.id if isinstance(manager, Made) else None
            statement = sa.update(MEMBER).where(MEMBER.c.id == person.id)
            self._tx.connection.execute(
                statement.values(team=made.values.get("team"), manager=above)
            )

    def _create(self, entity: Entity, made: Sequence[Made]) -> None:
        outcomes = records.create_many(
            self._tx,
            CALLER,
            entity.id,
            [self._row(entity, one.values) for one in made],
            typed=True,
            history=True,
            atomic=True,
            moves=[self._moves(entity, one) for one in made],
        )
        _refuse_bad(entity, outcomes)
        for one, outcome in zip(made, outcomes, strict=True):
            one.id = outcome.record_id

    def _update(self, entity: Entity, changes: Sequence[tuple[Made, Mapping[str, Any]]]) -> None:
        updates = [
            records.Update(made.id, None, self._row(entity, values))
            for made, values in changes
            if made.id is not None
        ]
        _refuse_bad(
            entity,
            records.update_many(
                self._tx,
                CALLER,
                entity.id,
                updates,
                typed=True,
                history=True,
                atomic=True,
                quiet=True,
            ),
        )

    def _row(self, entity: Entity, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values by field id; what the product keeps itself is left to it where it is empty."""
        row: dict[str, Any] = {}
        for name, value in values.items():
            field = self._field(entity, name)
            if value is not None or not field.system:
                row[field.id] = self._taken(entity, field, value)
        return row

    def _taken(self, entity: Entity, field: Field, value: Any) -> Any:
        try:
            return self._value(entity, field, value)
        except MISUNDERSTOOD as error:
            raise DeclarationError(f"{entity.name}.{field.name}: {error!r}") from error

    def _field(self, entity: Entity, name: str) -> Field:
        found = entity.field_named(name)
        if found is None:
            raise Invalid.because("sample.field_missing", entity=entity, field=name)
        return found

    def _value(self, entity: Entity, field: Field, value: Any) -> Any:
        if isinstance(value, Made):
            return value.id
        if value is None or isinstance(value, datetime | date):
            return value
        if field.family not in _OPTION_TYPES:
            wire = str(value) if isinstance(value, Decimal) else value
            return field_type(field.type).load(field, wire, zone=self._tx.zone)
        key = (entity.id, field.id, tuple(value) if isinstance(value, list) else value)
        if key not in self._options:
            self._options[key] = field_type(field.type).load(field, value, zone=self._tx.zone)
        return self._options[key]

    def _moves(self, entity: Entity, made: Made) -> records.Moves:
        """What a record went through before it came to where it is, at the times of then."""
        found: dict[str, list[tuple[Any, datetime]]] = {}
        for move in made.moves:
            field = self._field(entity, move.field)
            found.setdefault(field.id, []).append((self._value(entity, field, move.value), move.at))
        return found


def _depth(member: Made) -> int:
    depth, above = 0, member.values.get("manager")
    while isinstance(above, Made) and depth < 100:
        depth, above = depth + 1, above.values.get("manager")
    return depth


def _refuse_bad(entity: Entity, outcomes: Sequence[records.Outcome]) -> None:
    """Refuse the sample for the first bad rows: a declaration that does not fit its app."""
    problems = [
        problem.at(entity.name, f"/{one.index}") for one in outcomes for problem in one.problems
    ]
    if problems:
        raise Invalid(problems[:20])
