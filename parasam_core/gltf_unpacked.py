"""GLB → Mesh: what `gltf_packed.py` wrote, read back. Not a reader of any other glTF.

Everything in the file is checked before it is believed: it may come from another machine.
"""

from __future__ import annotations

import json
import struct
from typing import Any

import meshopt
import numpy as np
from numpy.typing import NDArray

from parasam_core.errors import GeometryError
from parasam_core.glb import COMPRESSED, Json
from parasam_core.gltf import SCENE_FROM_MM
from parasam_core.mesh import Mesh

MOST_ROWS = 1 << 23
"""Vertices or corners of triangles that a file may say it holds: six times what the lab sends."""
_LARGEST_SHORT = 32_767
_TYPES: dict[int, Any] = {5_122: np.int16, 5_123: np.uint16, 5_125: np.uint32, 5_126: np.float32}
_HEAD, _CHUNK = struct.Struct("<4sII"), struct.Struct("<I4s")


def unpacked_mesh(glb: bytes | memoryview) -> Mesh:
    """The mesh of a packed GLB; each vertex where it was, but for `Packed.error_mm`.

    Args:
        glb: binary glTF 2.0 as `packed_glb` writes it.

    Raises:
        GeometryError: it is not such a file, or damaged.
    """
    try:
        document, body = _chunks(bytes(glb))
        return _mesh(document, body)
    except (ValueError, LookupError, TypeError, ArithmeticError, RecursionError) as error:
        raise GeometryError(
            f"expected a GLB that ParaSAM packed, got {len(glb)} bytes that are not ({error}); "
            "show the scan anew"
        ) from error


def _chunks(glb: bytes) -> tuple[Json, bytes]:
    magic, version, length = _HEAD.unpack_from(glb.ljust(_HEAD.size, b"\0"))
    if (magic, version, length) != (b"glTF", 2, len(glb)):
        raise ValueError("no glTF 2.0 of that length")
    text, rest = _chunk(glb[_HEAD.size :], b"JSON")
    body, _ = _chunk(rest, b"BIN\0")
    return json.loads(text), body


def _chunk(data: bytes, kind: bytes) -> tuple[bytes, bytes]:
    length, found = _CHUNK.unpack_from(data.ljust(_CHUNK.size, b"\0"))
    if found != kind or _CHUNK.size + length > len(data):
        raise ValueError(f"no whole chunk of {kind!r}")
    return data[_CHUNK.size : _CHUNK.size + length], data[_CHUNK.size + length :]


def _mesh(document: Json, body: bytes) -> Mesh:
    [drawn] = document["meshes"][0]["primitives"]
    named = {name: _rows(document, body, at) for name, at in drawn["attributes"].items()}
    steps, normals = named.pop("POSITION")[:, :3], named.pop("NORMAL")[:, :3]
    [node] = document["nodes"]
    turn = np.diag(SCENE_FROM_MM)[:3]
    with np.errstate(over="ignore", invalid="ignore"):  # such points are refused below
        metres = steps * np.float64(node["scale"]) + np.float64(node["translation"])
        points = (metres / turn).astype(np.float32)
    faces = _faces(_rows(document, body, drawn["indices"]), len(steps))
    if not np.isfinite(points).all():
        raise ValueError("points that are not finite")
    values = {name[1:].lower(): rows[:, 0] for name, rows in named.items()}
    return Mesh(points, faces, _units(normals) * np.sign(turn).astype(np.float32), values)


def _rows(document: Json, body: bytes, at: int) -> NDArray[Any]:
    """An accessor's rows, as wide as they lie in memory."""
    accessor = document["accessors"][at]
    packed = document["bufferViews"][accessor["bufferView"]]["extensions"][COMPRESSED]
    start, length, count = packed["byteOffset"], packed["byteLength"], packed["count"]
    if not 0 < count <= MOST_ROWS or min(start, length) < 0 or start + length > len(body):
        raise ValueError(f"{count} rows in {length} bytes from {start}")
    how = packed["byteStride"], packed["mode"], packed["filter"]
    rows = meshopt.decode_gltf_buffer(body[start : start + length], count, *how)
    kind = _TYPES[accessor["componentType"]]
    return np.asarray(np.ascontiguousarray(rows).view(kind).reshape(count, -1))


def _units(normals: NDArray[np.int16]) -> NDArray[np.float32]:
    """Whole numbers as unit vectors; what rounding took from their length is put back."""
    vectors = normals.astype(np.float32) / _LARGEST_SHORT
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, np.float32(1e-6)), np.float32)


def _faces(corners: NDArray[Any], vertices: int) -> NDArray[np.int32]:
    if corners.dtype.kind != "u" or corners.max() >= vertices:
        raise ValueError(f"triangles of more than {vertices} vertices")
    return corners.reshape(-1, 3).astype(np.int32)
