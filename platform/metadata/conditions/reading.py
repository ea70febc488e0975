"""Reading an expression into rows: what has another shape stays as it is written."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from ..expression import parse
from ..expression.tree import (
    Call,
    Comparison,
    Items,
    Logic,
    Negative,
    Node,
    Not,
    Nothing,
    Number,
    Path,
    Text,
    Truth,
)
from .rows import (
    AMONG,
    BEYOND,
    EMPTIES,
    SIGNS,
    TAGGED,
    TEXTS,
    TURNS,
    UNITS,
    WITHIN,
    Group,
    Item,
    Row,
    Value,
    Word,
    Written,
)

_BY_SIGN = {sign: name for name, sign in SIGNS.items()}
_BY_AMONG = {sign: name for name, sign in AMONG.items()}
_BY_TAGGED = {sign: name for name, sign in TAGGED.items()}
_BY_TEXT = {function: name for name, function in TEXTS.items()}
_BY_EMPTY = {sign: name for name, sign in EMPTIES.items()}
_BY_WITHIN = {function: name for name, function in WITHIN.items()}
_BY_BEYOND = {function: name for name, function in BEYOND.items()}
_BY_WORD = {one.value.removesuffix("()"): one for one in Word}
_PERIODS = {
    (unit, function, turn * length): f"{name}_{unit}"
    for unit, (function, length) in UNITS.items()
    for name, turn in TURNS.items()
}


def read(text: str) -> Group:
    """The rows of an expression, in normal form; ProblemsError for one that cannot be read.

    Conditions that no row can hold, and groups below the second, come as they are written.
    """
    if not text.strip():
        return Group()
    node = parse(text)
    if not isinstance(node, Logic):
        return Group("and", (_leaf(node, text),))
    return _group(node, text, 2)


def _group(node: Logic, text: str, levels: int) -> Group:
    items: list[Item] = []
    for one in node.items:
        inner = isinstance(one, Logic) and levels > 1
        items.append(_group(one, text, levels - 1) if inner else _leaf(one, text))  # type: ignore[arg-type]
    return Group("and" if node.operator == "and" else "or", tuple(items))


def _leaf(node: Node, text: str) -> Row | Written:
    return leaf(node) or Written(text[node.start : node.end])


def leaf(node: Node) -> Row | None:
    """The row that a condition is, or None where it is of another shape."""
    if isinstance(node, Path):
        return Row(node.dotted, "yes")
    if isinstance(node, Not):
        return _opposite(node.operand)
    if isinstance(node, Call):
        return _text(node)
    return _comparison(node) if isinstance(node, Comparison) else None


def _opposite(node: Node) -> Row | None:
    if isinstance(node, Path):
        return Row(node.dotted, "no")
    found = _text(node) if isinstance(node, Call) else None
    return Row(found.path, f"not_{found.operator}", found.values, found.day) if found else None


def _text(node: Call) -> Row | None:
    operator = _BY_TEXT.get(node.function.text)
    if operator is None or len(node.arguments) != 2:
        return None
    subject, value = _subject(node.arguments[0]), node.arguments[1]
    if subject is None or not isinstance(value, Text):
        return None
    return Row(subject[0], operator, (value.value,), subject[1])


def _subject(node: Node) -> tuple[str, bool] | None:
    """The path that a condition is about, and whether the day of its time."""
    if isinstance(node, Path):
        return node.dotted, False
    inner = _argument(node, "date")
    return (inner.dotted, True) if isinstance(inner, Path) else None


def _argument(node: Node, function: str) -> Node | None:
    """The only argument of a call of that function."""
    if isinstance(node, Call) and node.function.text == function and len(node.arguments) == 1:
        return node.arguments[0]
    return None


def _comparison(node: Comparison) -> Row | None:
    if len(node.operators) == 2:
        return _within(node)
    if len(node.operators) != 1:
        return None
    (left, right), sign = node.operands, node.operators[0]
    found = _period(left, right) if sign == "==" else _beyond(left, right, sign)
    if found:
        return found
    subject = _subject(left)
    if subject is None:
        return _tagged(left, right, sign)
    path, day = subject
    if sign in _BY_EMPTY and isinstance(right, Nothing):
        return Row(path, _BY_EMPTY[sign], (), day)
    if sign in _BY_AMONG and isinstance(right, Items):
        values = tuple(one for each in right.items if (one := value_of(each)) is not None)
        whole = bool(values) and len(values) == len(right.items)
        return Row(path, _BY_AMONG[sign], values, day) if whole else None
    value = value_of(right)
    if value is None or sign not in _BY_SIGN:
        return None
    return Row(path, _BY_SIGN[sign], (value,), day)


def _tagged(left: Node, right: Node, sign: str) -> Row | None:
    subject = _subject(right)
    if sign not in _BY_TAGGED or not isinstance(left, Text) or subject is None:
        return None
    return Row(subject[0], _BY_TAGGED[sign], (left.value,), subject[1])


def _within(node: Comparison) -> Row | None:
    low, middle, high = node.operands
    if node.operators != ("<=", "<=") or not isinstance(low, Number) or low.value != 0:
        return None
    return _days(middle, high, _BY_WITHIN)


def _beyond(left: Node, right: Node, sign: str) -> Row | None:
    return _days(left, right, _BY_BEYOND) if sign == ">" else None


def _days(node: Node, count: Node, known: dict[str, str]) -> Row | None:
    if not isinstance(node, Call) or len(node.arguments) != 1 or not isinstance(count, Number):
        return None
    operator, subject = known.get(node.function.text), _subject(node.arguments[0])
    if operator is None or subject is None:
        return None
    return Row(subject[0], operator, (count.value,), subject[1])


def _period(left: Node, right: Node) -> Row | None:
    """`start_of_month(at) == add_months(start_of_month(today()), -1)` is last month."""
    for unit, (function, _) in UNITS.items():
        inner = _argument(left, f"start_of_{unit}")
        subject = _subject(inner) if inner else None
        if subject is None:
            continue
        start, turn = right, Decimal(0)
        if isinstance(right, Call) and right.function.text == function:
            moved = value_of(right.arguments[1]) if len(right.arguments) == 2 else None
            if not isinstance(moved, Decimal) or not moved:
                return None
            start, turn = right.arguments[0], moved
        today = _argument(start, f"start_of_{unit}")
        operator = _PERIODS.get((unit, function, int(turn))) if turn == int(turn) else None
        if operator is None or today is None or value_of(today) is not Word.TODAY:
            return None
        return Row(subject[0], operator, (), subject[1])
    return None


def value_of(node: Node) -> Value | None:
    """A constant, or a word such as today(); None for anything else."""
    if isinstance(node, Text | Number | Truth):
        return node.value
    if isinstance(node, Negative) and isinstance(node.operand, Number):
        return -node.operand.value
    if isinstance(node, Call) and not node.arguments:
        return _BY_WORD.get(node.function.text)
    if isinstance(node, Call) and node.function.text == "date" and len(node.arguments) == 3:
        parts = [one.value for one in node.arguments if isinstance(one, Number) and not one.scale]
        try:
            year, month, day = (int(one) for one in parts)
            return date(year, month, day)
        except (ValueError, OverflowError):
            return None
    return None
