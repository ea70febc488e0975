"""References: what the names and ids of a document stand for, and how the other space says them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from .expression import Embedded, Member, Node, parse, parse_message, rename, renaming
from .expression.tree import Either, Name, Text
from .fields import TYPES
from .naming import nearest
from .problems import Problem, ProblemsError
from .space import Entry, Found, Group, Space
from .system import SYSTEM_ENTITIES
from .walk import Scopes, Spot

Direction = Literal["ids", "names", "same"]


@dataclass(frozen=True, slots=True)
class Target:
    """A thing that documents refer to: its sort, where it lies, and its id.

    `sort` is entity, field, option, stage, tag, band, tag_dimension, tier_scheme or role; `owner`
    is the entity of a field or stage, `entity.field` of an option, the dimension of a tag, the
    scheme of a band, and empty for documents.
    """

    sort: str
    owner: str
    id: str


@dataclass(frozen=True, slots=True)
class Use:
    """A place that refers to a target: document, JSON pointer, and the text that stands there."""

    target: Target
    document: str
    path: str
    pointer: str
    text: str
    archived: bool = False


class Translator:
    """Visits the spots of a walk: notes uses and problems, and writes names as ids or back."""

    def __init__(self, space: Space, direction: Direction) -> None:
        self.space = space
        self.direction = direction
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []
        self.uses: list[Use] = []

    def visit(self, spot: Spot) -> Any:
        """What to write at the spot; `walk.transform` calls it."""
        return _SpotTranslator(self, spot).written()

    def expression(
        self, text: str, entity: str, parent: str | None = None, *, in_ids: bool = False
    ) -> str:
        """An expression that stands in no document, in the other space; problems are noted."""
        words = _Words(self.space, in_ids, self.direction)
        found = renaming(parse(text), words, entity, parent)
        self.problems.extend(words.problem(one) for one in found.unknown)
        self.problems.extend(_archived(*one) for one in words.archived)
        return rename(text, found.replacements)


class _Words:
    """The names that an expression may use (`expression.Names`), from a space."""

    def __init__(self, space: Space, in_ids: bool, direction: Direction) -> None:
        self.space = space
        self.in_ids = in_ids
        self.direction = direction
        self.met: list[tuple[Group, Found, str]] = []
        self.archived: list[tuple[Entry, str]] = []
        self._missing: dict[str, tuple[str, str]] = {}

    def member(self, entity: str, name: str) -> Member | None:
        fields, inverses = self.space.fields_of(entity), self.space.inverses_of(entity)
        found = fields.find(name, self.in_ids)
        behind = inverses.find(name, self.in_ids)
        if behind and (found is None or _rank(behind) < _rank(found)):
            self.meet(inverses, behind, name)
            return Member(self.write(behind, name), entity=behind.entry.owner, many=True)
        if found is None:
            self._missing[name] = ("field", entity)
            return None
        self.meet(fields, found, name)
        entry = found.entry
        options = self.space.options_of(entity, entry.id)
        return Member(
            self.write(found, name),
            entity=self.space.target_of(entry),
            options=f"{entity}.{entry.id}" if options is not None else None,
        )

    def option(self, options: str, name: str) -> str | None:
        entity, _, field_id = options.partition(".")
        group = self.space.options_of(entity, field_id) or Group()
        found = group.find(name, self.in_ids)
        if found is None:
            self._missing[name] = ("option", options)
            return None
        self.meet(group, found, name)
        return self.write(found, name)

    def tag(self, dimension: str, tag: str) -> tuple[str, str] | None:
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
        return self.write(where, dimension), self.write(found, tag)

    def meet(self, group: Group, found: Found, text: str) -> None:
        self.met.append((group, found, text))
        if found.entry.archived:
            self.archived.append((found.entry, text))

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


def _archived(entry: Entry, text: str) -> Problem:
    return Problem("reference.archived", {"name": text or entry.name})


class _SpotTranslator:
    """One spot: finds what it names and writes it in the direction of the translator."""

    def __init__(self, whole: Translator, spot: Spot) -> None:
        self.whole = whole
        self.space = whole.space
        self.spot = spot
        self.in_ids = spot.document.in_ids

    def written(self) -> Any:
        ref, value = self.spot.ref, self.spot.value
        if "expression" in ref:
            return value if value in ref.get("words", ()) else self.expression(value)
        if "message" in ref:
            return self.message(value)
        names = ref["names"]
        if names in self.space.kinds:
            return self.one(self.space.kind(names), names, value)
        if names == "field":
            return self.field(value, self.spot.scopes.entity_of(ref.get("of")))
        if names == "path":
            return self.path(value)
        if names == "option":
            return self.option(value)
        if names == "value":
            return self.value(value)
        return self.recipient(value)

    def one(self, group: Group, sort: str, text: str, where: str = "") -> str:
        """Look `text` up in a group, and write what it stands for."""
        found = group.find(text, self.in_ids)
        if found is None:
            self.problem(unknown(sort, text, group.names(), where, group.labelled(text)))
            return text
        self.note(group, sort, found, text)
        if found.entry.archived:
            self.problem(_archived(found.entry, text))
        if sort == "entity" and text in SYSTEM_ENTITIES and not self.spot.ref.get("system"):
            self.problem(Problem("entity.system", {"name": text}))
        return self.write(found, text)

    def write(self, found: Found, text: str) -> str:
        direction = self.whole.direction
        if direction == "same":
            return text
        return found.entry.id if direction == "ids" else found.entry.name

    def note(self, group: Group, sort: str, found: Found, text: str) -> None:
        self.use(target_of(self.space, group, sort, found.entry), text)
        entry = found.entry
        if not self.in_ids and text != entry.name and entry.name and not self.spot.archived:
            params = {"text": text, "name": entry.name}
            self.whole.notes.append(
                Problem("note.rewritten", params, self.spot.document.path, self.spot.pointer)
            )

    def use(self, target: Target, text: str) -> None:
        spot = self.spot
        self.whole.uses.append(
            Use(target, spot.document.key, spot.document.path, spot.pointer, text, spot.archived)
        )

    def problem(self, problem: Problem) -> None:
        if not self.spot.archived:
            self.whole.problems.append(problem.at(self.spot.document.path, self.spot.pointer))

    def field(self, text: str, entity: str | None) -> str:
        if entity is None:
            return text
        group = self.space.fields_of(entity)
        written = self.one(group, "field", text, self.entity_name(entity))
        types = self.spot.ref.get("types")
        found = group.find(text, self.in_ids)
        kind = found.entry.data.get("type") if found else None
        if types and kind in TYPES and kind not in types:
            params = {"name": text, "type": kind, "allowed": ", ".join(types)}
            self.problem(Problem("field.wrong_type", params))
        return written

    def entity_name(self, entity: str) -> str:
        entry = self.space.kind("entity").by_id.get(entity)
        return entry.name if entry else entity

    def path(self, text: str) -> str:
        sign = "-" if self.spot.ref.get("sign") and text.startswith("-") else ""
        entity = self.spot.scopes.entity_of(self.spot.ref.get("of"))
        parts = text.removeprefix(sign).split(".")
        written = []
        for index, part in enumerate(parts):
            if entity is None:
                written.extend(parts[index:])
                break
            group = self.space.fields_of(entity)
            written.append(self.one(group, "field", part, self.entity_name(entity)))
            found = group.find(part, self.in_ids)
            entity = self.space.target_of(found.entry) if found else None
            if found and entity is None and index + 1 < len(parts):
                params = {"name": part, "path": text}
                self.problem(Problem("path.not_reference", params))
        return sign + ".".join(written)

    def option(self, text: str) -> str:
        field = self.spot.scopes.field
        group = self.space.options_of(*field) if field else None
        return self.one(group, "option", text, field[1]) if group and field else text

    def value(self, value: Any) -> Any:
        """A literal: names of options where its field has options, else as it stands."""
        field = self.spot.scopes.field
        if field is None or self.space.options_of(*field) is None:
            return value
        if isinstance(value, (list, tuple)):
            return [self.option(one) if isinstance(one, str) else one for one in value]
        return self.option(value) if isinstance(value, str) else value

    def recipient(self, text: str) -> str:
        word, colon, name = text.partition(":")
        if word == "role" and colon:
            return f"role:{self.one(self.space.kind('role'), 'role', name)}"
        if word == "field" and colon:
            return f"field:{self.field(name, self.spot.scopes.entity)}"
        if text not in {"owner", "manager"}:
            self.problem(Problem("recipient.unknown", {"name": text}))
        return text

    def expression(self, text: str) -> str:
        try:
            node = parse(text)
        except ProblemsError as error:
            for problem in error.problems:
                self.problem(problem)
            return text
        replacements = self.replacements(node, text)
        return rename(text, replacements)

    def message(self, text: str) -> str:
        try:
            parts = parse_message(text)
        except ProblemsError as error:
            for problem in error.problems:
                self.problem(problem)
            return text
        replacements: dict[tuple[int, int], str] = {}
        for part in parts:
            if isinstance(part, Embedded):
                replacements.update(self.replacements(part.node, part.text))
        return rename(text, replacements)

    def replacements(self, node: Node, text: str) -> dict[tuple[int, int], str]:
        ref, scopes = self.spot.ref, self.spot.scopes
        entity = scopes.entity_of(ref.get("expression") or ref.get("message"))
        if entity is None:
            return {}
        words = _Words(self.space, self.in_ids, self.whole.direction)
        found = renaming(node, words, entity, scopes.entity_of(ref.get("parent")))
        replaced = {**found.replacements, **self.expected_options(node, words, ref, scopes)}
        for one in found.unknown:
            self.problem(words.problem(one))
        for entry, there in words.archived:
            self.problem(_archived(entry, there))
        for group, met, there in words.met:
            self.note(group, "", met, there)
        return replaced

    def expected_options(
        self, node: Node, words: _Words, ref: Any, scopes: Scopes
    ) -> dict[tuple[int, int], str]:
        """Texts that are the value of a field with options: `{"expr": "\\"high\\" if ..."}`."""
        field = scopes.field if ref.get("expects") == "field" else None
        if field is None or self.space.options_of(*field) is None:
            return {}
        found = {}
        for text in _results(node):
            written = words.option(".".join(field), text.value)
            if written is None:
                self.problem(words.problem(text))
            else:
                found[text.start, text.end] = written
        return found


def _results(node: Node) -> Iterator[Text]:
    """The quoted texts that may be the value of an expression."""
    if isinstance(node, Either):
        yield from _results(node.body)
        yield from _results(node.other)
    elif isinstance(node, Text) and node.value:
        yield node


def target_of(space: Space, group: Group, sort: str, entry: Entry) -> Target:
    """What an entry is, as a target; an inverse is the reference field that makes it."""
    if entry.field:
        return Target("field", entry.owner, entry.field)
    return Target(group.sort or sort, group.owner or entry.owner, entry.id)
