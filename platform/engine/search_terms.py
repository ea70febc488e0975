"""Search terms: what a text can be found by, and what a search asks for.

Databases cannot cut Chinese into words, and trigrams find nothing for two characters. So a text
is indexed by its pairs of characters, and its Chinese also by pinyin and by initials. Every class
of term has its own form, so that none is mistaken for another: a pair is two characters, a
beginning one, pinyin and initials start with `py` and `pi` and are longer.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

MOST_TEXT: Final = 4000
"""Characters of a value that are indexed."""
MOST_WORDS: Final = 8
MOST_QUERY: Final = 200
_MOST_PINYIN: Final = 12

_CHINESE: Final = re.compile(r"[㐀-䶿一-鿿]+")
_LATIN: Final = re.compile(r"[a-z]+")
_NUMBER_MARKS: Final = str.maketrans("", "", "+-()/. ")


def fold(text: str) -> str:
    """Text without differences of case and width: what is compared when searching."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def searchable(value: object, *, digits: bool = False) -> str:
    """The folded text of a value; for telephone numbers only the `digits`."""
    folded = fold(str(value))[:MOST_TEXT]
    return folded.translate(_NUMBER_MARKS) if digits else " ".join(folded.split())


def terms_of(folded: str) -> str:
    """The terms of a folded text, parted by spaces."""
    found: set[str] = set()
    for run in _runs(folded):
        found.add(run[0])
        found.update(run[at : at + 2] for at in range(len(run) - 1))
    for run in _CHINESE.findall(folded):
        found.update(_pinyin_terms(run))
    return " ".join(sorted(found))


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a search: all `pairs` and then the text itself, or the start of `sound`s.

    `beginning` is set for a single character, which finds what begins with it.
    """

    text: str
    pairs: tuple[str, ...]
    beginning: str | None
    sounds: tuple[str, ...]


def words_of(query: str) -> tuple[Word, ...]:
    """What a search asks for; every word must be found. Empty for a search without content."""
    words = fold(query[:MOST_QUERY]).split()
    return tuple(found for one in words[:MOST_WORDS] if (found := _word(one)))


def word_of(text: str) -> Word | None:
    """What finds values that hold a folded text, however it sounds; None without any content."""
    runs = _runs(text)
    if not runs:
        return None
    pairs = {run[at : at + 2] for run in runs for at in range(len(run) - 1)}
    return Word(text, tuple(sorted(pairs)), None if pairs else runs[0][0], ())


def _word(text: str) -> Word | None:
    bare = text.translate(_NUMBER_MARKS)
    if bare.isdigit() and len(bare) > 2:
        text = bare
    runs = _runs(text)
    if not runs:
        return None
    pairs = {run[at : at + 2] for run in runs for at in range(len(run) - 1)}
    latin = _LATIN.fullmatch(text) is not None
    return Word(
        text=text,
        pairs=tuple(sorted(pairs)),
        beginning=text if len(text) == 1 else (None if pairs else runs[0][0]),
        sounds=(f"py{text}", f"pi{text}") if latin else (),
    )


def _runs(folded: str) -> list[str]:
    """The runs of letters and digits; marks of punctuation and spaces part them."""
    return "".join(one if one.isalnum() else " " for one in folded).split()


@lru_cache(maxsize=4096)
def _pinyin_terms(run: str) -> frozenset[str]:
    # Its dictionaries take 50 MB and a third of a second, and only Chinese text needs them.
    from pypinyin import Style, lazy_pinyin

    syllables = [
        "".join(_LATIN.findall(one.lower()))
        for one in lazy_pinyin(run[:_MOST_PINYIN], style=Style.NORMAL, errors="ignore")
    ]
    found = set()
    for at in range(len(syllables)):
        rest = syllables[at:]
        found.add("py" + "".join(rest))
        found.add("pi" + "".join(one[:1] for one in rest))
    return frozenset(one for one in found if len(one) > 2)


def spelled(text: str) -> str:
    """A name in small Latin letters and digits with dashes between: Chinese by its pinyin."""
    from pypinyin import Style, lazy_pinyin

    plain = unicodedata.normalize("NFKD", " ".join(lazy_pinyin(text, style=Style.NORMAL)))
    return "-".join(re.findall("[a-z0-9]+", plain.casefold()))
