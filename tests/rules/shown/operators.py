"""What cases show of operators: every pair of kinds that the typer takes, with what may happen.

Kinds are those of the operands by themselves, a duration beside plain numbers among them; "empty"
is None as it is written. An operand within an aggregate is about other records and shows nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, product
from typing import Any

from fieldstone.metadata.expression import AGGREGATES, parse, quote, tree
from fieldstone.metadata.problems import ProblemsError
from fieldstone.rules import compile_expression
from fieldstone.rules.evaluate import Evaluator
from fieldstone.rules.ir import Typed
from tests.rules.casebook import Case, company, compiled, context
from tests.rules.declared import APP
from tests.rules.generate.leaves import leaves
from tests.rules.shown.functions import at_limit

EQUALITIES = ("==", "!=")
ORDERS = ("<", "<=", ">", ">=")
COMPARISONS = (*EQUALITIES, *ORDERS)
SUMS = ("+", "-", "*")
QUOTIENTS = ("/", "//", "%")
MEMBERSHIP = ("in", "not in")
EMPTINESS = ("is", "is not")
JOINING = ("and", "or")
OPERATORS = {*COMPARISONS, *SUMS, *QUOTIENTS, *MEMBERSHIP, *EMPTINESS, *JOINING}
NODES = (tree.Arithmetic, tree.Comparison, tree.Logic, tree.Not, tree.Either, tree.Negative)
_WITH_LIMITS = ("number", "money")
"""Durations end where the numbers do that they are."""
_ENDING = (*_WITH_LIMITS, "text", "date", "datetime")
_NEVER_EMPTY = ("boolean", "empty")


@dataclass(frozen=True)
class Operand:
    """A part of a case: its kind by itself, its value, and whether that is at a limit."""

    kind: str
    value: Any
    limit: bool


@cache
def samples() -> dict[str, tuple[str, ...]]:
    """Expressions of each kind to try operators with."""
    near = leaves("account").near
    found: dict[str, list[str]] = {}
    for key, paths in near.items():
        if key != "whole":
            found.setdefault(key.partition(":")[0], []).extend(paths)
    found["duration"] = ["days_since(day)"]
    found["empty"] = ["None"]
    found["reference"].append("me()")
    found["text"] += _written()
    return {kind: tuple(texts) for kind, texts in found.items()}


@cache
def _written() -> tuple[str, ...]:
    """An option of each field that has some, as a text."""
    fields = APP.entity("account").live_fields
    return tuple(quote(option.name) for one in fields for option in one.options[:1])


@cache
def constants() -> dict[str, tuple[str, ...]]:
    """What may stand in a list, by kind."""
    written = {"number": "7", "date": "today()", "datetime": "now()", "boolean": "True"}
    found = {}
    for kind, texts in samples().items():
        static = tuple(one for one in texts if _static(one))
        found[kind] = (*static, written[kind]) if kind in written else static
    return found


def kind_of(item: Typed) -> str:
    """The kind of a value, durations apart from other numbers."""
    return "duration" if item.type.unit else item.type.kind


def wanted() -> Iterator[str]:
    """What the cases are to show of operators."""
    for operator in (*COMPARISONS, *SUMS, *QUOTIENTS):
        for a, b in pairs(f"{{}} {operator} {{}}"):
            name = f"{a} {operator} {b}"
            yield from (f"{name}: {one}" for one in _outcomes(operator, a, b))
            for side in emptied(f"{{}} {operator} {{}}", a, b):
                yield f"{name}: {side} empty"
    for kind in accepted("-{}"):
        yield from (f"-{kind}: {one}" for one in ("filled", "empty"))
        if kind in _WITH_LIMITS:
            yield f"-{kind}: limit"
    for operator in MEMBERSHIP:
        for a, b in pairs(f"{{}} {operator} [{{}}]", listed=True):
            found = ("true", "false") if a != "empty" else ()
            yield from (f"{a} {operator} [{b}]: {one}" for one in found)
        for kind in accepted(f"{{}} {operator} []"):
            yield f"{kind} {operator} []"
            if kind != "boolean":
                yield f"{kind} {operator} [..]: empty"
        for a, b in pairs(f"{{}} {operator} {{}}"):
            yield from (f"{a} {operator} {b}: {one}" for one in ("true", "false"))
    for operator in EMPTINESS:
        for kind in accepted(f"{{}} {operator} None"):
            yield f"{kind} {operator} None: {'filled' if kind != 'empty' else 'empty'}"
            if kind not in _NEVER_EMPTY:
                yield f"{kind} {operator} None: empty"
    for operator in JOINING:
        yield from (f"{a} {operator} {b}" for a, b in product(("True", "False"), repeat=2))
    yield from ("not True", "not False")
    for a, b in pairs("{} if flag else {}"):
        yield from (f"{a} if {one} else {b}" for one in ("True", "False"))
        if a == b and a not in _NEVER_EMPTY:
            yield from (f"{a} if {one} else {b}: empty" for one in ("True", "False"))


def _outcomes(operator: str, a: str, b: str) -> Iterator[str]:
    """What may happen to a pair of kinds."""
    if operator in COMPARISONS:
        if "empty" not in (a, b):
            yield from ("true", "false")
            if a == b and a in _ENDING:
                yield "limit"
        elif operator in EQUALITIES and a != b:
            yield "filled"
        elif a == b:
            yield "both empty"
        return
    yield "filled"
    if operator in QUOTIENTS:
        yield "by zero"
    if {a, b} <= set(_WITH_LIMITS):
        yield "limit"
        if can_fail(operator, a, b):
            yield "past"


def can_fail(operator: str, a: str, b: str) -> bool:
    """Whether some value of the kinds leads beyond the range."""
    # What is left is less than b: it is too long only where a has more places than b.
    return operator != "%" or a != "money"


def shown_by(case: Case) -> Iterator[str]:
    """What a case shows of the operators in it."""
    shown = Shown(case)
    for one in _outermost(parse(case["expression"])):
        yield from shown.by(one)


def _outermost(node: tree.Node) -> Iterator[tree.Node]:
    """The parts of an expression that are about the record itself."""
    yield node
    if not (isinstance(node, tree.Call) and node.function.text in AGGREGATES):
        for child in node.children():
            yield from _outermost(child)


class Shown:
    """What the parts of one case show."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.record = company(case).record("account", 1)

    def operand(self, node: tree.Node) -> Operand:
        """A part by itself."""
        typed = compiled(self.case, node).typed
        value = Evaluator(context(self.case)).of(typed, self.record)
        return Operand(kind_of(typed), value, at_limit(value, typed))

    def by(self, node: tree.Node) -> Iterator[str]:
        """What an operator shows."""
        match node:
            case tree.Arithmetic():
                yield from self.arithmetic(node)
            case tree.Comparison():
                for operator, (left, right) in zip(
                    node.operators, pairwise(node.operands), strict=True
                ):
                    one = tree.Comparison(node.start, node.end, (left, right), (operator,))
                    yield from self.comparison(operator, left, right, self.operand(one).value)
            case tree.Negative() if not isinstance(node.operand, tree.Number):
                item = self.operand(node.operand)
                yield f"-{item.kind}: {'empty' if item.value is None else 'filled'}"
                if item.limit:
                    yield f"-{item.kind}: limit"
            case tree.Not():
                yield f"not {self.operand(node.operand).value}"
            case tree.Logic():
                values = [self.operand(one).value for one in node.items]
                yield from (f"{a} {node.operator} {b}" for a, b in pairwise(values))
            case tree.Either():
                yield from self.choice(node)

    def arithmetic(self, node: tree.Arithmetic) -> Iterator[str]:
        a, b, result = map(self.operand, (node.left, node.right, node))
        name = f"{a.kind} {node.operator} {b.kind}"
        if a.value is None:
            yield f"{name}: left empty"
        if b.value is None:
            yield f"{name}: right empty"
        if None in (a.value, b.value):
            return
        if result.value is not None:
            yield f"{name}: filled"
            if a.limit or b.limit or result.limit:
                yield f"{name}: limit"
        else:
            yield f"{name}: by zero" if b.value == 0 else f"{name}: past"

    def comparison(
        self, operator: str, left: tree.Node, right: tree.Node, holds: bool
    ) -> Iterator[str]:
        if isinstance(right, tree.Items):
            yield from self.listed(operator, left, right.items, holds)
            return
        if operator in EMPTINESS:
            item = self.operand(left)
            yield f"{item.kind} {operator} None: {'empty' if item.value is None else 'filled'}"
            return
        a, b = self.operand(left), self.operand(right)
        name = f"{a.kind} {operator} {b.kind}"
        if a.value is None:
            yield f"{name}: left empty"
        if b.value is None:
            yield f"{name}: right empty"
        if a.value is None and b.value is None:
            yield f"{name}: both empty"
        if None not in (a.value, b.value):
            yield f"{name}: {str(holds).lower()}"
            if a.limit or b.limit:
                yield f"{name}: limit"
        elif "empty" in (a.kind, b.kind) and (a.value, b.value) != (None, None):
            yield f"{name}: filled"
        elif operator in MEMBERSHIP:
            yield f"{name}: {str(holds).lower()}"

    def listed(
        self, operator: str, left: tree.Node, items: Sequence[tree.Node], holds: bool
    ) -> Iterator[str]:
        item = self.operand(left)
        if not items:
            yield f"{item.kind} {operator} []"
        elif item.value is None:
            yield f"{item.kind} {operator} [..]: empty"
        else:
            for one in items:
                yield f"{item.kind} {operator} [{self.operand(one).kind}]: {str(holds).lower()}"

    def choice(self, node: tree.Either) -> Iterator[str]:
        a, test, b = map(self.operand, (node.body, node.test, node.other))
        name = f"{a.kind} if {test.value} else {b.kind}"
        yield name
        if (a if test.value else b).value is None:
            yield f"{name}: empty"


