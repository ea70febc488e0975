"""Spaces: what a name or an id stands for within one set of documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from .documents import Document
from .model import Field
from .system import SYSTEM_ENTITIES, SYSTEM_FIELDS, companions

_EMPTY: Mapping[str, Any] = {}
_NAMED_KINDS = ("entity", "tag_dimension", "tier_scheme", "role", "metric", "dashboard")
"""Kinds of documents that others name."""


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One named thing of a group: what it is called, was called, and its data.

    `again` is the id under which documents still speak of it, where that was purged.

    `owner` is where it lies: the entity's id for a field; for an inverse it is the id of the
    entity that points here, and `field` the reference that does.
    """

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    before: str | None = None
    again: str | None = None
    archived: bool = False
    data: Mapping[str, Any] = field(default_factory=lambda: _EMPTY)
    owner: str = ""
    field: str = ""
    in_ids: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """An entry and how it was found: by `name`, `id`, `before` (its former name) or `alias`."""

    entry: Entry
    how: str


class Group:
    """Siblings of a sort and an owner (see `refer.Target`), told apart by ids and names."""

    def __init__(self, entries: Iterable[Entry] = (), sort: str = "", owner: str = "") -> None:
        self.entries = tuple(entries)
        self.sort = sort
        self.owner = owner
        self.by_id: Mapping[str, Entry] = {
            **{entry.again: entry for entry in self.entries if entry.again},
            **{entry.id: entry for entry in reversed(self.entries)},
        }

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    @cached_property
    def _names(self) -> Mapping[str, Found]:
        found: dict[str, Found] = {}
        order = sorted(self.entries, key=lambda entry: entry.archived)
        for how in ("name", "id", "before", "alias"):
            for entry in order:
                for name in _called(entry, how):
                    found.setdefault(name, Found(entry, how))
        return found

    def find(self, text: str, in_ids: bool) -> Found | None:
        """What `text` means: an id, or (in names) a name, an id, a former name or an alias."""
        if in_ids:
            entry = self.by_id.get(text)
            return Found(entry, "id") if entry else None
        return self._names.get(text)

    def labelled(self, text: str) -> str | None:
        """The name of what people see as `text`: labels are a usual slip for names."""
        for entry in self.entries:
            label = entry.data.get("label")
            shown = label.values() if isinstance(label, Mapping) else (label,)
            if text in shown and not entry.archived:
                return entry.name
        return None

    def replacement(self, entry: Entry) -> Entry | None:
        """The live thing at the end of the chain that replaces an archived one, or None."""
        seen = {entry.id}
        while entry.archived:
            found = self._names.get(_text(entry.data.get("replaced_by")))
            if found is None or found.entry.id in seen:
                return None
            entry = found.entry
            seen.add(entry.id)
        return entry

    def names(self) -> list[str]:
        """The present names of what is not archived, for suggestions."""
        return [entry.name for entry in self.entries if not entry.archived]


def _called(entry: Entry, how: str) -> tuple[str, ...]:
    if how == "name":
        return (entry.name,)
    if how == "id":
        return (entry.id, entry.again) if entry.again else (entry.id,)
    if how == "before":
        return (entry.before,) if entry.before else ()
    return entry.aliases


