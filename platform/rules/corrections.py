"""What somebody probably meant, as the correction of one place in an expression."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from ..metadata.expression import quote, tree
from ..metadata.expression.advice import DATE, as_date
from ..metadata.expression.misplaced import enclosed
from ..metadata.model import App, Entity
from ..metadata.problems import Fix
from .ir import Constant, Typed
from .names import Space, named, suggestion
from .types import TEXT, options_called, options_of, target_of

_VALUES = {
    "true": "True", "yes": "True", "是": "True", "真": "True",
    "false": "False", "no": "False", "否": "False", "假": "False",
    "null": "None", "none": "None", "nil": "None", "empty": "None", "blank": "None",
    "空": "None", "空值": "None", "nothing": "None",
}  # fmt: skip
_FUNCTIONS = {
    "isblank": "is_empty", "isnull": "is_empty", "为空": "is_empty", "concatenate": "concat",
    "average": "avg", "mean": "avg", "datediff": "days_between", "countif": "count",
    "countifs": "count", "sumif": "sum", "sumifs": "sum", "averageif": "avg", "ifnull": "coalesce",
    "nvl": "coalesce", "length": "len", "ceiling": "ceil", "int": "floor", "dateadd": "add_days",
    "search": "find", "indexof": "find", "substring": "mid", "substr": "mid",
    "substitute": "replace", "networkdays": "workdays_between", "workday": "add_workdays",
    "edate": "add_months", "eomonth": "end_of_month", "datedif": "days_between",
    "roundup": "round_up", "rounddown": "round_down", "isnotempty": "is_filled",
    "中位数": "median", "工作日": "is_workday", "求和": "sum", "合计": "sum", "计数": "count",
    "平均": "avg", "平均值": "avg", "最大": "max", "最大值": "max", "最小": "min",
    "最小值": "min", "今天": "today", "现在": "now", "长度": "len", "包含": "contains",
    "四舍五入": "round", "绝对值": "abs", "年": "year", "月": "month", "日": "day",
}  # fmt: skip
_SIMPLE = (tree.Path, tree.Call, tree.Number, tree.Text)


def value_meant(word: str) -> str:
    """True, False or None, where a word of another language means that; else nothing."""
    return _VALUES.get(word.lower(), "")


def function_meant(name: str) -> str:
    """The function that another language calls so, or nothing."""
    return _FUNCTIONS.get(name.lower().replace("_", ""), "")


def path_meant(app: App, entity: Entity, name: str, outer: Entity | None) -> str:
    """The path to a field of that name on the outer record, or over one reference; or nothing."""
    if outer is not None and _has(outer, name):
        return f"parent.{name}"
    for one in entity.live_fields:
        target = target_of(one)
        other = app.entities.get(target or "")
        if other is not None and not other.system and _has(other, name):
            return f"{one.name}.{name}"
    return ""


def _has(entity: Entity, name: str) -> bool:
    return any(one.name == name and not one.system for one in entity.live_fields)


def date_in_digits(node: tree.Arithmetic) -> str | None:
    """The date that a difference or quotient of numbers without spaces was meant to be."""
    inner = node.left
    if not isinstance(inner, tree.Arithmetic) or inner.operator != node.operator:
        return None
    numbers = [one for one in (inner.left, inner.right, node.right) if isinstance(one, tree.Number)]
    if len(numbers) < 3 or node.operator not in ("-", "/"):
        return None
    first, second, third = numbers
    if first.end + 1 != second.start or second.end + 1 != third.start:
        return None
    mark = node.operator
    found = DATE.fullmatch(f"{first.value}{mark}{second.value}{mark}{third.value}")
    return as_date(found[1], found[3], found[4]) if found is not None else None


def difference(node: tree.Arithmetic, kinds: set[str]) -> Fix:
    """`until - day` as days_between(day, until)."""
    name = "hours_between" if kinds == {"datetime"} else "days_between"
    return _called(node, name, node.right, node.left)


def moved_date(node: tree.Arithmetic, a: Typed, b: Typed) -> Fix | None:
    """`day - 30` as add_days(day, -30), where what is added is a whole number."""
    if a.type.kind not in ("date", "datetime") or b.type.kind != "number" or b.type.scale:
        return None
    if b.type.unit not in (None, "day") or not isinstance(node.right, _SIMPLE):
        return None
    sign = "-" if node.operator == "-" else ""
    left, right = _span(node.left), _span(node.right)
    return Fix(node.start, node.end, ("add_days(", left, f", {sign}", right, ")"))


def joined(node: tree.Arithmetic) -> Fix:
    """`a + b` as concat(a, b)."""
    return _called(node, "concat", node.left, node.right)


def _called(node: tree.Node, name: str, first: tree.Node, second: tree.Node) -> Fix:
    return Fix(node.start, node.end, (f"{name}(", _span(first), ", ", _span(second), ")"))


def _span(node: tree.Node) -> tuple[int, int]:
    return node.start, node.end


def alternatives(node: tree.Logic) -> Fix | None:
    """`name == "a" or "b"` as name in ["a", "b"]; None for other conditions."""
    first, *rest = node.items
    if node.operator != "or" or not isinstance(first, tree.Comparison):
        return None
    if first.operators != ("==",) or not all(isinstance(x, tree.Text | tree.Number) for x in rest):
        return None
    item, value = first.operands
    listed = [part for one in (value, *rest) for part in (", ", _span(one))][1:]
    return Fix(node.start, node.end, (*enclosed(item), " in [", *listed, "]"))


def quoted_date(texts: Sequence[Constant]) -> Fix | None:
    """A text that is a date, as date(...)."""
    found = DATE.fullmatch(str(texts[0].value).strip()) if texts else None
    if found is None:
        return None
    return Fix(texts[0].start, texts[0].end, (as_date(found[1], found[3], found[4]),))


_IN_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")


def quoted_number(texts: Sequence[Constant]) -> Fix | None:
    """A text that is a number, without its quotes."""
    written = texts[0].value if texts else ""
    if _IN_THOUSANDS.fullmatch(written):
        written = written.replace(",", "")
    if not re.fullmatch(r"\d{1,15}(\.\d{1,6})?", written):
        return None
    try:
        value = Decimal(written)
    except InvalidOperation:
        return None
    return Fix(texts[0].start, texts[0].end, (f"{value:f}",))


def date_argument(call: tree.Call, item: Typed) -> Fix | None:
    """A date in quotes as an argument, as date(...)."""
    if not isinstance(item, Constant) or item.type != TEXT:
        return None
    fix = quoted_date([item])
    if fix is None or call.function.text != "date":
        return fix
    return Fix(call.start, call.end, fix.parts)


def by_title(app: App, a: Typed, b: Typed, texts: Sequence[Constant]) -> Fix | None:
    """`owner == "Li"` as owner.name == "Li"."""
    item = a if a.type.kind == "reference" else b
    target = app.entities.get(item.type.entity or "")
    if not texts or target is None or isinstance(item, Constant):
        return None
    title = next((one.name for one in target.live_fields if one.id == target.title), None)
    return Fix(item.end, item.end, (f".{title}",)) if title else None


def day_of_time(a: Typed, b: Typed) -> Fix | None:
    """The time of the two as its date."""
    item = a if a.type.kind == "datetime" else b
    return Fix(item.start, item.end, ("date(", (item.start, item.end), ")"))


def tag_within(item: Typed, other: Typed, operator: str) -> Fix | None:
    """`labels == "VIP"` as "VIP" in labels."""
    if operator not in ("==", "!=") or not isinstance(other, Constant) or other.type != TEXT:
        return None
    start, end = min(item.start, other.start), max(item.end, other.end)
    sign = " in " if operator == "==" else " not in "
    return Fix(start, end, ((other.start, other.end), sign, (item.start, item.end)))


def quoted(app: App, bare: tree.Path, item: Typed, space: Space) -> Fix | None:
    """A bare word as the option that it was meant to be; None if there is none."""
    word = bare.dotted
    if item.type.kind in ("choice", "tags"):
        options = options_of(app, item.type.options or "")
        found = named(options_called(app, item.type.options or ""), word, space)
        near = found.name if found else suggestion(word, [(one.name, one) for one in options])
        return Fix(bare.start, bare.end, (quote(near),)) if near else None
    return None
