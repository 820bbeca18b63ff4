"""Sections: what each frame shows of a tumour, in mm."""

from __future__ import annotations

from collections.abc import Sequence as Items
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull

from parasam_core.extent import across, longest
from parasam_core.mask import MaskStack
from parasam_core.volume import Volume


@dataclass(frozen=True)
class Section:
    """One frame with tumour.

    Attributes:
        frame: which.
        z_mm: where its middle lies, mm.
        outlined: whether somebody or something looked at it; else it was drawn from others.
        area_mm2: of the tumour in it, mm².
        longest_mm: longest diameter (RECIST 1.1, Eisenhauer et al. 2009), over all pieces, mm.
        across_mm: extent at right angles to that, mm.
    """

    frame: int
    z_mm: float
    outlined: bool
    area_mm2: float
    longest_mm: float
    across_mm: float


def sections(mask: MaskStack, volume: Volume) -> list[Section]:
    """Every frame with tumour, in order.

    Args:
        mask: what was outlined.
        volume: what was made of it.
    """
    step_mm, *pixel_mm = volume.space.spacing_mm
    origin_mm = volume.space.origin_mm[0]
    solid = volume.solid
    found = []
    for z in np.flatnonzero(solid.any(axis=(1, 2))):
        length, width = diameters_mm(solid[z], (pixel_mm[0], pixel_mm[1]))
        area = float(volume.occupancy[z].sum(dtype=np.float64)) * pixel_mm[0] * pixel_mm[1]
        found.append(
            Section(int(z), origin_mm + float(z) * step_mm, bool(mask.annotated[z]), area, length,
                    width)
        )  # fmt: skip
    return found


def diameters_mm(mask: NDArray[np.bool_], pixel_mm: tuple[float, float]) -> tuple[float, float]:
    """Longest diameter of a (y, x) mask and the extent across it, pixels' corners included, mm."""
    rows = np.flatnonzero(mask.any(axis=1))
    first = mask[rows].argmax(axis=1)
    last = mask.shape[1] - 1 - mask[rows, ::-1].argmax(axis=1)
    corners = [
        np.stack([rows + y, columns + x], axis=1)
        for columns, x in ((first, -0.5), (last, 0.5))
        for y in (-0.5, 0.5)
    ]
    points = np.concatenate(corners) * pixel_mm
    hull = points[ConvexHull(points).vertices]
    length, along = longest(hull)
    return length, float(np.ptp(hull @ across(along)))


def cavalieri_mm3(found: Items[Section], step_mm: float) -> float:
    """Area times distance of the outlined sections (Gundersen & Jensen, J. Microsc. 1987), mm³.

    Each section stands for half the way to its neighbours, the outermost for half a frame beyond.
    """
    drawn = [s for s in found if s.outlined]
    areas = [s.area_mm2 for s in drawn]
    between = float(np.trapezoid(areas, [s.z_mm for s in drawn]))
    return between + (areas[0] + areas[-1]) / 2 * step_mm
