"""One timing and its baseline."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

MIB = 1 << 20


@dataclass(frozen=True)
class Row:
    """What took how long, against what.

    Attributes:
        name: what was timed.
        seconds: median.
        baseline: what it is held against.
        baseline_seconds: median, of the same run.
        note: anything else that was measured.
    """

    name: str
    seconds: float
    baseline: str
    baseline_seconds: float
    note: str = ""

    @property
    def ratio(self) -> float:
        return self.seconds / self.baseline_seconds

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "ratio": self.ratio}


def median_seconds(work: Callable[[], object], runs: int = 5) -> float:
    """Median over some runs after one to warm up."""
    work()
    return statistics.median(_seconds(work) for _ in range(runs))


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
