"""Mesh: a closed triangle surface in mm. For looking at; the reported volume comes from voxels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parasam_core.errors import GeometryError


@dataclass(frozen=True)
class Mesh:
    """Triangles in the scan's frame.

    Attributes:
        vertices_mm: (n, 3) float32 points (x, y, z), mm.
        faces: (m, 3) int32 corners, counter-clockwise seen from outside.
        normals: (n, 3) float32 unit vectors pointing out.

    Raises:
        GeometryError: arrays of other shapes.
    """

    vertices_mm: NDArray[np.float32]
    faces: NDArray[np.int32]
    normals: NDArray[np.float32]

    def __post_init__(self) -> None:
        n = len(self.vertices_mm)
        if self.vertices_mm.shape != (n, 3) or self.normals.shape != (n, 3):
            raise GeometryError(
                f"expected vertices and normals of one shape (n, 3), "
                f"got {self.vertices_mm.shape} and {self.normals.shape}"
            )
        if self.faces.ndim != 2 or self.faces.shape[1] != 3:
            raise GeometryError(f"expected faces of shape (m, 3), got {self.faces.shape}")

    @property
    def volume_mm3(self) -> float:
        """Enclosed volume, mm³: sum of a·(b×c)/6 over the faces (divergence theorem)."""
        a, b, c = self._corners()
        return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)

    @property
    def surface_mm2(self) -> float:
        """Sum of the faces' areas, mm²."""
        a, b, c = self._corners()
        return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)

    def _corners(self) -> tuple[NDArray[np.float64], ...]:
        points = self.vertices_mm.astype(np.float64)
        points -= points.mean(axis=0)
        return points[self.faces[:, 0]], points[self.faces[:, 1]], points[self.faces[:, 2]]
