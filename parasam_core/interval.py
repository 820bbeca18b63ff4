"""How sure a volume is: an interval that holds the true one in 95 of 100 cases, and warnings.

Three things make a volume unsure, and their half widths add up as squares do:

sections   the tissue between outlines is drawn, not seen. On ellipsoids of 5 to 400 mm³ and lobed
           bodies of 5 and 40 mm³, every frame to every tenth outlined, the standard deviation fell
           with the third power of the number of sections: about 4 / n³ of the volume.
outline    a line is drawn on pixels: all of it may lie half a pixel too far out, or in.
model      where a model drew and said how sure it is of each frame, the share of tissue that it is
           not sure of.

What is not in it: another person's opinion of where the tumour ends, and a spacing that is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parasam_core.mask import MaskStack
from parasam_core.volume import Volume

SECTIONS_CONSTANT = 4.0
NORMAL_95 = 1.96
FEW_SECTIONS = 8
FEW_PIXELS = 20
WIDE = 0.15


@dataclass(frozen=True)
class Interval:
    """A volume's 95 % interval.

    Attributes:
        low_mm3: its lower end, mm³.
        high_mm3: its upper end, mm³.
        parts_mm3: half widths by cause: "sections", "outline", "model".
        warnings: why the volume should not be relied on; empty where nothing speaks against it.
    """

    low_mm3: float
    high_mm3: float
    parts_mm3: Mapping[str, float]
    warnings: tuple[str, ...]


def interval(mask: MaskStack, volume: Volume, surface_mm2: float) -> Interval:
    """The interval of a volume.

    Args:
        mask: what was outlined.
        volume: what was made of it.
        surface_mm2: of the body, mm².
    """
    found_mm3 = volume.volume_mm3
    sections = len(mask.outlined_frames)
    pixel_mm = float(np.mean(volume.space.spacing_mm[1:]))
    parts = {
        "sections": found_mm3 * min(1.0, NORMAL_95 * SECTIONS_CONSTANT / sections**3),
        "outline": surface_mm2 * pixel_mm / 2,
        "model": _unsure_mm3(mask),
    }
    half = float(np.sqrt(sum(part**2 for part in parts.values())))
    solid = volume.occupancy >= 0.5
    warnings = [*_truncated(solid), *_too_coarse(solid, sections)]
    if half > WIDE * found_mm3:
        warnings.append(f"the interval is ±{half / found_mm3:.0%} of the volume")
    return Interval(max(0.0, found_mm3 - half), found_mm3 + half, parts, tuple(warnings))


def _unsure_mm3(mask: MaskStack) -> float:
    """Tissue on frames that a model drew, each times what is missing to full confidence."""
    sure = mask.provenance.details.get("confidence")
    if not isinstance(sure, Mapping):
        return 0.0
    unsure = sum(
        (1 - float(confidence)) * int(mask.masks[int(z)].sum()) for z, confidence in sure.items()
    )
    return float(unsure * mask.space.voxel_mm3)


def _truncated(solid: NDArray[np.bool_]) -> list[str]:
    sides = {
        "first frame": solid[0], "last frame": solid[-1], "upper edge": solid[:, 0],
        "lower edge": solid[:, -1], "left edge": solid[:, :, 0], "right edge": solid[:, :, -1],
    }  # fmt: skip
    touched = [name for name, side in sides.items() if side.any()]
    if not touched:
        return []
    return [
        f"the tumour touches the {', the '.join(touched)}: what lies beyond is not in the volume"
    ]


def _too_coarse(solid: NDArray[np.bool_], sections: int) -> list[str]:
    warnings = []
    if sections < FEW_SECTIONS:
        warnings.append(
            f"only {sections} sections were outlined; {FEW_SECTIONS} or more give a reliable volume"
        )
    across = min(int(solid.any(axis=axes).sum()) for axes in ((0, 1), (0, 2)))
    if across < FEW_PIXELS:
        warnings.append(f"the tumour is only {across} pixels across; half a pixel weighs much")
    return warnings
