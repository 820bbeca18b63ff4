"""Volume → Mesh: blur, marching cubes in mm, Taubin smoothing."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from parasam_core.mesh import Mesh
from parasam_core.solid.blur import REACH, blurred, cropped, level_of
from parasam_core.solid.bodies import bodies
from parasam_core.solid.isosurface import isosurface
from parasam_core.solid.normals import mesh_enclosing, mesh_of
from parasam_core.solid.smooth import taubin
from parasam_core.volume import Volume

TAUBIN_ITERATIONS = 10
"""After the blur, 20 or 40 change neither angles between faces nor distances to an ellipsoid."""

BLUR_STEPS = 1.6
BLUR_SHARE = 0.12


def surface(volume: Volume, *, smoothing: int = TAUBIN_ITERATIONS) -> Mesh:
    """The closed surface of a volume, without the terraces of frames and pixels, volume kept.

    The occupancy is blurred over little more than the coarsest spacing, and cut at the level that
    as many voxels exceed as are occupied, so that the blur moves tissue but loses none. Marching
    cubes on the cropped grid with a border of empty voxels, so that a tumour that touches the
    border is closed too; then Taubin's λ|μ filter, and a move along the normals that makes up for
    what is left of a difference to the voxels' volume, for each body by itself: a small one loses
    more to the blur.

    Args:
        volume: what to enclose.
        smoothing: number of Taubin iterations; 0 leaves the bare marching cubes on the voxels.

    Returns:
        A watertight mesh, mm, faces counter-clockwise from outside.

    Raises:
        EmptyMaskError: nothing reaches half occupancy.
    """
    if not smoothing:
        block, start = cropped(volume, 0.0)
        corners, faces = isosurface(block, 0.5)
        return mesh_of(_mm(volume, corners + start), faces)
    sigma_mm = _blur_mm(volume)
    block, start = cropped(volume, REACH * sigma_mm)
    soft = blurred(block, [sigma_mm / s for s in volume.space.spacing_mm])
    level = level_of(soft, float(block.sum(dtype=np.float64)))
    corners, faces = isosurface(soft, level)
    body, voxels = bodies(block, soft >= level, corners, faces)
    points_mm = taubin(_mm(volume, corners + start), faces, smoothing)
    return mesh_enclosing(points_mm, faces, voxels * volume.space.voxel_mm3, body)


def _mm(volume: Volume, index: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
    return volume.space.mm_from_index(index).astype(np.float32)


def _blur_mm(volume: Volume) -> float:
    """Enough to bridge the terraces of frames, little against the tumour."""
    tumour_mm = float(np.cbrt(volume.volume_mm3))
    return min(BLUR_STEPS * max(volume.space.spacing_mm), BLUR_SHARE * tumour_mm)
