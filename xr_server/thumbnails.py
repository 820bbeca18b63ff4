"""Thumbnails: each scan at a glance, the frame in the tumour's middle with the outline on it.

Kept by the content on disk, which is also their ETag: who has one is told so without any pixel
being read.
"""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from numpy.typing import NDArray
from PIL import Image
from starlette.responses import Response

from parasam_core.scanfile import ScanFile
from parasam_core.space import Space
from xr_server.library import Library, content_of, label_shown
from xr_server.once import Once
from xr_server.resources import OTHERWISE, PNG, is_held

KEPT = 1000  # of about 10 kB
LONGEST_SIDE_PX = 160
OUTLINE = 255  # the last of the palette; the others are greys
PALETTE = [value for grey in range(OUTLINE) for value in (grey,) * 3] + [255, 176, 0]


class Thumbnails:
    """Of a library's scans, the last few."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._made: Once[str] = Once(KEPT)
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="thumbnail")

    async def answer(self, request: Request, scan: str) -> Response:
        """The PNG, or 304.

        Raises:
            ScanError: there is no such scan, or it is damaged.
        """
        file, label, content = await run_in_threadpool(_opened, self._library, scan)
        headers = {"etag": f'"{content}"', "cache-control": "no-cache"}
        if is_held(request, headers["etag"]):
            return Response(status_code=304, headers=headers)
        make = partial(thumbnail_of, file, label)
        png = await self._made.get(self._threads, content, make)
        return Response(png, media_type="image/png", headers=headers)

    def close(self) -> None:
        """Begin nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def thumbnails_api(thumbnails: Thumbnails) -> APIRouter:
    """The route of a scan's thumbnail."""
    router = APIRouter(prefix="/api/scans", responses=OTHERWISE)

    @router.get("/{scan}/thumbnail.png", responses=PNG)
    async def thumbnail(request: Request, scan: str) -> Response:
        return await thumbnails.answer(request, scan)

    return router


def _opened(library: Library, scan_id: str) -> tuple[ScanFile, str | None, str]:
    """The scan, the label that is shown where none is named, and their content's digest."""
    scan = library.scan(scan_id)
    label = label_shown(scan, None)
    return scan, label, content_of(scan, label)


def thumbnail_of(scan: ScanFile, label: str | None) -> bytes:
    """A PNG of at most `LONGEST_SIDE_PX` a side, in the proportions of the animal.

    Args:
        scan: which.
        label: whose outline is drawn; None draws none, and takes the scan's middle frame.

    Raises:
        ScanError: it is damaged.
    """
    if label is None:
        return _png(_greys(scan, scan.space.shape[0] // 2))
    masks = scan.mask(label).masks
    tumour = np.flatnonzero(masks.any(axis=(1, 2)))
    frame = int(tumour[len(tumour) // 2]) if len(tumour) else len(masks) // 2
    pixels = _greys(scan, frame)
    pixels[_outline(_resized(masks[frame] * np.uint8(255), scan.space) > 127)] = OUTLINE
    return _png(pixels)


def _greys(scan: ScanFile, frame: int) -> NDArray[np.uint8]:
    return np.minimum(_resized(scan.frame(frame), scan.space), OUTLINE - 1)


def _resized(image: NDArray[np.uint8], space: Space) -> NDArray[np.uint8]:
    _, height_mm, width_mm = (n * mm for n, mm in zip(space.shape, space.spacing_mm, strict=True))
    px_per_mm = LONGEST_SIDE_PX / max(height_mm, width_mm)
    size = max(1, round(width_mm * px_per_mm)), max(1, round(height_mm * px_per_mm))
    return np.asarray(Image.fromarray(image).resize(size, Image.Resampling.BILINEAR)).copy()


def _outline(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Where a (y, x) mask ends, on both sides of its edge."""
    edge = np.zeros_like(mask)
    for image, drawn in ((mask, edge), (mask.T, edge.T)):
        ends = image[1:] != image[:-1]
        drawn[1:] |= ends
        drawn[:-1] |= ends
    return edge


def _png(pixels: NDArray[np.uint8]) -> bytes:
    image = Image.fromarray(pixels)
    image.putpalette(PALETTE)
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()
