"""Writing rows as an expression of the language."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from ..expression import parse, quote
from ..expression.tree import Either, Logic
from ..problems import ProblemsError
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
    normal,
)


def write(group: Group) -> str:
    """The expression of a group, "" for one without rows.

    ValueError for an operator that there is none of, or too few values for it.
    """
    whole = normal(group)
    return f" {whole.joined} ".join(_item(one) for one in whole.items)


def _item(item: Item) -> str:
    if isinstance(item, Group):
        return f"({f' {item.joined} '.join(_item(one) for one in item.items)})"
    return _bracketed(item.code) if isinstance(item, Written) else row_text(item)


def _bracketed(code: str) -> str:
    """The condition in brackets, where joining it to others would tear it apart."""
    try:
        node = parse(code)
    except ProblemsError:
        return code
    return f"({code})" if isinstance(node, Logic | Either) else code


def row_text(row: Row) -> str:
    """The expression of one row; ValueError as for `write`."""
    path, operator = f"date({row.path})" if row.day else row.path, row.operator
    if operator in SIGNS:
        return f"{path} {SIGNS[operator]} {_only(row)}"
    if operator in AMONG and row.values:
        return f"{path} {AMONG[operator]} [{', '.join(value_text(one) for one in row.values)}]"
    if operator in TAGGED:
        return f"{_only(row)} {TAGGED[operator]} {path}"
    if (function := TEXTS.get(operator.removeprefix("not_"))) is not None:
        begin = "not " if operator.startswith("not_") else ""
        return f"{begin}{function}({path}, {_only(row)})"
    if operator in EMPTIES:
        return f"{path} {EMPTIES[operator]} None"
    if operator in ("yes", "no"):
        return path if operator == "yes" else f"not {path}"
    if operator in WITHIN:
        return f"0 <= {WITHIN[operator]}({path}) <= {_only(row)}"
    if operator in BEYOND:
        return f"{BEYOND[operator]}({path}) > {_only(row)}"
    return _period(path, operator)


def _period(path: str, operator: str) -> str:
    turn, _, unit = operator.partition("_")
    if turn not in TURNS or unit not in UNITS:
        raise ValueError(operator)
    function, length = UNITS[unit]
    start = f"start_of_{unit}(today())"
    if TURNS[turn]:
        start = f"{function}({start}, {TURNS[turn] * length})"
    return f"start_of_{unit}({path}) == {start}"


def _only(row: Row) -> str:
    if len(row.values) != 1:
        raise ValueError(row.operator)
    return value_text(row.values[0])


def value_text(value: Value) -> str:
    """A value as the language writes it."""
    if isinstance(value, Word):
        return value.value
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date):
        return f"date({value.year}, {value.month}, {value.day})"
    return quote(value)
