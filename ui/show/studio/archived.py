"""What is archived, as the Studio shows it: each thing with what it belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fieldstone.metadata.messages import render
from fieldstone.metadata.purging import archived, thing_at
from fieldstone.metadata.tombstones import Place

from .frame import Studio
from .things import text_of

_ICONS = {"entity": "box", "tag_dimension": "tags", "tier_scheme": "award", "field": "letter-case"}


@dataclass(frozen=True)
class Archived:
    """One thing that is archived; `whole` if it is a document, which can be restored from here."""

    address: str
    name: str
    within: str
    sort: str
    icon: str
    whole: bool


def archived_of(studio: Studio) -> tuple[Archived, ...]:
    """Everything that is archived in force and in the draft, documents first."""
    found = sorted(_found(studio), key=lambda one: (not one.whole, one.within, one.name))
    return tuple(found)


def _found(studio: Studio) -> Iterator[Archived]:
    locale = studio.desk.locale
    still = set(archived(studio.draft.documents))
    for place in archived(studio.desk.app.documents):
        things = thing_at(studio.app, place) if place in still else ()
        if things:
            *within, one = (each.text(locale) for each in things)
            yield Archived(
                address=place.address,
                name=one,
                within=" / ".join(within),
                sort=render(f"sort.{place.sort}", locale),
                icon=_ICONS.get(place.sort, "tag"),
                whole=not place.path,
            )


def purgeable(studio: Studio) -> frozenset[str]:
    """The addresses of what can be deleted for good: what is archived in the draft alone cannot."""
    return frozenset(one.address for one in archived(studio.desk.app.documents))


def named(studio: Studio, place: Place) -> str:
    """What the reader calls a thing that is in force."""
    things = thing_at(studio.desk.app, place)
    return things[-1].text(studio.desk.locale).strip() if things else place.id


def place_in(studio: Studio, document: str, pointer: str) -> str:
    """What the things are called that lead to a place in a document of the draft."""
    locale = studio.desk.locale
    found = (one for one in studio.draft.documents if document in (one.path, one.key))
    at: Any = next((one.data for one in found), None)
    names = []
    for part in pointer.split("/"):
        if part:
            at = at[int(part)] if isinstance(at, (list, tuple)) else at.get(part)
        if isinstance(at, Mapping) and "name" in at:
            names.append(text_of(at, locale))
        elif not isinstance(at, (list, tuple, Mapping)):
            break
    return " / ".join(names)
