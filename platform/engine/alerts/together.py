"""Rules that are due together: which of them one look at the records serves.

Rules of one entity share a look, unless one would not see what another does: a rule that reads
what an earlier one writes looks after it. Rules that all find their few records by a field's value
have no use for a look at everybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from ...metadata.model import AlertRule, App
from ...metadata.problems import ProblemsError
from ...rules import Expression, compile_expression, formula_expression, narrowed

MOST = 20
"""So many rules share a statement: each makes it longer, and what a record is looked at for."""


def rounds(app: App, rules: Sequence[AlertRule]) -> Iterator[list[AlertRule]]:
    """The rules in groups that share a look, each group after those whose work it has to see."""
    waiting: dict[str, list[AlertRule]] = {}
    written: set[str] = set()
    for rule in rules:
        group = waiting.setdefault(rule.entity, [])
        if _reads(app, rule.entity, rule.when) & written or len(group) == MOST:
            yield from _shared(app, waiting.values())
            waiting, written = {rule.entity: [rule]}, set()
        else:
            group.append(rule)
        written |= _writes(rule)
    yield from _shared(app, waiting.values())


def _shared(app: App, groups: Iterable[list[AlertRule]]) -> Iterator[list[AlertRule]]:
    for group in groups:
        if all(_finds_few(app, one.entity, one.when) for one in group):
            yield from ([one] for one in group)
        else:
            yield group


@lru_cache(maxsize=512)
def _finds_few(app: App, entity_id: str, text: str) -> bool:
    """Whether a condition asks for a value of a field, so that few records are looked at."""
    return any(one.equal for found in _compiled(app, entity_id, text) for one in narrowed(found))


def _writes(rule: AlertRule) -> set[str]:
    """The entities whose records the rule's actions make or change."""
    found = {one.entity for one in rule.actions if one.kind == "create" and one.entity}
    return found | {rule.entity for one in rule.actions if one.kind == "set"}


@lru_cache(maxsize=512)
def _reads(app: App, entity_id: str, text: str) -> frozenset[str]:
    """The entities whose records a condition reads, those of stored formulas included."""
    found: set[tuple[str, str]] = set()
    left = _compiled(app, entity_id, text)
    while left:
        one = left.pop()
        new = one.uses - found
        found |= new | one.relations
        left += [formula_expression(app, *use) for use in new if _stored(app, *use)]
    return frozenset({entity_id, *(entity for entity, _ in found)})


def _compiled(app: App, entity_id: str, text: str) -> list[Expression]:
    # One that is refused by now fails when it is looked for, and then alone.
    try:
        return [compile_expression(app, entity_id, text)]
    except ProblemsError:
        return []


def _stored(app: App, entity_id: str, field_id: str) -> bool:
    one = app.entity(entity_id).by_id.get(field_id)
    return one is not None and one.family == "formula" and one.stored
