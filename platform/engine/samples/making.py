"""Making: all records of a sample, block by block, without a database."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from .calendar import Calendar
from .declaration import Block, Declaration, DeclarationError, Story
from .draws import Drawer
from .made import Made, Move

MEMBER = "member"
MOST = 5_000_000
"""Records of a sample: who declares more has mistaken a number, or means harm."""


MISUNDERSTOOD = (
    LookupError,
    TypeError,
    AttributeError,
    ValueError,
    ArithmeticError,
    RecursionError,
)
"""What Python raises where a declaration says something of a shape that a draw does not take."""


@dataclass(frozen=True)
class Sample:
    """What was made: members, records by entity in the order of their making, later values."""

    members: tuple[Made, ...]
    records: Mapping[str, tuple[Made, ...]]
    afterwards: Mapping[str, tuple[tuple[Made, Mapping[str, Any]], ...]]

    @property
    def size(self) -> int:
        """How many records there are, members not counted."""
        return sum(len(found) for found in self.records.values())


def make(
    declaration: Declaration,
    now: datetime,
    zone: ZoneInfo,
    *,
    scale: float = 1.0,
    seed: int | None = None,
    most: int = MOST,
) -> Sample:
    """Make a sample around `now` (aware UTC); `scale` multiplies the counts of the first blocks.

    The same declaration, time, scale and seed give the same sample. DeclarationError says what in
    the declaration cannot be understood, or that it makes more than `most` records.
    """
    try:
        return _Maker(declaration, now, zone, scale, seed, most).make()
    except MISUNDERSTOOD as error:
        raise DeclarationError(repr(error)) from error


class _Maker:
    def __init__(
        self,
        declaration: Declaration,
        now: datetime,
        zone: ZoneInfo,
        scale: float,
        seed: int | None,
        most: int,
    ) -> None:
        self._declaration = declaration
        self._left = most
        self._seed = declaration.seed if seed is None else seed
        self._scale = scale
        self._records: defaultdict[str, list[Made]] = defaultdict(list)
        self._blocks: dict[str, list[Made]] = {}
        self._members = [
            Made(MEMBER, MEMBER, values=dict(one), let={"weight": one.get("weight", 1)})
            for one in declaration.members
        ]
        _link_managers(self._members)
        self._drawer = Drawer(
            random.Random(self._seed),
            Calendar.of(declaration.calendar, now, zone),
            declaration.words,
            self._records,
            self._members,
            scale,
        )

    def make(self) -> Sample:
        for block in self._declaration.blocks:
            # Each block has its own stream, so that a change to one leaves the others alone.
            self._drawer.rng.seed(f"{self._seed}/{block.name}")
            self._blocks[block.name] = made = []
            for one, story in self._begun(block):
                self._count_down()
                self._fill(block, one, story)
                made.append(one)
                self._records[block.entity].append(one)
        return Sample(
            tuple(self._members),
            {entity: tuple(found) for entity, found in self._records.items()},
            self._afterwards(),
        )

    def _begun(self, block: Block) -> Iterator[tuple[Made, Story | Mapping[str, Any] | None]]:
        if block.per:
            for parent in [one for name in block.per for one in self._blocks[name]]:
                number = self._count(block.count, parent)
                found = parent.children.setdefault(block.name, [])
                for index in range(number):
                    one = Made(block.entity, block.name, parent, index, number)
                    found.append(one)
                    yield one, None
            return
        if block.rows:
            for index, row in enumerate(block.rows):
                yield Made(block.entity, block.name, None, index, len(block.rows)), row
            return
        number = max(1, round(int(block.count) * self._scale))
        stories = [story for story in block.stories for _ in range(story.count)]
        for index in range(number):
            one = Made(block.entity, block.name, None, index, number)
            yield one, stories[index] if index < len(stories) else None

    def _count_down(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise DeclarationError("it makes too many records")

    def _count(self, spec: Any, parent: Made) -> int:
        drawn = self._drawer.draw(spec, parent)
        return max(0, int(drawn or 0))

    def _fill(self, block: Block, made: Made, more: Story | Mapping[str, Any] | None) -> None:
        let, values = block.let, block.values
        if isinstance(more, Story):
            let = {**let, **more.let}
            values = {**values, **more.values}
        elif more is not None:
            values = {**more, **values}
        try:
            for name, spec in let.items():
                made.let[name] = self._drawer.draw(spec, made)
            for name, spec in values.items():
                made.values[name] = self._drawer.draw(spec, made)
            if block.moves:
                made.moves = list(self._moves(block.moves, made))
        except MISUNDERSTOOD as error:
            raise DeclarationError(f"block {block.name!r}: {error!r}") from error

    def _moves(self, spec: Mapping[str, Any], made: Made) -> Iterator[Move]:
        """The way of a field to its value: evenly, with some luck, from `from` to `to`."""
        draw = self._drawer
        steps = [str(one) for one in draw.draw(spec["through"], made)]
        first, last = draw.moment(spec["from"], made), draw.moment(spec["to"], made)
        if not steps:
            return
        shares = [draw.rng.uniform(0.5, 1.5) for _ in steps]
        total, gone = sum(shares), 0.0
        for step, share in zip(steps, shares, strict=True):
            at = first + timedelta(seconds=int((last - first).total_seconds() * gone / total))
            yield Move(str(spec["field"]), step, at)
            gone += share

    def _afterwards(self) -> dict[str, tuple[tuple[Made, Mapping[str, Any]], ...]]:
        found: defaultdict[str, list[tuple[Made, Mapping[str, Any]]]] = defaultdict(list)
        for block in self._declaration.blocks:
            if not block.afterwards:
                continue
            self._drawer.rng.seed(f"{self._seed}/{block.name}/afterwards")
            for made in self._blocks[block.name]:
                values = {n: self._drawer.draw(spec, made) for n, spec in block.afterwards.items()}
                values = {name: value for name, value in values.items() if value is not None}
                if values:
                    found[block.entity].append((made, values))
        return {entity: tuple(changes) for entity, changes in found.items()}


def _link_managers(members: Sequence[Made]) -> None:
    known = {one.values.get("user_name"): one for one in members}
    for one in members:
        manager = one.values.get("manager")
        if manager is not None:
            if manager not in known:
                raise DeclarationError(f"members: no manager is called {manager!r}")
            one.values["manager"] = known[manager]
