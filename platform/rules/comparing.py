"""Typing comparisons: chains, membership, emptiness, tags; what cannot be compared is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..metadata.expression import quote, tree
from ..metadata.problems import Fix, Problem, ProblemsError
from . import corrections, units
from .functions.registry import Place
from .ir import Compare, Constant, In, Logic, Typed
from .paths import Scope, Span
from .types import BOOLEAN, EMPTY, TEXT

if TYPE_CHECKING:
    from .typing import Typer

_WRITTEN = ("text", "reference")
"""What is compared with words that are written, so that an unknown word is a text."""
_OPPOSITE = {"!=": "==", "not in": "in", "is not": "is"}


class Comparing:
    """The part of the typer that types comparisons."""

    def __init__(self, typer: Typer) -> None:
        self.typer = typer

    def comparison(self, node: tree.Comparison, scope: Scope) -> Typed:
        parts = [
            self.compared(left, operator, right, scope, node)
            for left, operator, right in zip(
                node.operands, node.operators, node.operands[1:], strict=False
            )
        ]
        if len(parts) == 1:
            return parts[0]
        return Logic(
            type=BOOLEAN,
            start=node.start,
            end=node.end,
            nullable=False,
            operator="and",
            items=tuple(parts),
        )

    def compared(
        self,
        left: tree.Node,
        operator: str,
        right: tree.Node,
        scope: Scope,
        whole: tree.Comparison,
    ) -> Typed:
        if len(whole.operators) > 1 and operator in ("in", "not in", "is", "is not"):
            raise self.typer.refuse("type.chain", whole)
        at = whole if len(whole.operators) == 1 else Span(left.start, right.end)
        positive = _OPPOSITE.get(operator, operator)
        if positive == "in":
            found = self.within(left, right, scope, at)
        elif positive == "is":
            found = self.identity(left, right, scope, at, operator in _OPPOSITE)
        else:
            return self.ordered(left, operator, right, scope, at, whole)
        return self.typer.not_(at, found) if operator in _OPPOSITE else found

    def identity(
        self, left: tree.Node, right: tree.Node, scope: Scope, at: Place, opposite: bool
    ) -> Typed:
        if not isinstance(right, tree.Nothing):
            raise self.no_identity(left, right, opposite)
        item = self.typer.node(left, scope)
        return self.typer.is_empty(item, at)

    def no_identity(self, left: tree.Node, right: tree.Node, opposite: bool) -> Exception:
        """The error for `is` with anything but None."""
        if isinstance(right, tree.Path) and corrections.value_meant(right.dotted) == "None":
            params = {"operator": right.dotted, "instead": "None"}
            fix = Fix(right.start, right.end, ("None",))
            return self.typer.refuse("expression.operator", right, fix, **params)
        sign = " != " if opposite else " == "
        return self.typer.refuse("type.is", right, Fix(left.end, right.start, (sign,)))

    def quoted_name(self, a: Typed, b: Typed, scope: Scope) -> None:
        """Refuse `"amount" > 3`: the name of a field in quotes is a text."""
        for one, other in ((a, b), (b, a)):
            if not isinstance(one, Constant) or one.type != TEXT or not other.type.numeric:
                continue
            if any(field.name == one.value for field in scope.entity.live_fields):
                fix = Fix(one.start, one.end, (one.value,))
                raise self.typer.refuse("type.quoted_name", one, fix, name=one.value)

    def operands(self, left: tree.Node, right: tree.Node, scope: Scope) -> tuple[Typed, Typed]:
        """Two operands, typed; a word that should stand in quotes is told as such."""
        try:
            return self.typer.node(left, scope), self.typer.node(right, scope)
        except ProblemsError as error:
            for bare, other in ((right, left), (left, right)):
                self.refuse_unquoted(bare, other, scope, error.problems[0])
            raise

    def listed(self, item: tree.Node, left: tree.Node, scope: Scope) -> Typed:
        """A value after "in", typed; see `operands`."""
        try:
            return self.typer.node(item, scope)
        except ProblemsError as error:
            self.refuse_unquoted(item, left, scope, error.problems[0])
            raise

    def refuse_unquoted(
        self, bare: tree.Node, other: tree.Node, scope: Scope, problem: Problem
    ) -> None:
        """Refuse an option or a text without quotes, which was told as an unknown name."""
        if not isinstance(bare, tree.Path) or len(bare.names) > 1:
            return
        if not problem.id.startswith("name.unknown") or problem.position != bare.start + 1:
            return
        try:
            item = self.typer.node(other, scope)
        except ProblemsError:
            return
        fix = corrections.quoted(self.typer.app, bare, item, self.typer.options.space)
        if fix is None and problem.id == "name.unknown" and item.type.kind in _WRITTEN:
            fix = Fix(bare.start, bare.end, (quote(bare.dotted),))
        if fix is not None:
            instead = "".join(one for one in fix.parts if isinstance(one, str))
            raise self.typer.refuse("name.unquoted", bare, fix, instead=instead) from None

    def ordered(
        self,
        left: tree.Node,
        operator: str,
        right: tree.Node,
        scope: Scope,
        at: Place,
        whole: tree.Comparison,
    ) -> Typed:
        a, b = self.operands(left, right, scope)
        self.quoted_name(a, b, scope)
        if "tags" in (a.type.kind, b.type.kind):
            return self.compared_tags(a, operator, b, at)
        for one, other in ((a, b), (b, a)):
            if one.type == EMPTY and operator in ("==", "!="):
                found = self.typer.is_empty(other, at)
                return found if operator == "==" else self.typer.not_(at, found)
        chained = len(whole.operators) > 1
        return self.pair(
            *self.comparable(a, b, whole if chained else at, chained=chained), operator, at
        )

    def pair(self, a: Typed, b: Typed, operator: str, at: Place) -> Typed:
        """The comparison of two operands that are `comparable`."""
        if operator not in ("==", "!="):
            for item in (a, b):
                if item.type.kind in ("choice", "reference", "boolean"):
                    raise self.typer.refuse("type.no_order", item, **self.typer.shown(item))
        return Compare(
            type=BOOLEAN,
            start=at.start,
            end=at.end,
            nullable=a.nullable or b.nullable,
            operator=operator,
            left=a,
            right=b,
        )

    def comparable(
        self, a: Typed, b: Typed, at: Place, *, chained: bool = False
    ) -> tuple[Typed, Typed]:
        """Two operands that can be compared; numbers keep their scales."""
        if a.type.numeric and b.type.numeric:
            unit = units.common(self.typer, (a, b), at)
            return units.meeting(a, unit), units.meeting(b, unit)
        if {a.type.kind, b.type.kind} == {"date", "datetime"}:
            raise self.typer.refuse("type.date_time", at, corrections.day_of_time(a, b))
        problem = "type.chain" if chained else "type.compare"
        found = self.typer.conversions.unify((a, b), at, problem)
        return found[0], found[1]

    def compared_tags(self, a: Typed, operator: str, b: Typed, at: Place) -> Typed:
        item, other = (a, b) if a.type.kind == "tags" else (b, a)
        text = isinstance(other, Constant) and other.type == TEXT
        if operator in ("==", "!="):
            if other.type == EMPTY:
                found = self.typer.is_empty(item, at)
                return found if operator == "==" else self.typer.not_(at, found)
            if text and isinstance(other, Constant) and self.typer.paths.exclusive(item):
                found = self.typer.any_tag(item, at, (self.typer.tag(item, other),))
                return found if operator == "==" else self.typer.not_(at, found)
        fix = corrections.tag_within(item, other, operator)
        raise self.typer.refuse("type.tags_compare", at, fix)

    def within(self, left: tree.Node, right: tree.Node, scope: Scope, at: Place) -> Typed:
        if not isinstance(right, tree.Items):
            item, holder = self.operands(left, right, scope)
            if holder.type.kind == "tags" and isinstance(item, Constant) and item.type == TEXT:
                return self.typer.any_tag(holder, at, (self.typer.tag(holder, item),))
            fix = Fix(right.start, right.end, ("[", (right.start, right.end), "]"))
            constant = isinstance(holder, Constant) and holder.type != EMPTY
            raise self.typer.refuse("type.in", right, fix if constant else None)
        operand = self.typer.node(left, scope)
        items = [self.listed(one, left, scope) for one in right.items]
        for one, typed in zip(right.items, items, strict=True):
            if typed.type == EMPTY:
                raise self.typer.refuse("type.in_empty", one)
            if not typed.static:
                raise self.typer.refuse("type.in_constants", one)
        if operand.type.kind == "tags":
            if not all(isinstance(one, Constant) and one.type == TEXT for one in items):
                raise self.typer.refuse("type.tags_compare", at)
            tags = tuple(self.typer.tag(operand, one) for one in items if isinstance(one, Constant))
            return self.typer.any_tag(operand, at, tags)
        found = tuple(self.comparable(operand, one, one)[1] for one in items)
        if operand.type == EMPTY:
            # Beside a condition None would be read as False, which may well be listed.
            return self.typer.constant(at, BOOLEAN, False)
        if found and not operand.type.numeric:
            operand = self.comparable(operand, found[0], at)[0]
        return In(
            type=BOOLEAN,
            start=at.start,
            end=at.end,
            nullable=operand.nullable,
            operand=operand,
            items=found,
        )
