"""Coarse: all grey levels of a scan, averaged to what is sent before most frames are."""

from __future__ import annotations

import hashlib
from functools import partial
from math import prod

import numpy as np
from numpy.typing import NDArray

from xr_server.protocol import VolumeData
from xr_server.scene import Item, Scene

MOST_BYTES = 1 << 20
LEAST_REDUCTION = 8  # a small scan comes at full resolution as frames soon enough
LONGEST_SIDE = 256  # of the 3D textures that every WebGL 2 takes

Steps = tuple[int, int, int]


def coarse_of(scene: Scene) -> Item:
    """A scene's volume; 35 ms for a sweep of 262 frames of 256 × 403."""
    sequence = scene.sequence
    step = step_for(sequence.space.shape, sequence.space.spacing_mm)
    averaged = block_means(sequence.frames, step)
    payload = averaged.tobytes()
    header = VolumeData(
        scan=scene.opened.scan,
        shape=list(averaged.shape),
        step=list(step),
        first=[(voxels - 1) / 2 for voxels in step],
        sha256=hashlib.sha256(payload).hexdigest(),
    )
    return Item(header, header.payload_bytes, partial(bytes, payload))


def step_for(shape: tuple[int, int, int], spacing_mm: tuple[float, float, float]) -> Steps:
    """How many voxels along (z, y, x) become one sample: blocks as near to cubes as can be.

    Args:
        shape: voxels along (z, y, x).
        spacing_mm: along (z, y, x), mm.
    """
    most = max(1, min(MOST_BYTES, prod(shape) // LEAST_REDUCTION))
    step = [-(-voxels // LONGEST_SIDE) for voxels in shape]
    while prod(samples := _blocks(shape, step)) > most:
        divisible = [axis for axis in range(3) if samples[axis] > 1]
        step[min(divisible, key=lambda axis: step[axis] * spacing_mm[axis])] += 1
    return step[0], step[1], step[2]


def block_means(frames: NDArray[np.uint8], step: Steps) -> NDArray[np.uint8]:
    """Means of blocks of voxels, to the nearest.

    Args:
        frames: (z, y, x) uint8.
        step: voxels of a block along (z, y, x); where the last one reaches beyond the scan, the
            scan's last voxels are taken again.
    """
    slabs = range(0, len(frames), step[0])  # a few frames at a time need little memory
    return np.concatenate([_slab_means(frames[z : z + step[0]], step) for z in slabs])


def _slab_means(slab: NDArray[np.uint8], step: Steps) -> NDArray[np.uint8]:
    count = prod(step)
    total = np.uint16 if 256 * count < 1 << 16 else np.uint64
    sums: NDArray[np.unsignedinteger] = slab
    for axis, voxels in enumerate(step):
        sums = _block_sums(sums, axis, voxels, total)
    return ((sums + total(count // 2)) // total(count)).astype(np.uint8)


def _block_sums(
    values: NDArray[np.unsignedinteger], axis: int, voxels: int, total: type[np.unsignedinteger]
) -> NDArray[np.unsignedinteger]:
    last = values.shape[axis] - 1
    starts = np.arange(0, last + 1, voxels)
    sums = values.take(starts, axis).astype(total)
    for k in range(1, voxels):
        sums += values.take(np.minimum(starts + k, last), axis)
    return sums


def _blocks(shape: tuple[int, int, int], step: list[int]) -> list[int]:
    return [-(-voxels // each) for voxels, each in zip(shape, step, strict=True)]
