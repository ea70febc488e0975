"""Upper and lower case, one character by one, the same on every database and in every locale.

PostgreSQL's own `lower` depends on the database's locale and on its age; the tables here are
Python's, and the SQL applies them with `translate` (only to what has such letters).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

SPACES = (
    "\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
    "\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
"""What `trim` takes off."""
LONGEST = 10_000
"""Characters that a computed text may have."""
_GAP = 64
_LETTERS = 200
_CASED = 0x20000
"""No letter from here on has case: the planes beyond hold ideographs and no alphabets."""


def _folded(char: str) -> str:
    folded = char.casefold()
    return folded if len(folded) == 1 else char.lower()


@cache
def table(name: str) -> Mapping[int, int]:
    """The letters that `fold`, `lower` or `upper` changes, and what each becomes."""
    change: Callable[[str], str] = {"fold": _folded, "lower": str.lower, "upper": str.upper}[name]
    found = {}
    for code in range(_CASED):
        if 0xD800 <= code <= 0xDFFF:
            continue
        changed = change(chr(code))
        if len(changed) == 1 and ord(changed) != code:
            found[code] = ord(changed)
    return found


def change(name: str, text: str) -> str:
    """The text with every letter changed as the table says."""
    if text.isascii():
        return text.upper() if name == "upper" else text.lower()
    return text.translate(table(name))


def fold(text: str) -> str:
    """The text as it is compared where case does not count."""
    return change("fold", text)


@dataclass(frozen=True, slots=True)
class Block:
    """Letters outside ASCII that a table changes, and their changes, in the same order.

    `spans` stands between brackets of a regular expression, which every letter of the block
    matches, some others may, and none of another block does.
    """

    spans: str
    before: str
    after: str


@cache
def blocks(name: str) -> tuple[Block, ...]:
    """A table in parts: PostgreSQL looks for a character through all of what it translates."""
    pairs = sorted((a, b) for a, b in table(name).items() if a > 127)
    return tuple(_block(pairs[at : at + _LETTERS]) for at in range(0, len(pairs), _LETTERS))


def _block(pairs: Sequence[tuple[int, int]]) -> Block:
    first = pairs[0][0]
    spans = [[first, first]]
    for code, _ in pairs:
        if code - spans[-1][1] > _GAP:
            spans.append([code, code])
        spans[-1][1] = code
    written = "".join(f"{chr(a)}-{chr(b)}" for a, b in spans)
    before, after = ("".join(map(chr, codes)) for codes in zip(*pairs, strict=True))
    return Block(written, before, after)


@cache
def ranges(name: str) -> str:
    """A bracket expression that every letter of `blocks` matches, and some others may."""
    return f"[{_spans(name)}]"


@cache
def runs(name: str) -> str:
    """A regular expression for letters of one block that follow each other, or for others.

    It has a group for each block, and one for the others.
    """
    groups = "".join(f"([{one.spans}]+)|" for one in blocks(name))
    return f"{groups}([^{_spans(name)}]+)"


def _spans(name: str) -> str:
    return "".join(one.spans for one in blocks(name))


def middle(text: str, place: int, count: int) -> str | None:
    """So many characters from a place on, the first of which is 1; None where there are none."""
    if place < 1 or count < 1:
        return None
    return text[place - 1 : place - 1 + count] or None


def ending(text: str, count: int) -> str | None:
    """The last characters; None where there are none."""
    return text[-count:] or None if count >= 1 else None


def place(text: str | None, part: str | None) -> int:
    """Where a text first contains a part, from 1; 0 where it does not."""
    return text.find(part) + 1 if text and part else 0


def replaced(text: str | None, part: str | None, other: str | None) -> str | None:
    """The text with another for a part, wherever it stands; None where it grows too long."""
    if text is None:
        return None
    part, other = part or "", other or ""
    count = text.count(part) if part else 0
    if not 0 < len(text) + count * (len(other) - len(part)) <= LONGEST:
        return None
    return text.replace(part, other) if part else text
