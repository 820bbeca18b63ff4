"""Mesh: a closed triangle surface in mm. For looking at; the reported volume comes from voxels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from parasam_core.errors import GeometryError

ATTRIBUTE = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Mesh:
    """Triangles in the scan's frame.

    Attributes:
        vertices_mm: (n, 3) float32 points (x, y, z), mm.
        faces: (m, 3) int32 corners, counter-clockwise seen from outside.
        normals: (n, 3) float32 unit vectors pointing out.
        attributes: more about each vertex, by name, its unit in it: (n,) float32, finite.

    Raises:
        GeometryError: arrays of other shapes, an attribute that is not finite or whose name files
            cannot hold.
    """

    vertices_mm: NDArray[np.float32]
    faces: NDArray[np.int32]
    normals: NDArray[np.float32]
    attributes: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = len(self.vertices_mm)
        if self.vertices_mm.shape != (n, 3) or self.normals.shape != (n, 3):
            raise GeometryError(
                f"expected vertices and normals of one shape (n, 3), "
                f"got {self.vertices_mm.shape} and {self.normals.shape}"
            )
        if self.faces.ndim != 2 or self.faces.shape[1] != 3:
            raise GeometryError(f"expected faces of shape (m, 3), got {self.faces.shape}")
        for name, values in self.attributes.items():
            _check_attribute(name, values, n)

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


def _check_attribute(name: str, values: NDArray[np.float32], vertices: int) -> None:
    if not ATTRIBUTE.fullmatch(name):
        raise GeometryError(f"expected a name of small letters, digits and _, got {name!r}")
    if values.shape != (vertices,) or values.dtype != np.float32 or not np.isfinite(values).all():
        raise GeometryError(
            f"expected {name} as {vertices} finite float32 values, one a vertex, "
            f"got {values.dtype} of shape {values.shape}"
        )
