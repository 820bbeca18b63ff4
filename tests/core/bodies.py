"""Bodies of known volume, and what somebody outlined of them."""

from __future__ import annotations

import numpy as np

from parasam_core.mask import MaskStack
from parasam_core.provenance import Provenance
from parasam_core.sequence import Sequence
from parasam_core.space import Space

SPACING = (0.076, 0.04718, 0.04718)


def ball(volume_mm3, stretch=(1, 1, 1), shift=(0, 0, 0)):
    """(z, y, x) bool, an ellipsoid's voxels, with empty ones around."""
    radius = np.cbrt(volume_mm3 * 3 / 4 / np.pi)
    stretch = np.divide(stretch, np.cbrt(np.prod(stretch)))
    counts = [int(2 * radius * t / s) + 9 for t, s in zip(stretch, SPACING, strict=True)]
    axes = [
        ((np.arange(n) - (n - 1) / 2 + d) * s / (radius * t)) ** 2
        for n, s, t, d in zip(counts, SPACING, stretch, shift, strict=True)
    ]
    return axes[0][:, None, None] + axes[1][:, None] + axes[2] < 1


def drawn(masks, frames):
    """What somebody outlined who looked at some frames only."""
    annotated = np.zeros(len(masks), bool)
    annotated[list(frames)] = True
    return MaskStack(
        masks & annotated[:, None, None], Space(masks.shape, SPACING), Provenance("x"), annotated
    )


def every(masks, step, first=0):
    """Every so many frames, and both end frames."""
    shown = np.flatnonzero(masks.any(axis=(1, 2)))
    return sorted({shown[0], *shown[first::step], shown[-1]})


def sequence_of(mask):
    """Frames that show tissue and, darker, what is outlined."""
    _, height, width = mask.masks.shape
    return Sequence(
        frames=np.where(mask.masks, 60, 150).astype(np.uint8), space=mask.space, subject="M1",
        timepoint="d0", full_frame_shape=(height, width), roi_xyxy=(0, 0, width, height),
        provenance=Provenance("x"),
    )  # fmt: skip


def mm_grid(half_mm):
    """z, y, x in mm around a body's middle, off the grid a little, with empty voxels around."""
    counts = [int(2 * h / s) + 9 for h, s in zip(half_mm, SPACING, strict=True)]
    return np.meshgrid(
        *[(np.arange(n) - (n - 1) / 2 + 0.3) * s for n, s in zip(counts, SPACING, strict=True)],
        indexing="ij", sparse=True,
    )  # fmt: skip


def torus(volume_mm3):
    """(z, y, x) bool, a ring 2.5 times as wide as it is thick, seen askew."""
    thin = np.cbrt(volume_mm3 / (2 * np.pi**2 * 2.5))
    z, y, x = mm_grid([3.5 * thin] * 3)
    tilted_z, tilted_y = 0.8 * z + 0.6 * y, 0.8 * y - 0.6 * z
    return (np.hypot(tilted_y, x) - 2.5 * thin) ** 2 + tilted_z**2 < thin**2


def lobed(volume_mm3):
    """(z, y, x) bool, a body with bumps."""
    radius = np.cbrt(volume_mm3 * 3 / 4 / np.pi)
    z, y, x = mm_grid([1.4 * radius] * 3)
    bumps = np.sin(2.5 * z / radius) * np.cos(2 * y / radius) + np.sin(3 * x / radius + 1)
    return z**2 + y**2 + x**2 < (radius * (1 + 0.15 * bumps)) ** 2


def two(volume_mm3):
    """(z, y, x) bool, two ellipsoids apart, one three times the other."""
    radius = np.cbrt(volume_mm3 * 0.75 * 3 / 4 / np.pi)
    small = radius / np.cbrt(3)
    z, y, x = mm_grid([1.3 * radius, radius, 2.2 * radius])
    left = z**2 / 1.44 + y**2 * 1.44 + (x + 1.1 * radius) ** 2 < radius**2
    return left | (z**2 + y**2 + (x - 1.1 * radius) ** 2 < small**2)
