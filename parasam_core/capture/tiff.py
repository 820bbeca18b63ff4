"""A multi-page TIFF → Footage, one page a frame."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from parasam_core.capture.footage import Picture
from parasam_core.capture.pillow import TIFF_MAGIC, damage_named, decoded, opened, pages_of
from parasam_core.capture.resolution import scale_of_tags
from parasam_core.capture.scale import Scale
from parasam_core.errors import CaptureError
from parasam_core.segmenter import Progress
from parasam_core.sequence import Box

DESCRIPTION_TAG = 270
IMAGEJ_COUNT = re.compile(r"^(images|channels)=(\d+)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class TiffStack:
    """The pages of a TIFF."""

    path: Path
    count: int
    details: dict[str, Any] = field(default_factory=dict)
    scale: Scale | None = None
    area: Box | None = None

    @property
    def files(self) -> tuple[Path, ...]:
        """The file."""
        return (self.path,)

    def pictures(self, wanted: Iterable[int]) -> Iterator[Picture]:
        """See `Footage.pictures`."""
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
        CaptureError: the file is damaged, or holds frames that are not pages.
    """
    with opened(path) as image:
        with damage_named(str(path)):
            count = pages_of(image)
        _check_imagej(image, path, count)
        scale = scale_of_tags(getattr(image, "tag_v2", {}))
    return TiffStack(path, count, scale=scale)


def _check_imagej(image: Image.Image, path: Path, count: int) -> None:
    """ImageJ may store a stack behind a single page, or channels as pages."""
    tags = getattr(image, "tag_v2", {})
    stated = dict(IMAGEJ_COUNT.findall(str(tags.get(DESCRIPTION_TAG, ""))))
    if int(stated.get("images", count)) != count or int(stated.get("channels", 1)) != 1:
        raise CaptureError(
            f"expected one page a frame and one channel, got {path}, an ImageJ stack of "
            f"{stated.get('images', count)} images and {stated.get('channels', 1)} channels on "
            f"{count} pages; save it as a plain grey TIFF stack"
        )
