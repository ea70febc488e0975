"""Differences: what turns one App into another, as changes that can tell about themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

from .change import Change
from .messages import LOCALES, render
from .model import App, Entity, EntityAccess, Field, Named, Role, Stage
from .purging import purged_between, thing_at
from .replacing import replaced_between
from .whole import moved, whole

_KEPT = frozenset(
    {"entity", "field", "option", "stage", "tag", "band", "tag_dimension", "tier_scheme"}
)
"""Sorts whose data stays when they are left out: they are archived, not removed."""

_IDENTITY = frozenset({"id", "name", "aliases", "archived", "replaced_by"})
_APART: Mapping[str, frozenset[str]] = {
    "entity": frozenset({"fields", "checks", "unique", "duplicates", "pipeline", "system"}),
    "field": frozenset({"options", "exclusive", "inverse_id", "system"}),
    "stage": frozenset({"checklist", "properties"}),
    "tag_dimension": frozenset({"tags"}),
    "tier_scheme": frozenset({"bands"}),
    "form": frozenset({"sections"}),
    "dashboard": frozenset({"cards"}),
    "app": frozenset({"menu", "modules"}),
    "role": frozenset({"entities", "everything_else"}),
}
"""What is compared part by part instead of as a whole."""


def differences(before: App | None, after: App) -> tuple[Change, ...]:
    """Every change from one App to another, by id; from nothing, everything is added."""
    if before is None:
        return tuple(_Comparison().apps(None, whole(after)))
    compared = _Comparison().apps(whole(before), whole(after))
    switched = (
        _Comparison(one.document, one.owners).change(one.sort, one.verb, one.subject)
        for one in moved(before, after)
    )
    return (*compared, *switched, *_purged(before, after))


def _purged(before: App, after: App) -> Iterator[Change]:
    """What was archived before, and is gone for good after."""
    for place in purged_between(before, after):
        *owners, subject = thing_at(before, place)
        yield Change(
            kind=f"{place.sort}.purged",
            document=place.document,
            entity=place.owner if place.document.startswith("entity/") else None,
            field=place.field,
            item=place.item,
            before=subject,
            subject=subject,
            owners=tuple(owners),
        )


class _Comparison:
    """Compares two Apps; `owners` and `place` say where in them it is."""

    def __init__(
        self, document: str = "", owners: tuple[Named, ...] = (), **place: str | None
    ) -> None:
        self.document = document
        self.owners = owners
        self.place = place

    def within(self, owner: Named, **place: str | None) -> _Comparison:
        return _Comparison(self.document, (*self.owners, owner), **{**self.place, **place})

    def apps(self, before: App | None, after: App) -> Iterator[Change]:
        manifest = _Comparison(f"app/{after.manifest.id}")
        if before is None:
            yield manifest.change("app", "added", after.manifest, after=after.manifest)
        else:
            yield from manifest.pair("app", before.manifest, after.manifest)
        old_menu = before.manifest.menu if before else ()
        yield from manifest.siblings("menu_item", old_menu, after.manifest.menu)
        old_modules = before.manifest.modules if before else ()
        yield from manifest.siblings("module", old_modules, after.manifest.modules)
        for sort, key in _DOCUMENTS.items():
            old: Mapping[str, Named] = getattr(before, key) if before else {}
            yield from self.documents(sort, old, getattr(after, key))
        for identity, role in after.roles.items():
            was = before.roles.get(identity) if before else None
            if was is not None and not _gone(was, role):
                here = _Comparison(f"role/{identity}", (role,))
                yield from here.accesses(was, role, after.entities)

    def documents(
        self, sort: str, before: Mapping[str, Named], after: Mapping[str, Named]
    ) -> Iterator[Change]:
        for identity in (*after, *(one for one in before if one not in after)):
            old, new = before.get(identity), after.get(identity)
            if old == new or (isinstance(new, Entity) and new.system):
                continue
            entity = identity if sort == "entity" else None
            here = _Comparison(f"{sort}/{identity}", entity=entity)
            yield from here.one(sort, old, new)

    def one(self, sort: str, old: Named | None, new: Named | None) -> Iterator[Change]:
        """A thing that came, went or stayed; what stayed is compared within."""
        if old is None and new is not None:
            if not new.archived:
                yield self.change(sort, "added", new, after=new)
        elif old is not None and new is None and old.archived and sort in _KEPT:
            return  # It was purged, or came later than what is compared with.
        elif old is not None and (new is None or (new.archived and not old.archived)):
            verb = "removed" if new is None else "archived"
            yield self.change(sort, verb, old, before=old, after=new)
        elif old is not None and new is not None:
            if old.archived and not new.archived:
                yield self.change(sort, "restored", new, before=old, after=new)
            if not new.archived:
                yield from self.pair(sort, old, new)

    def siblings(
        self, sort: str, before: Sequence[Named], after: Sequence[Named]
    ) -> Iterator[Change]:
        old, new = (
            {one.id: one for one in side if not _is_system(one)} for side in (before, after)
        )
        for identity in (*new, *(one for one in old if one not in new)):
            here = _Comparison(self.document, self.owners, **self.of(sort, identity))
            yield from here.one(sort, old.get(identity), new.get(identity))
        for verb, one, was, now in replaced_between(before, after):
            here = _Comparison(self.document, self.owners, **self.of(sort, one.id))
            yield here.change(sort, verb, one, was, now)
        kept = [one for one in old if one in new and not _gone(old[one], new[one])]
        staying = frozenset(kept)
        moved = [one for one in new if one in staying]
        if kept != moved and self.owners:
            inside = _Comparison(self.document, self.owners[:-1], **self.place)
            yield inside.change(sort, "reordered", self.owners[-1], kept, moved)

    def of(self, sort: str, identity: str) -> dict[str, str | None]:
        return {**self.place, "field" if sort == "field" else "item": identity}

    def pair(self, sort: str, old: Named, new: Named) -> Iterator[Change]:
        """What is different in a thing that stayed."""
        if old.name != new.name:
            yield self.change(sort, "renamed", new, old.name, new.name)
        for one in fields(new):
            if one.name in _IDENTITY or one.name in _APART.get(sort, ()):
                continue
            was, now = getattr(old, one.name), getattr(new, one.name)
            if was != now:
                verb = one.name
                if verb == "off":
                    verb = "switched_off" if now else "switched_on"
                yield self.change(sort, verb, new, was, now)
        yield from self.parts(sort, old, new)

    def parts(self, sort: str, old: Any, new: Any) -> Iterator[Change]:
        if sort == "entity":
            here = self.within(new)
            yield from here.siblings("field", old.fields, new.fields)
            yield from here.siblings("check", old.checks, new.checks)
            yield from here.siblings("unique_group", old.unique, new.unique)
            yield from here.siblings("duplicate_key", old.duplicates, new.duplicates)
            yield from self.pipeline(old, new)
        elif sort == "field" and new.type == old.type == "choice":
            yield from self.within(new).siblings("option", old.options, new.options)
        elif sort == "stage":
            yield from self.stage(old, new)
        elif sort in _PARTS:
            key, inner = _PARTS[sort]
            yield from self.within(new).siblings(inner, getattr(old, key), getattr(new, key))

    def accesses(self, old: Role, new: Role, entities: Mapping[str, Entity]) -> Iterator[Change]:
        """What a role may do otherwise than before, entity by entity."""
        if (old.entities, old.everything_else) == (new.entities, new.everything_else):
            return
        found: list[Change] = []
        listed = {one.entity for one in (*old.entities, *new.entities)}
        for identity in (one for one in entities if one in listed):
            pair = old.access(identity), new.access(identity)
            here = self.of("access", identity) | {"entity": identity}
            found += _Comparison(self.document, self.owners, **here).access(
                entities[identity], *pair
            )
        found += self.access(_OTHERS, old.everything_else, new.everything_else)
        yield from found or [self.change("role", "entities", new, old.entities, new.entities)]

    def access(
        self, subject: Named, old: EntityAccess | None, new: EntityAccess | None
    ) -> Iterator[Change]:
        """What is different in an access; without one nothing may be done."""
        for one in fields(EntityAccess):
            was, now = getattr(old or _NONE, one.name), getattr(new or _NONE, one.name)
            if was != now and one.name != "entity":
                yield self.change("access", one.name, subject, was, now)

    def stage(self, old: Stage, new: Stage) -> Iterator[Change]:
        for key in sorted({*old.properties, *new.properties} - {"closed", "outcome"}):
            was, now = old.properties.get(key), new.properties.get(key)
            if was != now:
                verb = key if key in {"probability", "max_days"} else "properties"
                yield self.change("stage", verb, new, was, now)
        items = _Comparison(self.document, (*self.owners, new), entity=self.place.get("entity"))
        yield from items.siblings("checklist_item", old.checklist, new.checklist)

    def pipeline(self, old: Entity, new: Entity) -> Iterator[Change]:
        was, now = old.pipeline, new.pipeline
        if was is None or now is None:
            if was is not now:
                yield self.change("pipeline", "added" if now else "removed", new, was, now)
            return
        for key in ("field", "amount", "weighted", "property_labels"):
            before, after = getattr(was, key), getattr(now, key)
            if before != after:
                yield self.change("pipeline", key, new, before, after)
        yield from self.within(new).siblings("stage", was.stages, now.stages)

    def change(
        self, sort: str, verb: str, subject: Named, before: Any = None, after: Any = None
    ) -> Change:
        return Change(
            kind=f"{sort}.{verb}",
            document=self.document,
            entity=self.place.get("entity"),
            field=self.place.get("field"),
            item=self.place.get("item"),
            before=before,
            after=after,
            subject=subject,
            owners=self.owners,
        )


_DOCUMENTS: Mapping[str, str] = {
    "entity": "entities",
    "tag_dimension": "dimensions",
    "tier_scheme": "schemes",
    "alert_rule": "rules",
    "form": "forms",
    "view": "views",
    "metric": "metrics",
    "dashboard": "dashboards",
    "role": "roles",
}
_PARTS: Mapping[str, tuple[str, str]] = {
    "tag_dimension": ("tags", "tag"),
    "tier_scheme": ("bands", "band"),
    "form": ("sections", "section"),
    "dashboard": ("cards", "card"),
}


_NONE = EntityAccess(entity="", read=False)
_OTHERS = Named(
    id="everything_else",
    name="everything_else",
    label={one: render("change.access_others", one) for one in LOCALES},
)
"""The entities that a role does not list, as what its access is to."""


def _is_system(one: Named) -> bool:
    return isinstance(one, Field) and one.system


def _gone(old: Named, new: Named) -> bool:
    return old.archived or new.archived
