"""Voxels of any type → what footage holds: uint8, or uint16 whose unused bits are dropped later."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from parasam_core.errors import CaptureError

AS_STORED = "as stored"
TOP = 255


def grey_levels(voxels: NDArray[Any], name: str) -> tuple[NDArray[Any], str]:
    """Levels, and by which rule.

    Whole numbers from 0 to 65535 stay as they are; anything else is scaled so that its least value
    becomes 0 and its greatest 255.

    Args:
        voxels: (z, y, x) of any real type.
        name: how a message calls them.

    Returns:
        (z, y, x) uint8 or uint16, and the rule for the provenance.

    Raises:
        CaptureError: a voxel is not finite.
    """
    least, most = float(voxels.min()), float(voxels.max())
    if not np.isfinite(most - least):
        raise CaptureError(f"expected finite voxels in {name}, got NaN or infinity")
    if voxels.dtype.kind in "ui" and least >= 0 and most < 1 << 16:
        kept = np.uint8 if most <= TOP else np.uint16
        return voxels.astype(kept), AS_STORED
    levels = np.empty(voxels.shape, np.uint8)
    span = (most - least) or 1.0
    for frame, stored in zip(levels, voxels, strict=True):
        frame[:] = np.rint((stored.astype(np.float64) - least) * (TOP / span))
    return levels, f"{least!r} to {most!r} scaled to 0 to {TOP}"


def few_values(voxels: NDArray[Any], most: int) -> set[int] | None:
    """All values, where they are whole numbers >= 0 and at most `most` of them; None otherwise."""
    found: set[float] = set()
    for frame in voxels:
        found.update(np.unique(frame).tolist())
        if len(found) > most or any(not v >= 0 or v != v // 1 for v in found):
            return None
    return {int(v) for v in found}
