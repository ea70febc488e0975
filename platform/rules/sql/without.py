"""What a condition comes to for a record without related ones, as far as the tree alone tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..ir import Aggregate, Call, Compare, Formula, If, In, Logic, Not, Typed
from .aggregates import as_existence

if TYPE_CHECKING:
    from .compiler import Compiler

Relation = tuple[str, str]


def false_without(compiler: Compiler, node: Typed, relation: Relation) -> bool:
    """Whether a condition is surely false where no record of a relation points at the record."""
    if node.static:
        return not compiler.static(node)
    if _decided(node, relation):
        return not compiler.evaluator.of(node, None)
    match node:
        case Logic(operator="and"):
            return any(false_without(compiler, item, relation) for item in node.items)
        case Logic():
            return all(false_without(compiler, item, relation) for item in node.items)
        case Formula():
            return false_without(compiler, node.body, relation)
        case In():
            return _empty_without(node.operand, relation)
        case Compare() if as_existence(node, compiler.static) is None:
            sides = (node.left, node.right)
            empty = [_empty_without(side, relation) for side in sides]
            if node.operator in ("==", "!="):
                filled = any(not side.nullable for side in sides)
                return node.operator == "==" and any(empty) and filled
            return any(empty)
    return False


def _decided(node: Typed, relation: Relation) -> bool:
    """Whether a node reads nothing but aggregates over a relation."""
    if node.static:
        return True
    match node:
        case Aggregate():
            return _over(node, relation)
        case Formula():
            return _decided(node.body, relation)
        case Call() | Compare() | In() | Logic() | Not() | If():
            return all(_decided(child, relation) for child in node.children())
    return False


def _over(node: Aggregate, relation: Relation) -> bool:
    return not node.up and not node.steps and (node.entity, node.field) == relation


def _empty_without(node: Typed, relation: Relation) -> bool:
    """Whether a value is empty where no record of a relation points at the record."""
    match node:
        case Aggregate():
            return _over(node, relation) and node.function in ("min", "max", "avg")
        case Formula():
            return _empty_without(node.body, relation)
        case Call():
            return node.operation.strict and any(
                _empty_without(one, relation) for one in node.arguments
            )
    return False
