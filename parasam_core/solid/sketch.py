"""Volume → a coarse Mesh at once, to be shown until the fine one is made."""

from __future__ import annotations

from collections.abc import Sequence as Items
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parasam_core.errors import EmptyMaskError
from parasam_core.mesh import Mesh
from parasam_core.solid.blur import occupied
from parasam_core.solid.surface import surface
from parasam_core.space import Space
from parasam_core.volume import Volume

CELLS_ACROSS = 18
"""So many cells are as long as the cube root of the volume: about 5,000 triangles."""

LEAST_SAVED = 4
"""Voxels in a cell; with fewer, the fine surface is made nearly as soon."""


def sketch(volume: Volume) -> Mesh | None:
    """The surface of a volume taken in larger cells: closed, smooth, of the same volume.

    Returns:
        None where there are too few voxels to save any work, or where no cell is half full.
    """
    sides = _sides(volume)
    if np.prod(sides) < LEAST_SAVED:
        return None
    try:
        return surface(coarsened(volume, sides))
    except EmptyMaskError:
        return None


def coarsened(volume: Volume, sides: tuple[int, int, int]) -> Volume:
    """The volume in cells of so many (z, y, x) voxels, cut out; the last cells may reach beyond.

    The cells lie where they lie whatever is in them, so that a small change moves few points.

    Raises:
        EmptyMaskError: nothing reaches half occupancy.
    """
    box = occupied(volume)
    start = [part.start // side * side for part, side in zip(box, sides, strict=True)]
    part: NDArray[Any] = volume.occupancy[
        tuple(slice(a, b.stop) for a, b in zip(start, box, strict=True))
    ]
    if part.dtype == np.bool_:
        part = part.view(np.uint8)  # which adds up faster
    for axis, side in enumerate(sides):
        part = _summed(part, axis, side)
    filled = np.asarray(part / np.float32(np.prod(sides)), np.float32)
    return Volume(filled, _cells(volume.space, start, sides, part.shape))


def _sides(volume: Volume) -> tuple[int, int, int]:
    cell_mm = float(np.cbrt(volume.volume_mm3)) / CELLS_ACROSS
    z, y, x = (max(1, round(cell_mm / step)) for step in volume.space.spacing_mm)
    return z, y, x


def _summed(block: NDArray[Any], axis: int, side: int) -> NDArray[np.float32]:
    """Sums of so many neighbours along an axis."""
    cells = -(-block.shape[axis] // side)
    shape = list(block.shape)
    shape[axis] = cells
    sums = np.zeros(shape, np.float32)
    for start in range(side):
        some = block[(slice(None),) * axis + (slice(start, None, side),)]
        sums[(slice(None),) * axis + (slice(some.shape[axis]),)] += some
    return sums


def _cells(space: Space, start: Items[int], sides: Items[int], shape: tuple[int, ...]) -> Space:
    """The grid of cells: the first begins at a voxel."""
    z, y, x = (s * side for s, side in zip(space.spacing_mm, sides, strict=True))
    first = [a + (side - 1) / 2 for a, side in zip(start, sides, strict=True)]
    at_x, at_y, at_z = space.mm_from_index(first).tolist()
    return Space((shape[0], shape[1], shape[2]), (z, y, x), (at_z, at_y, at_x))
