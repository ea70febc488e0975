"""Parts that all builders share: names, labels, options and exact bounds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from .model import Holiday, Hours, Labels, WorkCalendar


def labels(value: Any) -> Labels:
    """Text by locale; one text for all stands under `en`, to which every locale falls back."""
    if isinstance(value, str):
        return {"en": value}
    return dict(value) if isinstance(value, Mapping) else {}


def named(data: Mapping[str, Any]) -> dict[str, Any]:
    """The keys that everything named shares, as arguments of its model."""
    return {
        "id": data["id"],
        "name": data["name"],
        "label": labels(data.get("label")),
        "description": labels(data.get("description")),
        "aliases": tuple(data.get("aliases", ())),
        "archived": bool(data.get("archived", False)),
        "part_of": tuple(data.get("part_of", ())),
    }


def exact(value: Any) -> Decimal | None:
    """A bound of a document (a number or a decimal text) as Decimal."""
    return None if value is None else Decimal(str(value))


def option(data: Mapping[str, Any]) -> dict[str, Any]:
    """The keys that options, tags, stages and bands share, as arguments of their model."""
    properties = dict(data.get("properties", {}))
    return {
        **named(data),
        "color": data.get("color"),
        "properties": properties,
        "replaced_by": data.get("replaced_by"),
    }


def civil_date(text: str) -> date | None:
    """The date of a document (`2026-10-01`), or None where there is no such day."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    # There are other ways of writing a date; files hold one.
    return found if found.isoformat() == text else None


_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00", re.ASCII)


def minutes(text: str) -> int | None:
    """The minutes since midnight of a time of day (`13:30`, `24:00`), or None for none."""
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    return int(found[1]) * 60 + int(found[2]) if found[1] else 1440


def holiday_days(data: Mapping[str, Any]) -> tuple[date, date]:
    """The first and the last day of a holiday, which may be one."""
    first = date.fromisoformat(data["first_day"])
    return first, date.fromisoformat(data["last_day"]) if "last_day" in data else first


def work_calendar(data: Mapping[str, Any]) -> WorkCalendar:
    """The calendar of an app; what is left out is as in most offices."""
    given: dict[str, Any] = {}
    if "workdays" in data:
        given["workdays"] = tuple(sorted(int(day) for day in data["workdays"]))
    if "hours" in data:
        given["hours"] = tuple(
            Hours(minutes(one["start"]) or 0, minutes(one["end"]) or 0) for one in data["hours"]
        )
    holidays = (
        Holiday(*holiday_days(one), label=labels(one.get("label")))
        for one in data.get("holidays", ())
    )
    return WorkCalendar(
        **given,
        holidays=tuple(sorted(holidays, key=lambda one: one.first_day)),
        extra_workdays=tuple(sorted(map(date.fromisoformat, data.get("extra_workdays", ())))),
    )


def property_labels(data: Mapping[str, Any]) -> Mapping[str, Labels]:
    """What the declared properties of a set's options are called, by their names."""
    return {key: labels(one) for key, one in data.get("property_labels", {}).items()}
