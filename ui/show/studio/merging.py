"""Differences as a page asks about them: where they are, and what each side has there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from fieldstone.metadata.merge import Difference
from fieldstone.metadata.merge.words import Wording


@dataclass(frozen=True)
class Asked:
    """A place with its three sides in words; `chosen` is the side that holds, if that is said.

    `both` says that two things of one id may both stay.
    """

    key: str
    document: str
    place: str
    base: str
    ours: str
    theirs: str
    fate: str
    chosen: str
    both: bool


def asked(differences: Iterable[Difference], wording: Wording, locale: str) -> tuple[Asked, ...]:
    """Differences in the words of a reader."""
    return tuple(_asked(one, wording, locale) for one in differences)


def _asked(one: Difference, wording: Wording, locale: str) -> Asked:
    told = wording.told(one, locale)
    return Asked(
        key=one.key,
        document=one.document,
        place=told.place,
        base=told.base,
        ours=told.ours,
        theirs=told.theirs,
        fate=one.fate,
        chosen=one.chosen or "",
        both=one.doubly_added,
    )
