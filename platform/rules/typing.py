"""From the tree of an expression to a typed one: every name resolved, every type checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..metadata.expression import AGGREGATES, tree
from ..metadata.model import App, Entity, Field
from ..metadata.problems import Problem, ProblemsError
from . import arithmetic
from .functions import described, function_named
from .functions.choices import COALESCE
from .functions.dates import START_OF_DAY
from .functions.numbers import NEGATE, arithmetic_call, rescaled
from .functions.registry import Function, Operation, Place
from .ir import (
    Call,
    Compare,
    Constant,
    Extra,
    HasTag,
    If,
    In,
    IsEmpty,
    Logic,
    Not,
    Read,
    Typed,
    Via,
)
from .names import Space, option, suggestion
from .paths import Paths, Scope
from .types import BOOLEAN, EMPTY, TEXT, Type, Words, choice, field_type, number, options_of

MOST_PARTS = 2_000
"""Parts of a typed expression, the formula fields within it included."""
MOST_LEVELS = 120
MOST_NESTING = 2
"""Aggregates within aggregates."""
_METHODS = {
    tree.Number: "number",
    tree.Text: "text",
    tree.Truth: "truth",
    tree.Nothing: "nothing",
    tree.Items: "items",
    tree.Path: "path",
    tree.Negative: "negative",
    tree.Arithmetic: "arithmetic",
    tree.Logic: "logic",
    tree.Not: "negation",
    tree.Either: "either",
    tree.Call: "call",
    tree.Comparison: "comparison",
}
_OPPOSITE = {"!=": "==", "not in": "in", "is not": "is"}


@dataclass(frozen=True)
class Options:
    """How an expression is to be read; see `compile_expression`."""

    space: Space = "id"
    allow_viewer: bool = False
    extra: Mapping[str, Type] | None = None
    into: tuple[str, str] | None = None


class Typer:
    """Types one expression; the methods are named after the nodes of the tree."""

    def __init__(
        self,
        app: App,
        options: Options,
        formula: Callable[[Entity, Field, Place], Typed],
    ) -> None:
        self.app = app
        self.options = options
        self.uses: set[tuple[str, str]] = set()
        self.relations: set[tuple[str, str]] = set()
        self.paths = Paths(self, formula)

    def expression(self, node: tree.Node, scope: Scope) -> Typed:
        """The typed form of a whole expression, within all bounds."""
        typed = self.node(node, scope)
        if self.options.into is not None:
            typed = self.assigned(node, typed, *self.options.into)
        if typed.size > MOST_PARTS or typed.height > MOST_LEVELS:
            raise self.refuse("expression.too_large", node)
        if typed.nesting > MOST_NESTING:
            raise self.refuse("aggregate.nesting", node, limit=MOST_NESTING)
        return typed

    def refuse(self, problem: str, at: Place, **params: Any) -> ProblemsError:
        return ProblemsError([Problem(problem, params, position=at.start + 1)])

    def make(self, operation: Operation, call: Place, *arguments: Typed, **given: Any) -> Typed:
        if operation.viewer and not self.options.allow_viewer:
            raise self.refuse("function.viewer", call, name=operation.name)
        return Call(
            start=call.start, end=call.end, operation=operation, arguments=arguments, **given
        )

    def node(self, node: tree.Node, scope: Scope) -> Typed:
        handler: Callable[[Any, Scope], Typed] = getattr(self, _METHODS[type(node)])
        return handler(node, scope)

    def negation(self, node: tree.Not, scope: Scope) -> Typed:
        return self.not_(node, self.condition(node.operand, scope))

    def number(self, node: tree.Number, scope: Scope) -> Typed:
        raw = int(node.value.scaleb(node.scale))
        return self.constant(node, number(node.scale), raw, bound=abs(raw))

    def text(self, node: tree.Text, scope: Scope) -> Typed:
        if not node.value:
            return self.constant(node, EMPTY, None)
        return self.constant(node, TEXT, node.value)

    def truth(self, node: tree.Truth, scope: Scope) -> Typed:
        return self.constant(node, BOOLEAN, node.value)

    def nothing(self, node: tree.Nothing, scope: Scope) -> Typed:
        return self.constant(node, EMPTY, None)

    def constant(self, at: Place, type_: Type, value: Any, bound: int = 0) -> Constant:
        return Constant(
            type=type_,
            start=at.start,
            end=at.end,
            nullable=value is None,
            bound=bound,
            value=value,
        )

    def items(self, node: tree.Items, scope: Scope) -> Typed:
        raise self.refuse("type.list", node)

    def path(self, node: tree.Path, scope: Scope) -> Typed:
        extra = (self.options.extra or {}).get(node.names[0].text)
        if extra is not None and len(node.names) == 1:
            return Extra(
                type=extra,
                start=node.start,
                end=node.end,
                nullable=extra.kind != "boolean",
                bound=arithmetic.limit(extra.scale) - 1,
                name=node.names[0].text,
            )
        return self.paths.value(node, scope)

    def negative(self, node: tree.Negative, scope: Scope) -> Typed:
        item = self.node(node.operand, scope)
        if not item.type.numeric:
            raise self.refuse("type.number", node.operand, **self.shown(item))
        if isinstance(item, Constant):
            return self.constant(node, item.type, -item.value, item.bound)
        return self.make(
            NEGATE, node, item, type=item.type, nullable=item.nullable, bound=item.bound
        )

    def arithmetic(self, node: tree.Arithmetic, scope: Scope) -> Typed:
        a, b = self.node(node.left, scope), self.node(node.right, scope)
        kinds = {a.type.kind, b.type.kind}
        if kinds <= {"date", "datetime"} and node.operator == "-":
            raise self.refuse("type.date_difference", node)
        if kinds & {"date", "datetime"} and node.operator in "+-":
            raise self.refuse("type.date_sum", node)
        if "text" in kinds and node.operator == "+":
            raise self.refuse("type.text_sum", node)
        for item, part in ((a, node.left), (b, node.right)):
            if not item.type.numeric:
                raise self.refuse("type.number", part, **self.shown(item))
        return arithmetic_call(self, node, node.operator, a, b)

    def logic(self, node: tree.Logic, scope: Scope) -> Typed:
        items = tuple(self.condition(item, scope) for item in node.items)
        return Logic(
            type=BOOLEAN,
            start=node.start,
            end=node.end,
            nullable=False,
            operator=node.operator,
            items=items,
        )

    def not_(self, at: Place, item: Typed) -> Typed:
        return Not(type=BOOLEAN, start=at.start, end=at.end, nullable=False, operand=item)

    def condition(self, node: tree.Node, scope: Scope) -> Typed:
        """A node that must be a condition: there is no truthiness."""
        item = self.node(node, scope)
        if item.type != BOOLEAN:
            raise self.refuse("type.condition", node, **self.shown(item))
        return item

    def either(self, node: tree.Either, scope: Scope) -> Typed:
        test = self.condition(node.test, scope)
        items = (self.node(node.body, scope), self.node(node.other, scope))
        body, other = self.unify(items, node)
        return self.chosen(node, test, body, other)

    def chosen(self, at: Place, test: Typed, body: Typed, other: Typed) -> Typed:
        return If(
            type=body.type if body.type != EMPTY else other.type,
            start=at.start,
            end=at.end,
            nullable=body.nullable or other.nullable,
            bound=max(body.bound, other.bound),
            test=test,
            body=body,
            other=other,
        )

    def call(self, node: tree.Call, scope: Scope) -> Typed:
        name = node.function.text
        if name in AGGREGATES:
            return self.paths.aggregate(node, scope)
        if name == "has_tag":
            return self.paths.has_tag(node, scope)
        function = function_named(name)
        if function is None:
            raise self.unknown_function(node.function)
        arguments = tuple(self.node(argument, scope) for argument in node.arguments)
        self.check_arguments(node, function, arguments)
        return function.typed(self, node, arguments)

    def unknown_function(self, name: tree.Name) -> ProblemsError:
        near = suggestion(name.text, [(one.name, None) for one in described()])
        problem = "function.unknown_near" if near else "function.unknown"
        return self.refuse(problem, name, name=name.text, near=near)

    def check_arguments(
        self, node: tree.Call, function: Function, arguments: Sequence[Typed]
    ) -> None:
        most = function.most
        if len(arguments) < function.fewest or (most is not None and len(arguments) > most):
            raise self.refuse("function.arguments", node, signature=function.signature)
        for at, argument in enumerate(arguments):
            kind = argument.type.kind
            if kind != "empty" and kind not in function.kinds_of(at):
                raise self.refuse(
                    "function.argument",
                    node.arguments[at],
                    signature=function.signature,
                    example=function.example,
                    **self.shown(argument),
                )

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
            raise self.refuse("type.chain", whole)
        at = whole if len(whole.operators) == 1 else Span(left.start, right.end)
        positive = _OPPOSITE.get(operator, operator)
        if positive == "in":
            found = self.within(left, right, scope, at)
        elif positive == "is":
            found = self.identity(left, right, scope, at)
        else:
            return self.ordered(left, operator, right, scope, at, whole)
        return self.not_(at, found) if operator in _OPPOSITE else found

    def identity(self, left: tree.Node, right: tree.Node, scope: Scope, at: Place) -> Typed:
        if not isinstance(right, tree.Nothing):
            raise self.refuse("type.is", right)
        return self.is_empty(self.node(left, scope), at)

    def is_empty(self, item: Typed, at: Place) -> Typed:
        if item.type.kind == "tags":
            return self.not_(at, self.any_tag(item, at, None))
        return IsEmpty(type=BOOLEAN, start=at.start, end=at.end, nullable=False, operand=item)

    def any_tag(self, item: Typed, at: Place, tags: tuple[str, ...] | None) -> Typed:
        """Whether the tags field `item` holds one of `tags`; None means any."""
        if isinstance(item, Via):
            body = self.any_tag(item.body, at, tags)
            return Via(
                type=BOOLEAN, start=at.start, end=at.end, up=item.up, steps=item.steps, body=body
            )
        assert isinstance(item, Read)
        return HasTag(
            type=BOOLEAN,
            start=at.start,
            end=at.end,
            nullable=False,
            up=item.up,
            entity=item.entity,
            field=item.field,
            tags=tags,
        )

    def ordered(
        self,
        left: tree.Node,
        operator: str,
        right: tree.Node,
        scope: Scope,
        at: Place,
        whole: tree.Comparison,
    ) -> Typed:
        a, b = self.node(left, scope), self.node(right, scope)
        if "tags" in (a.type.kind, b.type.kind):
            return self.compared_tags(a, operator, b, at)
        chained = len(whole.operators) > 1
        a, b = self.comparable(a, b, whole if chained else at, chained=chained)
        if operator not in ("==", "!="):
            for item in (a, b):
                if item.type.kind in ("choice", "reference", "boolean"):
                    raise self.refuse("type.no_order", item, **self.shown(item))
        for one, other in ((a, b), (b, a)):
            if one.type == EMPTY and operator in ("==", "!="):
                found = self.is_empty(other, at)
                return found if operator == "==" else self.not_(at, found)
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
            return a, b
        if {a.type.kind, b.type.kind} == {"date", "datetime"}:
            raise self.refuse("type.date_time", at)
        problem = "type.chain" if chained else "type.compare"
        found = self.unify((a, b), at, problem)
        return found[0], found[1]

    def compared_tags(self, a: Typed, operator: str, b: Typed, at: Place) -> Typed:
        item, other = (a, b) if a.type.kind == "tags" else (b, a)
        if operator in ("==", "!="):
            if other.type == EMPTY:
                found = self.is_empty(item, at)
                return found if operator == "==" else self.not_(at, found)
            if self.paths.exclusive(item) and isinstance(other, Constant) and other.type == TEXT:
                found = self.any_tag(item, at, (self.tag(item, other),))
                return found if operator == "==" else self.not_(at, found)
        raise self.refuse("type.tags_compare", at)

    def tag(self, item: Typed, text: Constant) -> str:
        as_choice = self.coerced(text, choice(item.type.options or ""))
        assert isinstance(as_choice, Constant)
        return str(as_choice.value)

    def within(self, left: tree.Node, right: tree.Node, scope: Scope, at: Place) -> Typed:
        if not isinstance(right, tree.Items):
            item = self.node(left, scope)
            holder = self.node(right, scope)
            if holder.type.kind == "tags" and isinstance(item, Constant) and item.type == TEXT:
                return self.any_tag(holder, at, (self.tag(holder, item),))
            raise self.refuse("type.in", right)
        operand = self.node(left, scope)
        items = [self.node(one, scope) for one in right.items]
        for one, typed in zip(right.items, items, strict=True):
            if typed.type == EMPTY:
                raise self.refuse("type.in_empty", one)
            if not typed.static:
                raise self.refuse("type.in_constants", one)
        if operand.type.kind == "tags":
            if not all(isinstance(one, Constant) and one.type == TEXT for one in items):
                raise self.refuse("type.tags_compare", at)
            tags = tuple(self.tag(operand, one) for one in items if isinstance(one, Constant))
            return self.any_tag(operand, at, tags)
        found = tuple(self.comparable(operand, one, one)[1] for one in items)
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

    def unify(
        self, items: Sequence[Typed], at: Place, problem: str = "type.mixed"
    ) -> tuple[Typed, ...]:
        types = [item.type for item in items if item.type != EMPTY]
        if not types:
            return tuple(items)
        if all(one.numeric for one in types):
            kind = "money" if any(one.kind == "money" for one in types) else "number"
            common = Type(kind, max(one.scale for one in types))
        else:
            common = next((one for one in types if one != TEXT), TEXT)
        for item in items:
            if not self.fits(item, common):
                other = next(one for one in items if one is not item)
                raise self.refuse(
                    self.better(problem, item, other),
                    at,
                    first=_kind(items[0].type),
                    second=_kind(item.type if item is not items[0] else other.type),
                )
        return tuple(self.coerced(item, common) for item in items)

    def better(self, problem: str, a: Typed, b: Typed) -> str:
        """A problem that says more, for what is often written."""
        kinds = {a.type.kind, b.type.kind}
        if kinds == {"text", "date"} or kinds == {"text", "datetime"}:
            return "type.date_text"
        if kinds in ({"reference", "text"}, {"reference", "number"}):
            return "type.reference"
        if kinds == {"date", "datetime"}:
            return "type.date_time"
        return problem

    def fits(self, item: Typed, to: Type) -> bool:
        """Whether an item can be read as another type without loss of meaning."""
        if item.type in (EMPTY, to) or (item.type.numeric and to.numeric):
            return True
        return to.kind == "choice" and item.type == TEXT and _texts(item) is not None

    def coerced(self, item: Typed, to: Type) -> Typed:
        """The item as a type that it `fits`; texts become options, numbers are rescaled."""
        if item.type == to:
            return item
        if item.type == EMPTY:
            return self.retyped(item, to)
        if to.numeric:
            return rescaled(self, item, to)
        return self.as_option(item, to)

    def assigned(self, at: Place, item: Typed, entity_id: str, field_id: str) -> Typed:
        """The item as a field wants it; refuses what cannot be written there."""
        one = self.app.entity(entity_id).field(field_id)
        wanted = field_type(self.app, entity_id, one)
        if item.type.kind == "date" and wanted.kind == "datetime":
            return self.make(START_OF_DAY, at, item, type=wanted, nullable=item.nullable)
        if not self.fits(item, wanted):
            params = {"found": _kind(item.type), "wanted": _kind(wanted)}
            raise self.refuse("type.assign", at, **params)
        return self.coerced(item, wanted)

    def retyped(self, item: Typed, to: Type) -> Typed:
        return self.constant(item, to, None) if isinstance(item, Constant) else item

    def as_option(self, item: Typed, to: Type) -> Typed:
        if isinstance(item, Constant):
            if item.value is None:
                return self.retyped(item, to)
            key = to.options or ""
            found = option(options_of(self.app, key), item.value, self.options.space)
            if found is None:
                raise self.unknown_option(item, key)
            return self.constant(item, to, found.id)
        if isinstance(item, If):
            body, other = self.coerced(item.body, to), self.coerced(item.other, to)
            return self.chosen(item, item.test, body, other)
        assert isinstance(item, Call)
        items = [self.coerced(argument, to) for argument in item.arguments]
        return self.make(item.operation, item, *items, type=to, nullable=item.nullable)

    def unknown_option(self, item: Constant, key: str) -> ProblemsError:
        known = [one for one in options_of(self.app, key) if not one.archived]
        near = suggestion(item.value, [(one.name, one) for one in known])
        names = ", ".join(one.name for one in known[:8])
        problem = "option.no_such_near" if near else "option.no_such"
        return self.refuse(problem, item, name=item.value, near=near, names=names)

    def shown(self, item: Typed) -> dict[str, Any]:
        """The parameters with which sentences tell an item's type."""
        return {"type": _kind(item.type)}


@dataclass(frozen=True, slots=True)
class Span:
    """A place in the text."""

    start: int
    end: int


def _texts(item: Typed) -> tuple[Constant, ...] | None:
    """The text constants that an item may have as its value, or None where there are others."""
    if isinstance(item, Constant):
        return (item,)
    parts: tuple[Typed, ...]
    if isinstance(item, If):
        parts = (item.body, item.other)
    elif isinstance(item, Call) and item.operation is COALESCE:
        parts = item.arguments
    else:
        return None
    found = [_texts(part) for part in parts]
    if any(one is None for one in found):
        return None
    return tuple(text for one in found if one is not None for text in one)


def _kind(type_: Type) -> Words:
    return Words(type_.kind)
