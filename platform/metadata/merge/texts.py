"""Merging expressions by their trees: changes of different parts of one are both kept.

What comes out is put together from pieces of the three texts, so their formatting stays. It is
read again before it is believed: where it would not mean what was merged, there is no merge.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from difflib import SequenceMatcher
from typing import Any

from ..expression import Node, parse
from ..expression.tree import Call, Items, Logic, Name, Number, Path, Text
from ..problems import ProblemsError

_ATOMS = (Call, Items, Name, Number, Path, Text)
"""What needs no parentheses, wherever it is put."""


def merged_expression(base: Any, ours: Any, theirs: Any) -> str | None:
    """The expression with the changes of both, or None where they changed the same part of it."""
    if not (isinstance(base, str) and isinstance(ours, str) and isinstance(theirs, str)):
        return None
    try:
        pieces = [_Piece(text, parse(text)) for text in (base, ours, theirs)]
        merged = _merged(*pieces)
        if merged is None or _form(parse(merged.text)) != merged.form:
            return None
    except ProblemsError:
        return None
    return merged.text


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of one of the texts."""

    source: str
    node: Node

    @property
    def text(self) -> str:
        return self.source[self.node.start : self.node.end]

    @property
    def form(self) -> Any:
        return _form(self.node)

    def children(self) -> tuple[_Piece, ...]:
        return tuple(_Piece(self.source, one) for one in self.node.children())


@dataclass(frozen=True, slots=True)
class _Merged:
    """A merged part: its text, and the form that the text must have when it is read."""

    text: str
    form: Any
    atom: bool


def _form(node: Node) -> Any:
    """A tree without its places: equal for texts that differ in their formatting alone."""
    return (type(node).__name__, *_kept(node))


def _kept(node: Node) -> Iterator[Any]:
    for one in fields(node):
        value = getattr(node, one.name)
        if one.name in ("start", "end"):
            continue
        if isinstance(value, Node):
            yield _form(value)
        elif isinstance(value, tuple):
            yield tuple(_form(each) if isinstance(each, Node) else each for each in value)
        else:
            yield value


def _taken(piece: _Piece) -> _Merged:
    return _Merged(piece.text, piece.form, isinstance(piece.node, _ATOMS))


def _merged(base: _Piece, ours: _Piece, theirs: _Piece) -> _Merged | None:
    if theirs.form in (base.form, ours.form):
        return _taken(ours)
    if ours.form == base.form:
        return _taken(theirs)
    operator = _joined_by(base, ours, theirs)
    if operator is not None:
        return _joined(operator, base, ours, theirs)
    if not _same_head(base.node, ours.node) or not _same_head(base.node, theirs.node):
        return None
    children = zip(base.children(), ours.children(), theirs.children(), strict=True)
    merged = [_merged(*three) for three in children]
    if not merged or any(one is None for one in merged):
        return None
    return _spliced(ours, [one for one in merged if one is not None])


def _same_head(one: Node, other: Node) -> bool:
    """Whether two nodes are of one sort and differ in their children alone."""
    if type(one) is not type(other) or len(one.children()) != len(other.children()):
        return False
    return _emptied(one) == _emptied(other)


def _emptied(node: Node) -> list[Any]:
    """What a node says besides its children."""
    children = node.children()
    return [
        tuple(one for one in value if one not in children) if isinstance(value, tuple) else value
        for value in (getattr(node, one.name) for one in fields(node)[2:])
        if value not in children and not isinstance(value, Name)
    ] + [value.text for value in _names(node)]


def _names(node: Node) -> Iterator[Name]:
    if isinstance(node, Call):
        yield node.function


def _spliced(ours: _Piece, children: Sequence[_Merged]) -> _Merged:
    """Our text with each child replaced by what was merged of it."""
    text, at = "", ours.node.start
    for old, new in zip(ours.node.children(), children, strict=True):
        text += ours.source[at : old.start]
        same = ours.source[old.start : old.end] == new.text
        text += new.text if same or new.atom else f"({new.text})"
        at = old.end
    text += ours.source[at : ours.node.end]
    forms = iter(children)
    return _Merged(text, _refilled(ours.node, forms), isinstance(ours.node, _ATOMS))


def _refilled(node: Node, children: Iterator[_Merged]) -> Any:
    """The form of a node with other children, which come in the order of the text."""
    below = node.children()
    order = {id(one): new for one, new in zip(below, children, strict=True)}

    def form(value: Any) -> Any:
        found = order.get(id(value))
        if found is not None:
            return found.form
        return _form(value) if isinstance(value, Node) else value

    parts = [getattr(node, one.name) for one in fields(node)[2:]]
    return (
        type(node).__name__,
        *(tuple(map(form, one)) if isinstance(one, tuple) else form(one) for one in parts),
    )


def _joined_by(*pieces: _Piece) -> str | None:
    """The one word that joins conditions in both changed sides (a comma for lists of values)."""
    if all(isinstance(one.node, Items) for one in pieces):
        return ","
    words = {one.node.operator for one in pieces[1:] if isinstance(one.node, Logic)}
    return words.pop() if len(words) == 1 else None


def _clauses(operator: str, piece: _Piece) -> tuple[_Piece, ...]:
    chain = isinstance(piece.node, Logic) and piece.node.operator == operator
    return piece.children() if chain or operator == "," else (piece,)


def _joined(operator: str, base: _Piece, ours: _Piece, theirs: _Piece) -> _Merged | None:
    """A chain in which each part of the base is kept, changed or gone, and either side adds."""
    before = _clauses(operator, base)
    mine = _followed(before, _clauses(operator, ours))
    others = _followed(before, _clauses(operator, theirs))
    known = [one.form for some in mine.added for one in some]
    found: list[_Merged] = []
    for at in range(len(before) + 1):
        found += map(_taken, mine.added[at])
        found += (_taken(one) for one in others.added[at] if one.form not in known)
        if at == len(before):
            break
        us, them = mine.becomes[at], others.becomes[at]
        if us is None or them is None:
            stays = us or them
            if stays is not None and stays.form != before[at].form:
                return None
            continue
        merged = _merged(before[at], us, them)
        if merged is None:
            return None
        found.append(merged)
    return _chain(operator, found)


def _chain(operator: str, items: Sequence[_Merged]) -> _Merged | None:
    forms = tuple(one.form for one in items)
    if operator == ",":
        return _Merged(f"[{', '.join(one.text for one in items)}]", ("Items", forms), True)
    if len(items) < 2:
        return items[0] if items else None
    plain = ("Comparison", "Not")
    texts = (one.text if one.atom or one.form[0] in plain else f"({one.text})" for one in items)
    return _Merged(f" {operator} ".join(texts), ("Logic", operator, forms), False)


@dataclass(frozen=True, slots=True)
class _Followed:
    """What became of each part (None: it is gone), and what was added before each place."""

    becomes: list[_Piece | None]
    added: list[list[_Piece]]


def _followed(before: Sequence[_Piece], after: Sequence[_Piece]) -> _Followed:
    """How one chain became another; where as many came as went, each is a changed one."""
    becomes: list[_Piece | None] = [None] * len(before)
    added: list[list[_Piece]] = [[] for _ in range(len(before) + 1)]
    old, new = [[str(one.form) for one in side] for side in (before, after)]
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, start, end, to_start, to_end in matcher.get_opcodes():
        if tag == "equal" or (tag == "replace" and end - start == to_end - to_start):
            becomes[start:end] = after[to_start:to_end]
        else:
            added[start] += after[to_start:to_end]
    return _Followed(becomes, added)
