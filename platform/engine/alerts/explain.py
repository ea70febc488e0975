"""Why a record is in a rule, or why not: the condition part by part with the record's values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...metadata.model import AlertRule
from ...rules import Context, Explanation, compile_expression
from ...rules import explain as explain_expression
from .. import access, records
from ..access import Caller
from ..records.rows import titles_of, whole_rows
from ..records.source import Pool
from ..transaction import Transaction
from ..work import schedules


@dataclass(frozen=True, slots=True)
class Why:
    """Whether a record matches a rule now, and the tree of its condition with values."""

    rule: str
    record_id: int
    matches: bool
    explanation: Explanation


def explain(tx: Transaction, caller: Caller, rule: AlertRule | str, record_id: int) -> Why:
    """Explain a rule (itself, its name or id) on a record.

    NotFound where there is no such rule or record for the caller. What the caller may not read
    is left out of the explanation.
    """
    rule = rule if isinstance(rule, AlertRule) else rule_for(tx, rule)
    records.get(tx, caller, rule.entity, record_id, fields=())
    expression = compile_expression(tx.app, rule.entity, rule.when)
    values = whole_rows(tx, access.SYSTEM, rule.entity, [record_id], lock=False)[record_id]
    source = Pool(tx).add(rule.entity, values)

    def readable(entity_id: str, field_id: str) -> bool:
        return field_id in access.readable(tx.app, caller, entity_id)

    def titles(entity_id: str, ids: Sequence[int]) -> Mapping[int, str]:
        found = titles_of(tx, caller, {entity_id: set(ids)})
        return {record_id: title for (_, record_id), title in found.items() if title}

    context = Context(tx.now, tx.zone)
    explanation = explain_expression(expression, source, context, readable=readable, titles=titles)
    return Why(rule.id, record_id, bool(explanation.result), explanation)


def rule_for(tx: Transaction, name: str) -> AlertRule:
    """The rule of that name, former name or id that is not archived; NotFound if there is none."""
    return schedules.find(tx.app.rules, name, "alert_rule.unknown")
