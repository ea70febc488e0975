"""Uses of things in words, and the documents without those that can be taken out by themselves."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fieldstone.metadata.documents import Document
from fieldstone.metadata.messages import LOCALES, render
from fieldstone.metadata.model import App, label_text
from fieldstone.metadata.refer import Target, Use
from fieldstone.metadata.uses import all_uses, uses

from ...studio_paths import StudioPaths
from ...words import say
from .frame import Studio
from .things import id_of

_PLAIN_LISTS = frozenset({"sort", "requires", "header", "hidden_fields", "read_only_fields"})
_PLACES = frozenset({("form", "fields"), ("view", "columns")})
_BY_NAME = frozenset({"set", "transitions"})
"""Keys whose value goes by names of other things."""

_WITHIN = frozenset({"field", "expr", "text", "of"})
"""Keys that only say how the key above them is written."""


@dataclass(frozen=True)
class Told:
    """A place that uses a thing: in which document and as what, and where it is changed.

    `goes` says whether archiving a field takes the place out; `href` is empty for a document that
    has no room.
    """

    text: str
    goes: bool
    href: str


def counts(app: App, owner: str, sort: str = "field") -> Mapping[str, int]:
    """How many places use each thing of a sort that `owner` (an entity, a scheme) has, by id."""
    return Counter(
        one.target.id
        for one in all_uses(app)
        if one.target.sort == sort and one.target.owner == owner and not one.archived
    )


def of_field(app: App, entity_id: str, field_id: str) -> tuple[Use, ...]:
    """Every live place that uses a field."""
    return uses(app, Target("field", entity_id, field_id))


def of_things(studio: Studio, sort: str, owner: str = "") -> Mapping[str, tuple[Told, ...]]:
    """The live places that use each thing of a sort that `owner` has, by its id."""
    found: dict[str, list[Use]] = {}
    for one in all_uses(studio.app):
        if (one.target.sort, one.target.owner) == (sort, owner) and not one.archived:
            found.setdefault(one.target.id, []).append(one)
    return {key: told(studio, each) for key, each in found.items()}


def told(studio: Studio, found: Iterable[Use]) -> tuple[Told, ...]:
    """Uses in words, each line once."""
    documents = {one.key: one for one in studio.app.documents}
    lines: dict[Told, None] = {}
    for one in found:
        document = documents[one.document]
        text = place_of(studio.app, document, one.pointer, studio.desk.locale)
        lines[Told(text, goes(document, one), _href(studio.paths, document, one))] = None
    return tuple(lines)


def _href(paths: StudioPaths, document: Document, use: Use) -> str:
    """The room in which the place is changed."""
    data, about = document.data, str(document.data.get("entity", ""))
    parts = use.pointer.split("/")[1:]
    if document.kind == "dashboard":
        return paths.card(document.id, id_of(data["cards"][int(parts[1])]))
    if document.kind == "entity":
        if parts[0] == "fields":
            return paths.field(document.id, id_of(data["fields"][int(parts[1])]))
        if parts[:2] == ["pipeline", "stages"]:
            return paths.stage(document.id, id_of(data["pipeline"]["stages"][int(parts[2])]))
        return paths.fields(document.id)
    rooms = {
        "form": lambda: paths.forms(about, form=document.id),
        "view": lambda: paths.lists(about, view=document.id),
        "alert_rule": lambda: paths.rule(about, document.id),
        "tier_scheme": lambda: paths.tiers(about, scheme=document.id),
        "tag_dimension": lambda: paths.dimension(document.id),
        "metric": lambda: paths.metric(document.id),
    }
    return rooms[document.kind]() if document.kind in rooms else ""


def place_of(app: App, document: Document, pointer: str, locale: str) -> str:
    """A place of a document (in ids) in words: what kind of document, which, and what in it."""
    parts = pointer.split("/")[1:]
    sort = render(f"sort.{document.kind}", locale)
    label = document.data.get("label")
    name = label_text(label, locale, document.name) if isinstance(label, Mapping) else label
    return say(
        "studio.use",
        locale,
        sort=sort[:1].upper() + sort[1:],
        name=" / ".join((name or document.name, *_owners(app, document, parts, locale))),
        place=render(f"key.{_key(parts)}", locale),
    )


def _key(parts: Sequence[str]) -> str:
    """The key of the schema under which a place stands: not the names of things below it."""
    known = [one for one in parts if not one.isdigit() and one not in LOCALES]
    for at, one in enumerate(known):
        if one in _BY_NAME:
            return one
        if at and one in _WITHIN:
            return known[at - 1]
    return known[-1]


def _owners(app: App, document: Document, parts: Sequence[str], locale: str) -> Iterator[str]:
    """The labels of what a place lies in, from the outside: a field, a stage, a section."""
    value: Any = document.data
    for at, part in enumerate(parts):
        value = value[int(part)] if isinstance(value, (list, tuple)) else value[part]
        if not part.isdigit() or not isinstance(value, Mapping):
            continue
        found = app.entities.get(str(value.get("entity", ""))) if document.kind == "role" else None
        label = value.get("label")
        if isinstance(label, Mapping) and label:
            yield label_text(label, locale, next(iter(label.values())))
        elif found and parts[-1] != "entity":
            yield found.text(locale)
        elif document.kind == "dashboard":
            shown = app.metrics.get(value.get("metric", "")) or app.entities.get(
                value.get("entity", "")
            )
            if shown:
                yield shown.text(locale)
        elif "field" in value and parts[at + 1 :] != ["field"]:
            owner = app.entities.get(str(document.data.get("entity", "")))
            field = owner.by_id.get(value["field"]) if owner else None
            if field:
                yield field.text(locale)


def goes(document: Document, use: Use) -> bool:
    """Whether the place can be taken out without changing what is left."""
    parts = use.pointer.split("/")[1:]
    if len(parts) > 1 and parts[-1].isdigit() and parts[-2] in _PLAIN_LISTS:
        return True
    if len(parts) > 2 and parts[-1] == "field" and (document.kind, parts[-3]) in _PLACES:
        return not (document.kind == "view" and len(_at(document.data, parts[:-2])) < 2)
    return document.kind == "entity" and parts == ["subtitle"]


def without(app: App, found: Iterable[Use]) -> tuple[Document, ...]:
    """The documents that use a field, without the places that can be taken out."""
    documents = {one.key: one for one in app.documents}
    data: dict[str, Any] = {}
    for use in sorted(found, key=_order, reverse=True):
        document = documents[use.document]
        if not goes(document, use):
            continue
        changed = data.setdefault(use.document, copy.deepcopy(dict(document.data)))
        parts = use.pointer.split("/")[1:]
        if parts[-1] == "field":
            parts = parts[:-1]
        holder = _at(changed, parts[:-1])
        del holder[int(parts[-1]) if isinstance(holder, list) else parts[-1]]
    return tuple(documents[key].with_data(one) for key, one in data.items())


def _order(use: Use) -> tuple[object, ...]:
    return use.document, [
        (0, int(one), "") if one.isdigit() else (1, 0, one) for one in use.pointer.split("/")
    ]


def _at(value: Any, parts: Iterable[str]) -> Any:
    for one in parts:
        value = value[int(one)] if isinstance(value, (list, tuple)) else value[one]
    return value
