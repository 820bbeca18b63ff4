"""How far points lie from a closed surface, and on which side of it."""

from __future__ import annotations

import numpy as np
import trimesh
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from parasam_core.mesh import Mesh

NEAREST = 8
AT_ONCE = 50_000


def signed_distance_mm(points_mm: NDArray[np.float32], mesh: Mesh) -> NDArray[np.float32]:
    """Distance of points to a surface, positive outside.

    Each point is held against the triangles whose middles are nearest: the nearest triangle is
    among them where triangles are about as large as their neighbours, as those of `surface` are.
    Outside is where the nearest triangle's normal points (Bærentzen & Aanæs 2005); on a smooth
    surface that of a triangle does for that of an edge.

    Args:
        points_mm: (n, 3) points, mm.
        mesh: a closed surface, counter-clockwise from outside.

    Returns:
        (n,) float32, mm.
    """
    corners = mesh.vertices_mm.astype(np.float64)[mesh.faces]
    tree = cKDTree(corners.mean(axis=1))
    parts = [
        _distances(points_mm[i : i + AT_ONCE].astype(np.float64), corners, tree)
        for i in range(0, len(points_mm), AT_ONCE)
    ]
    return np.concatenate(parts).astype(np.float32)


def _distances(
    points: NDArray[np.float64], corners: NDArray[np.float64], tree: cKDTree
) -> NDArray[np.float64]:
    _, near = tree.query(points, min(NEAREST, len(corners)))
    near = near.reshape(len(points), -1)
    again = np.repeat(points, near.shape[1], axis=0)
    on_them = trimesh.triangles.closest_point(corners[near.ravel()], again)
    apart = (again - on_them).reshape(*near.shape, 3)
    away = np.linalg.norm(apart, axis=2)
    first = np.arange(len(points)), away.argmin(axis=1)
    a, b, c = corners[near[first]].transpose(1, 0, 2)
    outside = np.einsum("ij,ij->i", apart[first], np.cross(b - a, c - a)) >= 0
    return np.asarray(np.where(outside, away[first], -away[first]))
