"""Index advice: which columns a condition filters by, read from the tree of its expression."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ...metadata.expression.parse import parse
from ...metadata.expression.tree import Call, Comparison, Logic, Node, Not, Path
from ...metadata.model import App, Entity, Field

_SINCE = frozenset({"days_since", "days_until", "hours_since", "months_since"})
_EQUAL = frozenset({"==", "in", "is"})
_RANGE = frozenset({"<", "<=", ">", ">="})
_MOST_DEPTH = 4


@dataclass(frozen=True, slots=True)
class Advice:
    """Field ids of one entity: compared for equality, compared by order, and merely read."""

    equal: tuple[str, ...] = ()
    ordered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Related:
    """An aggregate over records that point here: their entity, the reference, and what is read."""

    entity: str
    reference: str
    read: tuple[str, ...] = field(default=())


def filtered(app: App, entity_id: str, text: str) -> Advice:
    """The columns of the entity itself by which a condition narrows its rows."""
    equal: list[str] = []
    ordered: list[str] = []
    entity = app.entity(entity_id)
    for condition in _conjuncts(parse(text)):
        found = _narrows(entity, condition)
        if found:
            target = equal if found[1] else ordered
            if found[0] not in target:
                target.append(found[0])
    return Advice(tuple(equal), tuple(ordered))


def aggregated(app: App, entity_id: str, text: str) -> Iterator[Related]:
    """The aggregates of an expression, those in formulas that it reads included."""
    yield from _aggregated(app, app.entity(entity_id), parse(text), _MOST_DEPTH)


def _aggregated(app: App, entity: Entity, tree: Node, depth: int) -> Iterator[Related]:
    inverses = app.inverses.get(entity.id, {})
    for node in tree.walk():
        if isinstance(node, Path):
            one = entity.by_id.get(node.names[0].text)
            if one and one.formula and not one.stored and depth:
                yield from _aggregated(app, entity, parse(one.formula), depth - 1)
        if not isinstance(node, Call) or not node.arguments:
            continue
        first = node.arguments[0]
        if isinstance(first, Path) and first.names[0].text in inverses:
            child, reference = inverses[first.names[0].text]
            yield Related(child.id, reference.id, tuple(_read(child, node, first)))
            for condition in node.arguments[1:]:
                yield from _aggregated(app, child, condition, depth - 1 if depth else 0)


def _read(child: Entity, call: Call, first: Path) -> Iterator[str]:
    """What an aggregate reads of each record: the condition's fields first, then the value."""
    seen: set[str] = set()
    for node in (*call.arguments[1:], *([call.by] if call.by else [])):
        for part in node.walk():
            if isinstance(part, Path) and part.names[0].text in child.by_id:
                seen.add(part.names[0].text)
                yield part.names[0].text
    if len(first.names) > 1 and first.names[1].text not in seen:
        yield first.names[1].text


def _conjuncts(node: Node) -> Iterator[Node]:
    if isinstance(node, Logic) and node.operator == "and":
        for item in node.items:
            yield from _conjuncts(item)
    else:
        yield node


def _narrows(entity: Entity, node: Node) -> tuple[str, bool] | None:
    """The field that a condition narrows by, and whether by equality."""
    if isinstance(node, Not):
        node = node.operand
        return _truth(entity, node)
    if isinstance(node, Path):
        return _truth(entity, node)
    if not isinstance(node, Comparison) or len(node.operators) != 1:
        return None
    for side, other in (node.operands, tuple(reversed(node.operands))):
        one = _compared(entity, side)
        if one is None or _compared(entity, other):
            continue
        if node.operators[0] in _EQUAL:
            return one.id, not isinstance(side, Call)
        if node.operators[0] in _RANGE:
            return one.id, False
    return None


def _truth(entity: Entity, node: Node) -> tuple[str, bool] | None:
    one = _compared(entity, node)
    return (one.id, True) if one and one.type == "boolean" else None


def _compared(entity: Entity, node: Node) -> Field | None:
    """The field of the entity that a side of a comparison is, also as `days_since(field)`."""
    if isinstance(node, Call) and node.function.text in _SINCE and len(node.arguments) == 1:
        node = node.arguments[0]
    if isinstance(node, Path) and len(node.names) == 1:
        return entity.by_id.get(node.names[0].text)
    return None
