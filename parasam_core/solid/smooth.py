"""Points and faces → Mesh: Taubin's filter, normals, and a volume to keep.

Knows nothing about voxels.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csc_array

from parasam_core.mesh import Mesh

LAMBDA = 0.5
MU = -0.53
MOST_STEPS = 4
CLOSE = 1e-6
"""Share of a volume."""

TINY = np.float32(1e-30)
"""So that a point whose faces have no area gets no NaN."""


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


def mesh_of(
    points_mm: NDArray[np.float32], faces: NDArray[np.int32], volume_mm3: float | None = None
) -> Mesh:
    """A mesh with its normals, and with a volume if one is given.

    To enclose it, all points move by the same distance along their normals, which keeps several
    bodies, holes and rings where they are. With N the sum of the cross products of two sides of
    the faces at a point p, the volume is Σ p·N / 18, and grows by Σ |N| / 6 a mm of that distance
    (divergence theorem); Newton's method finds it. Where it is far for the triangles, as on scraps
    of a few voxels, points stop on the way, and the mesh is scaled about its middle.

    Args:
        points_mm: (n, 3) float32, mm.
        faces: (m, 3) int32, closed, counter-clockwise from outside.
        volume_mm3: what to enclose, mm³; what it is where None.
    """
    normals, lengths = _normals(points_mm, faces)
    if volume_mm3 is None:
        return Mesh(points_mm, faces, normals)
    # a point has a sixth of |N| around it: this is about half the distance of neighbours
    reach_mm = np.sqrt(lengths.mean() / 6) / 2
    for _ in range(MOST_STEPS):
        missing = volume_mm3 - _enclosed_mm3(points_mm, normals, lengths)
        if abs(missing) <= CLOSE * volume_mm3:
            return Mesh(points_mm, faces, normals)
        along_mm = np.clip(6 * missing / lengths.sum(), -reach_mm, reach_mm)
        points_mm = points_mm + normals * np.float32(along_mm)
        normals, lengths = _normals(points_mm, faces)
    found = _enclosed_mm3(points_mm, normals, lengths)
    return Mesh(_scaled(points_mm, np.cbrt(volume_mm3 / found)), faces, normals)


def _scaled(points: NDArray[np.float32], factor: float) -> NDArray[np.float32]:
    middle = points.mean(axis=0)
    return np.asarray(middle + (points - middle) * np.float32(factor))


def _normals(
    points: NDArray[np.float32], faces: NDArray[np.int32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(n, 3) unit vectors along each point's N, and (n,) the length of that."""
    a, b, c = (points.take(corner, axis=0) for corner in faces.T)
    b -= a
    c -= a
    crosses = np.cross(b, c)
    starts = np.arange(0, faces.size + 1, 3, dtype=np.int32)
    corners = (np.ones(faces.size, np.float32), faces.ravel(), starts)
    total = csc_array(corners, shape=(len(points), len(faces))) @ crosses
    lengths = np.sqrt(np.einsum("ij,ij->i", total, total))
    return total / np.maximum(lengths, TINY)[:, None], lengths


def _enclosed_mm3(
    points: NDArray[np.float32], normals: NDArray[np.float32], lengths: NDArray[np.float32]
) -> float:
    centred = points - points.mean(axis=0, dtype=np.float64)
    return float(np.einsum("ij,ij,i->", centred, normals, lengths)) / 18
