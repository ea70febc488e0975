"""Trying: what another type would do to the values of a field, asked before anything is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from ...metadata.fields import BECOMING, field_type
from ...metadata.model import App
from ...metadata.problems import Problem
from .. import access
from ..access import Caller, may_configure
from ..errors import Forbidden, NotFound
from ..reading.values import folded
from ..transaction import Transaction
from .arrange import arrange
from .converting import converted_fields, impossible, look
from .outcome import Outcome

MOST_VALUES = 200
_LONGEST = 100
_FEW = 10_000
"""So many different values are looked at for the most frequent ones."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What would become of a field's values, or the sentence that says why there is no way."""

    outcome: Outcome
    problem: Problem | None = None


def try_type(
    tx: Transaction, caller: Caller, entity_id: str, field_id: str, after: App
) -> Trial | None:
    """What publishing `after` would do to a field's values; None where it leaves them alone.

    Forbidden without the right to change metadata. Writes nothing.
    """
    if not may_configure(tx.app, caller):
        raise Forbidden(Problem("publish.forbidden"))
    for problem in impossible(tx, after):
        if problem.pointer == f"/fields/{field_id}/type":
            return Trial(Outcome(), problem)
    layout = arrange(after, tx.layout, tx.app)
    for one in converted_fields(tx.app, after, tx.layout, layout):
        if (one.entity.id, one.after.id) == (entity_id, field_id):
            return Trial(look(tx, caller, one))
    return None


@dataclass(frozen=True, slots=True)
class Offered:
    """Different values of a field with how often they occur, the most frequent first.

    Spellings that differ in case or width count as one. `different` is how many values there are,
    the ones that are not offered among them; with `more` it is the least that there may be.
    """

    values: Sequence[tuple[str, int]]
    different: int = 0
    more: bool = False

    @property
    def others(self) -> bool:
        """Whether there are values that are not offered."""
        return self.different > len(self.values)


def distinct_values(tx: Transaction, caller: Caller, entity_id: str, field_id: str) -> Offered:
    """The values that a field has now, for options to be made of them; () if it is not there.

    Forbidden without the right to change metadata or to read the field.
    """
    if not may_configure(tx.app, caller):
        raise Forbidden(Problem("publish.forbidden"))
    entity = tx.app.entities.get(entity_id)
    one = entity.by_id.get(field_id) if entity else None
    if one is None or BECOMING.way(one.type, "choice") not in ("written", "keep"):
        return Offered(())
    if tx.layout.find(entity_id, field_id) is None:
        return Offered(())
    if field_id not in access.readable(tx.app, caller, entity_id):
        raise NotFound.because("draft.unknown", document=f"field/{field_id[:100]}")
    table = tx.tables.table(entity_id)
    column = tx.tables.column(table, entity_id, field_id)
    many = sa.func.count().label("rows")
    query = (
        sa.select(column, many)
        .where(column.is_not(None))
        .group_by(column)
        .order_by(many.desc(), column)
        .limit(_FEW)
    )
    kind, found = field_type(one.type), dict[str, tuple[str, int]]()
    read = tx.connection.execute(query).all()
    for value, rows in read:
        text = str(kind.dump(one, value)).strip()
        if not text or len(text) > _LONGEST or "\n" in text:
            continue
        word, known = found.get(folded(text), (text, 0))
        found[folded(text)] = word, known + rows
    values = sorted(found.values(), key=lambda each: (-each[1], each[0]))
    return Offered(values[:MOST_VALUES], len(values), len(read) == _FEW)
