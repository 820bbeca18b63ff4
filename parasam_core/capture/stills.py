"""Captures: still images, decoded fast, and as strictly as Pillow would."""

from __future__ import annotations

from pathlib import Path

import cv2
import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from parasam_core.capture.pillow import damage_named, decoded, opened, pages_of
from parasam_core.errors import CaptureError

JPEG_END = b"\xff\xd9"
JPEG_TAIL_BYTES = 4096
FAST_MODES = ("L", "RGB")

Colours = NDArray[np.uint8]
"""(y, x, 3) RGB."""


def colours_of(path: Path) -> Colours:
    """One capture, whatever its depth and kind of pixel, as 8-bit colour.

    Raises:
        CaptureError: it is no image, cut short, damaged, or of several pages.
    """
    content = path.read_bytes()
    with opened(path, content) as image, damage_named(str(path)):
        if pages_of(image) > 1:
            raise CaptureError(f"expected one capture a file, got {path}, which holds several")
        picture = _decoded_fast(content, image)
        return _as_rgb(decoded(image, str(path)) if picture is None else picture)


def smaller_by(times: int, capture: Colours) -> Colours:
    """The capture at a whole fraction of its size; itself where that is one."""
    if times == 1:
        return capture
    size = (capture.shape[1] // times, capture.shape[0] // times)
    return np.asarray(cv2.resize(capture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _decoded_fast(content: bytes, image: Image.Image) -> NDArray[np.uint8] | None:
    """(y, x) or (y, x, 3) RGB of a plain PNG or JPEG; None for what Pillow is to decode.

    Raises:
        RuntimeError: a PNG is cut short, or a piece of it has not the sum that it states.
    """
    if image.mode not in FAST_MODES or "exif" in image.info:
        return None
    if image.format == "PNG":
        picture = imagecodecs.png_decode(content)  # in three quarters of OpenCV's time
        return picture if picture.dtype == np.uint8 and picture.shape[2:] in ((), (3,)) else None
    if image.format == "JPEG" and JPEG_END in content[-JPEG_TAIL_BYTES:]:
        coloured = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR_RGB)
        return None if coloured is None else np.asarray(coloured, np.uint8)
    return None


def _as_rgb(picture: NDArray[np.generic]) -> Colours:
    eight = picture if picture.dtype == np.uint8 else (picture.astype(np.uint16) >> 8)
    levels = np.asarray(eight, np.uint8)
    return levels if levels.ndim == 3 else np.asarray(cv2.cvtColor(levels, cv2.COLOR_GRAY2RGB))
