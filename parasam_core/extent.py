"""How long a body is: diameters of points in space or in a plane."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull
from scipy.spatial.distance import pdist, squareform


def extent_mm(points_mm: NDArray[np.floating[Any]]) -> tuple[float, float, float]:
    """Length, width and height of a body.

    Length is the greatest distance of two points (maximum Feret diameter); width the greatest
    distance seen along the length; height the extent across length and width.

    Args:
        points_mm: (n, 3) points, mm, n >= 4 and not all in a plane.
    """
    points = np.asarray(points_mm, np.float64)
    length, along = longest(points[ConvexHull(points).vertices])
    flat = points @ across(along)
    width, wide = longest(flat[ConvexHull(flat).vertices])
    height = np.ptp(flat @ np.array([-wide[1], wide[0]]))
    return length, width, float(height)


def longest(corners: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """The greatest distance of two corners, and the unit vector along it.

    Args:
        corners: (m, n) points, m >= 2, in n dimensions.
    """
    far = _far_out(corners)
    distances = squareform(pdist(far))
    a, b = np.unravel_index(np.argmax(distances), distances.shape)
    length = float(distances[a, b])
    return length, (far[b] - far[a]) / length


def _far_out(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """The corners that can end the longest diameter.

    With r the distance from the centre, two corners are no further apart than the sum of their r;
    so one whose r is short of some known distance less the greatest r ends no longer one.
    """
    reach = np.linalg.norm(corners - corners.mean(axis=0), axis=1)
    known = np.linalg.norm(corners - corners[np.argmax(reach)], axis=1).max()
    return np.asarray(corners[reach >= known - reach.max() - 1e-9])


def across(along: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, n - 1) unit vectors at right angles to a direction of n numbers and to each other."""
    _, _, rows = np.linalg.svd(along[None, :])
    return np.asarray(rows[1:].T)
