"""How long a body is: diameters of points in space or in a plane, and the smallest box."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.spatial import ConvexHull
from scipy.spatial.distance import pdist, squareform
from scipy.spatial.transform import Rotation

TURNS = 4_000
BEST = 4
DIRECTIONS = 400
FIRST_STEP = 0.1
"""Of the search for a box, radians."""

Point = tuple[float, float, float]


def corners_of(points_mm: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """(m, 3) those of (n, 3) points that are corners of their convex hull; all that sizes need."""
    points = np.asarray(points_mm, np.float64)
    return np.asarray(points[ConvexHull(points).vertices])


@dataclass(frozen=True)
class Diameter:
    """How far a body reaches along one direction.

    Attributes:
        feet_mm: two points (x, y, z) of the body, between which it is measured: where the jaws of
            a caliper would touch.
        ends_mm: (x, y, z) of a line along the direction, as long as it and midway of the feet. The
            length's ends are its feet; those of width and height may lie aside of theirs.
    """

    feet_mm: tuple[Point, Point]
    ends_mm: tuple[Point, Point]

    @property
    def length_mm(self) -> float:
        """How long it is."""
        return math.dist(*self.ends_mm)


def extent_mm(points_mm: NDArray[np.floating[Any]]) -> tuple[float, float, float]:
    """Length, width and height of a body, see `diameters`.

    Args:
        points_mm: (n, 3) points, mm, n >= 4 and not all in a plane; `corners_of` them are enough.
    """
    length, width, height = (diameter.length_mm for diameter in diameters(points_mm))
    return length, width, height


def diameters(points_mm: NDArray[np.floating[Any]]) -> tuple[Diameter, Diameter, Diameter]:
    """Where length, width and height of a body are.

    Length is the greatest distance of two points (maximum Feret diameter); width the greatest
    distance seen along the length; height the extent across length and width.

    Args:
        points_mm: (n, 3) points, mm, n >= 4 and not all in a plane; `corners_of` them are enough.
    """
    points = np.asarray(points_mm, np.float64)
    far = _farthest(points)
    flat_from_mm = across(_direction(points, far))
    flat = points @ flat_from_mm
    rim = ConvexHull(flat).vertices
    wide = rim[list(_farthest(flat[rim]))]
    width = _direction(flat, wide)
    height = flat @ np.array([-width[1], width[0]])
    high = np.array([height.argmin(), height.argmax()])
    turned = flat_from_mm @ np.array([-width[1], width[0]])
    return (
        _diameter(points[list(far)], _direction(points, far)),
        _diameter(points[wide], flat_from_mm @ width),
        _diameter(points[high], turned),
    )


def _diameter(feet_mm: NDArray[np.float64], direction: NDArray[np.float64]) -> Diameter:
    """Of (2, 3) feet, along a unit vector."""
    half = direction * float((feet_mm[1] - feet_mm[0]) @ direction) / 2
    middle = feet_mm.mean(axis=0)
    return Diameter(
        (_point(feet_mm[0]), _point(feet_mm[1])), (_point(middle - half), _point(middle + half))
    )


def _point(xyz: NDArray[np.float64]) -> Point:
    x, y, z = (float(v) for v in xyz)
    return x, y, z


def box_mm(points_mm: NDArray[np.floating[Any]]) -> tuple[float, float, float]:
    """Length, width and height of the smallest box around a body, turned as it may be.

    It need not lie flush with a face of the convex hull (O'Rourke, Int. J. Comput. Inf. Sci. 14,
    1985), so turns are searched for: from the principal axes, and from the best of many by the
    corners that reach far out, each improved by the simplex method (Nelder & Mead 1965). The box
    encloses the body; that none is smaller by more than a thousandth is tested, not proved.

    Args:
        points_mm: (n, 3) points, mm, n >= 4 and not all in a plane; `corners_of` them are enough.

    Returns:
        The three sides, mm, longest first.
    """
    corners = np.ascontiguousarray(np.asarray(points_mm, np.float64).T)
    corners -= corners.mean(axis=1, keepdims=True)
    some = _in_many_directions(corners)
    turns = Rotation.random(TURNS, rng=0).as_matrix()
    order = np.argsort(np.prod(np.ptp(turns @ some, axis=2), axis=1))
    coarse = min((_improved(some, turns[i]) for i in order[:BEST]), key=lambda found: found[0])
    principal = np.linalg.svd(corners, full_matrices=False)[0].T
    starts = (principal, coarse[1])
    _, turn = min((_improved(corners, start) for start in starts), key=lambda found: found[0])
    height, width, length = np.sort(np.ptp(turn @ corners, axis=1))
    return float(length), float(width), float(height)


def _in_many_directions(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Those of (3, n) corners that reach furthest in some fixed directions."""
    reach = np.random.default_rng(0).standard_normal((DIRECTIONS, 3)) @ corners
    furthest = np.concatenate([reach.argmax(axis=1), reach.argmin(axis=1)])
    return np.ascontiguousarray(corners[:, np.unique(furthest)])


def _improved(
    corners: NDArray[np.float64], turn: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64]]:
    """Volume of the box, mm³, and the turn, after a search around one."""

    def turned(by: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(Rotation.from_rotvec(by).as_matrix() @ turn)

    def volume_mm3(by: NDArray[np.float64]) -> float:
        return float(np.prod(np.ptp(turned(by) @ corners, axis=1)))

    simplex = np.vstack([np.zeros(3), np.eye(3) * FIRST_STEP])
    close = {"xatol": 1e-4, "fatol": 1e-5 * volume_mm3(simplex[0]), "initial_simplex": simplex}
    found = minimize(volume_mm3, simplex[0], method="Nelder-Mead", options=close)
    return float(found.fun), turned(found.x)


def longest(corners: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """The greatest distance of two corners, and the unit vector along it.

    Args:
        corners: (m, n) points, m >= 2, in n dimensions.
    """
    far = _farthest(corners)
    return float(np.linalg.norm(corners[far[1]] - corners[far[0]])), _direction(corners, far)


def _direction(points: NDArray[np.float64], pair: Sequence[int]) -> NDArray[np.float64]:
    """The unit vector from one of the points to another."""
    way = points[pair[1]] - points[pair[0]]
    return np.asarray(way / np.linalg.norm(way))


def _farthest(corners: NDArray[np.float64]) -> tuple[int, int]:
    """Which two are farthest apart."""
    far = _far_out(corners)
    distances = squareform(pdist(corners[far]))
    a, b = np.unravel_index(np.argmax(distances), distances.shape)
    return int(far[a]), int(far[b])


def _far_out(corners: NDArray[np.float64]) -> NDArray[np.int64]:
    """Which corners can end the longest diameter.

    With r the distance from the centre, two corners are no further apart than the sum of their r;
    so one whose r is short of some known distance less the greatest r ends no longer one.
    """
    reach = np.linalg.norm(corners - corners.mean(axis=0), axis=1)
    known = np.linalg.norm(corners - corners[np.argmax(reach)], axis=1).max()
    return np.flatnonzero(reach >= known - reach.max() - 1e-9)


def across(along: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, n - 1) unit vectors at right angles to a direction of n numbers and to each other."""
    _, _, rows = np.linalg.svd(along[None, :])
    return np.asarray(rows[1:].T)
