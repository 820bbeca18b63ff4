"""MetaImage (`.mha`, `.mhd` with its data beside it) → Grid."""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO

import numpy as np

from parasam_core.capture.grids import (
    ANGLE,
    DEFLATE,
    RAW,
    Grid,
    Header,
    checked_sizes,
    grid_of,
    read_voxels,
)
from parasam_core.capture.header_text import beside, numbers
from parasam_core.errors import CaptureError

FIRST_FIELD = re.compile(rb"\s*(ObjectType|NDims)\s*=\s*\w")
LONGEST_HEADER = 1 << 20
DATA = "ElementDataFile"
HERE = "LOCAL"
TYPES = {"CHAR": "i1", "UCHAR": "u1", "SHORT": "i2", "USHORT": "u2", "INT": "i4", "UINT": "u4",
         "LONG": "i4", "ULONG": "u4", "LONG_LONG": "i8", "ULONG_LONG": "u8",
         "FLOAT": "f4", "DOUBLE": "f8"}  # fmt: skip


def is_metaimage(path: Path, head: bytes) -> bool:
    """True for MetaImage."""
    return path.is_file() and FIRST_FIELD.match(head) is not None


@np.errstate(all="ignore")  # what overflows is refused as not finite
def read_metaimage(path: Path) -> Grid:
    """Header and voxels.

    Raises:
        CaptureError: it is damaged, of a kind that is not read, or its data lies elsewhere.
    """
    with path.open("rb") as stream:
        fields = _fields(stream, path)
        header = _header(fields, path)
        packing = DEFLATE if _true(fields, "CompressedData") else RAW
        if fields[DATA].upper() == HERE:
            return grid_of(path, (path,), header, read_voxels(stream, header, packing, path))
    data = beside(path, fields[DATA])
    with data.open("rb") as stream:
        return grid_of(path, (path, data), header, read_voxels(stream, header, packing, data))


def _fields(stream: BinaryIO, path: Path) -> dict[str, str]:
    """Fields up to the last one, which says where the data is."""
    fields: dict[str, str] = {}
    left = LONGEST_HEADER
    while left > 0 and (line := stream.readline(left)):
        left -= len(line)
        name, _, value = line.decode("utf-8", "replace").partition("=")
        fields[name.strip()] = value.strip()
        if name.strip() == DATA:
            return fields
    raise CaptureError(f"expected a MetaImage header that ends with {DATA}, got {path}")


def _header(fields: dict[str, str], path: Path) -> Header:
    code = TYPES.get(fields.get("ElementType", "").removeprefix("MET_"))
    one_channel = fields.get("ElementNumberOfChannels", "1") == "1"
    plain = _true(fields, "BinaryData") and fields.get("HeaderSize", "0") == "0"
    if code is None or not one_channel or not plain or fields.get("NDims") != "3":
        raise CaptureError(
            f"expected a MetaImage of 3 dimensions, one channel and whole numbers or floats, got "
            f"{path} with NDims {fields.get('NDims', '')[:80]!r} of "
            f"{fields.get('ElementType', '')[:80]!r}"
        )
    order = ">" if _true(fields, "BinaryDataByteOrderMSB", "ElementByteOrderMSB") else "<"
    dtype = np.dtype(order + code)
    sizes = numbers(fields.get("DimSize", ""), path, "DimSize", count=3, whole=True)
    shape = checked_sizes([int(n) for n in sizes], dtype, path)
    origin = numbers(fields.get("Offset", fields.get("Position", "0 0 0")), path, "Offset", count=3)
    if "ElementSpacing" not in fields:
        return Header(dtype, shape, None, np.array(origin))
    spacing = numbers(fields["ElementSpacing"], path, "ElementSpacing", count=3)
    turned = fields.get("TransformMatrix", fields.get("Orientation", "1 0 0 0 1 0 0 0 1"))
    matrix = np.array(numbers(turned, path, "TransformMatrix", count=9)).reshape(3, 3)
    lengths = np.linalg.norm(matrix, axis=1)
    if not (np.abs(lengths - 1) < ANGLE).all():
        raise CaptureError(f"expected directions of length 1 in {path}, got {lengths.tolist()}")
    steps = matrix / lengths[:, None] * np.array(spacing)[:, None]
    return Header(dtype, shape, steps, np.array(origin))


def _true(fields: dict[str, str], *names: str) -> bool:
    return any(fields.get(name, "").casefold() in {"true", "1"} for name in names)
