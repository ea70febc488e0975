"""Missing translations: every label that one of the application's languages has not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fieldstone.metadata.messages import render as sentence
from fieldstone.metadata.model import label_text

from ...desk import Visit
from ...rendering import page as render
from ...show.studio.frame import Studio, studio_of
from ...words import LOCALES, say

_MOST = 500
_KEYS = ("label", "plural", "help", "placeholder", "inverse_label", "message")


@dataclass(frozen=True)
class Missing:
    """A text that a language lacks: where it stands, what is shown instead, and its page."""

    where: str
    shown: str
    languages: str
    href: str


def listed(visit: Visit) -> str:
    """What has no text in a language, and what its readers see instead."""
    with visit.reading() as desk:
        studio = studio_of(desk, "translations")
        found = list(_missing(studio))
        return render(
            desk,
            "studio/translations.html",
            studio.paths.start,
            studio=studio,
            found=found[:_MOST],
            number=len(found),
        )


def _missing(studio: Studio) -> Iterator[Missing]:
    for document in studio.draft.documents:
        if not document.data.get("archived"):
            name = _text(document.data, studio.desk.locale)
            kind = sentence(f"sort.{document.kind}", studio.desk.locale)
            href = _page(studio, document.kind, document.data)
            yield from _within(studio, document.data, (f"{kind} {name}",), href)


def _page(studio: Studio, kind: str, data: Mapping[str, Any]) -> str:
    """The room in which a document is changed, if there is one."""
    if kind in ("dashboard", "metric"):
        path = studio.paths.dashboard if kind == "dashboard" else studio.paths.metric
        return path(str(data.get("id") or data["name"]))
    entity = str(data.get("id") or data.get("name")) if kind == "entity" else data.get("entity")
    if not entity or entity not in studio.app.entities:
        return ""
    rooms = {"entity": studio.paths.fields, "form": studio.paths.forms, "view": studio.paths.lists}
    return rooms[kind](str(entity)) if kind in rooms else ""


def _text(data: Mapping[str, Any], locale: str) -> str:
    label = data.get("label")
    name = str(data.get("name", ""))
    return label_text(label, locale, name) if isinstance(label, Mapping) else str(label or name)


def _within(
    studio: Studio, data: Mapping[str, Any], where: tuple[str, ...], href: str
) -> Iterator[Missing]:
    """The texts of a thing and of the things within it."""
    locale = studio.desk.locale
    for key in _KEYS:
        value = data.get(key)
        if isinstance(value, Mapping) and value and set(value) <= set(LOCALES):
            gone = [one for one in LOCALES if one not in value]
            if gone:
                languages = [say(f"studio.language.{one}", locale) for one in gone]
                shown = label_text(value, locale, next(iter(value.values())))
                yield Missing(" · ".join(where), shown, ", ".join(languages), href)
    for items in data.values():
        for one in items if isinstance(items, (list, tuple)) else ():
            if isinstance(one, Mapping) and "name" in one and not one.get("archived"):
                yield from _within(studio, one, (*where, _text(one, locale)), href)
