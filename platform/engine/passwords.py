"""Passwords: which ones are accepted, and how they are hashed and compared."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterable
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ..metadata.problems import Problem
from .common_passwords import COMMON

SHORTEST = 8
LONGEST = 128
_LONGEST_TRIED = 1024
"""What is longer is not even hashed."""

# Argon2id with 19 MiB and two passes: what OWASP recommends for a machine of few cores.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def problems(password: str, about: Iterable[str | None] = ()) -> tuple[Problem, ...]:
    """What keeps a new password from being accepted; `about` are the names of its owner."""
    text = _normal(password)
    if not SHORTEST <= len(text) <= LONGEST:
        return (_problem("password.length", least=SHORTEST, most=LONGEST),)
    folded = text.casefold()
    own = {one.casefold() for one in about if one}
    own |= {one.partition("@")[0] for one in own}
    if folded in COMMON or folded in own or len(set(folded)) < 3 or "fieldstone" in folded:
        return (_problem("password.common"),)
    return ()


def hashed(password: str) -> str:
    """The text that is stored instead of a password."""
    return _hasher.hash(_normal(password))


def matches(stored: str | None, password: str) -> bool:
    """Whether it is the password; takes as long where there is none (`stored` is None)."""
    nobody = _nobody()
    if len(password) > _LONGEST_TRIED:
        return False
    try:
        same = _hasher.verify(stored or nobody, _normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return same and stored is not None


def outdated(stored: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def suggested() -> str:
    """A new random password that can be read out: four groups of four letters and digits."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))


@cache
def _nobody() -> str:
    return _hasher.hash(secrets.token_urlsafe(16))


def _normal(password: str) -> str:
    # The same letters typed on another machine may arrive composed differently.
    return unicodedata.normalize("NFC", password)


def _problem(problem_id: str, **params: int) -> Problem:
    return Problem(problem_id, params, pointer="/password")
