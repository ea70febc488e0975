"""Actions of rules: the records that they create and the fields that they set, batch by batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import structlog

from ...metadata.fields import field_type
from ...metadata.model import Action, AlertRule, Setting
from ...rules import Context, Expression, compile_expression, to_sql
from .. import records
from ..access import Caller
from ..transaction import Transaction
from .calling import Calls
from .telling import Entered
from .wording import Wording

_log = structlog.get_logger()


class Acting:
    """What a rule does to the records that enter it, prepared once for a run.

    `columns` are what its expressions say of each record, to be selected along; `act` then does
    the work for a batch of such rows in a number of statements that does not depend on their
    number. What an action wants to write is checked like anybody's values; a refused one is
    counted in `refused` and logged, and the others are done.
    """

    def __init__(self, tx: Transaction, rule: AlertRule) -> None:
        self._tx = tx
        self._rule = rule
        self._caller = Caller(None, origin=f"rule:{rule.id}", system=True)
        self._values: list[tuple[Action, Setting, Expression | Wording | None]] = []
        self._conditions: dict[str, Expression] = {}
        self._calls = Calls(tx, rule)
        self.refused = 0
        for action in rule.actions:
            if action.when:
                self._conditions[action.id] = compile_expression(tx.app, rule.entity, action.when)
            for setting in action.set:
                self._values.append((action, setting, self._prepared(setting)))

    def _prepared(self, setting: Setting) -> Expression | Wording | None:
        if setting.expr is not None:
            return compile_expression(self._tx.app, self._rule.entity, setting.expr)
        if setting.text is not None:
            return Wording(self._tx.app, self._rule.entity, setting.text)
        return None

    def columns(self, row: sa.FromClause, context: Context) -> list[sa.ColumnElement[Any]]:
        """What to select of each record for `act`."""
        found: list[sa.ColumnElement[Any]] = []
        for number, (_, _, prepared) in enumerate(self._values):
            if isinstance(prepared, Wording):
                found += prepared.columns(self._tx, row, context, prefix=f"set_{number}_")
            elif prepared is not None:
                value = to_sql(prepared, self._tx.tables, row, context, mode="value")
                found.append(value.label(f"set_{number}"))
        for name, condition in self._conditions.items():
            value = to_sql(condition, self._tx.tables, row, context, mode="value")
            found.append(value.label(f"when_{name}"))
        return found

    def act(self, rows: Sequence[Mapping[str, Any]], entered: Sequence[Entered]) -> None:
        """Do every action for a batch of records that entered, each row with its alert."""
        for action in self._rule.actions:
            chosen = [
                (row, alert)
                for row, alert in zip(rows, entered, strict=True)
                if action.id not in self._conditions or row[f"when_{action.id}"]
            ]
            if chosen and action.kind == "create":
                self._create(action, [row for row, _ in chosen])
            elif chosen and action.kind == "set":
                self._set(action, [row for row, _ in chosen])
            elif chosen and action.kind == "webhook":
                self._calls.note(action, [alert for _, alert in chosen])

    def finish(self, at: datetime) -> None:
        """Record what the actions send out, once every batch has been done."""
        self._calls.record(at)

    def _create(self, action: Action, rows: Sequence[Mapping[str, Any]]) -> None:
        assert action.entity is not None
        new = []
        for row in rows:
            values = self._values_of(action, action.entity, row)
            if action.link:
                values[action.link] = row["id"]
            new.append(values)
        outcomes = records.create_many(self._tx, self._caller, action.entity, new, typed=True)
        self._note(action, outcomes)

    def _set(self, action: Action, rows: Sequence[Mapping[str, Any]]) -> None:
        changes = [
            records.Update(row["id"], None, self._values_of(action, self._rule.entity, row))
            for row in rows
        ]
        outcomes = records.update_many(
            self._tx, self._caller, self._rule.entity, changes, typed=True
        )
        self._note(action, outcomes)

    def _values_of(self, action: Action, entity_id: str, row: Mapping[str, Any]) -> dict[str, Any]:
        values = {}
        for number, (of, setting, prepared) in enumerate(self._values):
            if of is not action:
                continue
            if isinstance(prepared, Wording):
                locale = self._tx.app.manifest.default_locale
                said = prepared.texts(row, self._tx.zone, prefix=f"set_{number}_")
                values[setting.field] = said[locale]
            elif prepared is not None:
                values[setting.field] = row[f"set_{number}"]
            else:
                field = self._tx.app.entity(entity_id).field(setting.field)
                values[setting.field] = field_type(field.type).load(
                    field, setting.value, zone=self._tx.zone, archived=True
                )
        return values

    def _note(self, action: Action, outcomes: Sequence[Any]) -> None:
        problems = [problem for one in outcomes for problem in one.problems]
        if problems:
            self.refused += sum(1 for one in outcomes if one.problems)
            _log.warning(
                "rule.action_refused",
                workspace=self._tx.workspace.id,
                rule=self._rule.id,
                action=action.id,
                problems=[problem.line() for problem in problems[:5]],
            )
