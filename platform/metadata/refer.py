"""References: what the names and ids of a document stand for, and how the other space says them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .expression import Embedded, Node, parse, parse_message, rename, renaming
from .expression.tree import Either, Text
from .fields import TYPES
from .problems import MOST_TOLD, Problem, ProblemsError
from .shown_names import ThingName, TypeNames
from .space import Entry, Found, Group, Space
from .system import SYSTEM_ENTITIES
from .walk import Scopes, Spot
from .wording import Direction, Words, archived_problem, unknown


@dataclass(frozen=True, slots=True)
class Target:
    """A thing that documents refer to: its sort, where it lies, and its id.

    `sort` is entity, field, option, stage, tag, band, tag_dimension, tier_scheme, role, metric,
    dashboard or module; `owner` is the entity of a field or stage, `entity.field` of an option, the
    dimension of a tag, the scheme of a band, and empty for documents.
    """

    sort: str
    owner: str
    id: str


@dataclass(frozen=True, slots=True)
class Use:
    """A place that refers to a target: document, JSON pointer, and the text that stands there.

    `hides` says what goes with the target while that is hidden (`modules.py`): the `holder` that
    the place lies in, the `mention` alone, or None where the target may not be hidden.
    """

    target: Target
    document: str
    path: str
    pointer: str
    text: str
    archived: bool = False
    hides: str | None = None


class Translator:
    """Visits the spots of a walk: notes uses and problems, and writes names as ids or back."""

    def __init__(self, space: Space, direction: Direction) -> None:
        self.space = space
        self.direction = direction
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []
        self.uses: list[Use] = []

    @property
    def full(self) -> bool:
        """Whether no more problems are told: finding the nearest name of each takes long."""
        return len(self.problems) >= MOST_TOLD

    def visit(self, spot: Spot) -> Any:
        """What to write at the spot; `walk.transform` calls it."""
        return _SpotTranslator(self, spot).written()


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
        if names == "sibling":
            return self.sibling(value)
        if names == "value":
            return self.value(value)
        return self.recipient(value)

    def one(self, group: Group, sort: str, text: str, where: str = "") -> str:
        """Look `text` up in a group, and write what it stands for."""
        found = group.find(text, self.in_ids)
        if found is None:
            if not self.whole.full:
                self.problem(unknown(sort, text, group.names(), where, group.labelled(text)))
            return text
        self.note(group, sort, found, text)
        if found.entry.archived:
            self.problem(archived_problem(group, found.entry, text))
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
            Use(
                target,
                spot.document.key,
                spot.document.path,
                spot.pointer,
                text,
                spot.archived,
                spot.ref.get("hides"),
            )
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
        if found and types and kind in TYPES and kind not in types:
            params = {
                "name": ThingName.of(text, found.entry.data),
                "type": TypeNames(kind),
                "allowed": TypeNames.of(types),
            }
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

    def sibling(self, text: str) -> str:
        """Another thing of the list that the spot's own thing is in."""
        field = self.spot.scopes.field
        if field is not None:
            return self.option(text)
        document = self.spot.document
        match document.kind:
            case "tag_dimension":
                group = self.space.tags_of(document.id)
            case "tier_scheme":
                group = self.space.bands_of(document.id)
            case _:
                group = self.space.stages_of(document.id)
        return self.one(group, "option", text, document.name)

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
        if self.whole.full:
            return text
        try:
            node = parse(text)
        except ProblemsError as error:
            for problem in error.problems:
                self.problem(problem)
            return text
        replacements = self.replacements(node, text)
        return rename(text, replacements)

    def message(self, text: str) -> str:
        if self.whole.full:
            return text
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
        words = Words(self.space, self.in_ids, self.whole.direction)
        found = renaming(node, words, entity, scopes.entity_of(ref.get("parent")))
        replaced = {**found.replacements, **self.expected_options(node, words, ref, scopes)}
        for one in found.unknown:
            if not self.whole.full:
                self.problem(words.problem(one))
        for group, entry, there in words.archived:
            self.problem(archived_problem(group, entry, there))
        for group, met, there in words.met:
            self.note(group, "", met, there)
        return replaced

    def expected_options(
        self, node: Node, words: Words, ref: Any, scopes: Scopes
    ) -> dict[tuple[int, int], str]:
        """Texts that are the value of a field with options: `{"expr": "\\"high\\" if ..."}`."""
        field = scopes.field if ref.get("expects") == "field" else None
        if field is None or self.space.options_of(*field) is None:
            return {}
        found = {}
        for text in _results(node):
            written = words.option(".".join(field), text.value)
            if written is None:
                if not self.whole.full:
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
