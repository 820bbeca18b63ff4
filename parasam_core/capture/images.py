"""A folder of images, or one image → Footage, one file a frame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from parasam_core.capture import numbering
from parasam_core.capture.footage import Picture
from parasam_core.capture.parallel import in_order
from parasam_core.capture.pillow import MAGIC, decoded, opened, pages_of
from parasam_core.capture.scale import Scale
from parasam_core.errors import CaptureError
from parasam_core.segmenter import Progress
from parasam_core.sequence import Box

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")


@dataclass(frozen=True)
class Images:
    """One file a frame."""

    files: tuple[Path, ...]
    details: dict[str, Any] = field(default_factory=dict)
    scale: Scale | None = None
    area: Box | None = None

    @property
    def count(self) -> int:
        """As many as files."""
        return len(self.files)

    def pictures(self, wanted: Iterable[int]) -> Iterator[Picture]:
        """See `Footage.pictures`."""
        return in_order(_picture, (self.files[number] for number in wanted))

    def name_of(self, number: int) -> str:
        """See `Footage.name_of`."""
        return self.files[number].name


def _picture(path: Path) -> Picture:
    with opened(path) as image:
        if pages_of(image) > 1:
            raise CaptureError(
                f"expected one frame a file, got {path} with {pages_of(image)} pages; "
                "give a multi-page TIFF itself as the source"
            )
        return decoded(image, str(path))


def is_image(path: Path, head: bytes) -> bool:
    """True for one PNG, JPEG or BMP."""
    return path.is_file() and head.startswith(MAGIC)


def is_folder(path: Path, head: bytes) -> bool:  # noqa: ARG001
    """True for any folder."""
    return path.is_dir()


def open_image(path: Path, progress: Progress) -> Images:  # noqa: ARG001
    """One image is a sequence of one frame."""
    return Images((path,))


def open_folder(path: Path, progress: Progress) -> Images:  # noqa: ARG001
    """The images of a folder in the order of their numbers; other files are left alone.

    Raises:
        CaptureError: no image, or not one whole numbered series.
    """
    found = [
        p for p in path.iterdir() if p.suffix.casefold() in SUFFIXES and not p.name.startswith(".")
    ]
    if not found:
        raise CaptureError(
            f"expected images ({', '.join(SUFFIXES)}) in {path}, got none; "
            "a video or a multi-page TIFF is given as the file itself"
        )
    files, how = numbering.in_order(found)
    return Images(tuple(files), {"numbering": how})
