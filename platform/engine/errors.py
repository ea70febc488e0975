"""Refusals: exceptions with problems, for what the engine will not do."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Self

from ..metadata.naming import nearest
from ..metadata.problems import Problem, ProblemsError


class Refused(ProblemsError):
    """The base of all refusals: an HTTP status and every problem found.

    A refusal leaves the transaction it was raised in to be rolled back by whoever opened it.
    """

    status: ClassVar[int] = 500

    def __init__(self, *problems: Problem | Iterable[Problem]) -> None:
        super().__init__(_flat(problems))

    @classmethod
    def because(cls, problem_id: str, /, *, pointer: str = "", **params: Any) -> Self:
        """A refusal for one problem: `Conflict.because("workspace.exists", slug="acme")`."""
        return cls(Problem(problem_id, params, pointer=pointer))


class Undelivered(Exception):
    """A server outside did not take what was sent, and why; it is sent again later."""


class Malformed(Refused):
    """The request cannot be read at all (wrong JSON, unknown parameter)."""

    status = 400


class Unauthenticated(Refused):
    """Nobody is signed in, or the sign-in failed."""

    status = 401


class Forbidden(Refused):
    """The caller may not do this, and may know that the thing exists."""

    status = 403


class NotFound(Refused):
    """There is no such thing, or the caller may not know of it."""

    status = 404


class Conflict(Refused):
    """The state of what is there forbids it (a duplicate, a guard of a stage)."""

    status = 409


class Stale(Refused):
    """The version that was sent is not the current one; `current` is what is there now."""

    status = 412

    def __init__(self, *problems: Problem | Iterable[Problem], current: Any = None) -> None:
        super().__init__(*problems)
        self.current = current


class TooLarge(Refused):
    """The request is larger than a published limit."""

    status = 413


class TooSlow(Refused):
    """The question takes longer than a published limit; ask a narrower one."""

    status = 422


def too_slow(seconds: float) -> TooSlow:
    """The refusal of a question that took longer than this."""
    return TooSlow(Problem("database.too_slow", {"seconds": f"{seconds:g}"}))


class Invalid(Refused):
    """The values were read, and break a rule of the documents."""

    status = 422


class PreconditionRequired(Refused):
    """A write came without the version it was made from."""

    status = 428


class TooMany(Refused):
    """A rate limit was reached; try again in `retry_after` seconds."""

    status = 429

    def __init__(self, *problems: Problem | Iterable[Problem], retry_after: int = 60) -> None:
        super().__init__(*problems)
        self.retry_after = retry_after


class Unavailable(Refused):
    """The database is busy or away; try again in `retry_after` seconds."""

    status = 503

    def __init__(self, *problems: Problem | Iterable[Problem], retry_after: int = 1) -> None:
        super().__init__(*problems)
        self.retry_after = retry_after


class Busy(Unavailable):
    """Another transaction was in the way (a lock, a deadlock): the same may work at once."""


def unknown(problem_id: str, name: str, known: Iterable[str], pointer: str = "") -> Problem:
    """The problem of a name that nothing has, with the nearest known one where there is one.

    Then its id ends in `_near`. Give only names that the caller may know of.
    """
    near = nearest(name, known)
    if near is None:
        return Problem(problem_id, {"name": name}, pointer=pointer)
    return Problem(f"{problem_id}_near", {"name": name, "near": near}, pointer=pointer)


def _flat(problems: Iterable[Problem | Iterable[Problem]]) -> list[Problem]:
    found: list[Problem] = []
    for one in problems:
        if isinstance(one, Problem):
            found.append(one)
        else:
            found.extend(one)
    return found
