"""Problems: what is wrong with a document, an expression or a value, as values to be listed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .messages import render

MOST_TOLD = 1_000
"""Problems that are told of one document, and of all names that mean nothing, at once."""

MOST_QUOTED = 1_000
"""Characters of a text that a sentence quotes; of a longer one it quotes the beginning."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A correction of a text: from `start` to `end` (from 0, exclusive) stand `parts` instead.

    A part is text, or the (start, end) of a part of the text as it was.
    """

    start: int
    end: int
    parts: tuple[str | tuple[int, int], ...]

    def applied(self, text: str) -> str:
        """The text corrected."""
        parts = (one if isinstance(one, str) else text[one[0] : one[1]] for one in self.parts)
        return text[: self.start] + "".join(parts) + text[self.end :]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where it is and what to do about it.

    `id` is stable, lower case with dots (`field.unknown`) and is the key of its sentences in the
    catalogues; `params` fill the sentence. `document` is the file of a folder
    (`entities/deal.json`) or `kind/name`; `pointer` is a JSON pointer in it (or in the body of a
    request, or `/field` of a record); `position` counts characters of an expression from 1. `fix`
    corrects this one place of the expression, where that is mechanical; `corrected` is its whole
    text as it can be offered.
    """

    id: str
    params: Mapping[str, Any] = field(default_factory=dict, hash=False)
    document: str | None = None
    pointer: str = ""
    position: int | None = None
    fix: Fix | None = field(default=None, compare=False)
    corrected: str | None = field(default=None, compare=False)

    def text(self, locale: str = "en") -> str:
        """The sentence for a reader of `locale`, without the place."""
        return render(self.id, locale, {key: _quoted(one) for key, one in self.params.items()})

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


def _quoted(value: Any) -> Any:
    """A parameter of a sentence, cut where it is longer than anybody reads."""
    if isinstance(value, str) and len(value) > MOST_QUOTED:
        return value[:MOST_QUOTED] + "…"
    return value
