"""Calling endpoints: what entered a rule, recorded for the webhooks of its actions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from ...metadata.model import Action, AlertRule
from ..outbox.rows import Delivery, queue
from ..system_tables import ENDPOINT
from ..transaction import Transaction
from .telling import Entered

LARGEST = 100
"""How many records one call tells of at most."""

EVENT = "alert.entered"


class Calls:
    """Collects for each webhook of a rule what entered, and records the calls at the end.

    An action whose endpoint is not set up calls nobody; `doctor` says so.
    """

    def __init__(self, tx: Transaction, rule: AlertRule) -> None:
        self._tx = tx
        self._rule = rule
        wanted = [one.endpoint for one in rule.actions if one.endpoint]
        known = (
            set(
                tx.connection.scalars(sa.select(ENDPOINT.c.name).where(ENDPOINT.c.name.in_(wanted)))
            )
            if wanted
            else set()
        )
        self._entered: dict[str, list[Entered]] = {
            one.id: [] for one in rule.actions if one.endpoint in known
        }

    def note(self, action: Action, entered: Iterable[Entered]) -> None:
        """Tell the endpoint of an action of these records."""
        if action.id in self._entered:
            self._entered[action.id].extend(entered)

    def record(self, at: datetime) -> None:
        """Record the calls about what entered at `at`, each of so many records."""
        queue(self._tx, [one for action in self._rule.actions for one in self._of(action, at)])

    def _of(self, action: Action, at: datetime) -> Iterable[Delivery]:
        entered = self._entered.get(action.id, [])
        for number, start in enumerate(range(0, len(entered), LARGEST)):
            yield Delivery(
                f"webhook:{self._rule.id}:{action.id}:{at.isoformat()}:{number}",
                "webhook",
                EVENT,
                self._said(entered[start : start + LARGEST], at),
                endpoint=action.endpoint,
            )

    def _said(self, entered: Iterable[Entered], at: datetime) -> dict[str, object]:
        rule = self._rule
        return {
            "at": at.isoformat(),
            "rule": rule.name,
            "entity": self._tx.app.entity(rule.entity).name,
            "severity": rule.severity,
            "records": [
                {
                    "id": str(one.record_id),
                    "alert": str(one.alert_id),
                    "message": dict(one.message),
                }
                for one in entered
            ],
        }
