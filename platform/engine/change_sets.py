"""Change sets: what was changed between two states of a folder, brought into another workspace.

The folder may come from a test workspace, the one that it was made from is its base. Only what is
different between the two comes in; what the workspace changed itself stays, and where both
changed one thing somebody says which holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..metadata.documents import Document
from ..metadata.merge import Merged, Side, merge
from ..metadata.problems import Problem
from . import publish as publishing
from .access import Caller
from .errors import Invalid
from .publishing.checking import checked
from .publishing.plan import Plan
from .transaction import Transaction


@dataclass(frozen=True, kw_only=True)
class ChangeSet:
    """What a change set would do: `base` and `incoming` in ids, merged with what is in force."""

    base: tuple[Document, ...]
    incoming: tuple[Document, ...]
    merged: Merged
    plan: Plan


def prepare(
    tx: Transaction,
    caller: Caller,
    base: Iterable[Document],
    documents: Iterable[Document],
    choices: Mapping[str, Side],
) -> ChangeSet:
    """The plan of bringing in what is different between two states of a folder (in names).

    `choices` say whose side holds at a place (`Difference.key`). The plan has a problem for each
    place that both changed and nobody decided. Invalid for documents that are wrong.
    """
    publishing.require_right(tx, caller)
    before = checked(base, tx.app if tx.revision else None)
    if before.app is None:
        raise Invalid(before.problems)
    after = checked(documents, before.app)
    if after.problems:
        raise Invalid(after.problems)
    merged = merge(before.documents, tx.app.documents, after.documents, choices)
    open_ = tuple(
        Problem("change_set.undecided", {"place": one.key}, one.document)
        for one in merged.conflicts
    )
    if open_:
        plan = Plan(
            workspace=tx.workspace.id,
            base=tx.revision,
            documents=merged.documents,
            problems=open_,
        )
    else:
        plan = publishing.preview(tx, caller, merged.documents)
    return ChangeSet(base=before.documents, incoming=after.documents, merged=merged, plan=plan)
