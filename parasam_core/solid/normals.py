"""Points and faces → Mesh: normals, and volumes to keep.

With N the sum, over the faces at a point p, of the cross products of two sides, N is along the
normal there. A body encloses Σ p·N / 18, which grows by Σ |N| / 6 for each mm that all its points
move along their normals (divergence theorem).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from parasam_core.mesh import Mesh

MOST_STEPS = 12
CLOSE = 1e-6
"""Share of a volume."""

TINY = np.float32(1e-30)
"""So that a point whose faces have no area gets no NaN."""


def mesh_of(points_mm: NDArray[np.float32], faces: NDArray[np.int32]) -> Mesh:
    """A mesh with its normals.

    Args:
        points_mm: (n, 3) float32, mm.
        faces: (m, 3) int32, closed, counter-clockwise from outside.
    """
    return Mesh(points_mm, faces, _normals(points_mm, faces)[0])


def mesh_enclosing(
    points_mm: NDArray[np.float32],
    faces: NDArray[np.int32],
    volumes_mm3: float | NDArray[np.float64],
    body: NDArray[np.int32] | None = None,
) -> Mesh:
    """A mesh whose bodies are moved along their normals until each encloses its volume.

    All points of a body move as far, which keeps bodies, hollows and rings where they are; Newton's
    method finds how far. Where that is much for the triangles, as on scraps of a few voxels, points
    stop on the way and the body is scaled about its middle.

    Args:
        points_mm: (n, 3) float32, mm.
        faces: (m, 3) int32, closed, counter-clockwise from outside.
        volumes_mm3: of the whole, or (bodies,) of each, mm³.
        body: (n,) number of the body of each point; all are one where None.
    """
    wanted = np.atleast_1d(np.asarray(volumes_mm3, np.float64))
    which = np.zeros(len(points_mm), np.int32) if body is None else body
    for _ in range(MOST_STEPS):
        normals, lengths = _normals(points_mm, faces)
        found = _enclosed_mm3(points_mm, normals, lengths, which)
        if (np.abs(wanted - found) <= CLOSE * wanted).all():
            return Mesh(points_mm, faces, normals)
        reach_mm = np.sqrt(lengths.mean() / 6) / 2  # about half the distance of neighbours
        grows = np.maximum(np.bincount(which, lengths), TINY) / 6
        along_mm = np.clip((wanted - found) / grows, -reach_mm, reach_mm)
        points_mm = points_mm + normals * along_mm.astype(np.float32)[which, None]
    return mesh_of(_scaled(points_mm, faces, wanted, which), faces)


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
    points: NDArray[np.float32],
    normals: NDArray[np.float32],
    lengths: NDArray[np.float32],
    which: NDArray[np.int32],
) -> NDArray[np.float64]:
    """(bodies,) mm³."""
    centred = points - points.mean(axis=0, dtype=np.float64)
    return np.bincount(which, np.einsum("ij,ij,i->i", centred, normals, lengths)) / 18


def _scaled(
    points: NDArray[np.float32],
    faces: NDArray[np.int32],
    wanted_mm3: NDArray[np.float64],
    which: NDArray[np.int32],
) -> NDArray[np.float32]:
    """Each body scaled about its middle; one that is turned inside out stays as it is."""
    found = _enclosed_mm3(points, *_normals(points, faces), which)
    factor = np.cbrt(np.divide(wanted_mm3, found, where=found > 0, out=np.ones_like(found)))
    count = np.bincount(which)
    middle = np.stack([np.bincount(which, axis) / count for axis in points.T], axis=1)[which]
    return np.asarray(middle + (points - middle) * factor[which, None], np.float32)
