"""Full-screen captures, decoded by OpenCV for speed and as strictly as Pillow would."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from parasam_core.capture.pillow import FORMATS, damage_named, decoded, pages_of
from parasam_core.errors import CaptureError

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
JPEG_END = b"\xff\xd9"
JPEG_TAIL_BYTES = 4096
FAST_MODES = ("L", "RGB")

Colours = NDArray[np.uint8]
"""(y, x, 3) BGR, as OpenCV has it."""


def colours_of(path: Path) -> Colours:
    """One capture, whatever its depth and kind of pixel, as 8-bit colour.

    Raises:
        CaptureError: it is no image, cut short, damaged, or of several pages.
    """
    content = path.read_bytes()
    with damage_named(str(path)), Image.open(io.BytesIO(content), formats=FORMATS) as image:
        if pages_of(image) > 1:
            raise CaptureError(f"expected one capture a file, got {path}, which holds several")
        if image.mode in FAST_MODES and _is_whole(content):
            picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
            if picture is not None:
                return np.asarray(picture, np.uint8)
        return _as_bgr(decoded(image, str(path)))


def _is_whole(content: bytes) -> bool:
    """True for a PNG whose pieces have the sums they state, and a JPEG that has its end."""
    if content.startswith(JPEG):
        return JPEG_END in content[-JPEG_TAIL_BYTES:]
    if not content.startswith(PNG):
        return False
    at = len(PNG)
    while at + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, at)
        end = at + 8 + length
        if end + 4 > len(content):
            return False
        if zlib.crc32(memoryview(content)[at + 4 : end]) != int.from_bytes(content[end : end + 4]):
            return False
        if content[at + 4 : at + 8] == b"IEND":
            return True
        at = end + 4
    return False


def _as_bgr(picture: NDArray[np.generic]) -> Colours:
    eight = picture if picture.dtype == np.uint8 else (picture.astype(np.uint16) >> 8)
    levels = np.asarray(eight, np.uint8)
    code = cv2.COLOR_GRAY2BGR if levels.ndim == 2 else cv2.COLOR_RGB2BGR
    return np.asarray(cv2.cvtColor(levels, code), np.uint8)
