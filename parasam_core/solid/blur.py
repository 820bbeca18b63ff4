"""A body cut out of its grid, and blurred: what a smooth surface is drawn around."""

from __future__ import annotations

from collections.abc import Sequence as Items

import cv2
import numpy as np
from numpy.typing import NDArray

from parasam_core.errors import EmptyMaskError
from parasam_core.volume import Volume

REACH = 3.0
"""How far the blur goes, in standard deviations."""

LOWEST_LEVEL = 0.05


def cropped(volume: Volume, margin_mm: float) -> tuple[NDArray[np.float32], NDArray[np.int_]]:
    """The occupied block with empty voxels around it.

    Returns:
        (z, y, x) float32 occupancy, and the (z, y, x) index of its first voxel, which may be
        negative.

    Raises:
        EmptyMaskError: nothing reaches half occupancy.
    """
    inside = occupied(volume)
    border = [int(np.ceil(margin_mm / s)) + 1 for s in volume.space.spacing_mm]
    sizes = [part.stop - part.start for part in inside]
    block = np.zeros([n + 2 * b for n, b in zip(sizes, border, strict=True)], np.float32)
    within = tuple(slice(b, b + n) for n, b in zip(sizes, border, strict=True))
    block[within] = volume.occupancy[inside]
    return block, np.array([part.start - b for part, b in zip(inside, border, strict=True)])


def blurred(block: NDArray[np.float32], sigma: Items[float]) -> NDArray[np.float32]:
    """A block blurred by a Gaussian.

    Args:
        block: (z, y, x) float32; what lies around it is empty.
        sigma: (z, y, x) standard deviation in voxels, > 0.
    """
    along_z, along_y, along_x = (_kernel(s) for s in sigma)
    planes = np.empty_like(block)
    for plane, out in zip(block, planes, strict=True):
        cv2.sepFilter2D(plane, -1, along_x, along_y, dst=out, borderType=cv2.BORDER_CONSTANT)
    flat = planes.reshape(len(planes), -1)
    one = np.ones(1, np.float32)
    done = cv2.sepFilter2D(flat, -1, one, along_z, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(done.reshape(block.shape), np.float32)


def level_of(block: NDArray[np.float32], voxels: float) -> float:
    """The level that so many voxels exceed, kept away from 0 and 1.

    It lies between two voxels' values where it can, so that no edge is cut at its very end.
    """
    low, high = LOWEST_LEVEL, 1 - LOWEST_LEVEL
    above = round(voxels) - int(np.count_nonzero(block >= high))
    band = np.append(block[(block > low) & (block < high)], np.float32(low))
    if above <= 0:
        return high
    if above >= len(band):
        return low
    return float(np.partition(band, [-above - 1, -above])[[-above - 1, -above]].mean())


def occupied(volume: Volume) -> tuple[slice, slice, slice]:
    """Where there is any tissue, the soft edge of a soft mask too."""
    if not volume.voxels:
        raise EmptyMaskError("expected a volume with at least one voxel, got an empty one")
    some = volume.occupancy.astype(np.bool_, copy=False)
    z = _extent(some.reshape(len(some), -1), 1)
    seen = np.asarray(some[z].any(axis=0))
    return z, _extent(seen, 1), _extent(seen, 0)


def _extent(some: NDArray[np.bool_], axis: int) -> slice:
    hit = np.asarray(some.any(axis=axis))
    return slice(int(hit.argmax()), len(hit) - int(hit[::-1].argmax()))


def _kernel(sigma: float) -> NDArray[np.float32]:
    reach = int(REACH * sigma + 0.5)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    return np.asarray(weights / weights.sum(), np.float32)
