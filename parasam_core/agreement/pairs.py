"""Two masks of one tumour, compared in every way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parasam_core.agreement.bland_altman import NO_PERCENT
from parasam_core.agreement.edges import edge_distances
from parasam_core.agreement.kappa import CHANCE_ALONE, cohen_kappa
from parasam_core.agreement.overlap import dice, iou
from parasam_core.space import Triple


@dataclass(frozen=True)
class Rated:
    """What one rater made of a case.

    Attributes:
        rater: the name.
        volume_mm3: on the rater's own grid, mm³.
        voxels: on the rater's own grid, of which at least half is tumour.
        mask: (z, y, x) bool, on the case's grid.
    """

    rater: str
    volume_mm3: float
    voxels: int
    mask: NDArray[np.bool_]


@dataclass(frozen=True)
class Pair:
    """How two raters agree about a case.

    Attributes:
        case: its name.
        a: the first rater.
        b: the second.
        dice: 2 |A ∩ B| / (|A| + |B|); 1 where both are empty.
        iou: |A ∩ B| / |A ∪ B|; 1 where both are empty.
        hd95_mm: see `EdgeDistances`; None where a mask is empty.
        assd_mm: see `EdgeDistances`; None where a mask is empty.
        nsd: see `EdgeDistances`; 0 where one mask is empty, 1 where both are.
        volume_difference_mm3: a - b, mm³.
        volume_difference_percent: of the mean of both; None where that is 0.
        cohen_kappa: over all voxels of the grid; None where all are the same to both.
        reason: why figures are None; "" where none is.
    """

    case: str
    a: str
    b: str
    dice: float
    iou: float
    hd95_mm: float | None
    assd_mm: float | None
    nsd: float
    volume_difference_mm3: float
    volume_difference_percent: float | None
    cohen_kappa: float | None
    reason: str


def compared(case: str, a: Rated, b: Rated, spacing_mm: Triple, tolerance_mm: float) -> Pair:
    """Compare two masks on one grid.

    Args:
        case: its name.
        a: the first.
        b: the second.
        spacing_mm: of the grid, (z, y, x).
        tolerance_mm: within which edges agree, for the NSD.
    """
    empty = [one.rater for one in (a, b) if not one.mask.any()]
    far = None if empty else edge_distances(a.mask, b.mask, spacing_mm)
    percent, kappa = percent_of_mean(a.volume_mm3, b.volume_mm3), _kappa(a.mask, b.mask)
    reasons = {
        f"{' and '.join(empty)} empty: no edges to measure between": bool(empty),
        NO_PERCENT: percent is None,
        CHANCE_ALONE: kappa is None,
    }
    return Pair(
        case=case,
        a=a.rater,
        b=b.rater,
        dice=dice(a.mask, b.mask),
        iou=iou(a.mask, b.mask),
        hd95_mm=far.hd95_mm if far else None,
        assd_mm=far.assd_mm if far else None,
        nsd=far.nsd(tolerance_mm) if far else float(len(empty) == 2),
        volume_difference_mm3=a.volume_mm3 - b.volume_mm3,
        volume_difference_percent=percent,
        cohen_kappa=kappa,
        reason="; ".join(reason for reason, holds in reasons.items() if holds),
    )


def percent_of_mean(a: float, b: float) -> float | None:
    """A - b in percent of their mean; None where that is 0."""
    return 200 * (a - b) / (a + b) if a + b else None


def votes(masks: Sequence[NDArray[np.bool_]]) -> NDArray[np.int64]:
    """(k + 1,) of how many voxels none, one, … all of k masks say tumour."""
    said = np.zeros(masks[0].shape, np.uint16)
    for mask in masks:
        said += mask
    return np.bincount(said.ravel(), minlength=len(masks) + 1)


def _kappa(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float | None:
    both, of_a, of_b = (int(np.count_nonzero(m)) for m in (a & b, a, b))
    return cohen_kappa(both, of_a - both, of_b - both, a.size - of_a - of_b + both)
