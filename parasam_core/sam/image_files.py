"""ImageFiles: images and masks in files of their own as `Outlined` images."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from parasam_core.errors import DatasetError
from parasam_core.provenance import digest_of_files

SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff"}
MASK_FOLDERS = ("labels", "masks")


@dataclass(frozen=True)
class Pair:
    """An image and its mask.

    Attributes:
        image: its file.
        mask: its file, of as many pixels; tumour where it is not 0.
        content_yx: rows and columns at the top left that count; all where None.
    """

    image: Path
    mask: Path
    content_yx: tuple[int, int] | None = None


class ImageFiles:
    """Pairs of files.

    Raises:
        DatasetError: an image and its mask differ in size, or cannot be read.
    """

    def __init__(self, pairs: list[Pair]) -> None:
        self._pairs = pairs
        for pair in pairs:
            _check_sizes(pair)

    def __len__(self) -> int:
        return len(self._pairs)

    @cached_property
    def digest(self) -> str:
        """sha256, hex, of the images' files and of what counts of them."""
        files = digest_of_files(p.image for p in self._pairs)
        contents = [p.content_yx for p in self._pairs]
        if not any(contents):
            return files
        return hashlib.sha256(f"{files} {contents}".encode()).hexdigest()

    def image(self, index: int) -> NDArray[np.uint8]:
        """(y, x) uint8 grey levels; deeper ones are scaled from least to greatest.

        Raises:
            DatasetError: the file cannot be read, or holds NaN.
        """
        pair = self._pairs[index]
        grey = _grey(_read(pair.image), pair.image)
        return grey[_content(pair, grey.shape)]

    def mask(self, index: int) -> NDArray[np.bool_]:
        """(y, x) bool.

        Raises:
            DatasetError: the file cannot be read.
        """
        pair = self._pairs[index]
        levels = _read(pair.mask)
        inside = np.asarray((levels.max(axis=2) if levels.ndim == 3 else levels) > 0)
        return inside[_content(pair, inside.shape)]

    def digest_of(self, index: int) -> str:
        """sha256, hex, of the image's file."""
        return digest_of_files([self._pairs[index].image])


def pairs_in(folder: Path) -> list[Pair]:
    """Images of `images/` with the masks of the same names in `labels/` or `masks/`.

    Raises:
        DatasetError: an image without a mask, or a mask without an image.
    """
    masks_folder = next(folder / n for n in MASK_FOLDERS if (folder / n).is_dir())
    images, masks = _by_stem(folder / "images"), _by_stem(masks_folder)
    for missing, what, place in (
        (images.keys() - masks.keys(), "a mask for every image", masks_folder),
        (masks.keys() - images.keys(), "an image for every mask", folder / "images"),
    ):
        if missing:
            raise DatasetError(
                f"expected {what}, got none for {min(missing)} in {place} ({len(missing)} missing)"
            )
    return [Pair(images[name], masks[name]) for name in sorted(images)]


def is_plain(folder: Path) -> bool:
    """Whether images and masks lie in folders beside each other."""
    return (folder / "images").is_dir() and any((folder / n).is_dir() for n in MASK_FOLDERS)


def _by_stem(folder: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in SUFFIXES or path.name.startswith("."):
            continue
        if path.stem in found:
            raise DatasetError(
                f"expected every name once in {folder}, got {found[path.stem].name} and {path.name}"
            )
        found[path.stem] = path
    return found


def _check_sizes(pair: Pair) -> None:
    try:
        with Image.open(pair.image) as image, Image.open(pair.mask) as mask:
            sizes = image.size, mask.size
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise _unreadable(pair.image, error) from error
    if sizes[0] != sizes[1]:
        raise DatasetError(
            f"expected a mask of the image's size, got {sizes[1]} (x, y) for {pair.image} "
            f"of {sizes[0]}"
        )


def _read(path: Path) -> NDArray[Any]:
    try:
        with Image.open(path) as image:
            colours = image.mode in ("P", "RGBA", "CMYK", "YCbCr", "LA")
            return np.asarray(image.convert("RGB") if colours else image)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> DatasetError:
    return DatasetError(f"expected an image that can be read, got {path} ({error})")


def _grey(levels: NDArray[Any], path: Path) -> NDArray[np.uint8]:
    if levels.ndim == 3:
        return np.asarray(Image.fromarray(levels.astype(np.uint8)).convert("L"))
    if levels.dtype == np.uint8:
        return levels.astype(np.uint8)
    values = levels.astype(np.float64)
    if not np.isfinite(values).all():
        raise DatasetError(f"expected finite grey levels, got NaN or infinity in {path}")
    span = max(float(np.ptp(values)), 1e-12)
    return np.asarray(np.rint((values - values.min()) / span * 255), np.uint8)


def _content(pair: Pair, shape_yx: tuple[int, ...]) -> tuple[slice, slice]:
    height, width = pair.content_yx or shape_yx
    return slice(height), slice(width)
