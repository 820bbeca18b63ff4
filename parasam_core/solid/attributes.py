"""What a mesh says of each vertex: distance to another mask's surface, confidence of its frame."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.spatial import cKDTree

from parasam_core.errors import GeometryError
from parasam_core.mask import CONFIDENCE, MaskStack
from parasam_core.mesh import Mesh
from parasam_core.solid.distance import signed_distance_mm

DISTANCE = "distance_mm"


def check_one_space(mask: MaskStack, other: MaskStack) -> None:
    """Refuse to compare masks that do not share their voxels.

    Raises:
        GeometryError: their grids differ.
    """
    if mask.space != other.space:
        raise GeometryError(
            f"expected two masks on one grid, got {mask.space} and {other.space}; put both on one "
            "scan by import"
        )


def with_distance(mesh: Mesh, other: Mesh) -> Mesh:
    """The mesh, and at each vertex the distance to another's surface, mm, positive outside it."""
    distance_mm = signed_distance_mm(mesh.vertices_mm, other)
    return replace(mesh, attributes={**mesh.attributes, DISTANCE: distance_mm})


def with_confidence(mesh: Mesh, mask: MaskStack) -> Mesh:
    """The mesh, and at each vertex how sure a model was of the frame next to it, 0..1.

    The mesh as it is where the mask does not say. Frames between those that a model drew are as
    sure as the nearest of them.
    """
    if not mask.confidence:
        return mesh
    frames, values = np.array(sorted(mask.confidence.items())).T
    z = mask.space.index_from_mm(mesh.vertices_mm)[:, 0]
    nearest = np.searchsorted((frames[1:] + frames[:-1]) / 2, z)
    confidence = values[nearest].astype(np.float32)
    return replace(mesh, attributes={**mesh.attributes, CONFIDENCE: confidence})


def taken_over(mesh: Mesh, source: Mesh) -> Mesh:
    """A mesh with the attributes of another, at each vertex those of the other's nearest."""
    if not source.attributes:
        return mesh
    _, nearest = cKDTree(source.vertices_mm).query(mesh.vertices_mm)
    return replace(mesh, attributes={n: values[nearest] for n, values in source.attributes.items()})
