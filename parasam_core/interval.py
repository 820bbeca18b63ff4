"""How sure a volume is: an interval that holds the true one in 95 of 100 cases, and warnings.

Four things make a volume unsure, and their half widths add up as squares do:

sections   the tissue between outlines is drawn, not seen. On ellipsoids of 5 to 400 mm³ and lobed
           bodies of 5 and 40 mm³, every frame to every tenth outlined, the standard deviation fell
           with the third power of the number of sections: about 4 / n³ of the volume.
outline    a line is drawn on pixels: all of it may lie half a pixel too far out, or in.
ends       what was rounded off beyond the outlines (`fill`'s caps): all of it may be missing, or as
           much again. On single bodies with up to a quarter of their frames left out at either end,
           a cap was a tenth of itself off for ellipsoids, a fifth for lobed ones; on rings and two
           bodies, of which nothing beyond is known, by more than itself.
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
        parts_mm3: half widths by cause: "sections", "outline", "ends", "model".
        extrapolated_mm3: of the volume, what lies beyond the outermost outlines, mm³.
        warnings: why the volume should not be relied on; empty where nothing speaks against it.
    """

    low_mm3: float
    high_mm3: float
    parts_mm3: Mapping[str, float]
    extrapolated_mm3: float
    warnings: tuple[str, ...]


def interval(mask: MaskStack, volume: Volume, surface_mm2: float) -> Interval:
    """The interval of a volume.

    Args:
        mask: what was outlined.
        volume: what was made of it.
        surface_mm2: of the body, mm².
    """
    found_mm3 = volume.volume_mm3
    sections, beyond_mm3 = len(mask.outlined_frames), _beyond_mm3(mask, volume)
    pixel_mm = float(np.mean(volume.space.spacing_mm[1:]))
    parts = {
        "sections": found_mm3 * min(1.0, NORMAL_95 * SECTIONS_CONSTANT / sections**3),
        "outline": surface_mm2 * pixel_mm / 2,
        "ends": beyond_mm3,
        "model": _unsure_mm3(mask),
    }
    half = float(np.sqrt(sum(part**2 for part in parts.values())))
    solid = volume.solid
    doubts = [volume.space.doubt] if volume.space.doubt else []
    warnings = [*doubts, *_truncated(solid), *_too_coarse(solid, sections)]
    if beyond_mm3 > 0:
        warnings.append(
            f"{beyond_mm3:.2f} mm³ ({beyond_mm3 / found_mm3:.1%} of the volume) lie beyond the "
            "outlines, rounded off to where the tumour seems to end"
        )
    if half > WIDE * found_mm3:
        warnings.append(f"the interval is ±{half / found_mm3:.0%} of the volume")
    low_mm3, high_mm3 = max(0.0, found_mm3 - half), found_mm3 + half
    return Interval(low_mm3, high_mm3, parts, beyond_mm3, tuple(warnings))


def _beyond_mm3(mask: MaskStack, volume: Volume) -> float:
    """Tissue on frames before the first outlined one, and behind the last."""
    first, last = mask.outlined_frames[[0, -1]]
    outside = (volume.occupancy[:first], volume.occupancy[last + 1 :])
    held = sum(float(part.sum(dtype=np.float64)) for part in outside)
    return held * volume.space.voxel_mm3


def _unsure_mm3(mask: MaskStack) -> float:
    """Tissue on frames that a model drew, each times what is missing to full confidence."""
    unsure = sum((1 - sure) * int(mask.masks[z].sum()) for z, sure in mask.confidence.items())
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
