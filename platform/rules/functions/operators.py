"""What the operators mean, told as functions are; `numbers` and the typer hold what they do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .registry import Example, both


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator or another form of writing; `empty` tells what an empty side makes of it."""

    signature: str
    help: Mapping[str, str]
    examples: tuple[Example, ...]
    empty: Mapping[str, str]


_EMPTY = both("Empty.", "为空。")
_FALSE = both("False.", "为否。")
_NEVER = both("A condition is never empty.", "条件不会为空。")
_VALUE = both("Empty is a value: two empties are equal.", "空也是值：两个空值相等。")
OPERATORS = (
    Operator(
        "a + b, a - b",
        both(
            "Sum and difference, exact; with the finer of the two scales.",
            "和与差，精确计算，小数位数取较多的一方。",
        ),
        (Example("0.1 + 0.2", "0.3"), Example("7 - 0.25", "6.75")),
        _EMPTY,
    ),
    Operator(
        "a * b",
        both(
            "Product; its places add up, and are rounded half up beyond six.",
            "积，小数位数相加，超过六位时四舍五入。",
        ),
        (Example("1.5 * 0.25", "0.375"), Example("amount * probability", of="deal")),
        _EMPTY,
    ),
    Operator(
        "a / b",
        both(
            "Quotient to six places, halves away from zero; empty where b is 0.",
            "商，四舍五入到六位小数；b 为 0 时为空。",
        ),
        (Example("2 / 3", "0.666667"), Example("1 / 0", None)),
        _EMPTY,
    ),
    Operator(
        "a // b, a % b",
        both(
            "The whole number below the quotient, and what remains, with the sign of b; empty"
            " where b is 0.",
            "向下取整的商和余数，余数与 b 同号；b 为 0 时为空。",
        ),
        (Example("-7 // 2", -4), Example("-7 % 2", 1)),
        _EMPTY,
    ),
    Operator(
        "a == b, a != b",
        both(
            "Whether the two are equal, or are not; text compares exactly.",
            "两者是否相等、是否不相等；文本精确比较。",
        ),
        (
            Example("1 == 1.0", True),
            Example('"a" == "A"', False),
            Example("None == None", True),
            Example('status != "signed"', of="customer"),
        ),
        _VALUE,
    ),
    Operator(
        "a < b, a <= b, a > b, a >= b",
        both(
            "Order, of texts by code point; may be chained.",
            "比较大小，文本按字符编码排序；可以连写。",
        ),
        (Example("1 < 2 <= 2", True), Example("None < 1", False)),
        _FALSE,
    ),
    Operator(
        "a in [x, y], a not in [x, y]",
        both("Whether the value is one of those listed.", "值是否为所列的值之一。"),
        (Example("2 in [1, 2]", True), Example('status in ["signed", "lost"]', of="customer")),
        both("`in` is false, `not in` true.", "`in` 为否，`not in` 为是。"),
    ),
    Operator(
        "a is None, a is not None",
        both("Whether the value is empty, or is not.", "值是否为空、是否不为空。"),
        (Example('"" is None', True), Example("phone is not None", of="customer")),
        _NEVER,
    ),
    Operator(
        "a and b, a or b, not a",
        both("Conditions joined and turned round.", "条件的并且、或者与取反。"),
        (Example("True and not False", True), Example("1 > 2 or 2 > 1", True)),
        _NEVER,
    ),
    Operator(
        "x if condition else y",
        both(
            "The first value where the condition holds, else the second.",
            "条件成立时取前一个值，否则取后一个。",
        ),
        (Example('"big" if 5 > 3 else "small"', "big"),),
        _NEVER,
    ),
)
