"""Modules: what an app hides while parts of it are switched off, and what stands against that.

Hidden things that hold data behave as archived; the others are left out. The documents themselves
stay whole, so that switching on again brings everything back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .documents import Document
from .identity import KEPT_ITEMS, KEPT_KINDS
from .json_text import escape
from .problems import Problem
from .refer import Target, Translator, Use
from .schema import Node, branch, property_node, schema_of
from .shown_names import ThingName
from .space import Entry, Space, outline
from .system import companions
from .walk import Spot, transform

Place = tuple[str, str]
"""A document's key and a JSON pointer in it."""


@dataclass(frozen=True)
class Switched:
    """Documents as they hold while some modules are off.

    `documents` are those, without what is hidden. `hidden` leads from each place of the whole
    documents that is hidden to the module that is why; `things` are (document, sort, id) of the
    hidden ones that people know.
    """

    documents: tuple[Document, ...]
    hidden: Mapping[Place, str] = field(default_factory=dict)
    things: frozenset[tuple[str, str, str]] = frozenset()
    places: Mapping[Place, tuple[int, ...]] = field(default_factory=dict)

    def hides(self, document: str, pointer: str) -> bool:
        """Whether a place (of the document with that key) lies in something hidden."""
        return bool(self.hidden) and _why(self.hidden, (document, pointer)) is not None

    def placed(self, problem: Problem, key: str) -> Problem:
        """A problem of `documents` at its place in the whole ones; `key` is its document's."""
        whole, shown = "", ""
        for part in problem.pointer.split("/")[1:]:
            indexes = self.places.get((key, shown))
            shown = f"{shown}/{part}"
            whole += f"/{indexes[int(part)] if indexes and part.isdecimal() else part}"
        return replace(problem, pointer=whole)


def switched(documents: Iterable[Document], off: frozenset[str] | None = None) -> Switched:
    """What holds of documents in ids: everything but what belongs to a module that is off.

    `off` are ids of modules; those that the app says if None. What a hidden thing is essential to
    (`hides` in the schemas) is hidden with it: a column, a list of an entity, a reference.
    """
    whole = tuple(documents)
    wanted = off_in(whole) if off is None else off
    return _Hiding(whole, wanted).done() if wanted else Switched(whole)


def dangling(documents: Iterable[Document], off: frozenset[str] | None = None) -> Iterator[Problem]:
    """What uses something that is hidden while these modules are off, and is not hidden itself."""
    whole = tuple(documents)
    wanted = off_in(whole) if off is None else off
    return _Hiding(whole, wanted).refused() if wanted else iter(())


def off_in(documents: Iterable[Document]) -> frozenset[str]:
    """The ids (of documents in names: the names) of the modules that are switched off."""
    away = (one for one in modules_in(documents) if one.get("off") is True)
    return frozenset(str(one.get("id") or one.get("name")) for one in away)


def with_modules_off(documents: Iterable[Document], off: Collection[str]) -> tuple[Document, ...]:
    """Documents in which these modules (by id or name) are off, and all others on."""
    return tuple(_with_off(one, off) if one.kind == "app" else one for one in documents)


def _with_off(document: Document, off: Collection[str]) -> Document:
    listed = document.data.get("modules")
    if not isinstance(listed, (list, tuple)):
        return document
    away = list(off)
    modules = [_set(one, away) if isinstance(one, Mapping) else one for one in listed]
    return document.with_data({**document.data, "modules": modules})


def _set(module: Mapping[str, Any], off: list[str]) -> dict[str, Any]:
    kept = {key: value for key, value in module.items() if key != "off"}
    return {**kept, "off": True} if module.get("id") in off or module.get("name") in off else kept


def held_back(documents: Iterable[Document]) -> Iterator[Problem]:
    """What keeps single modules (with those that need them) of documents in ids from being off.

    No set of modules meets anything that none of them meets alone.
    """
    whole = tuple(documents)
    seen: set[tuple[str | None, str]] = set()
    for module in modules_in(whole):
        for problem in dangling(whole, dependents(whole, module["id"])):
            if (problem.document, problem.pointer) not in seen:
                seen.add((problem.document, problem.pointer))
                yield problem


def dependents(documents: Iterable[Document], module: str) -> frozenset[str]:
    """The ids of a module and of all that cannot be on without it."""
    known = tuple(modules_in(documents))
    found = {module}
    while more := {one["id"] for one in known if found & set(one.get("needs", ()))} - found:
        found |= more
    return frozenset(found)


