"""Many judgements in a few numbers: mean, median, lowest tenth, and an interval of the mean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parasam_core.sam.compare.judge import Judgement

MEASURES = ("dice", "iou", "hd95_mm", "hd95_px", "nsd")
TIMES = 2000
WITHIN = (2.5, 97.5)


def summary(judgements: Sequence[Judgement]) -> dict[str, Any]:
    """The figures of one model.

    Returns:
        By measure: mean, median, p10 (p90 of distances, which are better the smaller), interval
        (95 % of the mean, subjects drawn with replacement) and n; all None where none has a value.
        `n` is of all, `subjects` how many there are.
    """
    found: dict[str, Any] = {m: _of_measure(judgements, m) for m in MEASURES}
    subjects = {j.subject for j in judgements}
    return {**found, "n": len(judgements), "subjects": len(subjects)}


def _of_measure(judgements: Sequence[Judgement], measure: str) -> dict[str, Any]:
    known = [(j.subject, getattr(j, measure)) for j in judgements]
    known = [(subject, value) for subject, value in known if value is not None]
    tail = "p90" if measure.startswith("hd95") else "p10"
    if not known:
        return {"mean": None, "median": None, tail: None, "interval": None, "n": 0}
    values = np.array([value for _, value in known], np.float64)
    low, high = _interval([subject for subject, _ in known], values)
    return {
        "mean": round(float(values.mean()), 4),
        "median": round(float(np.median(values)), 4),
        tail: round(float(np.percentile(values, int(tail[1:]))), 4),
        "interval": [round(low, 4), round(high, 4)],
        "n": len(values),
    }


def _interval(subjects: Sequence[str], values: NDArray[np.float64]) -> tuple[float, float]:
    """Of the mean, by the bootstrap over subjects: frames of one animal are no independent cases.

    Source: Efron and Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13.
    """
    names, group = np.unique(subjects, return_inverse=True)
    sums, counts = np.bincount(group, values), np.bincount(group)
    drawn = np.random.default_rng(0).integers(len(names), size=(TIMES, len(names)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.percentile(means, WITHIN)
    return float(low), float(high)
