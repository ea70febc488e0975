"""The builder as its template shows it: every input with its name, what it holds and offers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from fieldstone.engine import members
from fieldstone.metadata.model import Field

from ...desk import Desk
from ...words import say
from ..lists import Choice
from ..naming import target_of
from .operators import Input
from .places import Place
from .typed import TypedGroup, TypedRow, TypedText


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row: field, operator and value, or with `code` an expression; `wrong` says what is."""

    name: str
    at: str
    field: str = ""
    groups: tuple[tuple[str, tuple[Choice, ...]], ...] = ()
    operators: tuple[Choice, ...] = ()
    input: Input = "none"
    value: str = ""
    options: tuple[Choice, ...] = ()
    code: str | None = None
    wrong: str = ""


@dataclass(frozen=True, kw_only=True)
class Box:
    """A group of rows; `at` is its place among the top's items, "" for the top itself."""

    name: str
    at: str
    joined: str
    items: tuple[Line | Box, ...]

    @property
    def inner(self) -> bool:
        return bool(self.at)


@dataclass(frozen=True, kw_only=True)
class BuilderModel:
    """The whole builder; `refresh` is the address that shows it after a button or a choice."""

    refresh: str
    prefix: str
    top: Box
    problems: tuple[str, ...] = ()
    focus: str = ""
    """The name of the row that a button made."""

    @property
    def id(self) -> str:
        return f"builder-{self.prefix.replace('.', '-')}"


def model_of(
    desk: Desk,
    places: Sequence[Place],
    typed: TypedGroup,
    *,
    refresh: str,
    prefix: str = "c",
    wrong: Mapping[str, str] | None = None,
    problems: Sequence[str] = (),
    fresh: bool = False,
) -> BuilderModel:
    """The builder that shows what is typed; `wrong` are sentences by the name of a row.

    `fresh` puts the cursor into the last row.
    """
    maker = _Maker(desk, places, wrong or {})
    top = maker.box(typed, prefix, "")
    return BuilderModel(
        refresh=refresh,
        prefix=prefix,
        top=top,
        problems=tuple(problems),
        focus=_last(top) if fresh else "",
    )


def _last(box: Box) -> str:
    last = box.items[-1] if box.items else None
    return _last(last) if isinstance(last, Box) else last.name if last else ""


class _Maker:
    def __init__(self, desk: Desk, places: Sequence[Place], wrong: Mapping[str, str]) -> None:
        self.desk = desk
        self.places = {one.path: one for one in places}
        self.wrong = wrong
        self.people: tuple[str, ...] | None = None
        self.groups = tuple(
            (over, tuple(Choice(one.path, one.label) for one in some))
            for over, some in groupby(places, key=lambda one: one.over)
        )

    def box(self, group: TypedGroup, name: str, at: str) -> Box:
        items: list[Line | Box] = []
        for number, one in enumerate(group.items):
            inner, place = f"{name}.{number}", f"{at}.{number}" if at else str(number)
            if isinstance(one, TypedGroup):
                items.append(self.box(one, inner, place))
            elif isinstance(one, TypedText):
                wrong = self.wrong.get(inner, "")
                items.append(Line(name=inner, at=place, code=one.code, wrong=wrong))
            else:
                items.append(self.line(one, inner, place))
        return Box(name=name, at=at, joined=group.joined, items=tuple(items))

    def line(self, row: TypedRow, name: str, at: str) -> Line:
        place = self.places.get(row.field) or next(iter(self.places.values()), None)
        if place is None:
            return Line(name=name, at=at, code="", wrong=self.wrong.get(name, ""))
        operator = place.operator(row.op) or place.operators[0]
        locale = self.desk.locale
        return Line(
            name=name,
            at=at,
            field=place.path,
            groups=self.groups,
            operators=tuple(
                Choice(one.key, say(f"op.{one.key}", locale), one is operator)
                for one in place.operators
            ),
            input=operator.input,
            value=row.values[-1] if row.values else "",
            options=self.options(place.field, row.values),
            wrong=self.wrong.get(name, ""),
        )

    def options(self, one: Field, chosen: Sequence[str]) -> tuple[Choice, ...]:
        """What may be chosen as a value: the field's options, or the people of the workspace."""
        if target_of(one) == "member":
            if self.people is None:
                found = members.listed(self.desk.tx, active_only=True)
                self.people = tuple(person.name for person in found)
            names = dict.fromkeys((*self.people, *chosen))
            return tuple(Choice(name, name, name in chosen) for name in names if name)
        return tuple(
            Choice(option.name, option.text(self.desk.locale), option.name in chosen)
            for option in one.options
            if not option.archived
        )
