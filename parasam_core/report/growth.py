"""How fast a tumour grows: one exponential through its volumes."""

from __future__ import annotations

import math
from collections.abc import Sequence as Items
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Growth:
    """What the volumes of one subject and one rater say.

    Attributes:
        subject: whose tumour.
        rater: who or what measured: a label, or an external method.
        days: when, from the earliest; None where the timepoints do not say.
        volumes_mm3: at those times.
        rate_per_day: specific growth rate, (ln V₂ − ln V₁) / (t₂ − t₁), by least squares over all
            times (Mehrara et al., Cancer Res. 2007); None with a `reason`.
        doubling_days: ln 2 / rate; None where it does not grow.
        reason: why there is no rate, or no doubling time; "" where there are both.
    """

    subject: str
    rater: str
    days: tuple[float, ...] | None
    volumes_mm3: tuple[float, ...]
    rate_per_day: float | None
    doubling_days: float | None
    reason: str


def growth(
    subject: str, rater: str, days: Items[float] | None, volumes_mm3: Items[float]
) -> Growth:
    """The growth of one tumour.

    Args:
        subject: whose.
        rater: who measured.
        days: of each volume; None where nobody knows.
        volumes_mm3: of the tumour, mm³.
    """
    rate, reason = _rate(days, volumes_mm3)
    doubling = math.log(2) / rate if rate is not None and rate > 0 else None
    if rate is not None and doubling is None:
        reason = "it does not grow"
    return Growth(subject, rater, None if days is None else tuple(days), tuple(volumes_mm3), rate,
                  doubling, reason)  # fmt: skip


def _rate(days: Items[float] | None, volumes_mm3: Items[float]) -> tuple[float | None, str]:
    if days is None:
        return None, "timepoints that are neither days nor dates alone"
    if len(set(days)) < 2:
        return None, "only one timepoint"
    if min(volumes_mm3) <= 0:
        return None, "a volume of 0, which no exponential meets"
    return float(np.polyfit(days, np.log(volumes_mm3), 1)[0]), ""
