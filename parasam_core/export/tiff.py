"""A TIFF of pages with ImageJ's metadata: Fiji shows it in mm."""

from __future__ import annotations

import io
from fractions import Fraction

import numpy as np
import tifffile

from parasam_core.export.picture import Picture

INSIDE = 255  # a mask in ImageJ is 0 and 255
LARGEST = 2**32 - 1


def tiff_bytes(picture: Picture) -> bytes:
    """A `.tif` file: uint8, a page a frame, our provenance under Image › Show Info."""
    z, y, x = picture.space.spacing_mm
    metadata = {"axes": "ZYXS", "spacing": z, "unit": "mm", "Info": picture.about_json}
    stream = io.BytesIO()
    tifffile.imwrite(
        stream,
        (picture.voxels * np.uint8(INSIDE if picture.is_label else 1))[..., None],
        imagej=True,
        resolution=(_pixels_a_mm(x), _pixels_a_mm(y)),
        metadata=metadata | _origin_in_pixels(picture),
    )
    return stream.getvalue()


def _pixels_a_mm(spacing_mm: float) -> tuple[int, int]:
    """The ratio of 32-bit whole numbers nearest to 1 / spacing."""
    largest = min(LARGEST, int(LARGEST / spacing_mm))
    nearest = Fraction(spacing_mm).limit_denominator(largest)
    return nearest.denominator, nearest.numerator


def _origin_in_pixels(picture: Picture) -> dict[str, float]:
    """Where (0, 0, 0) mm lies, in voxels, as ImageJ says it."""
    space = picture.space
    voxels = [-o / s + 0.0 for o, s in zip(space.origin_mm, space.spacing_mm, strict=True)]
    return dict(zip(("zorigin", "yorigin", "xorigin"), voxels, strict=True))
