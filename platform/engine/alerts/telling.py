"""Telling people of alerts: one notification a member and a run, whatever the number of records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ...metadata.messages import LOCALES
from ...metadata.model import AlertRule
from ..notifications import Message, send, sentence
from ..transaction import Transaction
from .recipients import Recipients


@dataclass(frozen=True, slots=True)
class Entered:
    """A record that has just entered a rule, its alert, and the alert's text by locale."""

    record_id: int
    alert_id: int
    message: Mapping[str, str]


def tell(
    tx: Transaction, rule: AlertRule, recipients: Recipients, at: datetime, *, quiet: bool
) -> None:
    """Send everybody who is concerned one notification about what entered at `at`.

    One record is told with the alert's own words; several as a count; a quiet run says that the
    rule was switched on and how many it found.
    """
    title = {locale: rule.text(locale) for locale in LOCALES}
    messages = []
    for member_id, entered in recipients.items.items():
        single = len(entered) == 1 and not quiet
        key = "notification.alerts_held" if quiet else "notification.alerts_entered"
        messages.append(
            Message(
                member_id,
                "alert",
                title,
                entered[0].message if single else sentence(key, count=len(entered)),
                key=f"alert:{rule.id}:{at.isoformat()}:{member_id}",
                entity=rule.entity,
                record_id=entered[0].record_id if single else None,
                alert_id=entered[0].alert_id if single else None,
                rule=rule.id,
            )
        )
    send(tx, messages)
