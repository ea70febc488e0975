"""Functions over a whole table: rank, share and percentile, typed as windows and quotients."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from ..metadata.expression import tree
from . import arithmetic
from .functions.numbers import arithmetic_call
from .functions.special import SPECIALS, WINDOWS
from .ir import Typed, Window
from .paths import MEMBERS, Scope
from .types import INTEGER, NO_VALUE, Type

if TYPE_CHECKING:
    from .typing import Typer

_ORDERED = frozenset({"number", "money", "date", "datetime"})
_NUMBERS = frozenset({"number", "money"})


def is_window(name: str) -> bool:
    """Whether a function is one over a whole table."""
    return name in WINDOWS


def typed(typer: Typer, node: tree.Call, scope: Scope) -> Typed:
    """A call of rank, share or percentile; refused where there is no table."""
    name = node.function.text
    signature = SPECIALS[name].signature
    if not typer.options.over_table or scope.outer is not None:
        raise typer.refuse("function.table", node, name=name)
    if not 1 <= len(node.arguments) <= 2 or node.by is not None:
        raise typer.refuse("function.arguments", node, signature=signature)
    items = [typer.node(one, scope) for one in node.arguments]
    for one, item in zip(node.arguments, items, strict=True):
        if any(isinstance(part, Window) for part in item.walk()):
            raise typer.refuse("function.table_nested", one, name=name)
    value, within = items[0], items[1] if len(items) > 1 else None
    kinds = _NUMBERS if name == "share" else _ORDERED
    if value.type.kind not in kinds:
        example = SPECIALS[name].example
        given: dict[str, Any] = {"signature": signature, "example": example}
        raise typer.refuse("function.argument", node.arguments[0], **given, **typer.shown(value))
    if value.static:
        raise typer.refuse("type.constant", node.arguments[0])
    if within is not None and within.type.kind in NO_VALUE:
        raise typer.refuse(NO_VALUE[within.type.kind], node.arguments[1])
    if name == "rank":
        return _window(node, "rank", value, within)
    if name == "share":
        return arithmetic_call(typer, node, "/", value, _window(node, "total", value, within))
    upto, count = (_window(node, one, value, within) for one in ("upto", "count"))
    return arithmetic_call(typer, node, "/", upto, count)


def _window(node: tree.Call, function: str, value: Typed, within: Typed | None) -> Window:
    kind: Type = value.type if function == "total" else INTEGER
    return Window(
        type=kind,
        start=node.start,
        end=node.end,
        nullable=True,
        bound=arithmetic.limit(kind.scale) - 1 if function == "total" else MEMBERS,
        function=function,
        value=value,
        within=within,
    )


def places(function: str, values: list[Any], groups: list[Any], most: int) -> list[Any]:
    """What a window gives each record, by their values and the groups that they are in.

    A total beyond `most` is empty.
    """
    found: dict[Any, list[Any]] = {}
    for value, group in zip(values, groups, strict=True):
        if value is not None:
            found.setdefault(group, []).append(value)
    answers = {group: _Answers(function, alike, most) for group, alike in found.items()}
    return [
        None if value is None else answers[group].of(value)
        for value, group in zip(values, groups, strict=True)
    ]


class _Answers:
    """The answers of a window among values that are alike."""

    def __init__(self, function: str, values: list[Any], most: int) -> None:
        self.function = function
        self.values = sorted(values)
        self.whole: int | None = len(values)
        if function == "total":
            self.whole = arithmetic.limited(sum(values), most)

    def of(self, value: Any) -> int | None:
        """The answer for one of the values."""
        if self.function == "rank":
            return len(self.values) - bisect_right(self.values, value) + 1
        if self.function == "upto":
            return bisect_right(self.values, value)
        return self.whole
