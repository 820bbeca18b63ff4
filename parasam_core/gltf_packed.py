"""Mesh → GLB for the wire, a seventh of the size: whole-number positions, compressed by meshopt.

`KHR_mesh_quantization` holds positions as whole steps from the mesh's corner, and the node's scale
and translation turn them into metres, so that any loader that knows the two extensions shows the
mesh where `gltf.py` puts it. `EXT_meshopt_compression` packs them, the normals (octahedral, 10
bits: 0.2°) and the triangles, in the order that a graphics card reads quickest. Files for other
programs are written by `gltf.py`, which every program opens.
"""

from __future__ import annotations

from dataclasses import dataclass

import meshopt
import numpy as np
from numpy.typing import NDArray

from parasam_core.errors import GeometryError
from parasam_core.glb import ARRAY, ELEMENTS, Json, Part, glb_of
from parasam_core.gltf import SCENE_FROM_MM
from parasam_core.mesh import Mesh

ERROR_MM = 0.002
"""How far a vertex may move: a twentieth of a pixel of the finest scanners."""
MOST_ERROR_MM = 0.01
NORMAL_BITS = 10
_MOST_STEPS = 65_535
_SHORT, _UNSIGNED_SHORT, _UNSIGNED_INT, _FLOAT = 5_122, 5_123, 5_125, 5_126  # glTF's names


@dataclass(frozen=True)
class Packed:
    """A mesh as it travels.

    Attributes:
        glb: binary glTF 2.0.
        error_mm: no vertex lies farther than this from where it was, mm.
    """

    glb: bytes
    error_mm: float


def packed_glb(mesh: Mesh, extras: dict[str, object], *, error_mm: float = ERROR_MM) -> Packed:
    """Pack a mesh.

    Args:
        mesh: what to pack; vertices that no face has are left out.
        extras: our provenance, kept under `asset.extras.parasam`; anything `json` writes.
        error_mm: how far a vertex may move, mm; farther where the mesh is so large that 16 bits
            do not reach, up to `MOST_ERROR_MM`.

    Raises:
        GeometryError: no triangles, or so large that a vertex would move farther than that.
    """
    if len(mesh.faces) == 0:
        raise GeometryError("expected a mesh with triangles, got none; mark a tumour first")
    indices, order = _in_reading_order(mesh.faces)
    points = mesh.vertices_mm[order].astype(np.float64) @ SCENE_FROM_MM[:3, :3].T
    corner, step = _grid(points, error_mm)
    steps = np.rint((points - corner) / step).astype(np.uint16)
    normals = mesh.normals[order] * np.sign(np.diag(SCENE_FROM_MM)[:3])
    more = [_values(name, values[order]) for name, values in mesh.attributes.items()]
    parts = [_positions(steps), _normals(normals), *more, _triangles(indices, len(order))]
    node: Json = {"translation": corner.tolist(), "scale": [step] * 3}
    return Packed(glb_of(parts, node, extras), _error_mm(points, step))


def _in_reading_order(faces: NDArray[np.int32]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """The corners in the order a graphics card reads quickest, and which vertex is which then."""
    indices, place, used = meshopt.reorder_mesh(faces, triangles=True, optsize=True)
    return indices, np.argsort(place, kind="stable")[:used]


def _grid(points: NDArray[np.float64], error_mm: float) -> tuple[NDArray[np.float64], float]:
    """The corner that steps are counted from, and the step, metres."""
    corner = points.min(axis=0)
    extent = float((points.max(axis=0) - corner).max())
    step = max(2e-3 * error_mm / np.sqrt(3), extent / _MOST_STEPS)
    if _error_mm(points, step) > MOST_ERROR_MM:
        raise GeometryError(
            f"expected a mesh whose vertices 16 bits hold to {MOST_ERROR_MM} mm, got one "
            f"{extent * 1e3:.0f} mm long; check the spacing, or write it with `parasam mesh`"
        )
    return corner, float(step)


def _error_mm(points: NDArray[np.float64], step: float) -> float:
    """Half a step along each axis, and what a loader's float32 rounds, mm."""
    rounded = np.spacing(np.float32(np.abs(points).max()))
    return float((step / 2 + rounded) * np.sqrt(3) * 1e3)


def _positions(steps: NDArray[np.uint16]) -> Part:
    rows = np.zeros((len(steps), 4), np.uint16)
    rows[:, :3] = steps
    accessor: Json = {"type": "VEC3", "componentType": _UNSIGNED_SHORT}
    accessor |= {"min": steps.min(axis=0).tolist(), "max": steps.max(axis=0).tolist()}
    data = meshopt.encode_gltf_buffer(rows, "ATTRIBUTES")
    return Part("POSITION", data, len(rows), 8, ARRAY, accessor)


def _normals(normals: NDArray[np.float64]) -> Part:
    vectors = np.zeros((len(normals), 4), np.float32)
    vectors[:, :3] = normals
    rows = meshopt.encode_filter_oct(vectors, 8, NORMAL_BITS)
    accessor: Json = {"type": "VEC3", "componentType": _SHORT, "normalized": True}
    data = meshopt.encode_gltf_buffer(rows, "ATTRIBUTES")
    return Part("NORMAL", data, len(rows), 8, ARRAY, accessor, "OCTAHEDRAL")


def _values(name: str, values: NDArray[np.float32]) -> Part:
    """An attribute of the mesh's own, as `gltf.py` names it; exact."""
    accessor: Json = {"type": "SCALAR", "componentType": _FLOAT}
    data = meshopt.encode_gltf_buffer(values, "ATTRIBUTES")
    return Part(f"_{name.upper()}", data, len(values), 4, ARRAY, accessor)


def _triangles(indices: NDArray[np.uint32], vertices: int) -> Part:
    width, kind = (2, _UNSIGNED_SHORT) if vertices <= _MOST_STEPS else (4, _UNSIGNED_INT)
    accessor: Json = {"type": "SCALAR", "componentType": kind}
    data = meshopt.encode_gltf_buffer(indices, "TRIANGLES")
    return Part("indices", data, indices.size, width, ELEMENTS, accessor)
