"""The check of a set of documents: schema, names, references, structure; everything at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from .build import build
from .checks import CHECKS, Checking
from .documents import Document, unknown_kind
from .model import App
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
    problems.extend(one for one in resolved.problems if not _within(one, told))
    sound = tuple(one for one in resolved.documents if one.path not in refused)
    checking = Checking(sound, Space(resolved.documents))
    for each in CHECKS:
        problems.extend(each(checking))
    if not any(one.kind == "app" for one in given):
        problems.append(Problem("app.missing", {}, "app.json"))
    ordered = _ordered(problems, given)
    app = None if ordered else build(resolved.documents)
    return Checked(app, resolved.documents, ordered, resolved.notes)


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
