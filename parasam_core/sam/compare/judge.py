"""One mask against the truth.

Dice and IoU on pixels; HD95 and NSD on the masks' edges, by MONAI. NSD is the share of both edges
that lies within a tolerance of the other (Nikolov et al., 2021).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from parasam_core.sam.examples import PairYX

TOLERANCE_MM = 0.1
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
    both, either = int((found & true).sum()), int((found | true).sum())
    if either == 0:
        return Agreement(1.0, 1.0, 0.0 if spacing_mm else None, 0.0, 1.0)
    dice, iou = 2 * both / (both + either), both / either
    if not found.any() or not true.any():
        return Agreement(dice, iou, None, None, 0.0)
    far_px = _hd95(found, true, (1.0, 1.0))
    far_mm = _hd95(found, true, spacing_mm) if spacing_mm else None
    return Agreement(dice, iou, far_mm, far_px, _nsd(found, true, spacing_mm))


def _hd95(found: NDArray[np.bool_], true: NDArray[np.bool_], spacing: PairYX) -> float:
    with warnings.catch_warnings():  # MONAI warns of its own deprecated argument
        warnings.simplefilter("ignore")
        from monai.metrics.hausdorff_distance import compute_hausdorff_distance

        far = compute_hausdorff_distance(
            _batch(found), _batch(true), include_background=True, percentile=95, spacing=[*spacing]
        )
    return float(far[0, 0])


def _nsd(found: NDArray[np.bool_], true: NDArray[np.bool_], spacing_mm: PairYX | None) -> float:
    tolerance = TOLERANCE_MM if spacing_mm else TOLERANCE_PX
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from monai.metrics.surface_dice import compute_surface_dice

        share = compute_surface_dice(
            _batch(found), _batch(true), [tolerance], include_background=True,
            spacing=[*(spacing_mm or (1.0, 1.0))],
        )  # fmt: skip
    return float(share[0, 0])


def _batch(mask: NDArray[np.bool_]) -> torch.Tensor:
    return torch.from_numpy(mask.astype(np.float32))[None, None]
