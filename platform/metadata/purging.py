"""Purging: what documents say is gone for good is taken out of them, if nothing needs it.

Only what the base has archived can be purged. What still refers to it is a problem at every place,
also within what is archived itself, unless that is purged along.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .documents import Document
from .model import App, Named
from .naming import nearest
from .problems import Problem, ProblemsError
from .refer import Target, Translator, Use
from .space import Space, outline
from .system import companions
from .tombstones import KEY, Listing, Place, Tombstones, ids_in, listings, place_of, written
from .walk import transform


def without_purged(
    documents: Iterable[Document], base: Iterable[Document]
) -> tuple[tuple[Document, ...], tuple[Problem, ...]]:
    """The documents (in ids) without what they say is purged, and what stands against it."""
    everything = tuple(documents)
    gone = Tombstones(everything)
    things = _things(everything) if gone else ()
    there = {place: (one, at) for place, one, at in things if place in gone}
    if not there:
        return everything, ()
    live = {place for place, data, _ in _things(base) if data.get("archived") is not True}
    problems = [
        Problem("purge.in_use", {"name": one.get("name")}, *at)
        for place, (one, at) in there.items()
        if place in live or one.get("archived") is not True
    ]
    kept = tuple(
        one.with_data(_without(one.data, (), set(there), one.key))
        for one in everything
        if Place(one.key) not in there
    )
    return kept, (*problems, *_used(everything, there.keys()))


def declared_anew(
    documents: Iterable[Document], again: Mapping[tuple[str, ...], str]
) -> Iterator[Problem]:
    """Notes on what was purged and is in the documents once more: it comes back empty."""
    for place, one, at in _things(documents) if again else ():
        # Stages lie in a pipeline, which has no id of its own.
        path = tuple(part for part in place.path if part != "pipeline")
        was = again.get((place.document, *path))
        if was is not None and one.get("archived") is not True:
            yield Problem("purge.again", {"name": one.get("name"), "was": was, "id": place.id}, *at)


def marked(documents: Iterable[Document], addresses: Iterable[str]) -> tuple[Document, ...]:
    """Documents (in ids) that say of these things that they are purged.

    An address is that of a `Place`, by ids, or by a name that only one archived thing has.
    ProblemsError for one that leads to nothing.
    """
    everything = tuple(documents)
    places = _found(everything, addresses)
    kept = (one for one in everything if Place(one.key) not in places)
    return tuple(one.with_data(_marked(one, places)) for one in kept)


def archived(documents: Iterable[Document]) -> Iterator[Place]:
    """The places of what documents (in ids) archive and could be purged, outer ones first.

    What lies within something archived goes with it, and is not told.
    """
    found: set[Place] = set()
    for place, one, _ in _things(documents):
        outer = (Place(place.document, place.path[:end]) for end in range(len(place.path)))
        if one.get("archived") is True and found.isdisjoint(outer):
            found.add(place)
            yield place


def remembering(documents: Iterable[Document], now: Iterable[Document]) -> tuple[Document, ...]:
    """Documents with the tombstones of those of now, where they have the lists that keep them."""
    lists: dict[str, list[Listing]] = {}
    for document in now:
        lists[document.key] = [each for each in listings(document) if each.purged]
    found = []
    for document in documents:
        data: Any = document.data
        for each in lists.get(document.key, ()):
            data = _with(data, each, each.purged)
        found.append(document if data is document.data else document.with_data(data))
    return tuple(found)


def purged_between(before: App, after: App) -> tuple[Place, ...]:
    """The places of what one app has and another has purged, in order."""
    gone = Tombstones(after.documents)
    things = _things(before.documents) if gone else ()
    return tuple(sorted(place for place, _, _ in things if place in gone))


def thing_at(app: App, place: Place) -> tuple[Named, ...]:
    """The thing at a place, behind those that it lies in; () if there is none."""
    kinds: Mapping[str, Mapping[str, Any]] = {
        "entity": app.entities,
        "tag_dimension": app.dimensions,
        "tier_scheme": app.schemes,
    }
    found = [kinds.get(place.document.partition("/")[0], {}).get(place.owner)]
    at = found[0]
    for key in place.path:
        if isinstance(at, (list, tuple)):
            at = next((one for one in at if one.id == key), None)
            found.append(at)
        else:
            at = getattr(at, key, None)
    return tuple(one for one in found if one) if all(found) else ()


def _things(
    documents: Iterable[Document],
) -> Iterator[tuple[Place, Mapping[str, Any], tuple[str, str]]]:
    """Everything that can be purged: its place, its data, and (document, pointer) of it."""
    for document in documents:
        if document.kind in ("entity", "tag_dimension", "tier_scheme"):
            yield Place(document.key), document.data, (document.path, "")
        for each in listings(document):
            for index, one in enumerate(each.items):
                if document.kind != "app":
                    pointer = f"{each.pointer}/{each.at[-1]}/{index}"
                    yield each.place(str(one.get("id"))), one, (document.path, pointer)


def _without(value: Any, path: tuple[str, ...], gone: set[Place], document: str) -> Any:
    """A value without the things at these places."""
    if isinstance(value, Mapping):
        return {key: _without(one, (*path, key), gone, document) for key, one in value.items()}
    if not isinstance(value, (list, tuple)):
        return value
    kept = []
    for one in value:
        identity = one.get("id") if isinstance(one, Mapping) else None
        at = (*path, identity) if isinstance(identity, str) else path
        if Place(document, at) not in gone:
            kept.append(_without(one, at, gone, document))
    return kept


def _used(documents: tuple[Document, ...], gone: Iterable[Place]) -> Iterator[Problem]:
    """A problem for each place, outside of what is purged, that refers to some of it."""
    space = Space(documents)
    places = set(gone)
    targets = {one: place for place in places for one in _targets(space, place)}
    translator = Translator(space, "same")
    for document in documents:
        transform(document, space, translator.visit)
    inside = {at: place for place, _, at in _things(documents)}
    for use in translator.uses:
        aimed = targets.get(use.target) or targets.get(_owner(use.target))
        if aimed is not None and not _inside(use, inside, places):
            params = {"name": aimed.address, "text": use.text}
            yield Problem("purge.used", params, use.path, use.pointer)


def _inside(use: Use, inside: Mapping[tuple[str, str], Place], gone: set[Place]) -> bool:
    """Whether a use stands within something that is purged as well."""
    pointer = use.pointer
    while inside.get((use.path, pointer)) not in gone:
        if not pointer:
            return False
        pointer = pointer.rpartition("/")[0]
    return True


def _targets(space: Space, place: Place) -> Iterator[Target]:
    """What a thing is called where documents refer to it; a field's companions go with it."""
    match place.sort:
        case "field":
            yield Target("field", place.owner, place.id)
            entry = space.field(place.owner, place.id)
            known = outline(entry) if entry else None
            for one in companions(known) if known else ():
                yield Target("field", place.owner, one.id)
        case "option":
            yield Target("option", f"{place.owner}.{place.field}", place.id)
        case "stage" | "tag" | "band":
            yield Target(place.sort, place.owner, place.id)
        case _:
            yield Target(place.sort, "", place.id)


