"""What stands in the builder's inputs: read from a form, from an expression, and turned to rows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from werkzeug.datastructures import MultiDict

from fieldstone.metadata.conditions import (
    MOST_ROWS,
    Group,
    Item,
    Joined,
    Row,
    Written,
    read,
    rows,
    write,
)

from .operators import WrongValue, typed_values
from .places import Place

_NAME = re.compile(r"(\d{1,2})(?:\.(\d{1,2}))?\.(join|field|op|value|text)")


@dataclass(frozen=True)
class TypedRow:
    """A row as it is typed: the path of its field, the key of its operator, its values."""

    field: str = ""
    op: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class TypedText:
    """A condition that is typed as an expression."""

    code: str


@dataclass(frozen=True)
class TypedGroup:
    """Rows joined by one word; at the top there may be groups among them."""

    joined: Joined = "and"
    items: tuple[Typed, ...] = ()


Typed = TypedRow | TypedText | TypedGroup


@dataclass
class _Held:
    """What a form holds at one number."""

    values: dict[str, list[str]] = field(default_factory=dict)
    inner: dict[int, _Held] = field(default_factory=dict)

    def typed(self) -> Typed:
        if "join" in self.values or self.inner:
            return TypedGroup(_joined(self.values.get("join")), self.items())
        if "text" in self.values:
            return TypedText(self.values["text"][-1].strip())
        last = {name: one[-1] for name, one in self.values.items()}
        values = tuple(self.values.get("value", ()))
        return TypedRow(last.get("field", ""), last.get("op", ""), values)

    def items(self) -> tuple[Typed, ...]:
        return tuple(one.typed() for _, one in sorted(self.inner.items()))


def _joined(values: Sequence[str] | None) -> Joined:
    return "or" if values and values[-1] == "or" else "and"


def from_form(form: MultiDict[str, str], prefix: str) -> TypedGroup:
    """What the inputs of a builder hold; they are called `prefix.0.field`, `prefix.1.0.op` ..."""
    top = _Held()
    for name in form:
        found = _NAME.fullmatch(name.removeprefix(f"{prefix}."))
        if not name.startswith(f"{prefix}.") or found is None:
            continue
        at = top.inner.setdefault(int(found[1]), _Held())
        if found[2] is not None:
            at = at.inner.setdefault(int(found[2]), _Held())
        at.values[found[3]] = form.getlist(name)
    return TypedGroup(_joined(form.getlist(f"{prefix}.join")), top.items())


def changed(group: TypedGroup, do: str, first: TypedRow) -> TypedGroup:
    """The builder after a button: `row`, `group`, `row.2`, `drop.0`, `drop.2.1`; else as it was."""
    act, _, rest = do.partition(".")
    place = [int(one) for one in rest.split(".") if one.isascii() and one.isdigit()][:2]
    items = list(group.items)
    if act == "drop" and place and place[0] < len(items):
        inner = items[place[0]]
        if len(place) == 1 or not isinstance(inner, TypedGroup):
            del items[place[0]]
        else:
            kept = tuple(one for at, one in enumerate(inner.items) if at != place[1])
            items[place[0]] = replace(inner, items=kept)
            if not kept:
                del items[place[0]]
    elif _number(group) >= MOST_ROWS:
        return group
    elif act == "row" and place and place[0] < len(items):
        inner = items[place[0]]
        if isinstance(inner, TypedGroup):
            items[place[0]] = replace(inner, items=(*inner.items, first))
    elif act == "row":
        items.append(first)
    elif act == "group":
        other: Joined = "and" if group.joined == "or" else "or"
        items.append(TypedGroup(other, (first, first)))
    return replace(group, items=tuple(items))


def _number(group: TypedGroup) -> int:
    return sum(_number(one) if isinstance(one, TypedGroup) else 1 for one in group.items)


def typed_of(group: Group, places: Sequence[Place]) -> TypedGroup:
    """The inputs for rows that were read; what no control can hold is shown as it is written."""
    return TypedGroup(group.joined, tuple(_typed(one, places) for one in group.items))


def _typed(item: Item, places: Sequence[Place]) -> Typed:
    if isinstance(item, Group):
        return typed_of(item, places)
    if isinstance(item, Row):
        for place in places:
            for operator in place.operators:
                if item.path.startswith(place.path) and operator.fits(place.path, item):
                    values = typed_values(operator, place.field.family, item)
                    if _offered(place, operator.input, values):
                        return TypedRow(place.path, operator.key, values)
        return TypedText(write(Group("and", (item,))))
    return TypedText(item.code)


def _offered(place: Place, wanted: str, values: Sequence[str]) -> bool:
    """Whether a control that offers options offers these."""
    if wanted not in ("option", "options") or not place.field.options:
        return True
    names = {one.name for one in place.field.options if not one.archived}
    return names.issuperset(values)


def rows_of(
    group: TypedGroup, places: Mapping[str, Place], prefix: str
) -> tuple[Group, dict[str, str]]:
    """The rows that are typed, and what is wrong: the key of a sentence by the name of a row."""
    wrong: dict[str, str] = {}
    items: list[Item] = []
    for at, one in enumerate(group.items):
        name = f"{prefix}.{at}"
        if isinstance(one, TypedGroup):
            inner, more = rows_of(one, places, name)
            wrong.update(more)
            items.append(inner)
            continue
        try:
            items.append(_row(one, places))
        except WrongValue as error:
            wrong[name] = str(error)
    return Group(group.joined, tuple(items)), wrong


def expression_of(group: Group) -> str:
    """The expression; rows that were typed as text and have the builder's shape become rows."""
    text = write(group)
    return write(read(text)) if any(isinstance(one, Written) for one in rows(group)) else text


def _row(one: TypedRow | TypedText, places: Mapping[str, Place]) -> Item:
    if isinstance(one, TypedText):
        if not one.code:
            raise WrongValue("builder.need_value")
        return Written(one.code)
    place = places.get(one.field)
    operator = place.operator(one.op) if place else None
    if place is None or operator is None:
        raise WrongValue("builder.need_field")
    return operator.row(place.path, place.field.family, one.values)
