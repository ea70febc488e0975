"""From the tree of an expression to a typed one: every name resolved, every type checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..metadata.expression import AGGREGATES, tree
from ..metadata.model import App, Entity, Field
from ..metadata.problems import Fix, Problem, ProblemsError
from . import arithmetic, corrections, windows
from .comparing import Comparing
from .conversions import Conversions
from .functions import described, function_named
from .functions.numbers import NEGATE, arithmetic_call
from .functions.registry import Function, Operation, Place
from .ir import (
    Call,
    Constant,
    Extra,
    HasTag,
    If,
    IsEmpty,
    Logic,
    Not,
    Read,
    Typed,
    Via,
    Written,
)
from .names import Space, suggestion
from .paths import Paths, Scope
from .types import BOOLEAN, DATE, DATETIME, EMPTY, INTEGER, TEXT, Type, Words, choice, number

MOST_PARTS = 2_000
"""Parts of a typed expression, the formula fields within it included."""
MOST_LEVELS = 80
MOST_TABLES = 80
"""Times that an expression looks into other records: SQLAlchemy takes nearly 1 ms for each."""
MOST_NESTING = 2
"""Aggregates within aggregates."""
_EMPTIES = (DATE, DATETIME, INTEGER, TEXT)
_OPPOSITE = {"!=": "==", "not in": "in", "is not": "is"}


@dataclass(frozen=True)
class Options:
    """How an expression is to be read; see `compile_expression`."""

    space: Space = "id"
    allow_viewer: bool = False
    extra: Mapping[str, Type] | None = None
    into: tuple[str, str] | None = None
    lenient: bool = False
    over_table: bool = False


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
        self.doubts: list[Problem] = []
        self.paths = Paths(self, formula)
        self.comparing = Comparing(self)
        self.conversions = Conversions(self)

    def expression(self, node: tree.Node, scope: Scope) -> Typed:
        """The typed form of a whole expression, within all bounds."""
        typed = self.node(node, scope)
        if self.options.into is not None:
            typed = self.conversions.assigned(node, typed, *self.options.into)
        if typed.size > MOST_PARTS or typed.height > MOST_LEVELS:
            raise self.refuse("expression.too_large", node)
        if typed.tables > MOST_TABLES:
            looks = typed.tables
            raise self.refuse("expression.too_many_related", node, count=looks, limit=MOST_TABLES)
        if typed.nesting > MOST_NESTING:
            raise self.refuse("aggregate.nesting", node, limit=MOST_NESTING)
        return typed

    def refuse(
        self, problem: str, at: Place, fix: Fix | None = None, **params: Any
    ) -> ProblemsError:
        return ProblemsError([Problem(problem, params, position=at.start + 1, fix=fix)])

    def doubt(self, problem: str, at: Place, fix: Fix | None = None, **params: Any) -> None:
        """Refuse what is newly written; what is read leniently goes on, and the problem is kept."""
        if not self.options.lenient:
            raise self.refuse(problem, at, fix, **params)
        self.doubts.append(Problem(problem, params, position=at.start + 1))

    def make(self, operation: Operation, call: Place, *arguments: Typed, **given: Any) -> Typed:
        if operation.viewer and not self.options.allow_viewer:
            raise self.refuse("function.viewer", call, name=operation.name)
        return Call(
            start=call.start, end=call.end, operation=operation, arguments=arguments, **given
        )

    def node(self, node: tree.Node, scope: Scope) -> Typed:
        return _TYPED[type(node)](self, node, scope)

    def negation(self, node: tree.Not, scope: Scope) -> Typed:
        return self.not_(node, self.condition(node.operand, scope))

    def number(self, node: tree.Number, scope: Scope) -> Typed:
        raw = int(node.value.scaleb(node.scale) if node.scale else node.value)
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
            value = None if item.value is None else -item.value
            return self.constant(node, item.type, value, item.bound)
        return self.make(
            NEGATE, node, item, type=item.type, nullable=item.nullable, bound=item.bound
        )

    def arithmetic(self, node: tree.Arithmetic, scope: Scope) -> Typed:
        # A chain leans to the left: it is walked, so that a long one needs no deep stack.
        chain: list[tree.Arithmetic] = []
        first: tree.Node = node
        while isinstance(first, tree.Arithmetic):
            self.refuse_date(first)
            chain.append(first)
            first = first.left
        item = self.node(first, scope)
        for one in reversed(chain):
            item = self.calculated(one, item, self.node(one.right, scope))
        return item

    def refuse_date(self, node: tree.Arithmetic) -> None:
        """Doubt `2026-11-21`: a date as people write it, which is 1994 as numbers."""
        instead = corrections.date_in_digits(node)
        if instead is not None:
            fix = Fix(node.start, node.end, (instead,))
            self.doubt("expression.date", node, fix, instead=instead)

    def calculated(self, node: tree.Arithmetic, a: Typed, b: Typed) -> Typed:
        if a.type.numeric and b.type.numeric:
            return arithmetic_call(self, node, node.operator, a, b)
        kinds = {a.type.kind, b.type.kind}
        if kinds <= {"date", "datetime"} and node.operator == "-":
            raise self.refuse("type.date_difference", node, corrections.difference(node, kinds))
        if kinds & {"date", "datetime"} and node.operator in "+-":
            raise self.refuse("type.date_sum", node, corrections.moved_date(node, a, b))
        if "text" in kinds and node.operator == "+":
            raise self.refuse("type.text_sum", node, corrections.joined(node))
        item, part = (b, node.right) if a.type.numeric else (a, node.left)
        raise self.refuse("type.number", part, **self.shown(item))

    def logic(self, node: tree.Logic, scope: Scope) -> Typed:
        self.refuse_alternatives(node)
        items = tuple(self.condition(item, scope) for item in node.items)
        return Logic(
            type=BOOLEAN,
            start=node.start,
            end=node.end,
            nullable=False,
            operator=node.operator,
            items=items,
        )

    def refuse_alternatives(self, node: tree.Logic) -> None:
        """Refuse `name == "a" or "b"`: each side of "or" is a condition of its own."""
        fix = corrections.alternatives(node)
        if fix is not None:
            raise self.refuse("type.alternatives", node.items[1], fix)

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
        if windows.is_window(name):
            return windows.typed(self, node, scope)
        function = function_named(name)
        if function is None:
            raise self.unknown_function(node)
        arguments = tuple(self.node(argument, scope) for argument in node.arguments)
        self.check_arguments(node, function, arguments)
        given = (self.of_kind(one, function.kinds_of(at)) for at, one in enumerate(arguments))
        typed = function.typed(self, node, tuple(given))
        return replace(typed, written=Written(function, arguments))

    def of_kind(self, item: Typed, kinds: frozenset[str]) -> Typed:
        """What is written as None as an empty value of a kind: databases want to know which."""
        kind = next((one for one in _EMPTIES if one.kind in kinds), None)
        if item.type != EMPTY or kind is None or kinds >= {one.kind for one in _EMPTIES}:
            return item
        return self.conversions.retyped(item, kind)

    def unknown_function(self, node: tree.Call) -> ProblemsError:
        name = node.function
        near = corrections.function_meant(name.text) or suggestion(
            name.text, [(one.name, None) for one in described()]
        )
        problem = "function.unknown_near" if near else "function.unknown"
        fix = Fix(name.start, name.end, (near,)) if near else None
        return self.refuse(problem, name, fix, name=name.text, near=near)

    def check_arguments(
        self, node: tree.Call, function: Function, arguments: Sequence[Typed]
    ) -> None:
        count = len(arguments)
        if function.repeats and count > function.most:
            params: dict[str, Any] = {"name": function.name, "limit": function.most}
            raise self.refuse("function.too_many", node.arguments[function.most], **params)
        if not function.fewest <= count <= function.most:
            raise self.refuse("function.arguments", node, signature=function.signature)
        for at, argument in enumerate(arguments):
            kind = argument.type.kind
            if kind != "empty" and kind not in function.kinds_of(at):
                raise self.refuse(
                    "function.argument",
                    node.arguments[at],
                    corrections.date_argument(node, argument),
                    signature=function.signature,
                    example=function.example,
                    **self.shown(argument),
                )

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
        if not isinstance(item, Read):
            raise self.refuse("type.tags_value", item)
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

    def tag(self, item: Typed, text: Constant) -> str:
        as_choice = self.conversions.coerced(text, choice(item.type.options or ""))
        assert isinstance(as_choice, Constant)
        return str(as_choice.value)

    def comparison(self, node: tree.Comparison, scope: Scope) -> Typed:
        return self.comparing.comparison(node, scope)

    def compare(self, a: Typed, operator: str, b: Typed, at: Place) -> Typed:
        return self.comparing.pair(*self.comparing.comparable(a, b, at), operator, at)

    def unify(self, items: Sequence[Typed], at: Place) -> tuple[Typed, ...]:
        return self.conversions.unify(items, at)

    def shown(self, item: Typed) -> dict[str, Any]:
        """The parameters with which sentences tell an item's type."""
        return {"type": Words.of(item.type)}


_TYPED: Mapping[type[tree.Node], Callable[[Typer, Any, Scope], Typed]] = {
    tree.Number: Typer.number,
    tree.Text: Typer.text,
    tree.Truth: Typer.truth,
    tree.Nothing: Typer.nothing,
    tree.Items: Typer.items,
    tree.Path: Typer.path,
    tree.Negative: Typer.negative,
    tree.Arithmetic: Typer.arithmetic,
    tree.Logic: Typer.logic,
    tree.Not: Typer.negation,
    tree.Either: Typer.either,
    tree.Call: Typer.call,
    tree.Comparison: Typer.comparison,
}