def modules_in(documents: Iterable[Document]) -> Iterator[Mapping[str, Any]]:
    """The modules that the app among documents (in ids) declares."""
    apps = (document for document in documents if document.kind == "app")
    return (one for app in apps for one in _listed(app) if one.get("archived") is not True)


def _listed(app: Document) -> Iterator[Mapping[str, Any]]:
    listed = app.data.get("modules")
    found = listed if isinstance(listed, (list, tuple)) else ()
    return (one for one in found if isinstance(one, Mapping))


class _Hiding:
    """Finds what is hidden: what belongs to a module that is off, and what goes with that."""

    def __init__(self, documents: tuple[Document, ...], off: frozenset[str]) -> None:
        self.documents = documents
        self.off = off
        self.space = Space(documents)
        self.hidden: dict[Place, str] = {}
        self.things: dict[Place, tuple[str, str]] = {}
        self.lists: list[tuple[Place, tuple[Place, ...]]] = []
        self.targets: dict[Target, Place] = {}
        for document in documents:
            self.read(document.key, "", dict(document.data), schema_of(document.kind))
            self.know(document)
        uses = tuple(self.uses(lambda spot: "hides" in spot.ref))
        while more := {**self.follow(uses), **self.emptied()}:
            self.hidden |= more

    def done(self) -> Switched:
        shown = _Shown(self.hidden)
        kept = tuple(one for document in self.documents for one in shown.document(document))
        return Switched(
            kept,
            self.hidden,
            frozenset(self.named()),
            shown.places,
        )

    def read(self, key: str, pointer: str, value: Any, node: Node) -> None:
        """Note what is declared, and every list whose holder goes when nothing in it is left."""
        node = branch(node, value)
        if isinstance(value, (list, tuple)):
            inner = node.get("items", {})
            for index, one in enumerate(value):
                self.read(key, f"{pointer}/{index}", one, inner)
            if value and node.get("x-hides") == "holder":
                items = tuple((key, f"{pointer}/{index}") for index in range(len(value)))
                self.lists.append(((key, _around(pointer)), items))
            return
        if not isinstance(value, Mapping) or value.get("archived") is True:
            return
        if "x-declares" in node:
            self.things[key, pointer] = node["x-declares"], str(value.get("id"))
            for module in value.get("part_of", ()):
                if module in self.off:
                    self.hidden.setdefault((key, pointer), module)
        for name, one in value.items():
            inner = property_node(node, name)
            if inner is not None:
                self.read(key, f"{pointer}/{escape(name)}", one, inner)

    def know(self, document: Document) -> None:
        """Where the things of a document are that others refer to."""
        self.targets[Target(document.kind, "", document.id)] = (document.key, "")
        for index, data in enumerate(document.data.get("fields", ())):
            if document.kind != "entity" or not isinstance(data, Mapping):
                continue
            place = (document.key, f"/fields/{index}")
            entry = Entry(str(data.get("id")), str(data.get("name")), data=data)
            for one in (entry.id, *(each.id for each in companions(outline(entry)))):
                self.targets[Target("field", document.id, one)] = place

    def uses(self, wanted: Callable[[Spot], bool]) -> Iterator[Use]:
        """What live documents refer to in such spots; reading expressions takes long."""
        translator = Translator(self.space, "same")

        def visit(spot: Spot) -> Any:
            return translator.visit(spot) if wanted(spot) else spot.value

        for document in self.documents:
            transform(document, self.space, visit)
        return (one for one in translator.uses if not one.archived)

    def why(self, target: Target) -> str | None:
        """The module for which a target is hidden."""
        place = self.targets.get(target) or self.targets.get(_owner(target))
        return _why(self.hidden, place) if place else None

    def follow(self, uses: Iterable[Use]) -> dict[Place, str]:
        """What goes with what is hidden by now."""
        found: dict[Place, str] = {}
        for use in uses:
            if use.hides is None or _why(self.hidden, (use.document, use.pointer)):
                continue
            module = self.why(use.target)
            if module is not None:
                pointer = _around(use.pointer) if use.hides == "holder" else use.pointer
                found[use.document, pointer] = module
        return found

    def emptied(self) -> dict[Place, str]:
        """The holders of lists of which everything is hidden by now."""
        return {
            holder: self.hidden[items[0]]
            for holder, items in self.lists
            if _why(self.hidden, holder) is None and all(one in self.hidden for one in items)
        }

    def refused(self) -> Iterator[Problem]:
        """The uses of something hidden by what stays, one a place."""
        modules = self.space.kind("module").by_id
        told: set[Place] = set()
        for use in self.uses(lambda spot: not spot.archived):
            place = (use.document, use.pointer)
            module = self.why(use.target)
            if module is None or place in told or _why(self.hidden, place) is not None:
                continue
            told.add(place)
            params = {
                "name": self.called(use.target),
                "module": ThingName.of(module, modules[module].data),
            }
            yield Problem("module.used", params, use.path, use.pointer)

    def called(self, target: Target) -> ThingName:
        """What people call a target, or what it lies in."""
        if target not in self.targets:
            target = _owner(target)
        if target.sort == "field":
            pointer = self.targets[target][1]
            entity = self.space.kind("entity").by_id[target.owner]
            data = entity.data["fields"][int(_last(pointer))]
        else:
            data = self.space.kind(target.sort).by_id[target.id].data
        return ThingName.of(str(data.get("name")), data)

    def named(self) -> Iterator[tuple[str, str, str]]:
        """The hidden things that people know, those in a hidden document left out."""
        for (key, pointer), thing in self.things.items():
            above = pointer and _why(self.hidden, (key, _around(pointer)))
            if (key, pointer) in self.hidden and not above:
                yield key, *thing


