"""The parser reads what Python reads in the same way, and refuses the rest with advice."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldstone.metadata.expression import parse, tree
from fieldstone.metadata.messages import LOCALES
from fieldstone.metadata.problems import Problem, ProblemsError

REFUSED = [
    ("", "expression.empty", 1),
    ("   ", "expression.empty", 4),
    ("amount = 100", "expression.assignment", 8),
    ("amount := 100", "expression.assignment", 8),
    ("f(x=1)", "expression.assignment", 4),
    ("a; b", "expression.statements", 2),
    ("a && b", "expression.operator", 3),
    ("a || b", "expression.operator", 3),
    ("!a", "expression.operator", 1),
    ("a <> b", "expression.operator", 3),
    ("a => b", "expression.operator", 3),
    ("a === b", "expression.operator", 3),
    ("a AND b", "expression.operator", 3),
    ("a ** b", "expression.power", 3),
    ("a ^ b", "expression.power", 3),
    ("a > ¥100", "expression.currency", 5),
    ("a > 2026-01-01", "expression.date", 5),
    ("a > 1,000", "expression.groups", 5),
    ("a > 5%", "expression.percent", 5),
    ("a > 3 and < 5", "expression.half", 11),
    ("> 3", "expression.no_value", 1),
    ("count(a) where b", "expression.where", 10),
    ("a between 1 and 3", "expression.between", 3),
    ('a like "x"', "expression.infix", 3),
    ("a ? b : c", "expression.ternary", 3),
    ("{}", "expression.braces", 1),
    ("a @ b", "expression.character", 3),
    ("a # b", "expression.character", 3),
    ("a\x00", "expression.character", 2),
    ('"\ud800"', "expression.character", 2),
    ("（a）", "expression.full_width", 1),
    ("a ＞ 1", "expression.full_width", 3),
    ("stage == “won”", "expression.full_width", 10),
    ("１ + 1", "expression.full_width", 1),
    ("a\u3000== 1", "expression.full_width", 2),
    ("lambda: 1", "expression.not_allowed", 1),
    ("f(*a)", "expression.not_allowed", 3),
    ('f"a"', "expression.text_prefix", 1),
    ('"""a"""', "expression.text_prefix", 1),
    ('"a" "b"', "expression.text_twice", 5),
    ('"a', "expression.text_open", 1),
    ('"\\d"', "expression.escape", 2),
    ('"\\', "expression.escape", 2),
    ("1e5", "expression.exponent", 1),
    ("1E-5", "expression.exponent", 1),
    ("1_000", "expression.number", 1),
    ("0x10", "expression.number", 1),
    ("1.2.3", "expression.number", 1),
    ("3days", "expression.suffix", 1),
    ("007", "expression.leading_zero", 1),
    ("0.1234567", "expression.scale", 1),
    ("1234567890123456", "expression.digits", 1),
    ("1234567890.123456", "expression.digits", 1),
    ("a[0]", "expression.subscript", 2),
    ("f(a)[0]", "expression.subscript", 5),
    ("name.upper()", "expression.method", 6),
    ("f(a).b", "expression.point", 5),
    ("(a).b", "expression.point", 4),
    ("a.", "expression.point_name", 2),
    ("a.1", "expression.point_name", 2),
    ("(a", "expression.not_closed", 1),
    ("f(a", "expression.not_closed", 2),
    ("a in [1", "expression.not_closed", 6),
    ("()", "expression.empty_parentheses", 1),
    ("(1, 2)", "expression.tuple", 3),
    ("a +", "expression.ends_early", 4),
    ("a if b", "expression.if_without_else", 3),
    ("a == not b", "expression.parentheses", 6),
    ("+a", "expression.plus", 1),
    ("a b", "expression.unexpected", 3),
    ("a)", "expression.not_opened", 2),
    ("f(x)(y)", "expression.unexpected", 5),
    ("first(a.b, at=c)", "expression.keyword", 12),
    ("first(a.b, by=c, d)", "expression.after_by", 18),
    ("(" * 65 + "a", "expression.too_deep", 65),
    ("-" * 33 + "1", "expression.too_deep", 33),
    ("not " * 40 + "a", "expression.too_deep", None),
    (" + ".join(["a"] * 101), "expression.too_many_nodes", None),
    ("a" * 2001, "expression.too_long", 2001),
]


@pytest.mark.parametrize(("text", "problem", "position"), REFUSED)
def test_refusal(text: str, problem: str, position: int | None) -> None:
    found = refused(text)
    assert found.id == problem
    assert position is None or found.position == position
    for locale in LOCALES:
        assert "{" not in found.text(locale).replace("{" + "}", "")


def refused(text: str) -> Problem:
    with pytest.raises(ProblemsError) as caught:
        parse(text)
    return caught.value.problems[0]


@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        ("（a＞1）", "(a>1)"),
        ("stage == “won”", 'stage == "won"'),
        ("stage == ‘won’", "stage == 'won'"),
        ("a in 【1，2】", "a in [1,2]"),
        ("a ≥ 1 ； b", "a >= 1 ; b"),
        ("ａ == １", "a == 1"),
        ('contains(name，"（中）")', 'contains(name,"（中）")'),
    ],
)
def test_full_width_is_offered_corrected(text: str, corrected: str) -> None:
    assert refused(text).params["instead"] == corrected


def test_full_width_within_a_text_stays() -> None:
    node = parse('name == "（中）“文”，"')
    assert isinstance(node, tree.Comparison)
    assert isinstance(node.operands[1], tree.Text)
    assert node.operands[1].value == "（中）“文”，"


def test_numbers_are_exact() -> None:
    node = parse("0.10")
    assert isinstance(node, tree.Number)
    assert (node.value, node.scale) == (Decimal("0.10"), 2)


def test_a_long_sum_is_one_level() -> None:
    assert parse(" + ".join(["a"] * 100)).start == 0


def test_positions_count_characters() -> None:
    node = parse('name == "中文" and amount > 1')
    assert isinstance(node, tree.Logic)
    assert node.items[1].start == 17


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_grouping_is_pythons(seed: int) -> None:
    text = some_python(random.Random(seed), 4)
    try:
        python = ast.parse(text, mode="eval").body
    except SyntaxError:
        refused(text)
        return
    assert shape(parse(text)) == python_shape(python), text


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_the_text_of_a_part_means_that_part(seed: int) -> None:
    text = some_python(random.Random(seed), 4)
    try:
        whole = parse(text)
    except ProblemsError:
        return
    for node in whole.walk():
        assert shape(parse(text[node.start : node.end])) == shape(node), text


PIECES = [*"ab1.(),[]=<>!+-*/%&|\"'\\ \n（）“”。０{}？", " and ", " not ", " in ", " if ", " else "]


@settings(max_examples=500, deadline=None)
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=60))
def test_anything_else_is_a_problem(pieces: list[str]) -> None:
    try:
        parse("".join(pieces))
    except ProblemsError as error:
        assert all(problem.position is not None for problem in error.problems)


def some_python(chance: random.Random, depth: int) -> str:
    if depth == 0:
        return chance.choice(["a", "b.c", "1", "2.5", '"x"', "True", "None"])

    def one() -> str:
        return some_python(chance, depth - 1)

    compared = chance.choice(["==", "<", ">=", "!=", "in", "not in"])
    ways: list[Callable[[], str]] = [
        lambda: f"{one()} {chance.choice('+-*/%')} {one()}",
        lambda: f"{one()} // {one()}",
        lambda: f"{one()} and {one()} or {one()}",
        lambda: f"({one()}) {compared} ({one()})",
        lambda: f"not ({one()})",
        lambda: f"-({one()})",
        lambda: f"({one()} if {one()} else {one()})",
        lambda: f"f({one()}, {one()})",
        lambda: f"({one()})",
        one,
    ]
    return chance.choice(ways)()


def shape(node: tree.Node) -> object:
    """The grouping of a tree, without places."""
    match node:
        case tree.Number():
            return ("number", float(node.value))
        case tree.Text() | tree.Truth():
            return ("constant", node.value)
        case tree.Nothing():
            return ("constant", None)
        case tree.Path():
            return ("path", node.dotted)
        case tree.Call():
            return ("call", node.function.text, *map(shape, node.arguments))
        case tree.Arithmetic() | tree.Logic():
            return (node.operator, *map(shape, node.children()))
        case tree.Comparison():
            return ("compare", node.operators, *map(shape, node.operands))
    return (type(node).__name__, *map(shape, node.children()))


_OPERATORS = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.GtE: ">=",
    ast.Gt: ">",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.And: "and",
    ast.Or: "or",
}


def python_shape(node: ast.expr) -> object:
    """The grouping that Python's own parser finds."""
    match node:
        case ast.Constant(value=bool() | str() | None):
            return ("constant", node.value)
        case ast.Constant():
            return ("number", float(node.value))  # type: ignore[arg-type]
        case ast.Name() | ast.Attribute():
            return ("path", ast.unparse(node))
        case ast.Call(func=ast.Name(id=name)):
            return ("call", name, *map(python_shape, node.args))
        case ast.BinOp():
            operator = _OPERATORS[type(node.op)]
            return (operator, python_shape(node.left), python_shape(node.right))
        case ast.BoolOp():
            return (_OPERATORS[type(node.op)], *map(python_shape, node.values))
        case ast.Compare():
            operators = tuple(_OPERATORS[type(one)] for one in node.ops)
            operands = map(python_shape, [node.left, *node.comparators])
            return ("compare", operators, *operands)
        case ast.UnaryOp(op=ast.Not()):
            return ("Not", python_shape(node.operand))
        case ast.UnaryOp():
            return ("Negative", python_shape(node.operand))
        case ast.IfExp():
            parts = (node.body, node.test, node.orelse)
            return ("Either", *map(python_shape, parts))
    raise AssertionError(ast.dump(node))
