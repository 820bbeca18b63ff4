"""Volume → Mesh: marching cubes in mm, Taubin smoothing, levels of detail."""

from __future__ import annotations

from collections.abc import Sequence as Items

import fast_simplification
import numpy as np
import trimesh
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from skimage.measure import marching_cubes

from parasam_core.errors import EmptyMaskError
from parasam_core.mesh import Mesh
from parasam_core.volume import Volume

TAUBIN_ITERATIONS = 20
TAUBIN_LAMBDA = 0.5
TAUBIN_MU = 0.53
BLUR_STEPS = 1.6
BLUR_SHARE = 0.12
BLUR_REACH = 3.0
LOWEST_LEVEL = 0.05
AGGRESSIVENESS = (7.0, 5.0, 3.0)
LEVELS = (5_000, 20_000, 100_000)


def surface(volume: Volume, *, smoothing: int = TAUBIN_ITERATIONS) -> Mesh:
    """The closed surface of a volume, without the terraces of frames and pixels, volume kept.

    The occupancy is blurred over little more than the coarsest spacing, and cut at the level that
    as many voxels exceed as are occupied, so that the blur moves tissue but loses none. Marching
    cubes (Lewiner 2003) on the cropped grid with a border of empty voxels, so that a tumour that
    touches the border is closed too; then Taubin's λ|μ filter (Taubin 1995), and a scaling about
    the centroid that makes up for what is left of a difference to the voxels' volume.

    Args:
        volume: what to enclose.
        smoothing: number of Taubin iterations; 0 leaves the bare marching cubes on the voxels.

    Returns:
        A watertight mesh, mm, faces counter-clockwise from outside.

    Raises:
        EmptyMaskError: nothing reaches half occupancy.
    """
    sigma_mm = _blur_mm(volume) if smoothing else 0.0
    block, start = _cropped(volume, BLUR_REACH * sigma_mm)
    level = 0.5
    if smoothing:
        block, level = _blurred(block, [sigma_mm / s for s in volume.space.spacing_mm])
    corners, faces, _, _ = marching_cubes(block, level=level, gradient_direction="descent")
    points = volume.space.mm_from_index(corners + start)
    # (z, y, x) → (x, y, z) mirrors the winding
    body = trimesh.Trimesh(points, faces[:, ::-1], process=False)
    if body.volume < 0:
        body.invert()
    if smoothing:
        trimesh.smoothing.filter_taubin(body, TAUBIN_LAMBDA, TAUBIN_MU, smoothing)
        _keep_volume(body, volume.volume_mm3)
    return _mesh_of(body)


def simplified(mesh: Mesh, triangles: int) -> Mesh:
    """The mesh with about so many triangles (quadric error metric, Garland & Heckbert 1997).

    Returns:
        A watertight mesh of the same volume. The mesh itself where it has no more triangles than
        that, or where no simpler one stays watertight.
    """
    if len(mesh.faces) <= triangles:
        return mesh
    for aggressiveness in AGGRESSIVENESS:
        points, faces = fast_simplification.simplify(
            mesh.vertices_mm, mesh.faces, target_count=triangles, agg=aggressiveness
        )
        body = trimesh.Trimesh(points, _without_folds(faces), process=False)
        if body.is_watertight and body.is_winding_consistent:
            body.remove_unreferenced_vertices()
            _keep_volume(body, mesh.volume_mm3)
            return _mesh_of(body)
    return mesh


def levels_of_detail(mesh: Mesh, levels: Items[int] = LEVELS) -> list[Mesh]:
    """The mesh at each number of triangles it has more than, coarse first, itself last."""
    coarser = [simplified(mesh, n) for n in sorted(levels) if n < len(mesh.faces)]
    return [*coarser, mesh]


def is_watertight(mesh: Mesh) -> bool:
    """True where every edge joins two faces that are wound the same way."""
    body = trimesh.Trimesh(mesh.vertices_mm, mesh.faces, process=False)
    return bool(body.is_watertight and body.is_winding_consistent)


def _blur_mm(volume: Volume) -> float:
    """Enough to bridge the terraces of frames, little against the tumour."""
    tumour_mm = float(np.cbrt(volume.volume_mm3))
    return min(BLUR_STEPS * max(volume.space.spacing_mm), BLUR_SHARE * tumour_mm)


def _cropped(volume: Volume, margin_mm: float) -> tuple[NDArray[np.float32], NDArray[np.int_]]:
    """The occupied block with empty voxels around it, and the index of its first voxel."""
    solid = volume.occupancy >= 0.5
    start, stop = [], []
    for axis in range(3):
        others = tuple(a for a in range(3) if a != axis)
        hit = np.flatnonzero(solid.any(axis=others))
        if hit.size == 0:
            raise EmptyMaskError("expected a volume with at least one voxel, got an empty one")
        start.append(int(hit[0]))
        stop.append(int(hit[-1]) + 1)
    inside = tuple(slice(a, b) for a, b in zip(start, stop, strict=True))
    border = [int(np.ceil(margin_mm / s)) + 1 for s in volume.space.spacing_mm]
    block = np.pad(volume.occupancy[inside].astype(np.float32), [(b, b) for b in border])
    return block, np.subtract(start, border)


def _blurred(block: NDArray[np.float32], sigma: list[float]) -> tuple[NDArray[np.float32], float]:
    """The block blurred, and the level that keeps its volume."""
    blurred = gaussian_filter(block, sigma, truncate=BLUR_REACH)
    edge = np.partition(blurred.ravel(), -round(float(block.sum())))[-round(float(block.sum()))]
    return blurred, float(np.clip(edge, LOWEST_LEVEL, 1 - LOWEST_LEVEL))


def _without_folds(faces: NDArray[np.int32]) -> NDArray[np.int32]:
    """Faces less those that lie back to back on the same three corners and enclose nothing."""
    _, which, count = np.unique(
        np.sort(faces, axis=1), axis=0, return_inverse=True, return_counts=True
    )
    return np.asarray(faces[count[which] == 1])


def _keep_volume(body: trimesh.Trimesh, volume_mm3: float) -> None:
    centre = body.vertices.mean(axis=0)
    scale = (volume_mm3 / body.volume) ** (1 / 3)
    body.vertices = centre + (body.vertices - centre) * scale


def _mesh_of(body: trimesh.Trimesh) -> Mesh:
    return Mesh(
        vertices_mm=np.asarray(body.vertices, np.float32),
        faces=np.asarray(body.faces, np.int32),
        normals=np.asarray(body.vertex_normals, np.float32),
    )