def _owner(target: Target) -> Target:
    """What a target lies in: its document, or the field of an option."""
    match target.sort:
        case "option":
            entity, _, field = target.owner.partition(".")
            return Target("field", entity, field)
        case "field" | "stage":
            return Target("entity", "", target.owner)
        case "tag":
            return Target("tag_dimension", "", target.owner)
        case "band":
            return Target("tier_scheme", "", target.owner)
    return target


def _found(documents: tuple[Document, ...], addresses: Iterable[str]) -> set[Place]:
    things = {place: data for place, data, _ in _things(documents)}
    found: set[Place] = set()
    problems = []
    for address in addresses:
        place = _meant(things, place_of(address))
        if place is not None:
            found.add(place)
            continue
        known = [one.address for one, data in things.items() if data.get("archived") is True]
        near = nearest(address, known)
        params = {"name": address, "nearest": near or ", ".join(sorted(known)[:20])}
        problems.append(Problem("purge.unknown" if known else "purge.nothing", params))
    if problems:
        raise ProblemsError(problems)
    return found


def _meant(things: Mapping[Place, Mapping[str, Any]], place: Place) -> Place | None:
    """The place itself, else the only archived thing of that name beside it."""
    if place in things:
        return place
    named = [
        one
        for one, data in things.items()
        if data.get("archived") is True
        and data.get("name") == place.id
        and (one.path[:-1], one.document if place.path else one.sort)
        == (place.path[:-1], place.document if place.path else place.sort)
    ]
    return named[0] if len(named) == 1 else None


def _marked(document: Document, places: set[Place]) -> Mapping[str, Any]:
    data: Any = document.data
    for each in listings(document):
        gone = sorted(one.id for one in places if one.path and each.place(one.id) == one)
        if each.document.kind == "app":
            gone = sorted(one.document for one in places if not one.path)
        if gone:
            data = _with(data, each, gone)
    return data if data is document.data else _without(data, (), places, document.key)


def _with(value: Any, each: Listing, gone: Iterable[str], depth: int = 0) -> Any:
    """A document's data with more tombstones beside a list; as it is where it has no such list."""
    key, *_ = rest = each.at[depth:]
    if len(rest) == 1:
        return {**value, KEY: written({*ids_in(value), *gone})}
    if key not in value:
        return value
    if isinstance(value[key], Mapping):
        return {**value, key: _with(value[key], each, gone, depth + 1)}
    items = [
        _with(one, each, gone, depth + 2) if one.get("id") == rest[1] else one for one in value[key]
    ]
    return {**value, key: items}
