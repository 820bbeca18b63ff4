"""Still images, decoded strictly: what is cut short or damaged is refused, not half drawn."""

from __future__ import annotations

import io
import logging
import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from parasam_core.capture.footage import Picture
from parasam_core.errors import CaptureError

FORMATS = ("PNG", "JPEG", "BMP", "TIFF")
MAGIC = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"BM")
TIFF_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
GREY = ("L",)
GREY_16 = ("I;16", "I;16B", "I;16L")
COLOUR = ("RGB", "P", "CMYK", "YCbCr")
TRANSPARENT = ("RGBA", "LA", "PA")
logging.getLogger("PIL").addHandler(logging.NullHandler())  # else its errors go to the terminal


def decoded(image: Image.Image, name: str) -> Picture:
    """An image's pixels, turned as its EXIF orientation says, transparency over black.

    Raises:
        CaptureError: it is damaged, or of a depth that is not read.
    """
    with damage_named(name):
        _load(image)
        upright = ImageOps.exif_transpose(image)
        picture = _pixels(upright)
    if picture is None:
        raise CaptureError(
            f"expected images of 8 or 16 bits a channel, got {name}, which holds "
            f"{image.mode!r} pixels; export it as 8-bit PNG or TIFF"
        )
    return picture


@contextmanager
def damage_named(name: str) -> Iterator[None]:
    """Turn whatever a damaged image throws into a CaptureError that names it."""
    with _QUIET:
        try:
            yield
        except CaptureError:
            raise
        except Exception as error:  # Pillow's decoders raise nearly anything
            reason = " ".join(str(error).split()) or type(error).__name__
            raise CaptureError(
                f"expected an image that can be decoded, got {name} ({reason}); export it again"
            ) from error


def opened(path: Path, content: bytes | None = None) -> Image.Image:
    """An image whose header has been read.

    Args:
        path: the file.
        content: its bytes, where they have been read already.

    Raises:
        CaptureError: it is not an image of the formats read.
    """
    with damage_named(str(path)):
        try:
            return Image.open(path if content is None else io.BytesIO(content), formats=FORMATS)
        except UnidentifiedImageError:
            raise CaptureError(
                f"expected a PNG, JPEG, BMP or TIFF image, got {path}, which is none"
            ) from None


def pages_of(image: Image.Image) -> int:
    """How many images the file holds."""
    return int(getattr(image, "n_frames", 1))


def _pixels(image: Image.Image) -> Picture | None:
    if image.mode in GREY:
        return np.asarray(image)
    if image.mode in GREY_16:
        return np.asarray(image).astype(np.uint16)
    if image.mode == "1":
        return np.asarray(image.convert("L"))
    if image.mode in COLOUR:
        return np.asarray(image.convert("RGB"))
    if image.mode in TRANSPARENT:
        above = image.convert("RGBA")
        black = Image.new("RGBA", above.size, (0, 0, 0, 255))
        return np.asarray(Image.alpha_composite(black, above).convert("RGB"))
    return None


def _load(image: Image.Image) -> None:
    if any(tile[0] == "libtiff" for tile in getattr(image, "tile", ())):
        with _STDERR, _stderr_silenced():
            image.load()
    else:
        image.load()


class _Quiet:
    """No warnings, but a decompression bomb's as an error, while any thread is within.

    Filters are the whole process's: the first thread in sets them, the last one out resets them.
    """

    def __init__(self) -> None:
        self._lock, self._within = threading.Lock(), 0
        self._filters = warnings.catch_warnings()

    def __enter__(self) -> None:
        with self._lock:
            if self._within == 0:
                self._filters = warnings.catch_warnings()
                self._filters.__enter__()
                warnings.simplefilter("ignore")
                warnings.simplefilter("error", Image.DecompressionBombWarning)
            self._within += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._within -= 1
            if self._within == 0:
                self._filters.__exit__(None, None, None)


_QUIET = _Quiet()
_STDERR = threading.Lock()


@contextmanager
def _stderr_silenced() -> Iterator[None]:
    """Libtiff writes its complaints to file descriptor 2; the error raised says it all."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
