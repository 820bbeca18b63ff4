"""Slice → bytes, as `SliceData` describes them, and as PNG."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def slice_payload(frame: NDArray[np.uint8], mask: NDArray[np.bool_] | None) -> bytes:
    """Grey bytes, then the mask's bits.

    Args:
        frame: (y, x) uint8.
        mask: (y, x) bool, or None where no mask is shown.
    """
    if mask is None:
        return frame.tobytes()
    return frame.tobytes() + np.packbits(mask, axis=None).tobytes()


def png_of(image: NDArray[np.uint8] | NDArray[np.bool_]) -> bytes:
    """A PNG of a (y, x) image: grey from uint8, black and white from bool."""
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "PNG", compress_level=1)
    return stream.getvalue()
