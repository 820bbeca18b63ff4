"""Volume → Mesh of its true voxels, as they were counted: nothing smoothed, nothing inside."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from parasam_core.mesh import Mesh
from parasam_core.solid.blur import cropped
from parasam_core.volume import Volume

FROM_ABOVE = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) / 2
"""Corners of a face across two axes, in voxels, counter-clockwise where the third points here."""


def blocks(volume: Volume) -> Mesh:
    """The faces between voxels that are at least half tumour and those that are not.

    It encloses the number of voxels times the volume of one. Shading is flat: each face has four
    points of its own with its normal, so that points at one place are not one. Joined by place,
    every edge has as many faces on it one way as the other: two, or four where two voxels touch
    along it and nowhere else.

    Returns:
        Two triangles a face, mm, counter-clockwise from outside.

    Raises:
        EmptyMaskError: nothing reaches half occupancy.
    """
    block, start = cropped(volume, 0.0)
    inside = block >= 0.5
    sides = [_side(inside, axis, way) for axis in range(3) for way in (-1, 1)]
    index = np.concatenate([corners for corners, _ in sides])
    points_mm = volume.space.mm_from_index(index + start).astype(np.float32)
    first = np.arange(0, len(points_mm), 4, dtype=np.int32)[:, None, None]
    faces = (first + np.array([(0, 1, 2), (0, 2, 3)], np.int32)).reshape(-1, 3)
    return Mesh(points_mm, faces, np.concatenate([normals for _, normals in sides]))


def _side(
    inside: NDArray[np.bool_], axis: int, way: int
) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
    """Points (z, y, x), in voxels, four a face, and normals of the faces that look one way.

    Args:
        inside: (z, y, x) bool, empty on every side.
        axis: along which they look: x (0), y or z.
        way: -1 or 1.
    """
    step = int(np.prod(inside.shape[3 - axis :])) * way
    seen = np.flatnonzero(inside.ravel() & ~np.roll(inside.ravel(), -step))
    corners = np.zeros((4, 3))
    corners[:, 2 - axis] = way / 2
    corners[:, [2 - (axis + 1) % 3, 2 - (axis + 2) % 3]] = FROM_ABOVE[::way]
    voxels = np.stack(np.unravel_index(seen, inside.shape), axis=1)
    normals = np.zeros((4 * len(seen), 3), np.float32)
    normals[:, axis] = way
    return (voxels[:, None] + corners).reshape(-1, 3), normals
