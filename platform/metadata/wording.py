"""Expressions in ids and in names: what their words mean, and how the other space writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Literal

from .expression import Member, parse, rename, renaming
from .expression.tree import Name, Text
from .model import App
from .naming import nearest
from .problems import Problem
from .space import Entry, Found, Group, Space

Direction = Literal["ids", "names", "same"]


def expression_to_names(app: App, entity_id: str, text: str, parent: str | None = None) -> str:
    """An expression in ids, written with the present names."""
    return rename(text, present_names(app, entity_id, text, parent))


def expression_to_ids(app: App, entity_id: str, text: str, parent: str | None = None) -> str:
    """An expression as people write it, in ids; what the app does not know stays as it is.

    Raises ProblemsError for what cannot be parsed.
    """
    words = Words(app_space(app), in_ids=False, direction="ids")
    return rename(text, renaming(parse(text), words, entity_id, parent).replacements)


@lru_cache(maxsize=4096)
def present_names(
    app: App, entity_id: str, text: str, parent: str | None = None, *, in_ids: bool = True
) -> Mapping[tuple[int, int], str]:
    """What to put where in an expression (see `expression.rename`) for it to have present names.

    What the app does not know stays as it is. An expression that is not `in_ids` is in names,
    former ones and aliases among them.
    """
    words = Words(app_space(app), in_ids, "names")
    return renaming(parse(text), words, entity_id, parent).replacements


@lru_cache(maxsize=64)
def app_space(app: App) -> Space:
    """The space of an app's documents, kept for the apps in use (by hash)."""
    return Space(app.documents)


class Words:
    """The names that an expression may use (`expression.Names`), from a space."""

    def __init__(self, space: Space, in_ids: bool, direction: Direction) -> None:
        self.space = space
        self.in_ids = in_ids
        self.direction = direction
        self.met: list[tuple[Group, Found, str]] = []
        self.archived: list[tuple[Group, Entry, str]] = []
        self._missing: dict[str, tuple[str, str]] = {}
        self._members: dict[tuple[str, str], tuple[Group, Found, Member] | None] = {}

    def member(self, entity: str, name: str) -> Member | None:
        key = (entity, name)
        if key not in self._members:
            self._members[key] = self._member(entity, name)
        known = self._members[key]
        if known is None:
            self._missing[name] = ("field", entity)
            return None
        group, found, member = known
        self.meet(group, found, name)
        return member

    def _member(self, entity: str, name: str) -> tuple[Group, Found, Member] | None:
        fields, inverses = self.space.fields_of(entity), self.space.inverses_of(entity)
        found = fields.find(name, self.in_ids)
        behind = inverses.find(name, self.in_ids)
        if behind and (found is None or _rank(behind) < _rank(found)):
            written = self.write(behind, name)
            return inverses, behind, Member(written, entity=behind.entry.owner, many=True)
        if found is None:
            return None
        entry = found.entry
        options = self.space.options_of(entity, entry.id)
        member = Member(
            self.write(found, name),
            entity=self.space.target_of(entry),
            options=f"{entity}.{entry.id}" if options is not None else None,
        )
        return fields, found, member

    def option(self, options: str, name: str) -> str | None:
        entity, _, field_id = options.partition(".")
        group = self.space.options_of(entity, field_id) or Group()
        found = group.find(name, self.in_ids)
        if found is None:
            self._missing[name] = ("option", options)
            return None
        self.meet(group, found, name)
        return self.write(found, name)

    def tag(self, entity: str | None, dimension: str, tag: str) -> tuple[str, str] | None:
        group = self.space.kind("tag_dimension")
        where = group.find(dimension, self.in_ids)
        if where is None:
            self._missing[tag] = ("tag_dimension", dimension)
            return None
        self.meet(group, where, dimension)
        tags = self.space.tags_of(where.entry.id)
        found = tags.find(tag, self.in_ids)
        if found is None:
            self._missing[tag] = ("tag", where.entry.id)
            return None
        self.meet(tags, found, tag)
        self.meet_tagged(entity, where.entry.id)
        return self.write(where, dimension), self.write(found, tag)

    def meet_tagged(self, entity: str | None, dimension: str) -> None:
        """The field that `has_tag("dimension", ..)` reads without naming it: a live one first."""
        fields = self.space.fields_of(entity)
        held = [one for one in fields if self.space.dimension_of(one) == dimension]
        held.sort(key=lambda one: one.archived)
        if held:
            self.meet(fields, Found(held[0], "name"), held[0].name)

    def meet(self, group: Group, found: Found, text: str) -> None:
        self.met.append((group, found, text))
        if found.entry.archived:
            self.archived.append((group, found.entry, text))

    def write(self, found: Found, text: str) -> str:
        if self.direction == "same":
            return text
        return found.entry.id if self.direction == "ids" else found.entry.name

    def problem(self, missing: Name | Text) -> Problem:
        """The problem of a word that means nothing here, with the nearest that does."""
        text = missing.text if isinstance(missing, Name) else missing.value
        sort, where = self._missing.get(text, ("field", ""))
        name = where if sort == "tag_dimension" else text
        groups = self.groups(sort, where)
        candidates = [one for group in groups for one in group.names()]
        labelled = (group.labelled(name) for group in groups)
        meant = next((one for one in labelled if one), None)
        problem = unknown(sort, name, candidates, self.named(sort, where), meant)
        return Problem(problem.id, problem.params, position=missing.start + 1)

    def groups(self, sort: str, where: str) -> tuple[Group, ...]:
        """Where a missing name was looked for."""
        if sort == "option":
            entity, _, field_id = where.partition(".")
            return (self.space.options_of(entity, field_id) or Group(),)
        if sort == "tag":
            return (self.space.tags_of(where),)
        if sort == "tag_dimension":
            return (self.space.kind(sort),)
        return self.space.fields_of(where), self.space.inverses_of(where)

    def named(self, sort: str, where: str) -> str:
        if sort == "option":
            entity, _, field_id = where.partition(".")
            entry = self.space.field(entity, field_id)
            return entry.name if entry else field_id
        kind = "tag_dimension" if sort == "tag" else "entity"
        entry = self.space.kind(kind).by_id.get(where)
        return entry.name if entry else where


def _rank(found: Found) -> int:
    return ("name", "id", "before", "alias").index(found.how) + 10 * found.entry.archived


def unknown(
    sort: str, name: str, candidates: Sequence[str], where: str = "", meant: str | None = None
) -> Problem:
    """The problem of a name that means nothing, with the one that was `meant`, or the nearest."""
    meant = meant or nearest(name, candidates)
    if meant:
        return Problem(f"{sort}.unknown_near", {"name": name, "nearest": meant, "where": where})
    known = ", ".join(sorted(candidates)[:20])
    return Problem(f"{sort}.unknown", {"name": name, "where": where, "known": known})


def archived_problem(group: Group, entry: Entry, text: str) -> Problem:
    """The problem of a use of something archived; it names what replaces that."""
    other = group.replacement(entry)
    if other is None:
        return Problem("reference.archived", {"name": text or entry.name})
    return Problem("reference.replaced", {"name": text or entry.name, "other": other.name})
