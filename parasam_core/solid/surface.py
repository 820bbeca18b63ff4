"""Volume → Mesh: blur, marching cubes in mm, Taubin smoothing."""

from __future__ import annotations

import numpy as np

from parasam_core.mesh import Mesh
from parasam_core.solid.blur import REACH, blurred, cropped, level_of
from parasam_core.solid.isosurface import isosurface
from parasam_core.solid.smooth import mesh_of, taubin
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
    what is left of a difference to the voxels' volume.

    Args:
        volume: what to enclose.
        smoothing: number of Taubin iterations; 0 leaves the bare marching cubes on the voxels.

    Returns:
        A watertight mesh, mm, faces counter-clockwise from outside.

    Raises:
        EmptyMaskError: nothing reaches half occupancy.
    """
    sigma_mm = _blur_mm(volume) if smoothing else 0.0
    block, start = cropped(volume, REACH * sigma_mm)
    level = 0.5
    if smoothing:
        voxels = float(block.sum(dtype=np.float64))
        block = blurred(block, [sigma_mm / s for s in volume.space.spacing_mm])
        level = level_of(block, voxels)
    corners, faces = isosurface(block, level)
    points_mm = volume.space.mm_from_index(corners + start).astype(np.float32)
    if not smoothing:
        return mesh_of(points_mm, faces)
    return mesh_of(taubin(points_mm, faces, smoothing), faces, volume.volume_mm3)


def _blur_mm(volume: Volume) -> float:
    """Enough to bridge the terraces of frames, little against the tumour."""
    tumour_mm = float(np.cbrt(volume.volume_mm3))
    return min(BLUR_STEPS * max(volume.space.spacing_mm), BLUR_SHARE * tumour_mm)
