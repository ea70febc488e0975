"""At both ends of the calendar, in zones west and east, all three readings agree as well.

Every function that takes a date or a time is asked, by the registry: records by chance are seldom
so near to an end, and hardly ever in the zone in which that matters.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from fieldstone.rules.calendar import FIRST_INSTANT, LAST_INSTANT
from tests.rules.declared import counting_from
from tests.rules.fuzz.agreement import CALENDARS, Place, compare
from tests.rules.generate.leaves import type_of
from tests.rules.generate.shapes import Parameter, Shape, shapes
from tests.rules.lenient import read
from tests.rules.world import CONTEXT, NOW, World

HOUR = timedelta(hours=1)
GAPS = (0 * HOUR, timedelta(microseconds=1), 5 * HOUR, 15 * HOUR, 40 * HOUR, 31 * 24 * HOUR)
INSTANTS = (*(FIRST_INSTANT + gap for gap in GAPS), *(LAST_INSTANT - gap for gap in GAPS), NOW)
COUNTS = (0, 1, -1, 12, -30, 9998, -9998, 119_976, -119_976, 3_652_058, -3_652_058)
ZONES = ("America/New_York", "Asia/Shanghai", "UTC")
FIELDS = {
    "date": ("day", "until"),
    "datetime": ("at", "seen"),
    "number": ("n", "m"),
    "whole": ("n", "m"),
}
ENDS = {
    "date": ("date(1, 1, 1)", "date(1, 1, 2)", "date(9999, 12, 31)"),
    "datetime": ("start_of_day(date(1, 1, 2))", "start_of_day(date(9999, 12, 31))"),
}


def world(counts: Sequence[int]) -> World:
    """Accounts with all those instants, each with all these numbers."""
    found = World()
    found.add("member", {"id": 1})
    for number, (at, count) in enumerate(product(INSTANTS, counts), 1):
        seen = INSTANTS[number * 7 % len(INSTANTS)]
        values = {"at": at, "day": at.date(), "seen": seen, "until": seen.date()}
        found.add("account", {"id": number, **values, "n": count, "m": -count})
    return found


def called() -> Iterator[str]:
    """Every function of dates and times, of the fields that hold the ends."""
    for shape in shapes():
        if {"date", "datetime"} & set(shape.kinds):
            arguments = [argument(shape, at) for at in range(len(shape.parameters))]
            if None not in arguments:
                yield f"{shape.name}({', '.join(map(str, arguments))})"


def argument(shape: Shape, at: int) -> str | None:
    """A field for a parameter; another one where it is not the first of its kind."""
    one: Parameter = shape.parameters[at]
    if one.constants:
        return one.constants[0]
    fields = FIELDS.get(one.kind)
    before = sum(other.kind == one.kind for other in shape.parameters[:at])
    return fields[min(before, len(fields) - 1)] if fields else None


def compared(text: str) -> Iterator[str]:
    """Comparisons with what lies at the ends: they become bounds in SQL."""
    found = type_of("account", text)
    if found is not None and "," not in text:
        ends = ENDS.get(found.kind, ("1", "9999") if found.kind == "number" else ())
        yield from (f"{text} {mark} {end}" for mark in ("<", "==", ">=") for end in ends)


@pytest.mark.parametrize("number", range(len(ZONES)), ids=ZONES)
def test_values_at_the_ends(places: tuple[Place, Place], number: int) -> None:
    texts = list(dict.fromkeys(called()))
    assert len(texts) > 100
    ask(places, world(COUNTS), number, texts)


@pytest.mark.parametrize("number", range(2), ids=ZONES[:2])
def test_bounds_at_the_ends(places: tuple[Place, Place], number: int) -> None:
    ask(places, world([1]), number, [one for text in called() for one in compared(text)])


def ask(places: Sequence[Place], records: World, number: int, texts: Sequence[str]) -> None:
    """Compare all that is asked in a zone, with a calendar of its own."""
    app = counting_from(*CALENDARS[number])
    context = replace(CONTEXT, zone=ZoneInfo(ZONES[number]), problems=[])
    for place in places:
        place.fill(records)
        for text in texts:
            compare(place, records, read(app, text), context)
