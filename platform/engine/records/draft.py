"""Drafts: records on their way into the database, each with what is wrong with it; and outcomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ...metadata.model import Labels, label_text
from ...metadata.problems import Problem
from ..errors import Conflict, Forbidden, Invalid, NotFound, PreconditionRequired, Refused, Stale
from .record import Values

Moves = Mapping[str, Sequence[tuple[Any, datetime]]]
"""Field id -> the values that a record had before its present one, and since when, in order."""

_CONFLICTS = ("unique.", "stage.", "choice.transition", "record.referenced", "record.needs_binned")


@dataclass(slots=True)
class Draft:
    """One record of a batch: as it was (`before`, empty for a new one) and as it will be (`after`).

    `given` is what the caller set, `moves` what a record of an import went through before. A draft
    with problems is not written; warnings do not stop it.
    """

    index: int
    before: Values
    given: Mapping[str, Any]
    after: dict[str, Any]
    record_id: int | None = None
    reason: str | None = None
    moves: Moves = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def changed(self, fields: Iterable[str]) -> dict[str, Any]:
        """Those of `fields` whose value differs from before, with the value after."""
        return {
            one: self.after[one]
            for one in fields
            if one in self.after and self.after[one] != self.before.get(one)
        }

    def blame(self, problem_id: str, field_name: str | None, /, **params: Any) -> None:
        """Note a problem of a field (by its present name), or of the whole record (None)."""
        pointer = "" if field_name is None else f"/{field_name}"
        self.problems.append(Problem(problem_id, params, pointer=pointer))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row of a batch: written if it has no problems."""

    index: int
    record_id: int | None
    version: int | None = None
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()

    @property
    def done(self) -> bool:
        return not self.problems


@dataclass(frozen=True, slots=True)
class Words:
    """Text by locale as a parameter of a problem: shown in the reader's language."""

    labels: Labels
    fallback: str

    def text(self, locale: str) -> str:
        return label_text(self.labels, locale, self.fallback)


def outcome(draft: Draft, version: int | None = None) -> Outcome:
    """The outcome of a draft as it stands."""
    return Outcome(
        draft.index, draft.record_id, version, tuple(draft.problems), tuple(draft.warnings)
    )


def refusal(problems: Sequence[Problem], current: Any = None) -> Refused:
    """The refusal that problems of one record amount to; wrong values come before conflicts."""
    kinds = {one.id for one in problems}
    if "record.not_found" in kinds:
        return NotFound(problems)
    if "record.version_needed" in kinds:
        return PreconditionRequired(problems)
    if "record.stale" in kinds:
        return Stale(problems, current=current)
    if "access.forbidden_record" in kinds:
        return Forbidden(problems)
    if all(one.startswith(_CONFLICTS) for one in kinds):
        return Conflict(problems)
    return Invalid(problems)
