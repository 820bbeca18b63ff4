"""Marching cubes (Lorensen & Cline 1987) by whole arrays: where a field passes through a level.

All voxels cost a few bytes' work each; only cells that the surface cuts are looked at further.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from parasam_core.solid.cases import AXIS, CORNER, COUNT, CUT, MOST_TRIANGLES

Steps = tuple[int, int, int]


def isosurface(
    field: NDArray[np.float32], level: float
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """The closed surface around all that reaches a level.

    Args:
        field: (z, y, x) float32, C order; below the level on every side of the block.
        level: where the surface lies, linear between voxels.

    Returns:
        (n, 3) float32 points (z, y, x) in voxels, and (m, 3) int32 faces, counter-clockwise from
        outside in (x, y, z). Each edge joins two faces that are wound the same way.
    """
    steps = (1, field.shape[2], field.shape[1] * field.shape[2])
    codes = _codes(field >= level, steps)
    cells = np.flatnonzero(codes + np.uint8(1) > 1).astype(np.int32)
    codes = codes[cells]
    cut = CUT[codes]
    point = np.cumsum(cut.ravel(), dtype=np.int32) - np.int32(1)
    return _points(field, level, cells, cut, steps), _faces(cells, codes, point, steps, field.size)


def _codes(inside: NDArray[np.bool_], steps: Steps) -> NDArray[np.uint8]:
    """Which corners of each voxel's cell are inside, a bit each.

    The sides are empty, so a cell that runs on from the end of a row into the next is empty, too.
    """
    codes = inside.ravel().view(np.uint8).copy()
    shifted = np.empty_like(codes)
    for axis, step in enumerate(steps):
        # a product, since numpy shifts bytes one by one
        np.multiply(codes, np.uint8(1 << (1 << axis)), out=shifted)
        codes[:-step] |= shifted[step:]
    return codes


def _points(
    field: NDArray[np.float32],
    level: float,
    cells: NDArray[np.int32],
    cut: NDArray[np.bool_],
    steps: Steps,
) -> NDArray[np.float32]:
    """A point on each edge that is cut, by cell and then by axis."""
    which, axis = np.divmod(np.flatnonzero(cut.ravel()).astype(np.int32), np.int32(3))
    low = cells[which]
    values = field.ravel()
    below, above = values[low], values[low + np.array(steps, np.int32)[axis]]
    points = np.empty((len(low), 3), np.float32)
    points[:, 0], rest = np.divmod(low, np.int32(steps[2]))
    points[:, 1], points[:, 2] = np.divmod(rest, np.int32(steps[1]))
    points[np.arange(len(low)), 2 - axis] += (np.float32(level) - below) / (above - below)
    return points


def _faces(
    cells: NDArray[np.int32],
    codes: NDArray[np.uint8],
    point: NDArray[np.int32],
    steps: Steps,
    voxels: int,
) -> NDArray[np.int32]:
    """Triangles by cell, each corner the number of a point.

    An edge belongs to the cell whose corner 0 it starts from; `point` numbers those, 3 a cell.
    """
    first = np.empty(voxels, np.int32)
    first[cells] = np.arange(0, 3 * len(cells), 3, dtype=np.int32)
    count = COUNT[codes]
    # the row of the table: the case's first, and the triangle's number within the cell
    row = codes * np.int32(MOST_TRIANGLES) + count - np.cumsum(count, dtype=np.int32)
    row = np.repeat(row, count)
    row += np.arange(len(row), dtype=np.int32)
    ahead = np.array([sum(s for a, s in enumerate(steps) if c >> a & 1) for c in range(8)])
    owner = ahead.astype(np.int32)[CORNER].take(row, axis=0)
    owner += np.repeat(cells, count)[:, None]
    at = first.take(owner)
    at += AXIS.take(row, axis=0)
    return point.take(at)
