"""A multi-page TIFF → Footage, one page a frame.

Pages of 8 bits, and grey ones of 16, are decoded by Pillow, which knows every packing. What it
would change or does not know (floats, signed numbers, colour or inverted grey of 16 bits, an ImageJ
stack behind one page) is read whole through tifffile; floats and signed numbers become grey levels
by the rule of `grey_levels`, over the whole stack.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import tifffile
from numpy.typing import NDArray

from parasam_core.capture.footage import Picture
from parasam_core.capture.grey_levels import grey_levels
from parasam_core.capture.grids import Grid
from parasam_core.capture.ome import is_ome, pixels_of
from parasam_core.capture.pillow import TIFF_MAGIC, damage_named, decoded, opened
from parasam_core.capture.resolution import (
    DESCRIPTION,
    X_RESOLUTION,
    Y_RESOLUTION,
    imagej_fields,
    scale_of_tags,
)
from parasam_core.capture.scale import Scale
from parasam_core.errors import CaptureError
from parasam_core.segmenter import Progress, no_progress
from parasam_core.sequence import Box
from parasam_core.space import Space

LARGEST = 8 << 30
DARK_IS_MOST, DARK_IS_0, RGB = 0, 1, 2
UNPACKED = 1
PLAIN = "save it as a plain grey TIFF stack"
logging.getLogger("tifffile").addHandler(logging.NullHandler())  # see pillow.py


@dataclass(frozen=True)
class TiffStack:
    """The pages of a TIFF; `voxels` where they were read at once."""

    path: Path
    count: int
    details: dict[str, Any] = field(default_factory=dict)
    scale: Scale | None = None
    area: Box | None = None
    voxels: NDArray[Any] | None = None

    @property
    def files(self) -> tuple[Path, ...]:
        """The file."""
        return (self.path,)

    def pictures(self, wanted: Iterable[int]) -> Iterator[Picture]:
        """See `Footage.pictures`."""
        if self.voxels is not None:
            yield from (np.asarray(self.voxels[number]) for number in wanted)
            return
        with opened(self.path) as image:
            for number in wanted:
                with damage_named(self.name_of(number)):
                    image.seek(number)
                yield decoded(image, self.name_of(number))

    def name_of(self, number: int) -> str:
        """See `Footage.name_of`."""
        return f"page {number + 1} of {self.path.name}"


def is_tiff(path: Path, head: bytes) -> bool:
    """True for TIFF and BigTIFF, of either byte order."""
    return path.is_file() and head[:4] in TIFF_MAGIC


def open_tiff(path: Path, progress: Progress) -> TiffStack:  # noqa: ARG001
    """Read the directory of pages.

    Raises:
        CaptureError: the file is damaged, or holds frames that are not grey or colour planes.
    """
    with damage_named(str(path)), tifffile.TiffFile(path) as tiff:
        first: Any = tiff.pages[0]
        pages = len(tiff.pages)
        tags = _tags(first)
        count = _checked_count(first, str(tags.get(DESCRIPTION, "")), path, pages)
        if first.imagelength * first.imagewidth == 0:
            raise CaptureError(
                f"expected pages with pixels in {path}, got {first.imagewidth}×{first.imagelength}"
            )
        if first.imagelength * first.imagewidth * count > LARGEST:
            raise CaptureError(
                f"expected at most {LARGEST >> 30} GiB of pixels in {path}, got {count} pages of "
                f"{first.imagewidth}×{first.imagelength}"
            )
        voxels: NDArray[Any] | None = None
        details: dict[str, Any] = {}
        if count > pages or _is_odd(first):
            voxels, details = _at_once(tiff, path, count)
    return TiffStack(path, count, details, scale_of_tags(tags), voxels=voxels)


def read_tiff_label(path: Path) -> Grid:
    """A stack as a grid, which may be a label.

    Raises:
        CaptureError: see `open_tiff`; or its pages are not of one size.
    """
    stack = open_tiff(path, no_progress)
    pictures = list(stack.pictures(range(stack.count)))
    if len({p.shape[:2] for p in pictures}) != 1:
        raise CaptureError(f"expected pages of one size in {path}, got several")
    voxels = np.stack([p if p.ndim == 2 else p.max(axis=-1) for p in pictures])
    scale = stack.scale
    if scale is None or scale.step_mm is None:
        return Grid(path, (path,), voxels, Space(voxels.shape, (1, 1, 1)), None, is_label=False)
    spacing, origin = (scale.step_mm, *scale.pixel_mm), scale.origin_mm or (0.0, 0.0, 0.0)
    space = Space(voxels.shape, spacing, origin)
    return Grid(path, (path,), voxels, space, scale, is_label=False)


def _checked_count(first: Any, description: str, path: Path, pages: int) -> int:
    """How many frames there are: as many as pages, but for an ImageJ stack behind one."""
    said = pixels_of(description) if is_ome(description) else imagej_fields(description)
    if is_ome(description):
        channels = _whole(said.get("SizeC"), 1) / first.samplesperpixel
        depth, times = _whole(said.get("SizeZ"), pages), _whole(said.get("SizeT"), 1)
        frames, behind_one = depth * times, False
    else:
        channels = _whole(said.get("channels"), 1)
        depth, times = _whole(said.get("slices"), 1), _whole(said.get("frames"), 1)
        frames, behind_one = _whole(said.get("images"), pages), pages == 1
    if frames < 1 or channels != 1 or min(depth, times) > 1 or (frames != pages and not behind_one):
        raise CaptureError(
            f"expected one page a frame and one channel, got {path}, which says {frames} images "
            f"and {channels:g} channels on {pages} pages; {PLAIN}"
        )
    return frames


def _whole(text: str | None, otherwise: int) -> int:
    """A whole number; -1 for what is none."""
    if text is None:
        return otherwise
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _tags(page: Any) -> dict[int, Any]:
    """Tags by number; resolutions as pixels a unit, None where they are none."""
    tags = {int(tag.code): tag.value for tag in page.tags}
    for code in (X_RESOLUTION, Y_RESOLUTION):
        ratio = tags.get(code)
        if isinstance(ratio, tuple):
            tags[code] = ratio[0] / ratio[1] if len(ratio) == 2 and ratio[1] else None
    return tags


def _is_odd(page: Any) -> bool:
    """Whether Pillow would change its values, or does not know it."""
    if page.dtype is None or page.dtype in (np.uint8, np.bool_):
        return False
    plain = page.samplesperpixel == 1 and int(page.photometric) == DARK_IS_0
    return not (page.dtype == np.uint16 and plain)


def _at_once(tiff: Any, path: Path, count: int) -> tuple[NDArray[Any], dict[str, Any]]:
    """(z, y, x) or (z, y, x, 3) voxels, and by which rule they became grey levels."""
    first, pages = tiff.pages[0], list(tiff.pages)
    if not _is_known(first) or any(p.shape != first.shape or p.dtype != first.dtype for p in pages):
        raise ValueError(
            f"pages of {first.dtype} of {first.shape}, {first.samplesperpixel} a pixel"
        )
    for page in pages:
        _check_there(page, path)
    behind = count > len(pages)
    voxels = _behind_one(tiff, path, count) if behind else np.stack([_page(p) for p in pages])
    if voxels.dtype == np.uint8:
        levels, rule = voxels, ""
    else:
        levels, rule = grey_levels(voxels, str(path))
    if int(first.photometric) == DARK_IS_MOST:
        levels = np.iinfo(levels.dtype).max - levels
    return levels, {"levels": rule} if rule else {}


def _is_known(page: Any) -> bool:
    """Whether it is grey, or RGB of whole numbers."""
    kind = page.dtype.kind if page.dtype is not None else ""
    grey = page.samplesperpixel == 1 and int(page.photometric) in (DARK_IS_0, DARK_IS_MOST)
    colour = page.samplesperpixel == 3 and int(page.photometric) == RGB and kind == "u"
    return kind in "uif" and (grey or colour)


def _page(page: Any) -> NDArray[Any]:
    """(y, x) or (y, x, 3) as stored."""
    pixels = np.asarray(page.asarray())
    apart = page.samplesperpixel == 3 and pixels.shape[0] == 3 and pixels.shape[-1] != 3
    return np.moveaxis(pixels, 0, -1) if apart else pixels


def _check_there(page: Any, path: Path) -> None:
    """Refuse a page with pieces that are not in the file: tifffile would make them 0."""
    there = path.stat().st_size
    pieces = list(zip(page.dataoffsets, page.databytecounts, strict=True))
    if not pieces or any(start <= 0 or n <= 0 or start + n > there for start, n in pieces):
        raise ValueError("pieces of a page that are not there")


def _behind_one(tiff: Any, path: Path, count: int) -> NDArray[Any]:
    """The frames of an ImageJ stack, which follow one another from the first page's on."""
    first = tiff.pages[0]
    if first.compression != UNPACKED or first.samplesperpixel != 1:
        raise ValueError(f"{count} packed or coloured frames behind one page")
    shape = (count, first.imagelength, first.imagewidth)
    dtype = first.dtype.newbyteorder(tiff.byteorder)
    with path.open("rb") as stream:
        stream.seek(first.dataoffsets[0])
        voxels = np.frombuffer(stream.read(math.prod(shape) * dtype.itemsize), dtype)
    return voxels.reshape(shape)
