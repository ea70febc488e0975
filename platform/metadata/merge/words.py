"""Differences in words: where in an application a place is, and what each side has there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..change import shown_value
from ..documents import Document
from ..messages import catalogue, render
from ..model import label_text
from ..resolve import in_names
from ..schema import Node, branch, property_node, schema_of
from ..shown_names import TypeNames
from ..space import Space
from .moving import HOME
from .outcome import ABSENT, ORDER, Difference

_LOCALES = frozenset({"en", "zh-CN"})
_MOST_KEYS = 6
_PLACING = ("form/", "view/")

_Fields = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Told:
    """A difference for a reader: the place, and what the three sides have there.

    `document` is the document alone, `within` the place in it; empty where it is all of it.
    """

    document: str
    within: str
    place: str
    base: str
    ours: str
    theirs: str


class Wording:
    """Words for the differences of three sets of documents (in ids)."""

    def __init__(
        self, base: Iterable[Document], ours: Iterable[Document], theirs: Iterable[Document]
    ) -> None:
        self._sides = tuple(tuple(one) for one in (base, ours, theirs))
        self._spaces: dict[int, Space] = {}
        self._named: dict[tuple[int, str], Mapping[str, Any] | None] = {}
        self._shown: dict[str, _Fields] = {}

    def told(self, one: Difference, locale: str) -> Told:
        """The difference in the words of a language."""
        data = [self._document(side, one.document) for side in range(3)]
        fields = self._fields(one.document)
        there = [each for each in (data[1], data[2], data[0]) if each is not None]
        steps = _Steps(one, there, fields)
        values = (
            _value_text(one, steps.default if value is ABSENT else value, each, fields, locale)
            for value, each in zip((one.base, one.ours, one.theirs), data, strict=True)
        )
        document, within = steps.apart(locale)
        return Told(document, within, steps.text(locale), *values)

    def _fields(self, key: str) -> _Fields:
        """The fields that a form or list places, by their ids; none of other documents."""
        if key not in self._shown:
            self._shown[key] = {}
            for side in (0, 2, 1):
                documents = {one.key: one.data for one in self._sides[side]}
                placing = documents.get(key, {}) if key.startswith(_PLACING) else {}
                entity = documents.get(f"entity/{placing.get('entity')}", {})
                found = {str(one.get("id") or one["name"]): one for one in entity.get("fields", ())}
                self._shown[key] = {**self._shown[key], **found}
        return self._shown[key]

    def _document(self, side: int, key: str) -> Mapping[str, Any] | None:
        """A document of a side with names in it, as people read it."""
        if (side, key) not in self._named:
            documents = self._sides[side]
            found = next((one for one in documents if one.key == key), None)
            if found is not None and found.in_ids:
                space = self._spaces.setdefault(side, Space(documents))
                found = in_names(found, space)
            self._named[side, key] = found.data if found else None
        return self._named[side, key]


class _Steps:
    """The way to a place through the documents that have it: things by their labels, and keys."""

    def __init__(self, one: Difference, sides: list[Mapping[str, Any]], fields: _Fields) -> None:
        self.things: list[tuple[str, Mapping[str, Any]]] = []
        self.keys: list[str] = []
        self.default: Any = ABSENT
        """What holds at the place where nothing is written."""
        kind = one.document.partition("/")[0]
        node: Node = schema_of(kind)
        here: list[Any] = list(sides)
        if here:
            self.things.append((kind, here[0]))
        for before, part in zip(("", *one.path), one.path, strict=False):
            here, node = self._into(here, node, part)
            if before in ("fields", "columns") and part in fields:
                self.things, self.keys = [*self.things[:1], ("field", fields[part])], []

    def _into(self, here: list[Any], node: Node, part: str) -> tuple[list[Any], Node]:
        """One part further: a thing of a list, or a key of an object."""
        lists = [one for one in here if isinstance(one, list)]
        if lists:
            self.default = ABSENT
            found = [item for one in lists for item in one if _key(item, node) == part]
            inner = node.get("items", {})
            if found and isinstance(found[0], Mapping):
                self.things.append((inner.get("x-declares", ""), found[0]))
                self.keys = []
            elif part == ORDER:
                self.keys = [*self.keys[-1:], part]
            elif part == HOME:
                self.keys = [part]
            return found, inner
        found = [one[part] for one in here if isinstance(one, Mapping) and part in one]
        inner = property_node(branch(node, here[0]) if here else node, part) or {}
        self.default = inner.get("default", ABSENT)
        self.keys.append(part)
        return found, branch(inner, found[0]) if found else inner

    def text(self, locale: str) -> str:
        """`Deal / Amount: smallest value`."""
        return self._joined(self.things, locale)

    def apart(self, locale: str) -> tuple[str, str]:
        """The same in two: `Deal`, and `Amount: smallest value`."""
        document = " / ".join(_thing_text(*one, locale) for one in self.things[:1])
        return document, self._joined(self.things[1:], locale)

    def _joined(self, found: list[tuple[str, Mapping[str, Any]]], locale: str) -> str:
        things = " / ".join(_thing_text(*one, locale) for one in found)
        shown = [one for one in self.keys if one not in _LISTS or ORDER in self.keys]
        keys = " / ".join(_key_text(one, locale) for one in shown)
        if not things or not keys:
            return things or keys
        return render("merge.place", locale, {"things": things, "key": keys})


_LISTS = frozenset(
    {"fields", "options", "stages", "sections", "columns", "bands", "tags", "cards", "menu"}
)
"""Keys whose things say by themselves where they are."""


def _key(item: Any, node: Node) -> Any:
    if not isinstance(item, Mapping):
        return item
    return item.get(node["x-key"]) if "x-key" in node else item.get("id") or item.get("name")


def _thing_text(sort: str, data: Mapping[str, Any], locale: str) -> str:
    """A thing as people call it."""
    label = data.get("label")
    labels = {"en": label} if isinstance(label, str) else label or {}
    name = next((str(data[one]) for one in ("name", "field", "entity") if data.get(one)), "")
    word = f"sort.{sort}"
    kind = render(word, locale) if word in catalogue(locale) else ""
    called = label_text(labels, locale, name)
    return render("merge.thing", locale, {"sort": kind, "name": called}) if kind else called


def _key_text(key: str, locale: str) -> str:
    if key in _LOCALES:
        return render(f"merge.language_{key}", locale)
    special = {ORDER: "merge.order", HOME: "merge.home", "archived": "merge.archived"}
    word = special.get(key, f"key.{key}")
    return render(word, locale) if word in catalogue(locale) else key


def _value_text(
    one: Difference, value: Any, data: Mapping[str, Any] | None, fields: _Fields, locale: str
) -> str:
    """What a side has at a place, in a line."""
    last = one.path[-1] if one.path else ""
    if last == "archived":
        return render("merge.gone" if value is True else "merge.stays", locale)
    if value is ABSENT or value in ([], ()):
        return render("merge.absent", locale)
    if last == "severity":
        return render(f"change.severity_{value}", locale)
    if last == "type":
        return TypeNames(value).text(locale)
    if last == HOME:
        sections = (data or {}).get("sections", ())
        home = next((each for each in sections if _any_key(each) == value), {"name": value})
        return _thing_text("", home, locale)
    if isinstance(value, Mapping):
        return _object_text(one, fields.get(value.get("field", ""), value), value, locale)
    if isinstance(value, list | tuple):
        things = [
            _thing_text("", each, locale) if isinstance(each, Mapping) else str(each)
            for each in value
        ]
        return render("merge.between", locale).join(things)
    named = _at(data, one.path)
    return shown_value(named if isinstance(named, str) else value, locale)


def _object_text(
    one: Difference, thing: Mapping[str, Any], value: Mapping[str, Any], locale: str
) -> str:
    """A thing as a whole: what is other than in the base, or that it was added."""
    if value and value.keys() <= _LOCALES:
        return label_text(value, locale, "")
    if one.base is ABSENT or value == one.base:
        kind = value.get("type")
        word = TypeNames(kind).text(locale) if isinstance(kind, str) else ""
        called = _thing_text("", thing, locale)
        return " ".join(part for part in (called, f"({word})" if word else "") if part)
    keys = [key for key in {**one.base, **value} if one.base.get(key) != value.get(key)]
    told = render("merge.between", locale).join(_key_text(key, locale) for key in keys[:_MOST_KEYS])
    return render("merge.changed", locale, {"keys": told})


def _at(data: Mapping[str, Any] | None, path: tuple[str, ...]) -> Any:
    """What stands at a path of a document in names."""
    here: Any = data
    for part in path:
        if isinstance(here, list):
            here = next((one for one in here if _any_key(one) == part), None)
        elif isinstance(here, Mapping):
            here = here.get(part)
    return here


def _any_key(item: Any) -> Any:
    if not isinstance(item, Mapping):
        return item
    keys = ("id", "name", "field", "entity")
    return next((item[one] for one in keys if item.get(one)), None)
