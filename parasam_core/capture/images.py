"""A folder of images, or one image → Footage, one file a frame."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from parasam_core.capture import numbering
from parasam_core.capture.footage import Picture
from parasam_core.capture.grey_levels import AS_STORED
from parasam_core.capture.parallel import in_order
from parasam_core.capture.pillow import MAGIC, decoded, opened, pages_of
from parasam_core.capture.scale import Scale
from parasam_core.capture.tiff import is_tiff, open_tiff
from parasam_core.errors import CaptureError
from parasam_core.segmenter import Progress, no_progress
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
        p
        for p in path.iterdir()
        if p.suffix.casefold() in SUFFIXES and not p.name.startswith(".") and not p.is_dir()
    ]
    if not found:
        raise CaptureError(
            f"expected images ({', '.join(SUFFIXES)}) in {path}, got none; "
            "a video or a multi-page TIFF is given as the file itself"
        )
    files, how = numbering.in_order(found)
    return Images(tuple(files), {"numbering": how}, scale_of_series(files))


def scale_of_series(files: Sequence[Path]) -> Scale | None:
    """What the first file's tags say, which hold for all of its series; None where they are none.

    Raises:
        CaptureError: it is a TIFF and cannot be read.
    """
    first = next(iter(files), None)
    return open_tiff(first, no_progress).scale if first and _is_tiff(first) else None


def _picture(path: Path) -> Picture:
    return _of_tiff(path) if _is_tiff(path) else _of_still(path)


def _is_tiff(path: Path) -> bool:
    with path.open("rb") as stream:
        return is_tiff(path, stream.read(4))


def _of_still(path: Path) -> Picture:
    with opened(path) as image:
        _check_single(path, pages_of(image))
        return decoded(image, str(path))


def _of_tiff(path: Path) -> Picture:
    stack = open_tiff(path, no_progress)
    _check_single(path, stack.count)
    if stack.details.get("levels", AS_STORED) != AS_STORED:
        raise CaptureError(
            f"expected images of whole numbers, got {path} of others, which each image would scale "
            "in its own way; save them as one TIFF stack"
        )
    return next(stack.pictures([0]))


def _check_single(path: Path, pages: int) -> None:
    if pages > 1:
        raise CaptureError(
            f"expected one frame a file, got {path} with {pages} pages; "
            "give a multi-page TIFF itself as the source"
        )
