"""Mesh → the same mesh with fewer triangles; levels of detail."""

from __future__ import annotations

from collections.abc import Sequence as Items

import fast_simplification
import numpy as np
from numpy.typing import NDArray

from parasam_core.mesh import Mesh
from parasam_core.solid.attributes import taken_over
from parasam_core.solid.normals import mesh_enclosing

AGGRESSIVENESS = (7.0, 5.0, 3.0)
LEVELS = (5_000, 20_000, 100_000)


def simplified(mesh: Mesh, triangles: int) -> Mesh:
    """The mesh with about so many triangles (quadric error metric, Garland & Heckbert 1997).

    Returns:
        A watertight mesh of the same volume, with each vertex's attributes those of the nearest
        before. The mesh itself where it has no more triangles than that, or where no simpler one
        stays watertight.
    """
    if len(mesh.faces) <= triangles:
        return mesh
    for aggressiveness in AGGRESSIVENESS:
        points, faces = fast_simplification.simplify(
            mesh.vertices_mm, mesh.faces, target_count=triangles, agg=aggressiveness
        )
        faces = _without_folds(np.asarray(faces, np.int32))
        if _is_closed(faces):
            simpler = mesh_enclosing(*_without_loose(points, faces), mesh.volume_mm3)
            return taken_over(simpler, mesh)
    return mesh


def levels_of_detail(mesh: Mesh, levels: Items[int] = LEVELS) -> list[Mesh]:
    """The mesh at each number of triangles it has more than, coarse first, itself last.

    Each is made of the next finer one, which is quicker than of the finest.
    """
    found = [mesh]
    for triangles in sorted(levels, reverse=True):
        if triangles < len(mesh.faces):
            found.append(simplified(found[-1], triangles))
    return found[::-1]


def is_watertight(mesh: Mesh) -> bool:
    """True where every edge joins two faces that are wound the same way."""
    return _is_closed(mesh.faces)


def _is_closed(faces: NDArray[np.int32]) -> bool:
    """Whether each edge is there once in each direction."""
    tails, heads = faces.ravel().astype(np.int64), faces[:, [1, 2, 0]].ravel().astype(np.int64)
    count = int(tails.max(initial=0)) + 1
    there, back = np.sort(tails * count + heads), np.sort(heads * count + tails)
    return bool(np.array_equal(there, back) and (there[1:] != there[:-1]).all())


def _without_folds(faces: NDArray[np.int32]) -> NDArray[np.int32]:
    """Faces less those that lie back to back on the same three corners and enclose nothing."""
    corners = np.sort(faces, axis=1)
    order = np.lexsort(corners.T)
    same = (corners[order[1:]] == corners[order[:-1]]).all(axis=1)
    folded = order[np.concatenate([same, [False]]) | np.concatenate([[False], same])]
    return np.delete(faces, folded, axis=0)


def _without_loose(
    points: NDArray[np.float64], faces: NDArray[np.int32]
) -> tuple[NDArray[np.float32], NDArray[np.int32]]:
    """Points less those that no face uses, and the faces of what is left."""
    used = np.zeros(len(points), np.bool_)
    used[faces] = True
    number = np.cumsum(used, dtype=np.int32) - np.int32(1)
    return points[used].astype(np.float32), number[faces]
