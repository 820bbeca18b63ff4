"""NRRD → Grid. https://teem.sourceforge.net/nrrd/format.html"""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.grids import (
    DEFLATE,
    RAW,
    Grid,
    Header,
    checked_sizes,
    grid_of,
    read_voxels,
)
from parasam_core.capture.header_text import beside, numbers
from parasam_core.capture.slicer import segments_of
from parasam_core.errors import CaptureError

MAGIC = b"NRRD000"
LONGEST_HEADER = 1 << 20
PACKINGS = {"raw": RAW, "gzip": DEFLATE, "gz": DEFLATE}
TYPES = {
    "i1": ("signed char", "int8", "int8_t"),
    "u1": ("uchar", "unsigned char", "uint8", "uint8_t"),
    "i2": ("short", "short int", "signed short", "signed short int", "int16", "int16_t"),
    "u2": ("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"),
    "i4": ("int", "signed int", "int32", "int32_t"),
    "u4": ("uint", "unsigned int", "uint32", "uint32_t"),
    "i8": (
        "longlong",
        "long long",
        "long long int",
        "signed long long",
        "signed long long int",
        "int64",
        "int64_t",
    ),
    "u8": ("ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t"),
    "f4": ("float",),
    "f8": ("double",),
}
TO_LPS = {
    "left-posterior-superior": (1, 1, 1), "lps": (1, 1, 1),
    "right-anterior-superior": (-1, -1, 1), "ras": (-1, -1, 1),
    "left-anterior-superior": (1, -1, 1), "las": (1, -1, 1),
}  # fmt: skip
LISTED = ("list", "vector")
MOST_LAYERS = 256
BYTE_ORDERS = {"little": "<", "big": ">"}


def is_nrrd(path: Path, head: bytes) -> bool:
    """True for NRRD, its data in it or beside it."""
    return path.is_file() and head.startswith(MAGIC)


@np.errstate(all="ignore")  # what overflows is refused as not finite
def read_nrrd(path: Path) -> Grid:
    """Header and voxels.

    Raises:
        CaptureError: it is damaged, of a kind that is not read, or its data lies elsewhere.
    """
    with path.open("rb") as stream:
        fields, keys = _lines(stream, path)
        segments = segments_of(keys, path)
        header = _header(fields, path, is_label=bool(segments))
        packing = PACKINGS.get(fields.get("encoding", "").lower())
        if packing is None or {"line skip", "lineskip", "byte skip", "byteskip"} & fields.keys():
            raise CaptureError(
                f"expected encoding raw or gzip without skips in {path}, "
                f"got {fields.get('encoding', '')[:80]!r}; save it again"
            )
        elsewhere = fields.get("data file", fields.get("datafile"))
        if elsewhere is None:
            voxels = read_voxels(stream, header, packing, path)
            return grid_of(path, (path,), header, voxels, segments)
    data = beside(path, elsewhere)
    with data.open("rb") as stream:
        voxels = read_voxels(stream, header, packing, data)
    return grid_of(path, (path, data), header, voxels, segments)


def _lines(stream: BinaryIO, path: Path) -> tuple[dict[str, str], dict[str, str]]:
    """Fields and keys of the header; the stream stands at the data."""
    fields: dict[str, str] = {}
    keys: dict[str, str] = {}
    left = LONGEST_HEADER - len(stream.readline(LONGEST_HEADER))
    while left > 0 and (line := stream.readline(left)):
        left -= len(line)
        text = line.decode("utf-8", "replace").strip("\r\n")
        if not text:
            return fields, keys
        name, mark, value = text.partition(":")
        key, of_key, stated = text.partition(":=")
        if text.startswith("#") or not mark:
            continue
        if of_key and ": " not in key:
            keys[key] = stated
        elif name.lower() in fields:
            raise CaptureError(f"expected one field {name!r} in {path}, got two")
        else:
            fields[name.lower()] = value.strip()
    if left > 0 and {"data file", "datafile"} & fields.keys():
        return fields, keys
    raise CaptureError(f"expected an NRRD header that ends, got {path}; it is cut short")


def _header(fields: dict[str, str], path: Path, *, is_label: bool) -> Header:
    named = fields.get("type", "").lower()
    code = next((code for code, names in TYPES.items() if named in names), None)
    order = BYTE_ORDERS.get(fields.get("endian", "little").lower())
    if code is None or order is None or (code[1] != "1" and "endian" not in fields):
        raise CaptureError(
            f"expected whole numbers of 8 to 64 bits or floats in {path}, with their byte order, "
            f"got {named[:80]!r} and {fields.get('endian', '')[:80]!r}"
        )
    dtype = np.dtype(order + code)
    sizes = [int(n) for n in numbers(fields.get("sizes", ""), path, "sizes", whole=True)]
    listed = is_label and fields.get("kinds", "").lower().startswith(LISTED)
    layers = sizes[0] if listed and len(sizes) > 3 else 1
    if len(sizes) != 3 + listed or fields.get("dimension") != str(len(sizes)):
        raise CaptureError(
            f"expected 3 dimensions in {path}, got {fields.get('dimension', '')[:80]!r} and "
            f"{len(sizes)} sizes; save one channel a file"
        )
    if not 1 <= layers <= MOST_LAYERS:
        raise CaptureError(f"expected 1 to {MOST_LAYERS} layers in {path}, got {layers}")
    shape = checked_sizes(sizes[-3:], dtype, path, layers)
    steps, origin = _where(fields, path)
    return Header(dtype, shape, steps, origin, is_label, layers)


def _where(
    fields: dict[str, str], path: Path
) -> tuple[NDArray[np.float64] | None, NDArray[np.float64]]:
    """Steps and origin in LPS mm."""
    if "space directions" not in fields:
        if "spacings" not in fields:
            return None, np.zeros(3)
        spacings = np.array(numbers(fields["spacings"], path, "spacings", count=3))
        return (np.diag(spacings) if np.isfinite(spacings).all() else None), np.zeros(3)
    space = fields.get("space", "").lower()
    units = set(re.findall(r'"([^"]*)"', fields.get("space units", "")))
    if space not in TO_LPS or not units <= {"mm", ""}:
        raise CaptureError(
            f"expected a space of {', '.join(TO_LPS)} in mm in {path}, got {space[:80]!r} in "
            f"{str(units)[:80]}"
        )
    along_axes = fields["space directions"].removeprefix("none")  # of layers
    vectors = numbers(along_axes, path, "space directions", count=9)
    origin = numbers(fields.get("space origin", "0 0 0"), path, "space origin", count=3)
    turn = np.array(TO_LPS[space], np.float64)
    return np.array(vectors).reshape(3, 3) * turn, np.array(origin) * turn