class Space:
    """The groups of a set of documents: documents by kind, fields, inverses and options.

    Documents and what they list must have their ids already (`identity.identified`).
    `before` gives the former name of a thing: (document key, list path, id) -> name; `again` its
    purged id, likewise.
    """

    def __init__(
        self,
        documents: Iterable[Document],
        before: Mapping[tuple[str, ...], str] | None = None,
        again: Mapping[tuple[str, ...], str] | None = None,
    ) -> None:
        self.documents = tuple(documents)
        self._before = before or {}
        self._again = again or {}
        self.kinds: dict[str, Group] = {}
        for kind in _NAMED_KINDS:
            self.kinds[kind] = Group(self._documents(kind), kind)
        self.kinds["module"] = Group(self._modules(), "module")
        self.fields: dict[str, Group] = {
            entity.id: Group(self._fields(entity), "field", entity.id)
            for entity in self.kinds["entity"]
        }
        self.inverses: dict[str, Group] = self._inverses()
        self._groups: dict[tuple[str, ...], Group] = {}

    def kind(self, kind: str) -> Group:
        return self.kinds[kind]

    def fields_of(self, entity_id: str | None) -> Group:
        """The fields of an entity, declared ones first; empty where there is none."""
        return self.fields.get(entity_id or "", _NONE)

    def inverses_of(self, entity_id: str | None) -> Group:
        """The names under which an entity finds what points at it."""
        return self.inverses.get(entity_id or "", _NONE)

    def field(self, entity_id: str | None, field_id: str | None) -> Entry | None:
        return self.fields_of(entity_id).by_id.get(field_id or "")

    def type_of(self, entity_id: str | None, field_id: str | None) -> str | None:
        """The type of a field, or None where there is none."""
        entry = self.field(entity_id, field_id)
        return entry.data.get("type") if entry else None

    def target_of(self, entry: Entry) -> str | None:
        """The id of the entity that a field points at, or None."""
        if entry.data.get("type") in {"owner", "member"}:
            return "member"
        return self._id_of("entity", entry.data.get("to"), entry.in_ids)

    def dimension_of(self, entry: Entry) -> str | None:
        """The id of the dimension that a field's tags are from, or None."""
        if entry.data.get("type") != "tags":
            return None
        return self._id_of("tag_dimension", entry.data.get("dimension"), entry.in_ids)

    def options_of(self, entity_id: str, field_id: str) -> Group | None:
        """The options of a choice, stage, tier or tags field; None for another type."""
        entry = self.field(entity_id, field_id)
        data = entry.data if entry else _EMPTY
        kind = data.get("type")
        if kind == "choice":
            key: tuple[str, ...] = (f"entity/{entity_id}", "fields", field_id, "options")
            return self._group(data.get("options"), key, "option", f"{entity_id}.{field_id}")
        if kind == "stage":
            return self.stages_of(entity_id)
        if kind == "tags" and entry:
            name = data.get("dimension")
            return self.tags_of(self._id_of("tag_dimension", name, entry.in_ids))
        if kind == "tier" and entry:
            return self.bands_of(self._id_of("tier_scheme", data.get("scheme"), entry.in_ids))
        return None

    def tags_of(self, dimension_id: str | None) -> Group:
        return self._listed("tag_dimension", dimension_id, "tags")

    def bands_of(self, scheme_id: str | None) -> Group:
        return self._listed("tier_scheme", scheme_id, "bands")

    def stages_of(self, entity_id: str) -> Group:
        entity = self.kinds["entity"].by_id.get(entity_id)
        pipeline = _mapping(entity.data.get("pipeline")) if entity else _EMPTY
        key = (f"entity/{entity_id}", "stages")
        return self._group(pipeline.get("stages"), key, "stage", entity_id)

    def _id_of(self, kind: str, text: Any, in_ids: bool) -> str | None:
        found = self.kinds[kind].find(text, in_ids) if isinstance(text, str) else None
        return found.entry.id if found else None

    def _listed(self, kind: str, document_id: str | None, key: str) -> Group:
        entry = self.kinds[kind].by_id.get(document_id or "")
        if entry is None:
            return _NONE
        path = (f"{kind}/{document_id}", key)
        return self._group(entry.data.get(key), path, key.removesuffix("s"), entry.id)

    def _documents(self, kind: str) -> Iterator[Entry]:
        for document in self.documents:
            if document.kind == kind:
                yield self._entry(document.data, (), in_ids=document.in_ids, key=document.key)
        if kind == "entity":
            for entity in SYSTEM_ENTITIES.values():
                yield Entry(entity.id, entity.name)

    def _modules(self) -> Iterator[Entry]:
        for document in self.documents:
            for data in _mappings(document.data.get("modules")) if document.kind == "app" else ():
                yield self._entry(data, (document.key, "modules"), in_ids=document.in_ids)

    def _fields(self, entity: Entry) -> Iterator[Entry]:
        system = SYSTEM_ENTITIES.get(entity.id)
        if system is not None:
            yield from (_of_model(one, entity.id) for one in system.fields)
            return
        accompanied = []
        for data in _mappings(entity.data.get("fields")):
            key = (f"entity/{entity.id}", "fields")
            entry = self._entry(data, key, owner=entity.id, in_ids=entity.in_ids)
            yield entry
            accompanied.append(entry)
        for entry in accompanied:
            for one in companions(outline(entry)):
                yield _of_model(one, entity.id, entry.in_ids)
        yield from (_of_model(one, entity.id) for one in SYSTEM_FIELDS)

    def _inverses(self) -> dict[str, Group]:
        found: dict[str, list[Entry]] = {}
        for entity_id, group in self.fields.items():
            for entry in group:
                name = entry.data.get("inverse")
                target = self.target_of(entry) if isinstance(name, str) else None
                if target is None or not isinstance(name, str):
                    continue
                identity = entry.data.get("inverse_id")
                inverse = Entry(
                    id=identity if isinstance(identity, str) else name,
                    name=name,
                    before=self._before.get((f"entity/{entity_id}", "inverses", entry.id)),
                    archived=entry.archived or self.kinds["entity"].by_id[entity_id].archived,
                    owner=entity_id,
                    field=entry.id,
                )
                found.setdefault(target, []).append(inverse)
        return {target: Group(entries) for target, entries in found.items()}

    def _group(self, items: Any, key: tuple[str, ...], sort: str, owner: str) -> Group:
        if key not in self._groups:
            entries = (self._entry(item, key) for item in _mappings(items))
            self._groups[key] = Group(entries, sort, owner)
        return self._groups[key]

    def _entry(
        self,
        data: Mapping[str, Any],
        path: tuple[str, ...],
        *,
        owner: str = "",
        in_ids: bool = True,
        key: str = "",
    ) -> Entry:
        name = _text(data.get("name"))
        identity = _text(data.get("id")) or name
        aliases = data.get("aliases")
        at = (*path, identity) if path else (key,)
        return Entry(
            id=identity,
            name=name,
            aliases=tuple(one for one in aliases if isinstance(one, str))
            if isinstance(aliases, (list, tuple))
            else (),
            before=self._before.get(at),
            again=self._again.get(at),
            archived=data.get("archived") is True,
            data=data,
            owner=owner,
            in_ids=in_ids,
        )


def _of_model(one: Field, owner: str, in_ids: bool = True) -> Entry:
    data = {"type": one.type, "scheme": one.scheme, "system": True}
    return Entry(
        one.id, one.name, one.aliases, archived=one.archived, data=data, owner=owner, in_ids=in_ids
    )


def outline(entry: Entry) -> Field:
    """As much of a field as its companions depend on."""
    transitions = entry.data.get("transitions")
    return Field(
        id=entry.id,
        name=entry.name,
        aliases=(*entry.aliases, *((entry.before,) if entry.before else ())),
        archived=entry.archived,
        type=_text(entry.data.get("type")),
        transitions={} if transitions is not None else None,
        scheme=entry.data.get("scheme"),
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else _EMPTY


def _mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    """The objects of a list; anything else is passed over (the schema reports it)."""
    if isinstance(value, (list, tuple)):
        yield from (item for item in value if isinstance(item, Mapping))


_NONE = Group()
