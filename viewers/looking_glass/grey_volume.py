"""The ultrasound around a tumour as one 3D texture. Pure numpy, knows nothing of GL."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, gaussian_filter

from parasam_core.space import Triple

FARTHEST_MM = 2.55
"""From the mask, that the texture tells; what is farther is at least so far."""

SMOOTH_PX = 1.2
"""Of the mask: what was drawn was smooth, and pixels are steps."""

MOST_SAMPLES = 48 << 20
"""Three bytes each; a larger one is taken coarser."""


@dataclass(frozen=True, eq=False)
class GreyVolume:
    """A box of voxels around a tumour.

    Attributes:
        samples: (z, y, x, 3) uint8: grey level; 255 in the mask, a slope at its edge, 0 outside;
            distance to the mask, 255 being `FARTHEST_MM`.
        scene_from_texture: (4, 4) texture coordinates (x, y, z, 1), 0 to 1 → metres.
        step_m: of its samples, the shortest, metres.
    """

    samples: NDArray[np.uint8]
    scene_from_texture: NDArray[np.float64]
    step_m: float

    @cached_property
    def corners(self) -> NDArray[np.float64]:
        """(8, 3) metres; x changes fastest, then y."""
        unit = [(x, y, z, 1) for z in (0, 1) for y in (0, 1) for x in (0, 1)]
        return np.asarray((np.asarray(unit) @ self.scene_from_texture.T)[:, :3])


def grey_volume(
    frames: NDArray[np.uint8],
    masks: NDArray[np.bool_],
    box: tuple[int, int, int, int, int, int],
    spacing_mm: Triple,
    scene_from_voxels: NDArray[np.float64],
) -> GreyVolume:
    """What is around a tumour.

    Args:
        frames: (z, y, x) uint8, of the whole scan.
        masks: (z, y, x) bool, where it is tumour.
        box: what is taken, half-open (z0, y0, x0, z1, y1, x1), voxels; what is beyond the scan
            is left out.
        spacing_mm: of voxels along (z, y, x).
        scene_from_voxels: (4, 4) as `gltf.scene_from_index` has it.
    """
    start = np.maximum(box[:3], 0)
    every = _every(np.minimum(box[3:], frames.shape) - start)
    part = tuple(slice(a, b, e) for a, b, e in zip(start, box[3:], every, strict=True))
    tumour = masks[part]
    step_mm = np.multiply(spacing_mm, every)
    samples = np.empty((*tumour.shape, 3), np.uint8)
    samples[..., 0] = frames[part]
    samples[..., 1] = smooth(tumour)
    samples[..., 2] = np.clip(_away_mm(tumour, step_mm) / FARTHEST_MM, 0, 1) * 255
    voxels_from_texture = np.eye(4)
    voxels_from_texture[:3, :3] = np.diag((tumour.shape * every)[::-1])
    voxels_from_texture[:3, 3] = (start - every / 2)[::-1]
    step_m = 1e-3 * float(step_mm.min())
    return GreyVolume(samples, scene_from_voxels @ voxels_from_texture, step_m)


def _away_mm(tumour: NDArray[np.bool_], step_mm: NDArray[np.float64]) -> NDArray[np.float64]:
    """To where the smoothed mask begins, at least."""
    if not tumour.any():
        return np.full(tumour.shape, FARTHEST_MM)
    reach_mm = 4 * SMOOTH_PX * step_mm.max() + np.linalg.norm(step_mm)
    return np.asarray(distance_transform_edt(~tumour, sampling=step_mm) - reach_mm)


def smooth(mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """A mask of any axes as a slope from 0 to 255 across its edges."""
    return np.asarray(
        gaussian_filter(mask.astype(np.float32) * 255, SMOOTH_PX).round().astype(np.uint8)
    )


def _every(shape: NDArray[np.int64]) -> NDArray[np.int64]:
    """Along (z, y, x), one voxel in so many that few enough are taken; frames are kept longest."""
    every = np.ones(3, np.int64)
    while np.prod(-(-shape // every)) > MOST_SAMPLES:
        if every[1] <= every[0]:
            every[1:] += 1
        else:
            every[0] += 1
    return every
