"""Reading an expression: a subset of Python's, by a small parser, so that nothing else parses.

The grouping is Python's (tests compare it with `ast`); every refusal names the place and says what
to write instead.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from ..problems import Fix, Problem, ProblemsError
from . import limits
from .lexer import Token, refuse, tokens
from .misplaced import enclosed, grouped_here, if_call, method, misplaced, percentage
from .tree import (
    Arithmetic,
    Call,
    Comparison,
    Either,
    Items,
    Logic,
    Name,
    Negative,
    Node,
    Not,
    Nothing,
    Number,
    Path,
    Text,
    Truth,
)

_COMPARISONS = frozenset({"==", "!=", "<", "<=", ">", ">="})
_SUMS = frozenset({"+", "-"})
_PRODUCTS = frozenset({"*", "/", "//", "%"})
_SIGNS = frozenset({"symbol", "keyword"})
_PARENTHESES = 64


def parse(text: str) -> Node:
    """The tree of an expression; raises ProblemsError with the position of what is wrong."""
    if len(text) > limits.CHARACTERS:
        raise refuse("expression.too_long", limits.CHARACTERS, limit=limits.CHARACTERS)
    found = _known(text)
    if isinstance(found, tuple):
        raise ProblemsError(found)
    return found


@lru_cache(maxsize=2048)
def _known(text: str) -> Node | tuple[Problem, ...]:
    """The tree of an expression or its problems: a check comes by each of them several times."""
    try:
        return parse_tokens(tokens(text))
    except ProblemsError as error:
        return error.problems


def parse_tokens(found: list[Token]) -> Node:
    """The tree of an expression that was cut into tokens; see `parse`."""
    parser = _Parser(found)
    if parser.now.kind == "end":
        raise refuse("expression.empty", parser.now.start)
    node = parser.either()
    parser.finish()
    _measure(node)
    return node


class _Parser:
    """One method a level of precedence, loosest first; each returns the node that it read."""

    def __init__(self, found: list[Token]) -> None:
        self.found = found
        self.at = 0
        self.now = found[0]
        self.nesting = 0

    @property
    def end(self) -> int:
        """Where what was read last ends: a node in brackets does not know of them."""
        return self.found[self.at - 1].end

    def sees(self, *texts: str) -> bool:
        return self.now.text in texts and self.now.kind in _SIGNS

    def next(self) -> Token:
        token = self.now
        self.at += 1
        self.now = self.found[self.at]
        return token

    def expect(self, text: str, opened: Token) -> Token:
        if self.sees(text):
            return self.next()
        if self.now.kind == "end":
            fix = Fix(self.now.start, self.now.start, (text,))
            params = {"opened": opened.text, "missing": text}
            raise refuse("expression.not_closed", opened.start, fix, **params)
        raise self.unexpected()

    def finish(self) -> None:
        if self.now.kind != "end":
            raise self.unexpected()

    def unexpected(self) -> Exception:
        """The error for what follows a value and may not: see `misplaced`."""
        return misplaced(self.found, self.at)

    def no_value(self) -> Exception:
        """The error for what stands where a value is wanted."""
        token = self.now
        if token.kind == "end":
            return refuse("expression.ends_early", token.start)
        if token.text == "=":
            fix = Fix(token.start, token.end, ("==",))
            return refuse("expression.assignment", token.start, fix, instead="==")
        if token.text == "if":
            return refuse("expression.if_without_else", token.start)
        return refuse("expression.no_value", token.start, found=token.text)

    def either(self) -> Node:
        self.nesting += 1
        if self.nesting > _PARENTHESES:
            raise refuse("expression.too_deep", self.now.start, limit=limits.DEPTH)
        start = self.now.start
        body = self.disjunction()
        if self.sees("if"):
            opened = self.next()
            test = self.disjunction()
            if not self.sees("else"):
                raise refuse("expression.if_without_else", opened.start)
            self.next()
            other = self.either()
            body = Either(start, self.end, body, test, other)
        self.nesting -= 1
        return body

    def disjunction(self) -> Node:
        start = self.now.start
        items = [self.conjunction()]
        while self.sees("or"):
            self.next()
            self.refuse_half(items[-1])
            items.append(self.conjunction())
        if len(items) == 1:
            return items[0]
        return Logic(start, self.end, "or", tuple(items))

    def conjunction(self) -> Node:
        start = self.now.start
        items = [self.negation()]
        while self.sees("and"):
            self.next()
            self.refuse_half(items[-1])
            items.append(self.negation())
        if len(items) == 1:
            return items[0]
        return Logic(start, self.end, "and", tuple(items))

    def refuse_half(self, before: Node) -> None:
        """Refuse `n > 3 and < 5`: after "and" the comparison begins anew."""
        if not self.sees(*_COMPARISONS):
            return
        fix = None
        if isinstance(before, Comparison):
            again = (*enclosed(before.operands[0]), " ")
            fix = Fix(self.now.start, self.now.start, again)
        raise refuse("expression.half", self.now.start, fix, found=self.now.text)

    def negation(self) -> Node:
        opened = []
        while self.sees("not"):
            opened.append(self.next())
        node = self.comparison()
        for token in reversed(opened[-limits.DEPTH - 1 :]):
            node = Not(token.start, self.end, node)
        return node

    def comparison(self) -> Node:
        start = self.now.start
        operands = [self.sum()]
        operators = []
        while (operator := self.comparison_operator()) is not None:
            operators.append(operator)
            if self.sees("not"):
                raise refuse("expression.parentheses", self.now.start, what="not")
            operands.append(self.sum())
        if not operators:
            return operands[0]
        return Comparison(start, self.end, tuple(operands), tuple(operators))

    def comparison_operator(self) -> str | None:
        if self.now.kind == "symbol" and self.now.text in _COMPARISONS:
            return self.next().text
        if self.sees("in"):
            return self.next().text
        if self.sees("is"):
            self.next()
            if self.sees("not"):
                self.next()
                return "is not"
            return "is"
        if self.sees("not"):
            opened = self.next()
            if not self.sees("in"):
                raise refuse("expression.unexpected", opened.start, found="not")
            self.next()
            return "not in"
        return None

    def sum(self) -> Node:
        start = self.now.start
        node = self.product()
        while self.now.kind == "symbol" and self.now.text in _SUMS:
            operator = self.next().text
            right = self.product()
            node = Arithmetic(start, self.end, operator, node, right)
        return node

    def product(self) -> Node:
        start = self.now.start
        node = self.signed()
        while self.now.kind == "symbol" and self.now.text in _PRODUCTS:
            operator = self.next().text
            if operator == "%":
                self.refuse_percent()
            right = self.signed()
            node = Arithmetic(start, self.end, operator, node, right)
        return node

    def refuse_percent(self) -> None:
        """Refuse `5%`: a remainder needs a second number."""
        begins = self.now.kind in ("number", "text", "name") or self.sees("(", "-", "+", "not")
        found = None if begins else percentage(*self.found[self.at - 2 : self.at])
        if found is not None:
            raise found

    def signed(self) -> Node:
        opened = []
        while self.sees("-", "+"):
            token = self.next()
            if token.text == "+":
                fix = Fix(token.start, token.end, ())
                raise refuse("expression.plus", token.start, fix)
            opened.append(token)
        node = self.operand()
        for token in reversed(opened[-limits.DEPTH - 1 :]):
            node = Negative(token.start, self.end, node)
        return node

    def operand(self) -> Node:
        node = self.atom()
        if not self.sees(".", "[", "("):
            return node
        if self.sees("."):
            raise refuse("expression.point", self.now.start)
        if self.sees("["):
            raise refuse("expression.subscript", self.now.start)
        raise refuse("expression.unexpected", self.now.start, found="(")

    def atom(self) -> Node:
        token = self.now
        if token.kind == "number":
            self.next()
            fraction = token.text.partition(".")[2]
            return Number(token.start, token.end, Decimal(token.text), len(fraction))
        if token.kind == "text":
            return self.text()
        if token.kind == "name":
            return self.path_or_call()
        if self.sees("True", "False"):
            self.next()
            return Truth(token.start, token.end, token.text == "True")
        if self.sees("None"):
            self.next()
            return Nothing(token.start, token.end)
        if self.sees("("):
            return self.parenthesised()
        if self.sees("["):
            return self.items()
        if self.sees("if") and self.found[self.at + 1].text == "(":
            return self.path_or_call()
        raise self.no_value()

    def text(self) -> Node:
        token = self.next()
        if self.now.kind == "text":
            raise refuse("expression.text_twice", self.now.start)
        return Text(token.start, token.end, token.value)

    def parenthesised(self) -> Node:
        opened = self.next()
        if self.sees(")"):
            raise refuse("expression.empty_parentheses", opened.start)
        node = self.either()
        if self.sees(","):
            raise self.listed(opened)
        self.expect(")", opened)
        return node

    def listed(self, opened: Token) -> Exception:
        """The error for values with commas in parentheses; after "in" they would be a list."""
        comma = self.now
        digits = grouped_here(self.found, self.at)
        if digits is not None:
            return digits
        if self.found.index(opened) == 0 or self.found[self.found.index(opened) - 1].text != "in":
            return refuse("expression.tuple", comma.start)
        while self.sees(","):
            self.next()
            self.either()
        closed = self.expect(")", opened)
        fix = Fix(opened.start, closed.end, ("[", (opened.end, closed.start), "]"))
        return refuse("expression.tuple", comma.start, fix)

    def items(self) -> Node:
        opened = self.next()
        found: list[Node] = []
        while not self.sees("]"):
            found.append(self.either())
            if not self.sees(","):
                break
            self.next()
        closed = self.expect("]", opened)
        return Items(opened.start, closed.end, tuple(found))

    def path_or_call(self) -> Node:
        names = [self.name()]
        while self.sees("."):
            point = self.next()
            if self.now.kind != "name":
                raise refuse("expression.point_name", point.start)
            names.append(self.name())
        if self.sees("("):
            if len(names) > 1:
                raise method(self.found, self.at, names)
            node = self.call(names[0])
            if node.function.text.lower() == "if":
                raise if_call(node)
            return node
        return Path(names[0].start, names[-1].end, tuple(names))

    def name(self) -> Name:
        token = self.next()
        return Name(token.start, token.end, token.text)

    def call(self, function: Name) -> Call:
        opened = self.next()
        arguments: list[Node] = []
        by: Node | None = None
        while not self.sees(")"):
            if self.now.kind == "name" and self.found[self.at + 1].text == "=":
                by = self.keyword(function)
            else:
                if self.sees("*"):
                    raise refuse("expression.not_allowed", self.now.start, what="*")
                if by is not None:
                    raise refuse("expression.after_by", self.now.start)
                arguments.append(self.either())
            if not self.sees(","):
                break
            self.next()
        closed = self.expect(")", opened)
        return Call(function.start, closed.end, function, tuple(arguments), by)

    def keyword(self, function: Name) -> Node:
        token = self.next()
        equals = self.next()
        if function.text not in ("first", "last"):
            fix = Fix(equals.start, equals.end, ("==",))
            raise refuse("expression.assignment", equals.start, fix, instead="==")
        if token.text != "by":
            raise refuse("expression.keyword", token.start, name=token.text)
        return self.either()


def _measure(root: Node) -> None:
    """Refuse a tree with too many nodes or levels; a chain of sums or products is one level."""
    count = 0
    work = [(root, 1)]
    while work:
        node, depth = work.pop()
        count += 1
        if count > limits.NODES:
            raise refuse("expression.too_many_nodes", node.start, limit=limits.NODES)
        if depth > limits.DEPTH:
            raise refuse("expression.too_deep", node.start, limit=limits.DEPTH)
        for child in node.children():
            chained = isinstance(node, Arithmetic) and child is node.left
            same = chained and isinstance(child, Arithmetic)
            work.append((child, depth if same else depth + 1))
