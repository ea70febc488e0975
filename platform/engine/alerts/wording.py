"""Wording: a tenant's text with `{{ expression }}` parts, filled for many records at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ...metadata.expression import Literal, parse_message
from ...metadata.messages import LOCALES
from ...metadata.model import App, Labels, label_text
from ...rules import Context, Expression, compile_expression, to_sql
from ...rules.types import options_of
from .. import access
from ..access import Caller
from ..transaction import Transaction

_EMPTY = {"en": "(empty)", "zh-CN": "（未填写）"}
_WORDS = {True: {"en": "yes", "zh-CN": "是"}, False: {"en": "no", "zh-CN": "否"}}


class Wording:
    """Texts by locale over records of an entity, compiled once.

    `columns` gives what to select of each record, `texts` the filled texts of a row so selected.
    A reference is said by the title of what it points at.
    """

    def __init__(self, app: App, entity_id: str, labels: Labels) -> None:
        self._app = app
        self._parts: dict[str, list[str | int]] = {}
        self.expressions: list[Expression] = []
        numbers: dict[str, int] = {}
        for locale in LOCALES:
            parts: list[str | int] = []
            for part in parse_message(label_text(labels, locale, "")):
                if isinstance(part, Literal):
                    parts.append(part.text)
                    continue
                text = part.text.strip()
                if text not in numbers:
                    numbers[text] = len(self.expressions)
                    self.expressions.append(_said(app, entity_id, text))
                parts.append(numbers[text])
            self._parts[locale] = parts

    def columns(
        self, tx: Transaction, row: sa.FromClause, context: Context, *, prefix: str = "said_"
    ) -> list[sa.ColumnElement[Any]]:
        """The values of the texts' expressions for the records of `row`."""
        return [
            to_sql(one, tx.tables, row, context, mode="value").label(f"{prefix}{number}")
            for number, one in enumerate(self.expressions)
        ]

    def texts(
        self, row: Mapping[str, Any], zone: ZoneInfo, *, prefix: str = "said_"
    ) -> dict[str, str]:
        """The text of a selected row in every language."""
        return {
            locale: "".join(
                part
                if isinstance(part, str)
                else self._shown(self.expressions[part], row[f"{prefix}{part}"], locale, zone)
                for part in parts
            )
            for locale, parts in self._parts.items()
        }

    def _shown(self, expression: Expression, value: Any, locale: str, zone: ZoneInfo) -> str:
        if value is None:
            return _EMPTY[locale]
        if isinstance(value, bool):
            return _WORDS[value][locale]
        if expression.type.options is not None:
            options = options_of(self._app, expression.type.options)
            found = next((one for one in options if one.id == value), None)
            return found.text(locale) if found else str(value)
        return plain(value, zone, money=expression.type.kind == "money")


def plain(value: Any, zone: ZoneInfo, *, money: bool = False) -> str:
    """A value as text: numbers without idle zeros, money with all of them, times in the zone."""
    if isinstance(value, Decimal):
        return f"{value:,}" if money else f"{value.normalize():f}"
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def readable_message(app: App, caller: Caller, entity_id: str, labels: Labels) -> bool:
    """Whether the caller may read every field that a text shows."""
    if caller.system:
        return True
    return all(
        field_id in access.readable(app, caller, used_entity)
        for expression in Wording(app, entity_id, labels).expressions
        for used_entity, field_id in expression.uses
    )


def _said(app: App, entity_id: str, text: str) -> Expression:
    expression = compile_expression(app, entity_id, text)
    target = expression.type.entity
    if expression.type.kind != "reference" or target is None:
        return expression
    return compile_expression(app, entity_id, f"{text}.{app.entity(target).title}")
