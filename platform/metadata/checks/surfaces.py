"""Forms, views, roles and the app: nothing twice, and settings that exist in the world."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from ..currencies import CURRENCIES
from ..documents import Document
from ..naming import nearest
from ..problems import Problem
from .context import Checking, problem


def check_forms(checking: Checking) -> Iterator[Problem]:
    """A field stands once in a form."""
    for document in checking.kind("form"):
        places = (
            (field["field"], f"/sections/{s}/fields/{f}/field")
            for s, section in enumerate(document.data["sections"])
            for f, field in enumerate(section["fields"])
        )
        yield from _once(document, places, "form.field_twice")


def check_views(checking: Checking) -> Iterator[Problem]:
    """A column stands once in a list."""
    for document in checking.kind("view"):
        columns = enumerate(document.data["columns"])
        places = ((column["field"], f"/columns/{index}/field") for index, column in columns)
        yield from _once(document, places, "view.column_twice")


def check_roles(checking: Checking) -> Iterator[Problem]:
    """An entity stands once in a role, `own` has an owner, and changing includes seeing."""
    for document in checking.kind("role"):
        accesses = document.data.get("entities", ())
        places = ((one["entity"], f"/entities/{i}/entity") for i, one in enumerate(accesses))
        yield from _once(document, places, "role.entity_twice")
        for index, access in enumerate(accesses):
            entity = access["entity"]
            known = checking.space.kind("entity").by_id.get(entity)
            if access.get("rows") == "own" and known and not checking.has_owner(entity):
                yield problem(document, f"/entities/{index}/rows", "role.no_owner", entity=entity)
            may = [key for key in ("create", "update", "delete") if access.get(key)]
            if may and access.get("read") is False:
                params = {"entity": entity, "may": may[0]}
                yield problem(document, f"/entities/{index}/read", "role.without_read", **params)


def check_app(checking: Checking) -> Iterator[Problem]:
    """The app's language, currency and time zone exist."""
    for document in checking.kind("app"):
        data = document.data
        locales = data.get("locales", ["en", "zh-CN"])
        default = data.get("default_locale", "en")
        if default not in locales:
            params = {"locale": default, "locales": ", ".join(locales)}
            yield problem(document, "/default_locale", "app.default_locale", **params)
        currency = data.get("currency", "CNY")
        if currency not in CURRENCIES:
            meant = nearest(currency, CURRENCIES) or "CNY"
            yield problem(document, "/currency", "app.currency", currency=currency, nearest=meant)
        zone = data.get("time_zone", "Asia/Shanghai")
        if not _zone_exists(zone):
            yield problem(document, "/time_zone", "app.time_zone", zone=zone)


def _zone_exists(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _once(document: Document, places: Iterator[tuple[str, str]], key: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for name, pointer in places:
        if name in seen:
            yield problem(document, pointer, key, name=name)
        seen.add(name)
