"""Comparisons in SQL: numbers of different scales, empties as a value, membership in a list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import BindParameter, ColumnClause, TypeCoerce

from .. import values
from ..functions.numbers import WORD, raw, whole
from ..ir import FLIPPED, OPPOSITE, Compare, In, Typed
from ..types import BOOLEAN, Type

if TYPE_CHECKING:
    from .compiler import Compiler

Sql = sa.ColumnElement[Any]

_OPPOSITE = OPPOSITE | {"empty": "filled", "filled": "empty"}


@dataclass(frozen=True)
class Pair:
    """A comparison that is ready to be written in any of the three ways of `Compiler`.

    `operator` may also be "in" (`right` is then a list of values), "empty" or "filled" (there is
    no `right`), or "constant" (`right` is the truth value). `left_empty` and `right_empty` tell
    which side may be NULL.
    """

    left: Sql
    operator: str
    right: Any
    left_empty: bool = False
    right_empty: bool = False

    @classmethod
    def among(cls, left: Sql, options: list[Any], nullable: bool) -> Pair:
        """Membership of a value in a list."""
        if not options:
            return cls(left, "constant", False)
        if len(options) == 1:
            return cls(left, "==", sa.literal(options[0], left.type), nullable)
        return cls(left, "in", options, nullable)

    @property
    def empty(self) -> bool:
        """Whether either side may be NULL."""
        return self.left_empty or self.right_empty

    def true(self) -> Sql:
        if self.operator == "constant":
            return sa.true() if self.right else sa.false()
        if self.operator == "==" and not (self.left_empty and self.right_empty):
            return _written(self.left, "==", self.right)
        return self.exactly()

    def false(self) -> Sql:
        if self.operator == "constant":
            return sa.false() if self.right else sa.true()
        if self.operator in ("==", "!=", "empty", "filled"):
            return Pair(
                self.left,
                _OPPOSITE[self.operator],
                self.right,
                self.left_empty,
                self.right_empty,
            ).true()
        if self.empty and not self.repeatable():
            return sa.not_(self.boolean())
        empties = [
            side.is_(None)
            for side, empty in ((self.left, self.left_empty), (self.right, self.right_empty))
            if empty
        ]
        if self.operator == "in":
            return sa.or_(self.left.not_in(self.right), *empties)
        return sa.or_(_written(self.left, _OPPOSITE[self.operator], self.right), *empties)

    def boolean(self) -> Sql:
        if self.operator == "constant":
            return sa.true() if self.right else sa.false()
        found = self.exactly()
        if self.empty and self.operator not in ("==", "!="):
            return sa.func.coalesce(found, sa.false(), type_=sa.Boolean())
        return found

    def exactly(self) -> Sql:
        """The comparison itself; == and != take empty as a value."""
        if self.operator == "in":
            return self.left.in_(self.right)
        if self.operator in ("empty", "filled"):
            return self.left.is_(None) if self.operator == "empty" else self.left.is_not(None)
        if self.operator == "==" and self.empty:
            return self.left.is_not_distinct_from(self.right)
        if self.operator == "!=" and self.empty:
            return self.left.is_distinct_from(self.right)
        return _written(self.left, self.operator, self.right)

    def repeatable(self) -> bool:
        """Whether both sides are so plain that they may be written twice."""
        right = () if self.operator == "in" else (self.right,)
        return all(_plain(side) for side in (self.left, *right))


def _plain(side: Sql) -> bool:
    while isinstance(side, TypeCoerce):
        side = side.clause
    return isinstance(side, ColumnClause | BindParameter)


def _written(left: Sql, operator: str, right: Sql) -> Sql:
    match operator:
        case "==":
            return left == right
        case "!=":
            return left != right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
    return left >= right


def pair(compiler: Compiler, node: Compare) -> Pair:
    """The two sides of a comparison in SQL."""
    left, operator, right = node.left, node.operator, node.right
    if left.static:
        left, operator, right = right, FLIPPED[operator], left
    if right.static and left.type.kind != "boolean":
        return _with_constant(compiler, left, operator, right)
    if left.type.numeric and left.type.scale != right.type.scale and compiler.sqlite:
        return _scaled(compiler, left, operator, right)
    a, b = compiler.value(left), compiler.value(right)
    if operator not in ("==", "!=") and left.type.kind == "text" and not compiler.sqlite:
        a = a.collate("C")
    return Pair(a, operator, b, left.nullable, right.nullable)


def _with_constant(compiler: Compiler, left: Typed, operator: str, right: Typed) -> Pair:
    value = compiler.static(right)
    column = compiler.value(left)
    if value is None:
        if operator in ("==", "!="):
            if left.nullable:
                return Pair(column, "empty" if operator == "==" else "filled", None)
            return Pair(column, "constant", operator == "!=")
        return Pair(column, "constant", False)
    if left.type.numeric:
        adjusted = _adjusted(operator, value, left.type.scale - right.type.scale)
        if adjusted is None:
            return Pair(column, "constant", operator == "!=")
        operator, value = adjusted
    elif left.type.kind == "text" and operator not in ("==", "!=") and not compiler.sqlite:
        column = column.collate("C")
    return Pair(column, operator, compiler.constant(value, left.type), left.nullable)


def _adjusted(operator: str, value: int, shift: int) -> tuple[str, int] | None:
    """A constant in the scale of the other side; None where it can equal no value there."""
    if shift >= 0:
        return operator, max(-WORD, min(WORD, value * 10**shift))
    below, rest = divmod(value, 10**-shift)
    if not rest:
        return operator, below
    if operator in ("==", "!="):
        return None
    return ("<=" if operator in ("<", "<=") else ">"), below


def _scaled(compiler: Compiler, left: Typed, operator: str, right: Typed) -> Pair:
    """Numbers of different scales on SQLite, where they are integers in different units."""
    shift = right.type.scale - left.type.scale
    coarse = left if shift > 0 else right
    a, b = raw(compiler.value(left)), raw(compiler.value(right))
    if coarse.bound * 10 ** abs(shift) <= WORD:
        if shift > 0:
            a = a * whole(10**shift)
        else:
            b = b * whole(10**-shift)
        return Pair(a, operator, b, left.nullable, right.nullable)
    order: Sql = sa.func.fs_compare(a, b, whole(shift), type_=sa.BigInteger())
    if operator in ("==", "!=") and left.nullable and right.nullable:
        # Both empty is equal; one alone is not.
        both = sa.and_(a.is_(None), b.is_(None))
        order = sa.case((both, whole(0)), else_=order)
    return Pair(order, operator, whole(0), left.nullable or right.nullable)


def member_of(compiler: Compiler, node: In) -> Pair:
    """Membership of a value in a list of constants."""
    kind = node.operand.type
    column = sa.type_coerce(compiler.value(node.operand), compiler.sql_type(kind))
    options = []
    for item in node.items:
        value = compiler.static(item)
        if value is not None and kind.numeric:
            adjusted = _adjusted("==", value, kind.scale - item.type.scale)
            value = None if adjusted is None else adjusted[1]
        if value is not None:
            options.append(_parameter(compiler, value, kind))
    options = list(dict.fromkeys(options))
    if kind == BOOLEAN and len(options) > 1:
        # A condition is one of the two. As NOT .. IN (..) PostgreSQL would read the opposite.
        return Pair(column, "constant", True)
    return Pair.among(column, options, node.operand.nullable)


def _parameter(compiler: Compiler, value: Any, kind: Type) -> Any:
    if kind.numeric and kind.scale and not compiler.sqlite:
        return values.plain(value, kind)
    return value
