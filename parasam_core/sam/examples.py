"""Examples: images with masks, whoever stored them, read when they are asked for.

SCAN.zarr               annotated frames of a scan; the others are unknown, and no examples
LIBRARY/*.zarr          the same of every scan that has a label
TREE/manifest.json      a tree of training images, without its padding
FOLDER/images, labels   plain images beside masks of the same names; `masks` will do too
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from parasam_core.errors import DatasetError
from parasam_core.medsam_tree import ALL, MANIFEST, Manifest, TreeFile, read_manifest, subject_key
from parasam_core.sam.image_files import ImageFiles, Pair, is_plain, pairs_in
from parasam_core.sam.images import Outlined
from parasam_core.sam.scan_frames import ScanFrames
from parasam_core.scanfile import ScanFile, scans_in

PairYX = tuple[float, float]


@dataclass(frozen=True)
class Example:
    """One image with its mask.

    Attributes:
        name: how messages and tables call it.
        subject: the animal or patient, as `medsam_tree.subject_key` has it.
        spacing_mm: (y, x) of its pixels, mm; None where nobody said.
        source: where it is read from, shared by all examples of one place.
        index: its number there.
    """

    name: str
    subject: str
    spacing_mm: PairYX | None
    source: Outlined
    index: int

    def image(self) -> NDArray[np.uint8]:
        """(y, x) uint8 grey levels."""
        return self.source.image(self.index)

    def mask(self) -> NDArray[np.bool_]:
        """(y, x) bool, True inside the tumour."""
        return self.source.mask(self.index)

    @property
    def digest(self) -> str:
        """The same for the same image, wherever it is stored under another name."""
        return self.source.digest_of(self.index)


def examples_from(
    places: Iterable[Path | str], label: str | None = None, *, part: str = ALL
) -> list[Example]:
    """The examples of scans, libraries, trees and plain folders, in that order.

    Args:
        places: any mix of them.
        label: whose masks of scans; may be None where each has one.
        part: of trees of training images: "All", "Train" or "Test".

    Raises:
        DatasetError: nothing is there, images and masks do not match, or all masks are empty.
        LabelError: a scan has no such label, or several and none named.
        ScanError: a scan is damaged.
    """
    found = [e for place in places for e in _in_place(Path(place), label, part)]
    if not found:
        raise DatasetError("expected images with masks, got none")
    if not any(e.mask().any() for e in found):
        raise DatasetError(f"expected a tumour in some masks, got {len(found)} empty ones")
    return found


def _in_place(place: Path, label: str | None, part: str) -> list[Example]:
    if place.suffix == ".zarr":
        return _of_scan(ScanFile.open(place), label)
    if (place / MANIFEST).is_file():
        return _of_tree(place, read_manifest(place), part)
    if is_plain(place):
        return _of_folder(place)
    if place.is_dir() and any(place.glob("*.zarr")):
        return [e for scan in scans_in(place) if scan.labels for e in _of_scan(scan, label)]
    raise DatasetError(
        f"expected a scan, a library, a tree with a {MANIFEST}, or a folder with images and "
        f"labels (or masks), got {place}, which is none"
    )


def _of_scan(scan: ScanFile, label: str | None) -> list[Example]:
    frames = ScanFrames(scan, label)
    subject = subject_key(scan.subject) or subject_key(scan.name)
    spacing = (scan.space.spacing_mm[1], scan.space.spacing_mm[2])
    return [Example(f"{scan.name} frame {z}", subject, spacing, frames, z) for z in frames.known()]


def _of_tree(folder: Path, manifest: Manifest, part: str) -> list[Example]:
    files = [f for f in manifest.files if part in (ALL, f.part)]
    source = ImageFiles([_pair(folder, file, manifest) for file in files])
    return [
        Example(f.name, subject_key(f.subject) or subject_key(f.tumour), _spacing(f, manifest),
                source, n)
        for n, f in enumerate(files)
    ]  # fmt: skip


def _pair(folder: Path, file: TreeFile, manifest: Manifest) -> Pair:
    image, mask = (folder / ALL / kind / file.name for kind in ("images", "labels"))
    return Pair(image, mask, manifest.fit(file).content_yx)


def _spacing(file: TreeFile, manifest: Manifest) -> PairYX:
    content = manifest.fit(file).content_yx
    return (
        file.spacing_mm[1] * file.shape_yx[0] / content[0],
        file.spacing_mm[2] * file.shape_yx[1] / content[1],
    )


def _of_folder(folder: Path) -> list[Example]:
    """Nobody says whose images these are: each has a subject of its own."""
    pairs = pairs_in(folder)
    source = ImageFiles(pairs)
    return [
        Example(p.image.stem, f"{folder.name}/{p.image.stem}", None, source, n)
        for n, p in enumerate(pairs)
    ]
