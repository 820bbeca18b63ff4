"""How much of two masks is the same, by counting pixels or voxels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def dice(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    """2 |A ∩ B| / (|A| + |B|) (Dice 1945); 1 where both are empty.

    Args:
        a: bool, of any shape.
        b: bool, of the same.
    """
    total = np.count_nonzero(a) + np.count_nonzero(b)
    return 2 * np.count_nonzero(a & b) / total if total else 1.0


def iou(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    """|A ∩ B| / |A ∪ B| (Jaccard 1901); arguments as of `dice`, 1 where both are empty."""
    both = np.count_nonzero(a & b)
    either = np.count_nonzero(a) + np.count_nonzero(b) - both
    return both / either if either else 1.0
