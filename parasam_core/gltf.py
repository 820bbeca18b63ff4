"""Mesh → GLB. The only place mm become metres and Y goes up.

A scan's frame is x right, y down (depth), z along the sweep, in mm; glTF's is x right, y up,
z towards the viewer, in metres. Half a turn about x joins them: (x, y, z) → (x, −y, −z) / 1000,
a rotation, so nothing is mirrored.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pygltflib
from numpy.typing import NDArray

from parasam_core.mesh import Mesh
from parasam_core.provenance import signed
from parasam_core.space import Space

SCENE_FROM_MM = np.diag([1e-3, -1e-3, -1e-3, 1.0])
"""(4, 4) `scene_from_mm`, column vectors: mm of the scan's frame → metres, Y-up."""

TUMOUR_RGBA = (0.86, 0.30, 0.24, 1.0)
INDICES = 2
"""Which of the arrays they are."""


def scene_from_index(space: Space) -> NDArray[np.float64]:
    """(4, 4) matrix, column vectors: voxel index (x, y, z, 1) → metres, Y-up.

    Frame k of a scan is the plane of index z = k; its pixels' outer edges lie at −0.5 and n − 0.5.
    """
    mm_from_index = np.eye(4)
    mm_from_index[:3, :3] = np.diag(space.spacing_mm[::-1])
    mm_from_index[:3, 3] = space.origin_mm[::-1]
    return np.asarray(SCENE_FROM_MM @ mm_from_index)


def glb_from_mesh(mesh: Mesh, extras: dict[str, object]) -> bytes:
    """A binary glTF 2.0 of one mesh with normals.

    The mesh's own attributes are custom ones of float32, their names in capitals after `_`, as
    glTF wants them; lengths among them stay in mm, as their names say.

    Args:
        mesh: what to write.
        extras: our provenance, kept under `asset.extras.parasam`; anything `json` writes.
    """
    turn = SCENE_FROM_MM[:3, :3]
    positions = (mesh.vertices_mm @ turn.T).astype(np.float32)
    normals = np.sign(np.diag(turn)).astype(np.float32) * mesh.normals
    values = [np.ascontiguousarray(v) for v in mesh.attributes.values()]
    arrays = [positions, normals, mesh.faces.astype(np.uint32).ravel(), *values]
    document = _document(arrays, [f"_{name.upper()}" for name in mesh.attributes])
    document.asset = pygltflib.Asset(version="2.0", generator=signed("gltf"))
    document.asset.extras = {"parasam": extras}
    document.accessors[0].min = positions.min(axis=0).tolist()
    document.accessors[0].max = positions.max(axis=0).tolist()
    document.set_binary_blob(b"".join(array.tobytes() for array in arrays))
    return b"".join(document.save_to_bytes())


def _document(arrays: list[NDArray[Any]], custom: list[str]) -> pygltflib.GLTF2:
    """The JSON around positions, normals, indices, and then what is custom."""
    surface = pygltflib.PbrMetallicRoughness(
        baseColorFactor=list(TUMOUR_RGBA), metallicFactor=0.0, roughnessFactor=0.55
    )
    named = {name: INDICES + 1 + i for i, name in enumerate(custom)}
    primitive = pygltflib.Primitive(
        attributes=pygltflib.Attributes(POSITION=0, NORMAL=1, **named), indices=INDICES, material=0
    )
    return pygltflib.GLTF2(
        scene=0,
        scenes=[pygltflib.Scene(nodes=[0])],
        nodes=[pygltflib.Node(mesh=0, name="tumour")],
        meshes=[pygltflib.Mesh(primitives=[primitive])],
        materials=[
            pygltflib.Material(pbrMetallicRoughness=surface, name="tumour", doubleSided=False)
        ],
        buffers=[pygltflib.Buffer(byteLength=sum(array.nbytes for array in arrays))],
        bufferViews=_views(arrays),
        accessors=[_accessor(i, array) for i, array in enumerate(arrays)],
    )


def _views(arrays: list[NDArray[Any]]) -> list[pygltflib.BufferView]:
    """One after the other; all are of four bytes, so that each begins where glTF lets it."""
    starts = np.cumsum([0, *(array.nbytes for array in arrays)])
    return [
        pygltflib.BufferView(
            buffer=0,
            byteOffset=int(starts[i]),
            byteLength=array.nbytes,
            target=pygltflib.ELEMENT_ARRAY_BUFFER if i == INDICES else pygltflib.ARRAY_BUFFER,
        )
        for i, array in enumerate(arrays)
    ]


def _accessor(view: int, array: NDArray[Any]) -> pygltflib.Accessor:
    whole = array.dtype == np.uint32
    return pygltflib.Accessor(
        bufferView=view,
        componentType=pygltflib.UNSIGNED_INT if whole else pygltflib.FLOAT,
        count=len(array),
        type="VEC3" if array.ndim == 2 else "SCALAR",
    )
