"""The rectangle of a map that holds the most.

Knows nothing about images.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from parasam_core.sequence import Box


def best_rectangle(gain: NDArray[np.float32]) -> Box:
    """The half-open rectangle (x0, y0, x1, y1) of the greatest sum; empty where none is > 0.

    Kadane's running minimum along x, for every pair of rows.

    Args:
        gain: (y, x), of either sign.
    """
    sums = np.pad(np.cumsum(gain, axis=0, dtype=np.float64), ((1, 0), (0, 0)))
    most, best = 0.0, (0, 0, 0, 0)
    for y0 in range(gain.shape[0]):
        bands = np.pad(np.cumsum(sums[y0 + 1 :] - sums[y0], axis=1), ((0, 0), (1, 0)))
        gains = bands - np.minimum.accumulate(bands, axis=1)
        band, x1 = np.unravel_index(gains.argmax(), gains.shape)
        if gains[band, x1] > most:
            most = float(gains[band, x1])
            x0 = bands[band, : x1 + 1].argmin()
            best = (int(x0), y0, int(x1), int(y0 + 1 + band))
    return best


def turned(box: Box, shape_yx: tuple[int, int], quarters: int) -> Box:
    """The box in a map that was turned anticlockwise, as `numpy.rot90` does.

    Args:
        box: (x0, y0, x1, y1) in the map before.
        shape_yx: of the map before.
        quarters: how many quarter turns.
    """
    height, width = shape_yx
    for _ in range(quarters % 4):
        x0, y0, x1, y1 = box
        box = y0, width - x1, y1, width - x0
        height, width = width, height
    return box