class _Shown:
    """Takes what is hidden out of documents; archives it where it holds data.

    `places` says for each list that lost something where its items stood before.
    """

    def __init__(self, hidden: Mapping[Place, str]) -> None:
        self.hidden = hidden
        self.keys = {key for key, _ in hidden}
        self.places: dict[Place, tuple[int, ...]] = {}

    def document(self, document: Document) -> Iterator[Document]:
        """The document as it is shown, or nothing."""
        if document.key not in self.keys:
            yield document
        elif (document.key, "") not in self.hidden:
            data = self.value(document.data, document.key, "", "", schema_of(document.kind))
            yield document.with_data(data)
        elif document.kind in KEPT_KINDS:
            yield document.with_data({**document.data, "archived": True})

    def value(self, value: Any, key: str, pointer: str, shown: str, node: Node) -> Any:
        """A value without what is hidden in it; `shown` is its pointer in what comes of it."""
        node = branch(node, value)
        if isinstance(value, Mapping):
            return {
                name: self.value(
                    one,
                    key,
                    f"{pointer}/{escape(name)}",
                    f"{shown}/{escape(name)}",
                    property_node(node, name) or {},
                )
                for name, one in value.items()
                if (key, f"{pointer}/{escape(name)}") not in self.hidden
            }
        if not isinstance(value, (list, tuple)):
            return value
        inner = node.get("items", {})
        kept: list[Any] = []
        indexes: list[int] = []
        for index, one in enumerate(value):
            at = (key, f"{pointer}/{index}")
            if at not in self.hidden:
                kept.append(self.value(one, *at, f"{shown}/{len(kept)}", inner))
            elif inner.get("x-declares") in KEPT_ITEMS:
                kept.append({**one, "archived": True})
            else:
                continue
            indexes.append(index)
        if len(kept) < len(value):
            self.places[key, shown] = tuple(indexes)
        return kept


def _why(hidden: Mapping[Place, str], place: Place) -> str | None:
    """The module for which a place, or what it lies in, is hidden."""
    key, pointer = place
    while (key, pointer) not in hidden:
        if not pointer:
            return None
        pointer = _around(pointer)
    return hidden[key, pointer]


def _around(pointer: str) -> str:
    """The pointer of what a place lies in."""
    return pointer.rpartition("/")[0]


def _last(pointer: str) -> str:
    """The last part of a pointer."""
    return pointer.rpartition("/")[2]


def _owner(target: Target) -> Target:
    """What a target that is no document and no field lies in."""
    if target.sort == "option":
        entity, _, one = target.owner.partition(".")
        return Target("field", entity, one)
    kinds = {"stage": "entity", "tag": "tag_dimension", "band": "tier_scheme", "field": "entity"}
    return Target(kinds.get(target.sort, ""), "", target.owner)
