"""Intraclass correlation of volumes: how much of their variance is between tumours.

Sources: Shrout & Fleiss, Psychol. Bull. 1979, for the values; McGraw & Wong, Psychol. Methods 1996,
cases 2A and 3A, for the intervals. Both are of single raters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import fdtri

Ends = tuple[float, float]
FEWEST_CASES = 3
WITHIN = (0.025, 0.975)
FEWEST_FREE = 0.5
"""Degrees of freedom below which the interval of absolute agreement says nothing."""


@dataclass(frozen=True)
class Icc:
    """How well raters agree over cases.

    Attributes:
        raters: who.
        n: cases that all of them have a volume of.
        icc_2_1: absolute agreement, raters being a sample of all; None where it has no value.
        icc_2_1_interval: its 95 % interval.
        icc_3_1: consistency, these raters alone; a constant bias between them does not lower it.
        icc_3_1_interval: its 95 % interval.
        reason: why one of them is None; "" where none is.
    """

    raters: tuple[str, ...]
    n: int
    icc_2_1: float | None = None
    icc_2_1_interval: Ends | None = None
    icc_3_1: float | None = None
    icc_3_1_interval: Ends | None = None
    reason: str = ""


@dataclass(frozen=True)
class _Squares:
    """Mean squares of a two-way analysis of variance without repeats."""

    cases: float
    raters: float
    rest: float
    n: int
    k: int


def icc(raters: tuple[str, ...], volumes: ArrayLike) -> Icc:
    """ICC(2,1) and ICC(3,1).

    Args:
        raters: names, two or more.
        volumes: (n, k) of n cases by k raters; any unit.
    """
    table = np.asarray(volumes, np.float64).reshape(-1, len(raters))
    n = len(table)
    if n < FEWEST_CASES or len(raters) < 2:
        return Icc(raters, n, reason=_too_few(n, len(raters)))
    squares = _squares(table)
    if squares.cases == squares.rest == 0:
        return Icc(raters, n, reason="all cases have the same volume, so no variance is between")
    absolute, consistent = _absolute(squares), _consistent(squares)
    ends = _ends_of_absolute(squares, absolute)
    reason = "" if ends else "raters differ too much for an interval of absolute agreement"
    return Icc(raters, n, absolute, ends, consistent, _ends_of_consistent(squares), reason)


def _too_few(n: int, k: int) -> str:
    have = "1 case has" if n == 1 else f"{n} cases have"
    whose = "both raters" if k == 2 else f"all {k} raters"
    return f"{have} a volume of {whose}; {FEWEST_CASES} or more give an ICC"


def _squares(table: np.ndarray) -> _Squares:
    n, k = table.shape
    by_case, by_rater, mean = table.mean(axis=1), table.mean(axis=0), table.mean()
    rest = table - by_case[:, None] - by_rater + mean
    return _Squares(
        cases=float(k * np.square(by_case - mean).sum() / (n - 1)),
        raters=float(n * np.square(by_rater - mean).sum() / (k - 1)),
        rest=float(np.square(rest).sum() / ((n - 1) * (k - 1))),
        n=n,
        k=k,
    )


def _absolute(s: _Squares) -> float:
    """(MSR - MSE) / (MSR + (k - 1) MSE + k (MSC - MSE) / n)."""
    spread = s.cases + (s.k - 1) * s.rest + s.k * (s.raters - s.rest) / s.n
    return (s.cases - s.rest) / spread


def _consistent(s: _Squares) -> float:
    """(MSR - MSE) / (MSR + (k - 1) MSE)."""
    return (s.cases - s.rest) / (s.cases + (s.k - 1) * s.rest)


def _ends_of_consistent(s: _Squares) -> Ends:
    low, high = fdtri((s.n - 1) * (s.k - 1), s.n - 1, WITHIN)
    return (
        float((low * s.cases - s.rest) / (low * s.cases + (s.k - 1) * s.rest)),
        float((high * s.cases - s.rest) / (high * s.cases + (s.k - 1) * s.rest)),
    )


def _ends_of_absolute(s: _Squares, rho: float) -> Ends | None:
    """By Satterthwaite's degrees of freedom, all multiplied by MSE² so that it may be 0."""
    if s.rest == s.raters == 0:
        return 1.0, 1.0
    n, k = s.n, s.k
    own = (n * (1 + (k - 1) * rho) - k * rho) * s.rest
    other = k * rho * s.raters
    below = (n - 1) * other**2 + own**2
    free = (k - 1) * (n - 1) * (other + own) ** 2 / below if below else 0.0
    if free < FEWEST_FREE:
        return None
    noise = k * s.raters + (k * n - k - n) * s.rest
    low, high = fdtri(free, n - 1, WITHIN)
    return (
        float(n * (low * s.cases - s.rest) / (noise + n * low * s.cases)),
        float(n * (high * s.cases - s.rest) / (noise + n * high * s.cases)),
    )
