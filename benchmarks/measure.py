"""How two ways of doing the same work are compared: in turn, by the median of their ratios."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

_BOOTSTRAPS = 2000


@dataclass(frozen=True, slots=True)
class Ratio:
    """Ours divided by the other's: the median over the pairs and its 95 % interval."""

    median: float
    low: float
    high: float
    pairs: int
    ours_ms: float
    other_ms: float

    def within(self, aim: float) -> bool:
        """Whether the aim is met as far as the pairs can say: it is not below the interval."""
        return self.low <= aim


def compare(
    ours: Callable[[], object], other: Callable[[], object], *, pairs: int, repeat: int
) -> Ratio:
    """Run both `pairs` times in turn, `repeat` calls each time, the first to go changing.

    The machine may be shared: what disturbs one half of a pair most likely disturbs the other, so
    only ratios within a pair are used. The interval is a percentile bootstrap of the median.
    """
    for work in (ours, other):
        for _ in range(max(2, repeat // 2)):
            work()
    times: list[tuple[float, float]] = []
    for number in range(pairs):
        if number % 2:
            second = _timed(other, repeat)
            first = _timed(ours, repeat)
        else:
            first = _timed(ours, repeat)
            second = _timed(other, repeat)
        times.append((first, second))
    ratios = [first / second for first, second in times]
    low, high = _interval(ratios)
    return Ratio(
        statistics.median(ratios),
        low,
        high,
        pairs,
        statistics.median(first for first, _ in times) / repeat * 1000,
        statistics.median(second for _, second in times) / repeat * 1000,
    )


def _timed(work: Callable[[], object], repeat: int) -> float:
    started = time.perf_counter()
    for _ in range(repeat):
        work()
    return time.perf_counter() - started


def _interval(ratios: list[float]) -> tuple[float, float]:
    chance = random.Random(1)
    medians = sorted(
        statistics.median(chance.choices(ratios, k=len(ratios))) for _ in range(_BOOTSTRAPS)
    )
    return medians[int(0.025 * _BOOTSTRAPS)], medians[int(0.975 * _BOOTSTRAPS)]
