"""Names to ids and back: what people write, and what is stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .documents import Document, document_of
from .identity import identified
from .model import App
from .problems import MOST_TOLD, Problem
from .purging import declared_anew, without_purged
from .refer import Translator
from .schema import schema_of, without_ids
from .space import Space
from .walk import transform


@dataclass(frozen=True)
class Resolved:
    """Documents in ids, what could not be resolved, and what was understood in another way.

    `notes` say which old names were rewritten; they refuse nothing.
    """

    documents: tuple[Document, ...]
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]
    space: Space


def to_ids(documents: Iterable[Document], base: App | None = None) -> Resolved:
    """Give everything its id and write every reference and expression in ids.

    A name means, in this order: what is called so in the documents, the id, what was called so in
    `base`, an alias. What `base` has and the documents leave out comes back archived where it
    holds data (entities, fields, options, stages, tags, bands, dimensions, schemes), unless they
    say that it is purged.
    """
    before = base.documents if base else ()
    found = identified(documents, before)
    space = Space(found.documents, found.before, found.again)
    translator = Translator(space, "ids")
    resolved = tuple(
        one.with_data(transform(one, space, translator.visit, found.carried), in_ids=True)
        for one in found.documents
    )
    problems = translator.problems
    if translator.full:
        more = Problem("document.more", {"most": MOST_TOLD}, problems[-1].document)
        problems = [*problems, more]
    kept, refused = without_purged(resolved, before)
    return Resolved(
        kept,
        (*problems, *refused),
        _once((*translator.notes, *declared_anew(resolved, found.again))),
        space,
    )


def to_names(documents: Iterable[Document]) -> tuple[Document, ...]:
    """Write every reference and expression of documents in ids with the present names."""
    everything = tuple(documents)
    space = Space(everything)
    translator = Translator(space, "names")
    return tuple(
        document_of(without_ids(transform(one, space, translator.visit), schema_of(one.kind)))
        for one in everything
    )


def in_names(document: Document, space: Space) -> Document:
    """One document of those in ids that make the space, with the present names in it."""
    visit = Translator(space, "names").visit
    return document_of(transform(document, space, visit), path=document.path)


def _once(notes: Iterable[Problem]) -> tuple[Problem, ...]:
    kept: dict[tuple[object, ...], Problem] = {}
    for note in notes:
        kept.setdefault((note.id, note.document, note.pointer, str(note.params)), note)
    return tuple(kept.values())
