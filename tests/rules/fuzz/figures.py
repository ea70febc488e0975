"""What a run has found: how many, of what kind, the slowest, and every difference with its seed."""

from __future__ import annotations

import resource
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

BOUND = 0.100
"""Seconds of processor time that an expression may take on a backend, reading it included."""


@dataclass
class Figures:
    """The figures of a run or of a part of it; parts add up.

    `seconds` holds the slowest by backend, with what it was. `megabytes` is the most memory that
    a process has had.
    """

    made: int = 0
    accepted: int = 0
    values: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    called: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, tuple[float, str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    megabytes: int = 0

    def took(self, backend: str, seconds: float, what: str) -> None:
        """Note how long something took; beyond the bound it is wrong."""
        if seconds > self.seconds.get(backend, (0.0, ""))[0]:
            self.seconds[backend] = (round(seconds, 4), what)
        if seconds > BOUND:
            self.wrong.append(f"slow: {backend} {seconds * 1000:.0f} ms: {what}")

    def remember_memory(self) -> None:
        """Note how much memory this process has had at most."""
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        self.megabytes = max(self.megabytes, used)

    def add(self, other: Figures) -> None:
        """Count another part in."""
        self.made += other.made
        self.accepted += other.accepted
        self.values += other.values
        self.kinds += other.kinds
        self.refused += other.refused
        self.called += other.called
        self.wrong += other.wrong
        self.megabytes = max(self.megabytes, other.megabytes)
        for backend, found in other.seconds.items():
            self.seconds[backend] = max(self.seconds.get(backend, (0.0, "")), found)

    def written(self) -> dict[str, Any]:
        """The figures as JSON holds them; `read` is the way back."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Figures:
        """Figures that `written` made."""
        seconds = {name: (found[0], found[1]) for name, found in data["seconds"].items()}
        counted = {name: Counter(data[name]) for name in ("kinds", "refused", "called")}
        return cls(**{**data, **counted, "seconds": seconds})

    def lines(self) -> Iterable[str]:
        """The figures for people."""
        yield f"made {self.made}, accepted {self.accepted}, values compared {self.values}"
        yield f"by kind: {_counted(self.kinds)}"
        yield f"refused: {_counted(self.refused)}"
        if self.called:
            name, least = min(self.called.items(), key=lambda one: one[1])
            yield f"{len(self.called)} ways to call something, the rarest {least} times: {name}"
        for backend, (seconds, what) in sorted(self.seconds.items()):
            yield f"slowest, {backend}: {seconds * 1000:.0f} ms: {what[:300]}"
        yield f"most memory of a process: {self.megabytes} MB"
        yield f"wrong: {len(self.wrong)}"
        yield from self.wrong


def _counted(found: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in found.most_common()) or "none"
