"""Rules that are due together: which of them one look at the records serves.

Rules of one entity share a look, unless one would not see what another does: a rule that reads
what an earlier one writes looks after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from ...metadata.model import AlertRule, App
from ...rules import compile_expression, formula_expression

MOST = 20
"""So many rules share a statement: each adds to what is kept of every record meanwhile."""


def rounds(app: App, rules: Sequence[AlertRule]) -> Iterator[list[AlertRule]]:
    """The rules in groups that share a look, each group after those whose work it has to see."""
    waiting: dict[str, list[AlertRule]] = {}
    written: set[str] = set()
    for rule in rules:
        group = waiting.setdefault(rule.entity, [])
        if _reads(app, rule.entity, rule.when) & written or len(group) == MOST:
            yield from filter(None, waiting.values())
            waiting, written = {rule.entity: [rule]}, set()
        else:
            group.append(rule)
        written |= _writes(rule)
    yield from filter(None, waiting.values())


def _writes(rule: AlertRule) -> set[str]:
    """The entities whose records the rule's actions make or change."""
    found = {one.entity for one in rule.actions if one.kind == "create" and one.entity}
    return found | {rule.entity for one in rule.actions if one.kind == "set"}


@lru_cache(maxsize=512)
def _reads(app: App, entity_id: str, text: str) -> frozenset[str]:
    """The entities whose records a condition reads, those of stored formulas included."""
    found: set[tuple[str, str]] = set()
    left = [compile_expression(app, entity_id, text)]
    while left:
        one = left.pop()
        new = one.uses - found
        found |= new | one.relations
        left += [formula_expression(app, *use) for use in new if _stored(app, *use)]
    return frozenset({entity_id, *(entity for entity, _ in found)})


def _stored(app: App, entity_id: str, field_id: str) -> bool:
    one = app.entity(entity_id).by_id.get(field_id)
    return one is not None and one.type == "formula" and one.stored
