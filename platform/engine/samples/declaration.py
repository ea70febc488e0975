"""Declarations: the JSON files that say what a sample company looks like, read into values."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...metadata.problems import Problem
from ..errors import Invalid

MAIN = "sample.json"
BLOCK_KEYS = frozenset(
    {"name", "entity", "per", "count", "rows", "let", "values", "afterwards", "moves", "stories"}
)
MAIN_KEYS = frozenset({"seed", "calendar", "members", "blocks", "words"})


class DeclarationError(Invalid):
    """A declaration says something that is not understood; the text names the file and the key."""

    def __init__(self, why: str) -> None:
        super().__init__(Problem("sample.wrong", {"why": why}))


@dataclass(frozen=True)
class Story:
    """`count` records of a block that differ: what is said here goes before what the block says."""

    count: int
    let: Mapping[str, Any]
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Block:
    """Records of one entity that are made alike.

    Without `per` there are `count` of them (scaled), or one for each of `rows`; with `per`, the
    names of blocks, `count` is drawn for each record of those. `let` and `values` are drawn in
    order, `afterwards` when everything exists.
    """

    name: str
    entity: str
    per: tuple[str, ...] = ()
    count: Any = 1
    rows: tuple[Mapping[str, Any], ...] = ()
    let: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    afterwards: Mapping[str, Any] = field(default_factory=dict)
    moves: Mapping[str, Any] | None = None
    stories: tuple[Story, ...] = ()


@dataclass(frozen=True)
class Declaration:
    """A whole sample: its seed, when work is done, who works there, the blocks in order.

    `words` are lists (or maps of lists) that texts are put together from. The member marked
    `administrator` is the workspace's first administrator where there is one.
    """

    seed: int
    calendar: Mapping[str, Any]
    members: tuple[Mapping[str, Any], ...]
    words: Mapping[str, Any]
    blocks: tuple[Block, ...]

    def scale_for(self, most: int) -> float:
        """The scale at which no block has more than `most` records by itself; at most 1."""
        counts = [int(one.count) for one in self.blocks if not one.per and not one.rows]
        return min(1.0, most / max(counts, default=1))


def read(files: Mapping[str, str]) -> Declaration:
    """Read the texts of a folder by file name: `sample.json` and the files that it names.

    DeclarationError says what is wrong.
    """
    main = _load(files, MAIN)
    _known(MAIN, main, MAIN_KEYS)
    words: dict[str, Any] = {}
    for name in main.get("words", ()):
        words.update(_load(files, name))
    blocks: list[Block] = []
    for name in main.get("blocks", ()):
        data = _load(files, name)
        for one in data if isinstance(data, list) else [data]:
            blocks.append(_block(name, one, {block.name for block in blocks}))
    return Declaration(
        seed=int(main.get("seed", 1)),
        calendar=main.get("calendar", {}),
        members=tuple(main.get("members", ())),
        words=words,
        blocks=tuple(blocks),
    )


def _block(file: str, data: Mapping[str, Any], before: set[str]) -> Block:
    _known(file, data, BLOCK_KEYS)
    if "entity" not in data:
        raise DeclarationError(f"{file}: a block must name its entity")
    name = str(data.get("name", data["entity"]))
    per = data.get("per", ())
    per = (per,) if isinstance(per, str) else tuple(per)
    for one in per:
        if one not in before:
            raise DeclarationError(f"{file}: block {name!r} is per {one!r}, unknown before it")
    if name in before:
        raise DeclarationError(f"{file}: there are two blocks {name!r}")
    return Block(
        name=name,
        entity=str(data["entity"]),
        per=per,
        count=data.get("count", 1),
        rows=tuple(data.get("rows", ())),
        let=data.get("let", {}),
        values=data.get("values", {}),
        afterwards=data.get("afterwards", {}),
        moves=data.get("moves"),
        stories=tuple(
            Story(int(one.get("count", 1)), one.get("let", {}), one.get("values", {}))
            for one in data.get("stories", ())
        ),
    )


def _known(file: str, data: Mapping[str, Any], keys: Iterable[str]) -> None:
    unknown = sorted(data.keys() - set(keys))
    if unknown:
        raise DeclarationError(f"{file}: unknown key {unknown[0]!r}")


def _load(files: Mapping[str, str], name: str) -> Any:
    if name not in files:
        raise DeclarationError(f"{name}: there is no such file")
    try:
        return json.loads(files[name])
    except json.JSONDecodeError as error:
        raise DeclarationError(f"{name}: {error}") from error
