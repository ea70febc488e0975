"""Wording: a tenant's text by locale, filled for many records in one statement."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ...metadata.messages import LOCALES
from ...metadata.model import App, Labels, label_text
from ...rules import Context, Expression, Message, compile_message, to_sql
from .. import access
from ..access import Caller
from ..transaction import Transaction


class Wording:
    """Texts by locale over records of an entity, compiled once.

    `columns` gives what to select of each record, `texts` the filled texts of a row so selected.
    """

    def __init__(self, app: App, entity_id: str, labels: Labels) -> None:
        self._messages: Mapping[str, Message] = {
            locale: compile_message(app, entity_id, label_text(labels, locale, ""))
            for locale in LOCALES
        }
        self._numbers: dict[Expression, int] = {}
        for message in self._messages.values():
            for one in message.expressions:
                self._numbers.setdefault(one, len(self._numbers))

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """Every expression of the texts, once."""
        return tuple(self._numbers)

    def columns(
        self, tx: Transaction, row: sa.FromClause, context: Context, *, prefix: str = "said_"
    ) -> list[sa.ColumnElement[Any]]:
        """The values of the texts' expressions for the records of `row`."""
        return [
            to_sql(one, tx.tables, row, context, mode="value").label(f"{prefix}{number}")
            for one, number in self._numbers.items()
        ]

    def texts(
        self, row: Mapping[str, Any], zone: ZoneInfo, *, prefix: str = "said_"
    ) -> dict[str, str]:
        """The text of a selected row in every language."""
        return {
            locale: message.filled(
                tuple(row[f"{prefix}{self._numbers[one]}"] for one in message.expressions),
                locale,
                zone,
            )
            for locale, message in self._messages.items()
        }


def readable_message(app: App, caller: Caller, entity_id: str, labels: Labels) -> bool:
    """Whether the caller may read every field that a text shows."""
    return caller.system or all(
        field_id in access.readable(app, caller, used_entity)
        for expression in Wording(app, entity_id, labels).expressions
        for used_entity, field_id in expression.uses
    )
