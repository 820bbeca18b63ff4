"""GLB: one mesh of packed parts, by `EXT_meshopt_compression` and `KHR_mesh_quantization`.

Knows nothing about millimetres, nor how a part was packed.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from parasam_core.gltf import TUMOUR_RGBA
from parasam_core.provenance import signed

COMPRESSED, QUANTIZED = "EXT_meshopt_compression", "KHR_mesh_quantization"

Json = dict[str, Any]


@dataclass(frozen=True)
class Use:
    """What a part is for: glTF's number of it, and how meshopt calls it."""

    target: int
    mode: str


ARRAY, ELEMENTS = Use(34_962, "ATTRIBUTES"), Use(34_963, "TRIANGLES")


@dataclass(frozen=True)
class Part:
    """A buffer view and the accessor that reads it.

    Attributes:
        name: the attribute; of elements, "indices".
        data: its rows, packed.
        count: number of rows.
        row_bytes: how long a row is, unpacked.
        use: vertices or elements.
        accessor: its type, and bounds where it has any.
        filter: meshopt's, "NONE" where the rows are as they were.
    """

    name: str
    data: bytes
    count: int
    row_bytes: int
    use: Use
    accessor: Json
    filter: str = "NONE"


def glb_of(parts: list[Part], node: Json, extras: dict[str, object]) -> bytes:
    """The file: a JSON chunk, and the parts one after another, each from a multiple of 4.

    Args:
        parts: attributes, then the elements.
        node: where the mesh stands.
        extras: our provenance, kept under `asset.extras.parasam`; anything `json` writes.
    """
    text = json.dumps(_document(parts, node, extras), separators=(",", ":")).encode()
    body = _chunk(b"JSON", _filled(text, b" "))
    body += _chunk(b"BIN\0", b"".join(_filled(part.data, b"\0") for part in parts))
    return struct.pack("<4sII", b"glTF", 2, 12 + len(body)) + body


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack("<I4s", len(data), kind) + data


def _filled(data: bytes, filling: bytes) -> bytes:
    return data + filling * (-len(data) % 4)


def _document(parts: list[Part], node: Json, extras: dict[str, object]) -> Json:
    *attributes, _ = (part.name for part in parts)
    attribute_of = {name: i for i, name in enumerate(attributes)}
    primitive = {"attributes": attribute_of, "indices": len(attributes), "material": 0}
    asset = {"version": "2.0", "generator": signed("gltf"), "extras": {"parasam": extras}}
    return {
        "asset": asset,
        "extensionsUsed": [COMPRESSED, QUANTIZED],
        "extensionsRequired": [COMPRESSED, QUANTIZED],
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0, "name": "tumour", **node}],
        "meshes": [{"primitives": [primitive]}],
        "materials": [_material()],
        "accessors": [
            {"bufferView": i, "count": p.count, **p.accessor} for i, p in enumerate(parts)
        ],
        **_buffers(parts),
    }


def _material() -> Json:
    surface = {"baseColorFactor": TUMOUR_RGBA, "metallicFactor": 0.0, "roughnessFactor": 0.55}
    return {"name": "tumour", "pbrMetallicRoughness": surface}


def _buffers(parts: list[Part]) -> Json:
    """The packed bytes as buffer 0; buffer 1 is where they lie unpacked, and in no file."""
    packed = _starts(len(_filled(part.data, b"\0")) for part in parts)
    plain = _starts(part.count * part.row_bytes + 3 & ~3 for part in parts)
    views = [_view(*each) for each in zip(parts, packed, plain, strict=False)]
    unpacked = {"byteLength": plain[-1], "extensions": {COMPRESSED: {"fallback": True}}}
    return {"bufferViews": views, "buffers": [{"byteLength": packed[-1]}, unpacked]}


def _starts(sizes: Iterable[int]) -> list[int]:
    """Where each begins, and where the last ends."""
    return list(accumulate(sizes, initial=0))


def _view(part: Part, packed: int, plain: int) -> Json:
    stride: Json = {"byteStride": part.row_bytes}
    source: Json = {"buffer": 0, "byteOffset": packed, "byteLength": len(part.data), **stride}
    source |= {"count": part.count, "mode": part.use.mode, "filter": part.filter}
    view: Json = {"buffer": 1, "byteOffset": plain, "byteLength": part.count * part.row_bytes}
    if part.use is ARRAY:
        view |= stride
    return view | {"target": part.use.target, "extensions": {COMPRESSED: source}}
