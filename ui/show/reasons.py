"""Reasons: why an expression is true or not of a record, in words and with its values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from fieldstone.engine import access
from fieldstone.engine.records.rows import whole_rows
from fieldstone.engine.records.source import Pool
from fieldstone.metadata.expression import parse
from fieldstone.metadata.expression.tree import Call, Comparison, Logic, Node, Not, Number, Text
from fieldstone.metadata.model import Entity
from fieldstone.metadata.problems import ProblemsError
from fieldstone.rules import Explanation, compile_expression, evaluate
from fieldstone.rules.types import options_of

from ..desk import Desk
from ..words import say
from .conditions import Speaker
from .naming import titles_of


@dataclass(frozen=True)
class Reason:
    """One condition of an explanation: in words, what it is about now, whether it holds."""

    text: str
    value: str
    holds: bool
    judged: bool
    children: tuple[Reason, ...] = ()


def reason_of(desk: Desk, entity: Entity, record_id: int, found: Explanation) -> Reason:
    """The tree of an explanation (written with present names) for its reader."""
    return _Witness(desk, entity, record_id).reason(found)


class _Witness(Speaker):
    """Speaks of one record: what a condition compares with is said as its value there."""

    def __init__(self, desk: Desk, entity: Entity, record_id: int) -> None:
        super().__init__(desk.app, entity, desk.formats)
        self.desk = desk
        rows = whole_rows(desk.tx, access.SYSTEM, entity.id, [record_id], lock=False)
        self.source = Pool(desk.tx).add(entity.id, rows[record_id])
        self.text = ""

    def reason(self, found: Explanation) -> Reason:
        """One part of the explanation, with what it is made of."""
        locale = self.formats.locale
        if found.hidden:
            return Reason(say("why.masked", locale), "", False, False)
        children = tuple(self.reason(child) for child in found.children)
        try:
            node = parse(found.text)
        except ProblemsError:
            return Reason(found.text, "", bool(found.result), found.result is not None, children)
        self.text = found.text
        if isinstance(node, Logic) and children:
            text = say("why.all" if node.operator == "and" else "why.some", locale)
            return Reason(text, "", bool(found.result), found.result is not None, children)
        words = self.words(node) or found.text
        if isinstance(node, Not) and len(children) == 1:
            children = children[0].children  # "not open" says all of "open" that there is to say
        return Reason(
            words, self._now(node), bool(found.result), found.result is not None, children
        )

    def _now(self, node: Node) -> str:
        """The present value of what a comparison is about."""
        if not isinstance(node, Comparison):
            return ""
        left = node.operands[0]
        if isinstance(left, Number | Text):
            left = node.operands[1]
        return self._evaluated(left) or say("value.empty", self.formats.locale)

    def value(self, beside: Node, node: Node) -> str | None:
        if isinstance(node, Number | Text) or (isinstance(node, Call) and not node.arguments):
            return super().value(beside, node)
        return self._evaluated(node) or super().value(beside, node)

    def _evaluated(self, node: Node) -> str:
        """The value of a part for the record, or nothing where it cannot be had."""
        try:
            code = self.text[node.start : node.end]
            compiled = compile_expression(
                self.app, self.entity.id, code, allow_viewer=True, space="name"
            )
            value = evaluate(compiled, self.source, access.context(self.desk.tx, self.desk.caller))
        except ProblemsError:
            return ""
        options = compiled.type.options
        if options and isinstance(value, str):
            named = next((o for o in options_of(self.app, options) if o.id == value), None)
            return named.text(self.formats.locale) if named else value
        if compiled.type.kind == "reference" and isinstance(value, int):
            return self._title(compiled.type.entity or "", value)
        return self._plain(value, compiled.type.kind)

    def _title(self, entity_id: str, record_id: int) -> str:
        titles = titles_of(self.desk, {entity_id: {record_id}})
        return titles.get((entity_id, record_id)) or str(record_id)

    def _plain(self, value: Any, kind: str) -> str:
        formats = self.formats
        if value is None:
            return ""
        if isinstance(value, bool):
            return say("value.yes" if value else "value.no", formats.locale)
        if isinstance(value, int | Decimal):
            return (
                formats.money(value)
                if kind == "money"
                else formats.number(round(Decimal(value), 2))
            )
        if isinstance(value, datetime):
            return formats.long_moment(value)
        if isinstance(value, date):
            return formats.long_day(value)
        return str(value)
