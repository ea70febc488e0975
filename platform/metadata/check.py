"""The check of a set of documents: schema, names, references, structure; everything at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from .build import build
from .checks import CHECKS, WHOLE_CHECKS, Checking
from .documents import Document, unknown_kind
from .model import App
from .modules import Switched, dangling, switched
from .problems import Problem
from .resolve import to_ids
from .schema import KINDS, in_shape
from .space import Space
from .validation import validate


@dataclass(frozen=True)
class Checked:
    """The outcome: `app` where nothing is wrong, else every problem, in order of documents.

    `documents` are in ids, with what the base kept as archived. `notes` say which old names were
    understood and rewritten; they refuse nothing.
    """

    app: App | None
    documents: tuple[Document, ...]
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...] = ()


def check(documents: Iterable[Document], base: App | None = None) -> Checked:
    """Check documents, in names or in ids, against their schemas and each other.

    `base` is the App in force: it knows ids, former names and what is left out. The types of
    expressions are not checked here (`rules.check` does both).
    """
    given = tuple(documents)
    refused = {one.path: found for one in given if (found := validate(one))}
    known = tuple(one for one in given if one.kind in KINDS)
    shaped = (one.with_data(in_shape(one.data)) if one.path in refused else one for one in known)
    resolved = to_ids(shaped, base)
    problems = [unknown_kind(one.data, one.path) for one in given if one.kind not in KINDS]
    places = {(one.document, one.pointer) for one in resolved.problems}
    problems.extend(
        one
        for found in refused.values()
        for one in found
        if one.id not in _FORMS or (one.document, one.pointer) not in places
    )
    told = {
        (path, one.pointer)
        for path, found in refused.items()
        for one in found
        if one.id not in _FORMS | _OF_KEYS
    }
    held = switched(resolved.documents)
    problems.extend(
        one
        for one in resolved.problems
        if not (_within(one, told) or _of_hidden(one, resolved.documents, held))
    )
    problems.extend(dangling(resolved.documents))
    problems.extend(_structure(resolved.documents, held, frozenset(refused), base))
    if not any(one.kind == "app" for one in given):
        problems.append(Problem("app.missing", {}, "app.json"))
    ordered = _ordered(problems, given)
    kept = tuple(_kept(resolved.documents, base.documents if base else ()))
    app = None if ordered else build(kept, held)
    return Checked(app, kept, ordered, resolved.notes)


def _kept(documents: Iterable[Document], base: Iterable[Document]) -> Iterator[Document]:
    """The documents, those of the base in the place of the same: what is known of them stays."""
    there = {one.path: one for one in base}
    for one in documents:
        was = there.get(one.path, one)
        same = (was.digest, was.in_ids) == (one.digest, one.in_ids)
        yield was if same else one


def _structure(
    whole: tuple[Document, ...], held: Switched, refused: Collection[str], base: App | None
) -> Iterator[Problem]:
    """What no schema says: names of everything, the rest of what is switched on."""
    sound = tuple(one for one in whole if one.path not in refused)
    checking = Checking(sound, Space(whole), base)
    for each in WHOLE_CHECKS:
        yield from each(checking)
    if held.hidden:
        shown = tuple(one for one in held.documents if one.path not in refused)
        checking = Checking(shown, Space(held.documents), base)
    keys = {one.path: one.key for one in held.documents}
    for each in CHECKS:
        for found in each(checking):
            key = keys.get(found.document or "")
            yield held.placed(found, key) if key and held.hidden else found


def _of_hidden(problem: Problem, documents: tuple[Document, ...], held: Switched) -> bool:
    """Whether what a module hides refers to something archived: that is told when it is on."""
    if problem.id not in ("reference.archived", "reference.replaced") or not held.hidden:
        return False
    key = next((one.key for one in documents if one.path == problem.document), "")
    return held.hides(key, problem.pointer)


_FORMS = frozenset({"schema.name", "schema.option_name", "schema.form"})
"""Refusals of how a name is written: where it names nothing either, that says more."""

_OF_KEYS = frozenset({"schema.key_missing", "schema.key_unknown", "schema.key_unknown_near"})


def _within(problem: Problem, told: Collection[tuple[str, str]]) -> bool:
    """Whether the schema has refused the very place already, or one that it is within."""
    pointer = problem.pointer
    while (problem.document or "", pointer) not in told:
        if not pointer:
            return False
        pointer = pointer.rpartition("/")[0]
    return True


def _ordered(problems: Iterable[Problem], documents: tuple[Document, ...]) -> tuple[Problem, ...]:
    """Problems in the order of their documents, each once."""
    place = {document.path: index for index, document in enumerate(documents)}
    seen: dict[tuple[object, ...], Problem] = {}
    for one in problems:
        seen.setdefault((one.document, one.pointer, one.id, str(dict(one.params))), one)
    return tuple(
        sorted(seen.values(), key=lambda one: place.get(one.document or "", len(documents)))
    )
