"""Bringing values to one type: numbers to one scale, texts to options of a set; nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..metadata.expression import quote
from ..metadata.problems import Fix, ProblemsError
from . import corrections, units
from .functions.choices import COALESCE
from .functions.dates import START_OF_DAY
from .functions.numbers import rescaled
from .functions.registry import Place
from .ir import Call, Constant, If, Typed
from .names import named, suggestion
from .types import BOOLEAN, EMPTY, TEXT, Type, Words, field_type, options_called, options_of

if TYPE_CHECKING:
    from .typing import Typer


class Conversions:
    """The part of the typer that makes types meet."""

    def __init__(self, typer: Typer) -> None:
        self.typer = typer

    def unify(
        self, items: Sequence[Typed], at: Place, problem: str = "type.mixed"
    ) -> tuple[Typed, ...]:
        types = [item.type for item in items if item.type != EMPTY]
        if not types:
            return tuple(items)
        if all(one.numeric for one in types):
            kind = "money" if any(one.kind == "money" for one in types) else "number"
            unit = units.common(self.typer, tuple(items), at)
            common = Type(kind, max(one.scale for one in types), unit=unit)
        else:
            common = next((one for one in types if one != TEXT), TEXT)
        for item in items:
            if not self.fits(item, common):
                other = next(one for one in items if one is not item)
                raise self.typer.refuse(
                    *self.better(problem, item, other, at),
                    first=Words.of(items[0].type, self.typer.app),
                    second=Words.of(
                        item.type if item is not items[0] else other.type, self.typer.app
                    ),
                )
        return tuple(self.coerced(item, common) for item in items)

    def better(self, problem: str, a: Typed, b: Typed, at: Place) -> tuple[str, Place, Fix | None]:
        """A problem that says more, for what is often written, and what would correct it."""
        kinds = {a.type.kind, b.type.kind}
        texts = [one for one in (a, b) if isinstance(one, Constant) and one.type == TEXT]
        if "text" in kinds and kinds & {"date", "datetime"}:
            return "type.date_text", at, corrections.quoted_date(texts)
        if "text" in kinds and kinds & {"number", "money"}:
            fix = corrections.quoted_number(texts)
            return ("type.number_text", texts[0], fix) if fix else (problem, at, None)
        if "reference" in kinds and kinds & {"text", "number"}:
            return "type.reference", at, corrections.by_title(self.typer.app, a, b, texts)
        if kinds == {"date", "datetime"}:
            return "type.date_time", at, corrections.day_of_time(a, b)
        return problem, at, None

    def fits(self, item: Typed, to: Type) -> bool:
        """Whether an item can be read as another type without loss of meaning."""
        if item.type in (EMPTY, to) or (item.type.numeric and to.numeric):
            return True
        return to.kind == "choice" and item.type == TEXT and _texts(item) is not None

    def coerced(self, item: Typed, to: Type) -> Typed:
        """The item as a type that it `fits`; texts become options, numbers are rescaled."""
        if item.type == to:
            return item
        if item.type == EMPTY:
            return self.retyped(item, to)
        if to.numeric:
            return rescaled(self.typer, item, to)
        return self.as_option(item, to)

    def assigned(self, at: Place, item: Typed, entity_id: str, field_id: str) -> Typed:
        """The item as a field wants it; refuses what cannot be written there."""
        one = self.typer.app.entity(entity_id).field(field_id)
        wanted = field_type(self.typer.app, entity_id, one)
        if item.type.kind == "date" and wanted.kind == "datetime":
            return self.typer.make(START_OF_DAY, at, item, type=wanted, nullable=item.nullable)
        if not self.fits(item, wanted):
            app = self.typer.app
            params: dict[str, Any] = {
                "found": Words.of(item.type, app),
                "wanted": Words.of(wanted, app),
            }
            raise self.typer.refuse("type.assign", at, **params)
        if item.type.unit is not None and wanted.kind == "money":
            found = units.UnitWords(item.type.unit)
            self.typer.doubt("type.assign", at, found=found, wanted=Words.of(wanted))
        return self.coerced(item, wanted)

    def retyped(self, item: Typed, to: Type) -> Typed:
        # All that has the type of None has its value. A condition is never empty, but false.
        return self.typer.constant(item, to, False if to == BOOLEAN else None)

    def as_option(self, item: Typed, to: Type) -> Typed:
        if isinstance(item, Constant):
            if item.value is None:
                return self.retyped(item, to)
            key = to.options or ""
            options = options_called(self.typer.app, key)
            found = named(options, item.value, self.typer.options.space)
            if found is None:
                raise self.unknown_option(item, key)
            return self.typer.constant(item, to, found.id)
        if isinstance(item, If):
            body, other = self.coerced(item.body, to), self.coerced(item.other, to)
            return self.typer.chosen(item, item.test, body, other)
        assert isinstance(item, Call)
        items = [self.coerced(argument, to) for argument in item.arguments]
        return self.typer.make(item.operation, item, *items, type=to, nullable=item.nullable)

    def unknown_option(self, item: Constant, key: str) -> ProblemsError:
        known = [one for one in options_of(self.typer.app, key) if not one.archived]
        near = suggestion(item.value, [(one.name, one) for one in known])
        names = ", ".join(one.name for one in known[:8])
        problem = "option.no_such_near" if near else "option.no_such"
        fix = Fix(item.start, item.end, (quote(near),)) if near else None
        return self.typer.refuse(problem, item, fix, name=item.value, near=near, names=names)


def _texts(item: Typed) -> tuple[Constant, ...] | None:
    """The text constants that an item may have as its value, or None where there are others."""
    if isinstance(item, Constant):
        return (item,)
    parts: tuple[Typed, ...]
    if isinstance(item, If):
        parts = (item.body, item.other)
    elif isinstance(item, Call) and item.operation is COALESCE:
        parts = item.arguments
    else:
        return None
    found = [_texts(part) for part in parts]
    if any(one is None for one in found):
        return None
    return tuple(text for one in found if one is not None for text in one)
