"""Taubin's filter. Knows nothing about voxels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array

LAMBDA = 0.5
MU = -0.53


def taubin(
    points_mm: NDArray[np.float32], faces: NDArray[np.int32], iterations: int
) -> NDArray[np.float32]:
    """Points moved towards the mean of their neighbours and away from it, by turns (Taubin 1995).

    Args:
        points_mm: (n, 3) float32, mm.
        faces: (m, 3) int32; closed and wound the same way, so that each pair of neighbours is an
            edge once in each direction.
        iterations: how many moves, of both kinds together.
    """
    ends = (faces.ravel(), faces[:, [1, 2, 0]].ravel())
    mean = coo_array((np.ones(faces.size, np.float32), ends), shape=(len(points_mm),) * 2).tocsr()
    mean.data /= np.repeat(np.diff(mean.indptr), np.diff(mean.indptr))
    points = points_mm.copy()
    for i in range(iterations):
        move = mean @ points
        move -= points
        move *= np.float32(MU if i % 2 else LAMBDA)
        points += move
    return points
