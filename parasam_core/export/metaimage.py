"""MetaImage in one file, as ITK reads it."""

from __future__ import annotations

import json
import zlib

from parasam_core.export.picture import Picture

LONGEST_FIELD = 30_000  # ITK reads no file with a field of 32768 characters or more


def mha_bytes(picture: Picture) -> bytes:
    """A `.mha` file: uint8, zlib, LPS, our provenance in the field `ParaSAM`."""
    pixels = zlib.compress(picture.voxels.tobytes())
    fields = {
        "ObjectType": "Image",
        "NDims": "3",
        "ParaSAM": _about(picture),
        "BinaryData": "True",
        "BinaryDataByteOrderMSB": "False",
        "CompressedData": "True",
        "CompressedDataSize": str(len(pixels)),
        "TransformMatrix": "1 0 0 0 1 0 0 0 1",
        "Offset": _three(picture.space.origin_mm[::-1]),
        "CenterOfRotation": "0 0 0",
        "AnatomicalOrientation": "RAI",
        "ElementSpacing": _three(picture.space.spacing_mm[::-1]),
        "DimSize": _three(picture.space.shape[::-1]),
        "ElementType": "MET_UCHAR",
        "ElementDataFile": "LOCAL",
    }
    header = "".join(f"{name} = {value}\n" for name, value in fields.items())
    return header.encode("ascii") + pixels


def _about(picture: Picture) -> str:
    """Our provenance; without its details where they are too long."""
    if len(picture.about_json) <= LONGEST_FIELD:
        return picture.about_json
    about = picture.about.items()
    return json.dumps({k: v | {"details": {}} if isinstance(v, dict) else v for k, v in about})


def _three(values: tuple[float, ...]) -> str:
    return " ".join(repr(v) for v in values)
