"""Slice → bytes, as `SliceData` describes them, and as PNG.

Slices travel as raw grey bytes. Measured on a real sweep, from bytes in the page to a texture
(Chromium, drawn in software), with the time a link of 100 Mbit/s takes for them:

    512 × 400         KB    to texture    at 100 Mbit/s    packed in
    raw              205        0.1 ms          16.4 ms         0 ms
    PNG, level 1      60        3.1 ms           4.8 ms         3 ms
    WebP, lossless    47        3.5 ms           3.8 ms        44 ms
    256 × 256
    raw               66        0.1 ms           5.2 ms         0 ms
    PNG, level 1      23        1.5 ms           1.8 ms         1 ms
    WebP, lossless    19        1.4 ms           1.5 ms        14 ms

Raw is the quickest on this machine, by far, and needs no processor at either end, which a headset
that draws 90 times a second has none of to spare; from about 200 Mbit/s on it is so over a link as
well. At 100 Mbit/s a frame of 512 × 400 comes 6 ms later than as PNG, one of 256 × 256 1 ms, and
that once: then the page keeps it.
"""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from parasam_core.errors import PromptError

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_HEAD = struct.Struct(">8sI4sIIBB")  # up to the kind of its pixels
GREY = 0


def slice_payload(frame: NDArray[np.uint8], bits: bytes) -> bytes:
    """Grey bytes, then the mask's bits.

    Args:
        frame: (y, x) uint8.
        bits: of `mask_bits`, or b"" where no mask is shown.
    """
    return frame.tobytes() + bits


def mask_bits(mask: NDArray[np.bool_]) -> bytes:
    """A (y, x) bool mask, a bit a pixel."""
    return np.packbits(mask, axis=None).tobytes()


def png_of(image: NDArray[np.uint8] | NDArray[np.bool_]) -> bytes:
    """A PNG of a (y, x) image: grey from uint8, black and white from bool."""
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "PNG", compress_level=1)
    return stream.getvalue()


def mask_from_png(png: bytes, shape_yx: tuple[int, int]) -> NDArray[np.bool_]:
    """The mask in a grey PNG: True where a pixel is not zero.

    Args:
        png: the file, 8 bits or 1 bit a pixel.
        shape_yx: the size it must have, pixels.

    Raises:
        PromptError: it is no such file.
    """
    height, width = shape_yx
    wanted = f"expected a grey PNG of 8 bits a pixel, {width} × {height} pixels"
    if len(png) < PNG_HEAD.size or not png.startswith(PNG_SIGNATURE):
        raise PromptError(f"{wanted}, got {len(png)} bytes that are no PNG")
    _, _, _, *size, bits, colours = PNG_HEAD.unpack_from(png)
    if size != [width, height] or bits not in (1, 8) or colours != GREY:
        kind = "grey" if colours == GREY else "coloured"
        raise PromptError(f"{wanted}, got a {kind} one of {bits} bits, {size[0]} × {size[1]}")
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
            return np.asarray(image) > 0
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error) as error:
        raise PromptError(f"{wanted}, got a damaged one ({error})") from error
