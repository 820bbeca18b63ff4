"""One mask against the truth.

Dice and IoU on pixels; HD95 and NSD on the masks' edges. NSD is the share of both edges that lies
within a tolerance of the other (Nikolov et al., 2021).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parasam_core.agreement.edges import TOLERANCE_MM, edge_distances
from parasam_core.agreement.overlap import dice, iou
from parasam_core.sam.examples import PairYX

TOLERANCE_PX = 2.0
"""Where nobody knows how large a pixel is."""


@dataclass(frozen=True)
class Judgement:
    """What one model made of one example.

    Attributes:
        model: its name.
        example: its name.
        subject: whose image it is.
        prompt: "full" or "box".
        score: the IoU that the decoder expects.
        dice: 2 |A ∩ B| / (|A| + |B|); 1 where both are empty.
        iou: |A ∩ B| / |A ∪ B|; 1 where both are empty.
        hd95_mm: the distance within which 95 % of either edge lies; None where one mask is empty
            or the pixel's size is unknown.
        hd95_px: the same in pixels.
        nsd: 0 to 1, with a tolerance of `TOLERANCE_MM`, or of `TOLERANCE_PX` where the pixel's
            size is unknown.
        true_px: pixels of the truth.
        found_px: pixels of the mask.
    """

    model: str
    example: str
    subject: str
    prompt: str
    score: float
    dice: float
    iou: float
    hd95_mm: float | None
    hd95_px: float | None
    nsd: float
    true_px: int
    found_px: int


@dataclass(frozen=True)
class Agreement:
    """How well a mask agrees with the truth; fields as in `Judgement`."""

    dice: float
    iou: float
    hd95_mm: float | None
    hd95_px: float | None
    nsd: float


def agreement(
    found: NDArray[np.bool_], true: NDArray[np.bool_], spacing_mm: PairYX | None
) -> Agreement:
    """Compare two masks.

    Args:
        found: (y, x) bool.
        true: (y, x) bool.
        spacing_mm: (y, x) of their pixels; None where nobody said.
    """
    overlaps = dice(found, true), iou(found, true)
    if not found.any() and not true.any():
        return Agreement(*overlaps, 0.0 if spacing_mm else None, 0.0, 1.0)
    if not found.any() or not true.any():
        return Agreement(*overlaps, None, None, 0.0)
    in_px = edge_distances(found, true, (1.0, 1.0))
    if spacing_mm is None:
        return Agreement(*overlaps, None, in_px.hd95_mm, in_px.nsd(TOLERANCE_PX))
    in_mm = edge_distances(found, true, spacing_mm)
    return Agreement(*overlaps, in_mm.hd95_mm, in_px.hd95_mm, in_mm.nsd(TOLERANCE_MM))
