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
