"""Volume → Mesh: marching cubes in mm, Taubin smoothing, levels of detail."""

from __future__ import annotations

from collections.abc import Sequence as Items

import fast_simplification
import numpy as np
import trimesh
from numpy.typing import NDArray
from skimage.measure import marching_cubes

from parasam_core.errors import EmptyMaskError
from parasam_core.mesh import Mesh
from parasam_core.volume import Volume

TAUBIN_ITERATIONS = 20
TAUBIN_LAMBDA = 0.5
TAUBIN_MU = 0.53
LEVELS = (5_000, 20_000, 100_000)


def surface(volume: Volume, *, smoothing: int = TAUBIN_ITERATIONS) -> Mesh:
    """The closed surface at half occupancy, smoothed without shrinking, volume kept.

    Marching cubes (Lewiner 2003) on the cropped grid with a border of empty voxels, so that a
    tumour that touches the border is closed too; then Taubin's λ|μ filter (Taubin 1995), and a
    scaling about the centroid that gives back the voxels' volume.

    Args:
        volume: what to enclose.
        smoothing: number of Taubin iterations; 0 leaves the marching cubes.

    Returns:
        A watertight mesh, mm, faces counter-clockwise from outside.

    Raises:
        EmptyMaskError: nothing reaches half occupancy.
    """
    block, start = _cropped(volume)
    corners, faces, _, _ = marching_cubes(block, level=0.5, gradient_direction="descent")
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

    A mesh that has no more than that comes back as it is.
    """
    if len(mesh.faces) <= triangles:
        return mesh
    points, faces = fast_simplification.simplify(
        mesh.vertices_mm, mesh.faces, target_count=triangles
    )
    body = trimesh.Trimesh(points, faces, process=False)
    _keep_volume(body, mesh.volume_mm3)
    return _mesh_of(body)


def levels_of_detail(mesh: Mesh, levels: Items[int] = LEVELS) -> list[Mesh]:
    """The mesh at each number of triangles it has more than, coarse first, itself last."""
    coarser = [simplified(mesh, n) for n in sorted(levels) if n < len(mesh.faces)]
    return [*coarser, mesh]


def is_watertight(mesh: Mesh) -> bool:
    """True where every edge joins two faces that are wound the same way."""
    body = trimesh.Trimesh(mesh.vertices_mm, mesh.faces, process=False)
    return bool(body.is_watertight and body.is_winding_consistent)


def _cropped(volume: Volume) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The occupied block with one empty voxel around it, and the index of its first voxel."""
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
    block = np.pad(volume.occupancy[inside].astype(np.float32), 1)
    return block, np.asarray(start) - 1


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
