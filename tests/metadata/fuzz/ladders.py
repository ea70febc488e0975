"""What only the checks see: stages, bands, schedules, transitions, the calendar, cards."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.metadata.fuzz.shapes import chosen
from tests.metadata.fuzz.templates import Template
from tests.metadata.fuzz.wrong import Where, Wrong, at, changed, sort, written

CRON = (
    "* * * * ", "61 * * * *", "0 0 31 2 *", "@daily @daily", "0 0 * * * *", "a b c d e",
    "0 25 * * *", "0 0 0 * *", "0 0 * 13 *", "0 0 * * 9", "*/0 * * * *", "5-1 * * * *",
    "0 0 30 2 1#9", "0 9 * *", "0,60 * * * *", "0 0 L L L", "０ ９ * * *", "-1 * * * *",
    "1" * 90 + " * * * *",
)  # fmt: skip


@sort
def schedule_that_never_comes(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, lambda one: one.parts == ("schedule",))
    if place is None:
        return None
    files = changed(template, place.path, place.parts, chance.choice(CRON))
    return Wrong(files=files, where=[at(place.path, "schedule")], exact=True)


@sort
def stages_that_lead_nowhere(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, lambda one: one.parts == ("pipeline",))
    if place is None:
        return None
    data = template.copy(place.path)
    stages = data["pipeline"]["stages"]
    where = at(place.path, "pipeline", "stages")
    way = chance.randrange(3)
    if way == 0:
        for one in stages:
            one["closed"] = "lost"
    elif way == 1:
        stages[0]["closed"] = chance.choice(("won", "lost"))
    else:
        index = chance.randrange(len(stages))
        stages[index].setdefault("requires", []).append(data["pipeline"]["field"])
    return Wrong(files={place.path: written(data)}, where=[where])


def _shares(chance: random.Random, bands: list[dict[str, Any]]) -> None:
    bands[0]["share"] = chance.choice((1, Decimal("0.999999"), "1.5"))


def _no_rest(chance: random.Random, bands: list[dict[str, Any]]) -> None:
    bands[-1].pop("rest", None)
    bands[-1]["share"] = Decimal("0.01")


def _rest_first(chance: random.Random, bands: list[dict[str, Any]]) -> None:
    bands.insert(0, bands.pop())


def _nothing(chance: random.Random, bands: list[dict[str, Any]]) -> None:
    bands[0].pop("share", None)
    bands[0].pop("min", None)


def _both(chance: random.Random, bands: list[dict[str, Any]]) -> None:
    bands[-1].update(rest=True, share=Decimal("0.1"), min=5)


_BANDS: tuple[Callable[[random.Random, list[dict[str, Any]]], None], ...] = (
    _shares, _no_rest, _rest_first, _nothing, _both,
)  # fmt: skip


@sort
def bands_that_do_not_add_up(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, lambda one: one.parts == ("bands",))
    if place is None:
        return None
    data = template.copy(place.path)
    chance.choice(_BANDS)(chance, data["bands"])
    return Wrong(files={place.path: written(data)}, where=[at(place.path, "bands")])


@sort
def smallest_above_largest(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(
        chance,
        template,
        lambda one: (
            one.node.get("x-declares") == "field"
            and one.value["type"] in {"integer", "decimal", "money", "percent"}
        ),
    )
    if place is None:
        return None
    value = {**place.value, "min": 10, "max": chance.choice((9, "9.5", -10))}
    files = changed(template, place.path, place.parts, value)
    where = [at(place.path, *place.parts, one) for one in ("min", "max")]
    return Wrong(files=files, where=where, exact=True)


@sort
def default_that_is_none(chance: random.Random, template: Template) -> Wrong | None:
    wrong = {
        "integer": ("x", "1.5", True, 10**20),
        "date": ("2026-02-30", "tomorrow", 5),
        "datetime": ("2026-13-01T00:00:00Z", 5),
        "boolean": ("maybe", 5),
        "email": ("nobody", 7),
        "choice": ("zz_nowhere", 5, True),
        "money": ("a lot", True),
        "text": ("x" * 1001, True),
    }
    place = chosen(
        chance,
        template,
        lambda one: one.node.get("x-declares") == "field" and one.value["type"] in wrong,
    )
    if place is None:
        return None
    parts = (*place.parts, "default")
    files = changed(template, place.path, parts, chance.choice(wrong[place.value["type"]]))
    return Wrong(files=files, where=[at(place.path, *parts)], exact=True)


@sort
def transitions_that_leave_one_out(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(
        chance,
        template,
        lambda one: (
            one.node.get("x-declares") == "field"
            and one.value["type"] == "choice"
            and len(one.value["options"]) > 1
        ),
    )
    if place is None:
        return None
    first = place.value["options"][0]["name"]
    value = {**place.value, "default": first, "transitions": {first: []}}
    files = changed(template, place.path, place.parts, value)
    return Wrong(files=files, where=[at(place.path, *place.parts, "transitions")], exact=True)


_SETTINGS: tuple[tuple[str, Any, tuple[str, ...]], ...] = (
    ("currency", "XXQ", ("currency",)),
    ("time_zone", "Mars/Olympus", ("time_zone",)),
    ("time_zone", "../../etc/passwd", ("time_zone",)),
    ("time_zone", "/etc/passwd", ("time_zone",)),
    ("time_zone", "Asia", ("time_zone",)),
    ("time_zone", "Asia/上海", ("time_zone",)),
    ("default_locale", "fr", ("default_locale",)),
    ("format", 2, ("format",)),
    ("version", "1.0", ("version",)),
    ("calendar", {"holidays": [{"first_day": "2026-02-30"}]}, ("calendar", "holidays")),
    (
        "calendar",
        {"holidays": [{"first_day": "2026-03-02", "last_day": "2026-03-01"}]},
        ("calendar", "holidays"),
    ),
    ("calendar", {"holidays": [{"first_day": "9999-12-31", "last_day": "0001-01-01"}]}, ()),
    ("calendar", {"extra_workdays": ["2026-03-02"]}, ("calendar", "extra_workdays")),
    ("calendar", {"hours": [{"start": "25:00", "end": "26:00"}]}, ("calendar", "hours")),
    ("calendar", {"hours": [{"start": "12:00", "end": "09:00"}]}, ("calendar", "hours")),
)  # fmt: skip


@sort
def setting_that_the_world_has_not(chance: random.Random, template: Template) -> Wrong | None:
    key, value, parts = chance.choice(_SETTINGS)
    files = changed(template, "app.json", (key,), value)
    return Wrong(files=files, where=[at("app.json", *parts)])


@sort
def card_without_what_it_shows(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, lambda one: one.node.get("x-declares") == "card")
    if place is None:
        return None
    kind = chance.choice(("number", "bar", "funnel", "table"))
    bare = {"name": place.value["name"], "type": kind}
    where: list[Where] = [at(place.path, *place.parts)]
    return Wrong(files=changed(template, place.path, place.parts, bare), where=where)


@sort
def measure_of_nothing(chance: random.Random, template: Template) -> Wrong | None:
    place = chosen(chance, template, lambda one: one.parts == ("value",))
    if place is None:
        return None
    value = chance.choice(({"aggregate": "sum"}, {"aggregate": "count", "of": "id"}))
    files = changed(template, place.path, place.parts, value)
    return Wrong(files=files, where=[at(place.path, *place.parts)])