def pairs(form: str, *, listed: bool = False) -> Iterator[tuple[str, str]]:
    """The pairs of kinds that a form takes."""
    right = constants() if listed else samples()
    for a, b in product(sorted(samples()), sorted(right)):
        if any(_accepts(form.format(*one)) for one in product(samples()[a], right[b])):
            yield a, b


def emptied(form: str, a: str, b: str) -> Iterator[str]:
    """The sides on which a value may be empty; a text beside a choice is one that is written."""
    taken = [one for one in product(samples()[a], samples()[b]) if _accepts(form.format(*one))]
    for side, kind, texts in zip(("left", "right"), (a, b), zip(*taken, strict=True), strict=True):
        if kind not in _NEVER_EMPTY and any(text not in _written() for text in texts):
            yield side


def accepted(form: str) -> Iterator[str]:
    """The kinds that a form with one operand takes."""
    for kind, texts in sorted(samples().items()):
        if any(_accepts(form.format(one)) for one in texts):
            yield kind


@cache
def _accepts(text: str) -> bool:
    try:
        compile_expression(APP, "account", text, allow_viewer=True, space="name")
    except ProblemsError:
        return False
    return True


def _static(text: str) -> bool:
    return compile_expression(APP, "account", text, allow_viewer=True, space="name").typed.static
