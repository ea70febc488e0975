"""Why an expression has its value for a record: every condition with the values that decide it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..metadata.expression import rename
from ..metadata.messages import LOCALES, render
from ..metadata.wording import present_names
from . import values
from .context import Context
from .evaluate import Evaluator
from .expression import Expression
from .ir import Call, Compare, Constant, Formula, If, In, IsEmpty, Logic, Not, Read, Typed, Via
from .messages import shown
from .records import RecordSource
from .types import BOOLEAN, Type

Readable = Callable[[str, str], bool]
_SIGNS = {"==": "=", "!=": "≠", "<=": "≤", ">=": "≥"}


@dataclass(frozen=True)
class Explanation:
    """A part of an expression and what it came to.

    `text` is the part in present names; `value` its value (None also where it is `hidden` from
    the reader), `result` that of a condition, `words` the part in words by locale, `children`
    the parts that it is made of, in order.
    """

    text: str
    type: Type
    value: Any
    result: bool | None
    words: Mapping[str, str]
    children: tuple[Explanation, ...] = ()
    hidden: bool = False

    def lines(self, locale: str) -> tuple[str, ...]:
        """A line for each condition that is not made of others, in the order of the text."""
        if not self.children or self.type != BOOLEAN:
            return (self.words.get(locale) or self.words["en"],)
        return tuple(line for child in self.children for line in child.lines(locale))

    def sentence(self, locale: str) -> str:
        """The lines in one: `days_since(x) = 47 > 30 yes; tier = "A" yes`."""
        return ("；" if locale.startswith("zh") else "; ").join(self.lines(locale))


def explain(
    expression: Expression,
    record: RecordSource,
    context: Context,
    *,
    parent: RecordSource | None = None,
    readable: Readable | None = None,
) -> Explanation:
    """Why `expression` has its value; what reads a field that is not `readable` is hidden."""
    return _Explaining(expression, record, context, parent, readable).of(expression.typed)


class _Explaining:
    def __init__(
        self,
        expression: Expression,
        record: RecordSource,
        context: Context,
        parent: RecordSource | None,
        readable: Readable | None,
    ) -> None:
        self.expression = expression
        self.record = record
        self.context = context
        self.parent = parent
        self.readable = readable
        self.names = present_names(
            expression.app,
            expression.entity,
            expression.text,
            expression.parent,
            in_ids=expression.space == "id",
        )

    def of(self, node: Typed) -> Explanation:
        hidden = self.is_hidden(node)
        value = None if hidden else self.value(node)
        condition = node.type == BOOLEAN
        children = self.children(node)
        return Explanation(
            text=self.text(node),
            type=node.type,
            value=value,
            result=bool(value) if condition and not hidden else None,
            words={locale: self.words(node, locale) for locale in LOCALES},
            children=children,
            hidden=hidden,
        )

    def children(self, node: Typed) -> tuple[Explanation, ...]:
        parts: tuple[Typed, ...] = ()
        match node:
            case Logic():
                parts = node.items
            case Not() if not isinstance(node.operand, Compare | In | IsEmpty):
                parts = (node.operand,)
            case If() if node.type == BOOLEAN:
                parts = (node.test, node.body, node.other)
        return tuple(self.of(one) for one in parts)

    def value(self, node: Typed) -> Any:
        found = Evaluator(self.context).of(node, self.record, self.parent)
        return values.plain(found, node.type)

    def is_hidden(self, node: Typed) -> bool:
        """Whether the reader may not see a field that decides the value."""
        if self.readable is None:
            return False
        for one in node.walk():
            if isinstance(one, Read | Formula) and not self.readable(one.entity, one.field):
                return True
            if isinstance(one, Via) and not all(
                self.readable(step.entity, step.field) for step in one.steps
            ):
                return True
        return False

    def text(self, node: Typed) -> str:
        """The part of the expression's text, in present names and on one line."""
        names = {
            (start - node.start, end - node.start): name
            for (start, end), name in self.names.items()
            if node.start <= start < end <= node.end
        }
        return " ".join(rename(self.expression.text[node.start : node.end], names).split())

    def words(self, node: Typed, locale: str) -> str:
        """A part with its value: `days_since(x) = 47 > 30 yes`."""
        if isinstance(node, Not) and isinstance(node.operand, Compare | In | IsEmpty):
            inner = self.described(node.operand, locale)
            if (node.start, node.end) == (node.operand.start, node.operand.end):
                inner = self.plain_pair(node.operand, locale)
            return f"{inner} {self.shown(node, locale)}"
        if node.type == BOOLEAN:
            return f"{self.described(node, locale)} {self.shown(node, locale)}"
        return self.described(node, locale)

    def described(self, node: Typed, locale: str) -> str:
        match node:
            case Compare() if node.operator in ("==", "!=") and isinstance(node.right, Constant):
                return self.plain_pair(node, locale)
            case Compare():
                sign = _SIGNS.get(node.operator, node.operator)
                return f"{self.side(node.left, locale)} {sign} {self.side(node.right, locale)}"
            case In() | IsEmpty():
                return self.plain_pair(node, locale)
            case Call() | Read() | Via() | Formula() if node.type != BOOLEAN:
                return f"{self.text(node)} = {self.shown(node, locale)}"
        return self.text(node)

    def plain_pair(self, node: Typed, locale: str) -> str:
        """A test as it is written, with the value that it is about."""
        operand = node.children()[0]
        if isinstance(operand, Constant):
            return self.text(node)
        if self.is_hidden(operand) or self.says_it_all(node):
            return self.text(node)
        return f"{self.text(node)} ({self.shown(operand, locale)})"

    def says_it_all(self, node: Typed) -> bool:
        """Whether a comparison with one value holds, so that the value is known."""
        equal = isinstance(node, Compare) and node.operator == "=="
        return equal and bool(self.value(node))

    def side(self, node: Typed, locale: str) -> str:
        """A side of a comparison; a constant is only itself."""
        if isinstance(node, Constant):
            return self.shown(node, locale)
        return f"{self.text(node)} = {self.shown(node, locale)}"

    def shown(self, node: Typed, locale: str) -> str:
        if self.is_hidden(node):
            return render("value.hidden", locale)
        value = self.value(node)
        if node.type.kind == "tags":
            return ", ".join(sorted(value))
        return shown(self.expression.app, value, node.type, locale, self.context.zone)
