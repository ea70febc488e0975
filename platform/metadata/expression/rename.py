"""Putting other names into an expression: by position, so that its formatting stays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from .references import PARENT, opens_scope
from .tree import Call, Comparison, Either, Items, Name, Node, Path, Text

_PLAIN = re.compile(r"[^\\\"'\n\t]*\Z")


def rename(text: str, replacements: Mapping[tuple[int, int], str]) -> str:
    """`text` with each (start, end) replaced; the span of a quoted text keeps its quotes.

    The spans are those of `Name` and `Text` nodes and must not overlap.
    """
    out: list[str] = []
    at = 0
    for (start, end), new in sorted(replacements.items()):
        out.append(text[at:start])
        quoted = text[start] in "\"'"
        out.append(quote(new, text[start]) if quoted else new)
        at = end
    out.append(text[at:])
    return "".join(out)


def quote(value: str, mark: str = '"') -> str:
    """`value` as a text literal between `mark`s."""
    if not _PLAIN.match(value):
        value = value.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")
        value = value.replace(mark, "\\" + mark)
    return f"{mark}{value}{mark}"


@dataclass(frozen=True, slots=True)
class Member:
    """What a name of an entity is: how to write it instead, and where a path goes on.

    `entity` is the kind of record that a reference or an inverse leads to; `many` tells an inverse
    (the records that point here); `options` names the set from which the field's texts come.
    """

    written: str
    entity: str | None = None
    many: bool = False
    options: str | None = None


class Names(Protocol):
    """The names of one space (ids, or present names) and how another space writes them."""

    def member(self, entity: str, name: str) -> Member | None:
        """The field or inverse of `entity` that is called `name`, or None."""

    def option(self, options: str, name: str) -> str | None:
        """How the option `name` of a set is written, or None where the set has no such option."""

    def tag(self, entity: str | None, dimension: str, tag: str) -> tuple[str, str] | None:
        """How the dimension and its tag are written in `has_tag` over an entity, or None."""


@dataclass(frozen=True, slots=True)
class Renaming:
    """The replacements for `rename`, and the names and options that were not found."""

    replacements: Mapping[tuple[int, int], str]
    unknown: tuple[Name | Text, ...]


def renaming(node: Node, names: Names, entity: str, parent: str | None = None) -> Renaming:
    """How to write `node`, an expression over `entity`, in the other space of `names`."""
    walk = _Walk(names)
    walk.visit(node, (entity, parent))
    return Renaming(walk.replacements, tuple(walk.unknown))


_Scope = tuple[str | None, "str | _Scope | None"]


class _Walk:
    """Follows every path from entity to entity; a scope is (its entity, the outer scope)."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.replacements: dict[tuple[int, int], str] = {}
        self.unknown: list[Name | Text] = []

    def visit(self, node: Node, scope: _Scope) -> None:
        waiting = [node]
        while waiting:
            one = waiting.pop()
            if isinstance(one, Path):
                self.path(one, scope)
            elif isinstance(one, Call):
                self.call(one, scope)
            else:
                if isinstance(one, Comparison):
                    self.options(one.operands, scope)
                waiting.extend(reversed(one.children()))

    def call(self, node: Call, scope: _Scope) -> None:
        if opens_scope(node):
            source = node.arguments[0]
            assert isinstance(source, Path)
            inner = (self.path(source, scope)[1], scope)
            for child in node.children()[1:]:
                self.visit(child, inner)
            return
        if node.function.text == "has_tag":
            self.has_tag(node, scope)
        elif node.function.text in ("coalesce", "min_of", "max_of"):
            self.options(node.arguments, scope)
        for child in node.children():
            self.visit(child, scope)

    def path(self, node: Path, scope: _Scope) -> tuple[Member | None, str | None]:
        """Note the names of a path; returns its last member and the entity of its last inverse."""
        entity, outer = scope
        many = None
        member: Member | None = None
        for at, name in enumerate(node.names):
            if name.text == PARENT and member is None and outer is not None:
                entity, outer = outer if isinstance(outer, tuple) else (outer, None)
                continue
            if member is not None and member.options is not None and member.entity is None:
                break  # a declared property of an option: it has one name only
            if entity is None:
                break
            member = self.names.member(entity, name.text)
            if member is None:
                self.unknown.append(name)
                break
            if member.written != name.text:
                self.replacements[name.start, name.end] = member.written
            entity = member.entity
            many = entity if member.many else many
            if entity is None and member.options is None and at + 1 < len(node.names):
                break
        return member, many

    def has_tag(self, node: Call, scope: _Scope) -> None:
        if len(node.arguments) != 2:
            return
        where, tag = node.arguments
        if isinstance(where, Text) and isinstance(tag, Text):
            written = self.names.tag(scope[0], where.value, tag.value)
            if written is None:
                self.unknown.append(tag)
                return
            for text, new in zip((where, tag), written, strict=True):
                if new != text.value:
                    self.replacements[text.start, text.end] = new
        else:
            self.options(node.arguments, scope)

    def options(self, operands: tuple[Node, ...], scope: _Scope) -> None:
        """Texts beside a field with options are options of it."""
        sets = {found for operand in operands if (found := self.option_set(operand, scope))}
        if len(sets) != 1:
            return
        for operand in operands:
            for text in _texts(operand):
                written = self.names.option(min(sets), text.value)
                if written is None:
                    self.unknown.append(text)
                elif written != text.value:
                    self.replacements[text.start, text.end] = written

    def option_set(self, node: Node, scope: _Scope) -> str | None:
        for leaf in _leaves(node):
            if isinstance(leaf, Path):
                member = _Walk(self.names).path(leaf, scope)[0]
                named = leaf.names[-1].text if member else ""
                if member and member.options and self.is_last(leaf, scope, named):
                    return member.options
            if isinstance(leaf, Call) and opens_scope(leaf):
                source = leaf.arguments[0]
                if isinstance(source, Path) and leaf.function.text in ("first", "last"):
                    found = self.option_set(source, scope)
                    if found:
                        return found
        return None

    def is_last(self, path: Path, scope: _Scope, name: str) -> bool:
        """Whether the field with options ends the path: no declared property follows."""
        entity, outer = scope
        for part in path.names[:-1]:
            if part.text == PARENT and outer is not None:
                entity, outer = outer if isinstance(outer, tuple) else (outer, None)
                continue
            member = self.names.member(entity, part.text) if entity else None
            if member is None or member.entity is None:
                return False
            entity = member.entity
        return entity is not None and self.names.member(entity, name) is not None


def _leaves(node: Node) -> tuple[Node, ...]:
    """The nodes whose value may be the value of `node`."""
    if isinstance(node, Either):
        return _leaves(node.body) + _leaves(node.other)
    if isinstance(node, Call) and node.function.text in ("coalesce", "min_of", "max_of"):
        return tuple(leaf for argument in node.arguments for leaf in _leaves(argument))
    return (node,)


def _texts(node: Node) -> tuple[Text, ...]:
    if isinstance(node, Items):
        return tuple(item for item in node.items if isinstance(item, Text))
    return tuple(leaf for leaf in _leaves(node) if isinstance(leaf, Text) and leaf.value)
