"""Previews: a record with values that are not saved, for forms to ask conditions of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ...rules import Context, compile_expression, evaluate
from .. import access, schemas
from ..access import Caller
from ..transaction import Transaction
from .create import drafts_of
from .record import shape_of
from .source import Pool, Source


@dataclass(frozen=True, slots=True)
class Preview:
    """A record as it would be: its values by field id, and a place to ask conditions of it.

    `before` are the values that it has now, none for a new one.
    """

    tx: Transaction
    entity_id: str
    values: Mapping[str, Any]
    source: Source
    context: Context
    before: Mapping[str, Any] = field(default_factory=dict)

    def holds(self, condition: str | None) -> bool:
        """Whether a condition (id space) is true of the record; None is no condition, so true."""
        if condition is None:
            return True
        compiled = compile_expression(self.tx.app, self.entity_id, condition, allow_viewer=True)
        return bool(evaluate(compiled, self.source, self.context))


def of_new(tx: Transaction, caller: Caller, entity_id: str, values: Mapping[str, Any]) -> Preview:
    """A new record with these values (by name, as the API speaks them) and the defaults.

    Values that cannot be read are left out. Forbidden if the caller may make none.
    """
    access.entity_for(tx.app, caller, entity_id, "create")
    good = _readable_ones(tx, caller, entity_id, "create", values)
    draft = drafts_of(
        tx, caller, shape_of(tx.tables, entity_id), [good], 0, typed=False, history=False
    )[0]
    return _preview(tx, caller, entity_id, draft.after)


def of_change(
    tx: Transaction,
    caller: Caller,
    entity_id: str,
    record: Mapping[str, Any],
    values: Mapping[str, Any],
) -> Preview:
    """A record (its values by field id) after these changes; unreadable values are left out."""
    good = _readable_ones(tx, caller, entity_id, "update", values)
    given, _ = schemas.load(tx, caller, entity_id, "update", [good], typed=False)[0]
    return replace(_preview(tx, caller, entity_id, {**record, **given}), before=record)


def _preview(tx: Transaction, caller: Caller, entity_id: str, values: Mapping[str, Any]) -> Preview:
    source = Pool(tx).add(entity_id, values)
    return Preview(tx, entity_id, values, source, access.context(tx, caller))


def _readable_ones(
    tx: Transaction, caller: Caller, entity_id: str, verb: Any, values: Mapping[str, Any]
) -> dict[str, Any]:
    """The values without those that `schemas.load` finds wrong."""
    _, problems = schemas.load(tx, caller, entity_id, verb, [values], typed=False)[0]
    wrong = {one.pointer.strip("/").split("/")[0] for one in problems}
    return {name: value for name, value in values.items() if name not in wrong}
