"""Bland and Altman's limits of agreement: how far two ways to measure a volume may differ.

Sources: Bland & Altman, Lancet 1986; the limits' standard error as in Bland & Altman, Stat. Methods
Med. Res. 1999. The cases are taken as independent; several timepoints of one animal are not quite.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from parasam_core.agreement.icc import Icc, icc

Ends = tuple[float, float]
FEWEST_CASES = 3
NORMAL_95 = 1.96
NO_PERCENT = "no percent of a mean volume of 0"


@dataclass(frozen=True)
class Limits:
    """Of differences a - b, in one unit.

    Attributes:
        bias: their mean.
        bias_interval: its 95 % interval, by Student's t.
        sd: their standard deviation.
        lower_limit: bias - 1.96 sd, the lower limit of agreement.
        lower_limit_interval: its 95 % interval.
        upper_limit: bias + 1.96 sd.
        upper_limit_interval: its 95 % interval.
    """

    bias: float | None = None
    bias_interval: Ends | None = None
    sd: float | None = None
    lower_limit: float | None = None
    lower_limit_interval: Ends | None = None
    upper_limit: float | None = None
    upper_limit_interval: Ends | None = None

    def as_json(self, unit: str) -> dict[str, Any]:
        """Its figures with the unit in their names."""
        return {f"{name}_{unit}": value for name, value in vars(self).items()}


@dataclass(frozen=True)
class BlandAltman:
    """Two raters over cases.

    Attributes:
        a: the first rater.
        b: the second, who is subtracted.
        a_mm3: (n,) volumes, mm³.
        b_mm3: (n,) volumes of the same cases, mm³.
        subjects: how many animals the cases are of.
        mm3: limits of a - b, mm³.
        percent: limits of a - b in percent of the mean of both.
        icc: of these two.
        reason: why figures are None, or limits are no wider than the bias; "" otherwise.
    """

    a: str
    b: str
    a_mm3: NDArray[np.float64]
    b_mm3: NDArray[np.float64]
    subjects: int
    mm3: Limits
    percent: Limits
    icc: Icc
    reason: str

    @property
    def n(self) -> int:
        """Cases that both have a volume of."""
        return len(self.a_mm3)

    def as_json(self) -> dict[str, Any]:
        """A dictionary that `json` writes as it is."""
        correlation = {k: v for k, v in vars(self.icc).items() if k.startswith("icc")}
        reasons = dict.fromkeys(r for r in (self.reason, self.icc.reason) if r)
        return {
            "a": self.a, "b": self.b, "n": self.n, "subjects": self.subjects,
            **self.mm3.as_json("mm3"), **self.percent.as_json("percent"), **correlation,
            "reason": "; ".join(reasons),
        }  # fmt: skip


def bland_altman(
    a: str, b: str, a_mm3: Sequence[float], b_mm3: Sequence[float], subjects: int
) -> BlandAltman:
    """Compare two raters' volumes of the same cases, one or more.

    Args:
        a: the first rater's name.
        b: the second's.
        a_mm3: (n,) volumes, mm³.
        b_mm3: (n,) volumes, mm³.
        subjects: how many animals they are of.
    """
    first, second = np.asarray(a_mm3, np.float64), np.asarray(b_mm3, np.float64)
    differences, means = first - second, (first + second) / 2
    known = bool((means > 0).all())
    percent = limits(100 * differences / means) if known else Limits()
    correlation = icc((a, b), np.stack([first, second], axis=1))
    reason = _reason(differences, known=known)
    return BlandAltman(
        a, b, first, second, subjects, limits(differences), percent, correlation, reason
    )


def limits(differences: NDArray[np.float64]) -> Limits:
    """Bias and limits of agreement; the bias alone where there are fewer than three."""
    n, bias = len(differences), float(differences.mean())
    if n < FEWEST_CASES:
        return Limits(bias=bias)
    sd = float(differences.std(ddof=1))
    student = float(stdtrit(n - 1, 0.975))
    of_bias = student * sd / np.sqrt(n)
    of_limit = student * sd * np.sqrt(1 / n + NORMAL_95**2 / (2 * (n - 1)))
    lower, upper = bias - NORMAL_95 * sd, bias + NORMAL_95 * sd
    return Limits(
        bias, _around(bias, of_bias), sd, lower, _around(lower, of_limit),
        upper, _around(upper, of_limit),
    )  # fmt: skip


def _around(middle: float, half: float) -> Ends:
    return float(middle - half), float(middle + half)


def _reason(differences: NDArray[np.float64], *, known: bool) -> str:
    found = []
    if len(differences) < FEWEST_CASES:
        cases = "1 case" if len(differences) == 1 else f"{len(differences)} cases"
        found.append(f"{cases}: {FEWEST_CASES} or more give limits of agreement")
    elif np.ptp(differences) == 0:
        found.append("all differences are the same, so that limits are no wider than the bias")
    if not known:
        found.append(NO_PERCENT)
    return "; ".join(found)
