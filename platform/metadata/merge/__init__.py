"""Merging: two sets of changes to one set of documents, put together without losing any.

Everything goes by id. A property that one side changed takes that side's value; where both changed
it differently there is a conflict, which names the three values and is for people to decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..documents import Document, document_of
from ..schema import bare, schema_of
from .merging import DocumentMerge
from .outcome import ABSENT, ORDER, Difference, Fate, Merged, Side, place_key

__all__ = [
    "ABSENT",
    "ORDER",
    "Difference",
    "Fate",
    "Merged",
    "Side",
    "merge",
    "place_key",
]

_NO_CHOICES: Mapping[str, Side] = {}


def merge(
    base: Iterable[Document],
    ours: Iterable[Document],
    theirs: Iterable[Document],
    choices: Mapping[str, Side] = _NO_CHOICES,
    *,
    owned: bool = False,
) -> Merged:
    """What comes of the changes from `base` to `ours` and of those from `base` to `theirs`.

    All are documents in ids. `choices` say whose version holds at a place (`Difference.key`): of
    a conflict, or of anything else that they changed. `owned` says that a template comes into a
    workspace: then what belongs to the workspace stays, and what is the template's follows it.
    """
    sides = [{one.key: one for one in side} for side in (base, ours, theirs)]
    documents: list[Document] = []
    differences: list[Difference] = []
    for key in sorted({*sides[0], *sides[1], *sides[2]}):
        before, mine, others = (side.get(key) for side in sides)
        if before == others or mine == others:
            documents += [mine] if mine else []
            continue
        merging = DocumentMerge(key, choices, owned=owned)
        three = [bare(side[key].data) if key in side else ABSENT for side in sides]
        merged = merging.thing((), schema_of(key.partition("/")[0]), *three)
        differences += merging.differences
        if merged is not ABSENT:
            documents.append(document_of(merged, in_ids=True))
    return Merged(documents=tuple(documents), differences=tuple(differences))
