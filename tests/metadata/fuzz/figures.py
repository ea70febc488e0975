"""What a run has found: how many of each sort, what refused them, the slowest, every finding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.metadata.fuzz.verdict import Verdict
from tests.metadata.fuzz.wrong import Wrong

BOUND = 2.0
"""Seconds of processor time within which any one App is checked."""


@dataclass
class Figures:
    """The figures of a run or of a part of it; parts add up.

    `right` counts by sort what was accepted, `may_be_right` what could be. `slowest` is the
    seconds of one check and what it was of.
    """

    made: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    may_be_right: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    behind: int = 0
    slowest: tuple[float, str] = (0.0, "")
    findings: list[str] = field(default_factory=list)

    def note(self, what: str, name: str, wrong: Wrong, verdict: Verdict) -> None:
        """Count one wrong document."""
        self.made[name] += 1
        self.may_be_right += not wrong.must
        if not verdict.refused:
            self.right[name] += 1
        self.refused.update(set(verdict.ids))
        self.slowest = max(self.slowest, (round(verdict.seconds, 3), what))
        slow = [f"slow: {verdict.seconds:.1f} s"] if verdict.seconds > BOUND else []
        self.findings += [f"{what}: {one}" for one in (*verdict.findings, *slow)]

    def add(self, other: Figures) -> None:
        """Count another part in."""
        self.made += other.made
        self.right += other.right
        self.may_be_right += other.may_be_right
        self.refused += other.refused
        self.behind += other.behind
        self.slowest = max(self.slowest, other.slowest)
        self.findings += other.findings

    def lines(self) -> Iterator[str]:
        """The figures for people."""
        made, right = self.made.total(), self.right.total()
        yield f"{made} documents, {len(self.made)} sorts: {made - right} refused, {right} right"
        yield f"{made - self.may_be_right} had to be refused, {self.may_be_right} could be right"
        yield f"{self.behind} asked of publishing, the API and the command line as well"
        yield f"problems of {len(self.refused)} ids"
        yield f"the slowest took {self.slowest[0]} s: {self.slowest[1]}"
        rare = [f"{name} {count}" for name, count in self.refused.most_common()[:-16:-1]]
        yield "the rarest: " + ", ".join(rare)
        yield f"{len(self.findings)} findings"
        yield from self.findings
