"""Problems: what is wrong with a document, an expression or a value, as values to be listed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .messages import render


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where it is and what to do about it.

    `id` is stable, lower case with dots (`field.unknown`) and is the key of its sentences in the
    catalogues; `params` fill the sentence. `document` is the file of a folder
    (`entities/deal.json`) or `kind/name`; `pointer` is a JSON pointer in it (or in the body of a
    request, or `/field` of a record); `position` counts characters of an expression from 1.
    """

    id: str
    params: Mapping[str, Any] = field(default_factory=dict, hash=False)
    document: str | None = None
    pointer: str = ""
    position: int | None = None

    def text(self, locale: str = "en") -> str:
        """The sentence for a reader of `locale`, without the place."""
        return render(self.id, locale, self.params)

    def line(self, locale: str = "en") -> str:
        """The sentence with its place in front, as the command line prints it."""
        place = f"{self.document or ''}#{self.pointer}" if self.document or self.pointer else ""
        return f"{place}: {self.text(locale)}" if place else self.text(locale)

    def at(self, document: str | None, pointer: str) -> Problem:
        """The same problem in a document, its own pointer appended to `pointer`."""
        return replace(self, document=document, pointer=pointer + self.pointer)


class ProblemsError(Exception):
    """Raised where work cannot go on; carries every problem found, never only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("; ".join(problem.line() for problem in self.problems))
