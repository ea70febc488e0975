"""What a condition comes to for a record without related ones, as far as the tree alone tells."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..ir import Aggregate, Call, Compare, Formula, If, In, Logic, Not, Typed
from .existence import counted, reached

if TYPE_CHECKING:
    from .compiler import Compiler

Absent = Callable[[Aggregate], bool]
"""Whether an aggregate is one of those that are over nothing."""


def false_without(compiler: Compiler, node: Typed, absent: Absent) -> bool:
    """Whether a condition is surely false for a record where all `absent` are over nothing."""
    if node.static:
        return not compiler.static(node)
    if _decided(compiler, node, absent):
        return not compiler.evaluator.of(node, None)
    match node:
        case Logic(operator="and"):
            return any(false_without(compiler, item, absent) for item in node.items)
        case Logic():
            return all(false_without(compiler, item, absent) for item in node.items)
        case Formula():
            return false_without(compiler, node.body, absent)
        case In():
            return _empty_without(node.operand, absent)
        case Compare() if counted(node, compiler.static) is None:
            empty = [_empty_without(side, absent) for side in (node.left, node.right)]
            if node.operator in ("==", "!="):
                filled = not (node.left.nullable and node.right.nullable)
                return node.operator == "==" and any(empty) and filled
            return any(empty)
    return False


def _decided(compiler: Compiler, node: Typed, absent: Absent) -> bool:
    """Whether a node reads nothing but aggregates that are absent."""
    if node.static:
        return True
    match node:
        case Aggregate():
            return absent(node)
        case Formula():
            return _decided(compiler, node.body, absent)
        case Compare() if (existence := counted(node, compiler.static)) is not None:
            return _decided(compiler, existence, absent)
        case Compare() if _reaching(compiler, node, absent):
            return True
        case Call() | Compare() | In() | Logic() | Not() | If():
            return all(_decided(compiler, child, absent) for child in node.children())
    return False


def _reaching(compiler: Compiler, node: Compare, absent: Absent) -> bool:
    """Whether an extreme is held against a bound, and that one reaches it stands for it."""
    there = reached(node, compiler.static)
    return isinstance(there, Aggregate) and absent(there)


def _empty_without(node: Typed, absent: Absent) -> bool:
    """Whether a value is empty where the absent aggregates are over nothing."""
    match node:
        case Aggregate():
            return absent(node) and node.function in ("min", "max", "avg", "median")
        case Formula():
            return _empty_without(node.body, absent)
        case Call():
            return node.operation.strict and any(
                _empty_without(one, absent) for one in node.arguments
            )
    return False
