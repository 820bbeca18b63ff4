"""Slice → bytes, as `SliceData` describes them, and as PNG.

Slices travel as raw grey bytes. Medians of one run of `make bench` over frames of the mouse sweep,
400 × 256 (Chromium, drawn in software, on two cores that were busy with other work, too): from
bytes in the page to a texture, and the same with the time that a link takes for them:

                       kB   to texture   with 100 Mbit/s   with 500   packed in   off by at most
    raw               102       0.3 ms            8.5 ms     1.9 ms        0 ms        0
    PNG, level 1       49       7.4 ms           11.3 ms     8.2 ms        5 ms        0
    WebP, lossless     40       8.2 ms           11.4 ms     8.8 ms      149 ms        0
    WebP, quality 90   19       7.5 ms            9.0 ms     7.8 ms       37 ms       12
    BC4                51       0.3 ms            4.4 ms     1.1 ms        4 ms       18

Of what is exact, raw is the quickest: at 500 Mbit/s by far, at 100 Mbit/s by a little (the quickest
of 240 took 4.7 ms as PNG and 3.6 as WebP, with which they would come about even). And it needs no
processor at either end, which a headset that draws 90 times a second has none of to spare. BC4 is
quicker, but not exact; ASTC by way of KTX2, which a Quest takes in its place, was not measured, as
no encoder is installed. A frame comes once, then the page keeps it; until then `coarse.py`'s volume
stands in for it.
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
