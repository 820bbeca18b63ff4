"""A tree of training images (see `medsam_tree`) → the sequence and the masks of its tumours.

With its manifest, frames go back to their places and to their spacing, padding is taken off, and
frames that are not in the tree are black and not annotated. Without one, a tree of the original
ParaSAM, `--spacing` says how large the tree's pixels are.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parasam_core.capture.footage import Grey, grey_of
from parasam_core.capture.pillow import decoded, opened
from parasam_core.capture.scale import Said, Scale, settled_spacing
from parasam_core.capture.tumour_folder import tumour_and_day
from parasam_core.errors import CaptureError, DatasetError, UsageError
from parasam_core.mask import MaskStack
from parasam_core.medsam_tree import (
    ALL,
    KINDS,
    MANIFEST,
    PARTS,
    TEST,
    TRAIN,
    Fit,
    Manifest,
    TreeFile,
    TreeScan,
    read_manifest,
)
from parasam_core.provenance import Provenance, digest_of_files, signed
from parasam_core.segmenter import Progress, no_progress
from parasam_core.sequence import Sequence
from parasam_core.space import Space

SOURCE = "manifest"
LABEL = "manual"
FILE = re.compile(r"(.+)_(\d{1,9})\.png", re.IGNORECASE)
MOST_VOXELS = 2 << 30
IMAGES, LABELS = KINDS


@dataclass(frozen=True)
class TreeTumour:
    """The files of one tumour.

    Attributes:
        tree: the folder.
        tumour: what the files' names begin with.
        scan: what its scan was called, or the tumour.
        subject: the animal.
        timepoint: when it was scanned.
        files: frame's number → file's name, ascending.
        parts: frame's number → "Train" or "Test", "" where the file is in neither.
        stated: what the manifest says of it; None without one.
        fit: how its frames lie in their squares; None without a manifest.
    """

    tree: Path
    tumour: str
    scan: str
    subject: str
    timepoint: str
    files: dict[int, str]
    parts: dict[int, str]
    stated: TreeScan | None = None
    fit: Fit | None = None

    def places(self, number: int, kind: str) -> list[Path]:
        """The same file wherever it lies, in All first."""
        folders = [self.tree / part / kind for part in (ALL, self.parts[number]) if part]
        return [f / self.files[number] for f in folders if f.is_dir()]

    @property
    def digest(self) -> str:
        """sha256 of images, labels and what the manifest says of them."""
        paths = [p for n in self.files for kind in KINDS for p in self.places(n, kind)]
        said = json.dumps(asdict(self.stated) if self.stated else None, sort_keys=True)
        return hashlib.sha256(f"{digest_of_files(paths)} {said}".encode()).hexdigest()


def is_tree(folder: Path) -> bool:
    """True for a folder with images and labels in All, Train or Test."""
    return any(all((folder / part / kind).is_dir() for kind in KINDS) for part in PARTS)


def tumours_of(tree: Path) -> list[TreeTumour]:
    """The tumours of a tree, by name, their files matched.

    Raises:
        DatasetError: the manifest is damaged; an image without label or the reverse; a file in
            Train and Test, which leaks; a file that is not named as one.
    """
    there = {(part, kind): _names(tree / part / kind) for part in PARTS for kind in KINDS}
    for part in PARTS:
        _check_pairs(tree / part, there[part, IMAGES], there[part, LABELS])
    train, test = there[TRAIN, IMAGES], there[TEST, IMAGES]
    if train & test:
        raise DatasetError(
            f"expected every file of {tree} in one part, got {min(train & test)} in Train and "
            "Test, which leaks; export it again"
        )
    names = there[ALL, IMAGES] or train | test
    if (train | test) - names:
        raise DatasetError(f"expected {min((train | test) - names)} in {tree / ALL} too, got none")
    parts = {n: TRAIN if n in train else TEST if n in test else "" for n in names}
    if (tree / MANIFEST).is_file():
        return _by_manifest(tree, parts)
    return _by_names(tree, parts)


def read_tree(
    tree: Path,
    tumour: str = "",
    *,
    said: Said,
    subject: str = "",
    timepoint: str = "",
    progress: Progress = no_progress,
) -> tuple[Sequence, str, MaskStack]:
    """One tumour of a tree.

    Args:
        tree: the folder.
        tumour: which; may be "" where it holds one.
        said: spacing that goes before the manifest's; of the tree's pixels.
        subject: the animal; as the tree says where "".
        timepoint: when it was scanned; as the tree says where "".
        progress: told about every frame.

    Returns:
        The frames, the label's name and its masks.

    Raises:
        UsageError: there is no manifest and no spacing; or there are several tumours.
        DatasetError: files do not match; see `tumours_of`.
        CaptureError: an image is damaged, or is no label.
    """
    found = _chosen(tree, tumour)
    space, spacing_source = _space(found, said)
    frames, masks = (np.zeros(space.shape, np.uint8) for _ in range(2))
    first = 0 if found.stated else min(found.files)
    annotated = np.zeros(space.shape[0], np.bool_)
    for done, number in enumerate(found.files, 1):
        z = number - first
        frames[z] = _content(found, number, IMAGES, space)
        masks[z] = _inside(_content(found, number, LABELS, space), found.places(number, LABELS)[0])
        annotated[z] = True
        progress("reading frames", done, len(found.files))
    made = Provenance(tree.resolve().name, found.digest, signed("import"),
                      _details(found, spacing_source, first))  # fmt: skip
    _, height, width = space.shape
    sequence = Sequence(frames, space, subject or found.subject, timepoint or found.timepoint,
                        (height, width), (0, 0, width, height), made)  # fmt: skip
    label = found.stated.label if found.stated else LABEL
    return sequence, label, MaskStack(masks.view(np.bool_), space, made, annotated)


def tree_digest(tree: Path, tumour: str) -> str:
    """The digest that `read_tree` states."""
    return _chosen(tree, tumour).digest


def _names(folder: Path) -> set[str]:
    if not folder.is_dir():
        return set()
    names = {p.name for p in folder.iterdir() if not p.name.startswith(".")}
    bad = sorted(n for n in names if not FILE.fullmatch(n))
    if bad:
        raise DatasetError(
            f"expected files named <tumour>_<day>_<n>.png in {folder}, got {bad[0]}; move it away"
        )
    return names


def _check_pairs(part: Path, images: set[str], labels: set[str]) -> None:
    alone = sorted(images ^ labels)
    if alone:
        has, lacks = (IMAGES, LABELS) if alone[0] in images else (LABELS, IMAGES)
        raise DatasetError(
            f"expected an image and a label of every name in {part}, got {alone[0]} in {has} and "
            f"none in {lacks}; put it back, or take both away"
        )


def _by_manifest(tree: Path, parts: dict[str, str]) -> list[TreeTumour]:
    manifest = read_manifest(tree)
    stated = {f.name: f.part for f in manifest.files}
    odd = sorted(n for n in stated.keys() | parts.keys() if stated.get(n) != parts.get(n))
    if odd:
        raise DatasetError(
            f"expected the files of {tree / MANIFEST} in All and in their parts, and no others, "
            f"got {odd[0]}; export the scans again"
        )
    found = [
        (scan, sorted((f for f in manifest.files if f.tumour == scan.tumour), key=_frame))
        for scan in manifest.scans
    ]
    return [_stated(tree, scan, files, manifest) for scan, files in found if files]


def _frame(file: TreeFile) -> int:
    return file.frame


def _stated(tree: Path, scan: TreeScan, files: list[TreeFile], manifest: Manifest) -> TreeTumour:
    fits = {manifest.fit(f) for f in files}
    numbers = [f.frame for f in files]
    fit = next(iter(fits))
    whole = len(set(numbers)) == len(numbers) and numbers[-1] < scan.space.shape[0]
    if not whole or len(fits) > 1 or fit.shape_yx != scan.space.shape[1:]:
        raise DatasetError(
            f"expected frames of {scan.tumour} in {tree / MANIFEST} once each, of one size and "
            "within its scan, got others; export the scans again"
        )
    names, parts = {f.frame: f.name for f in files}, {f.frame: f.part for f in files}
    who = (scan.scan, scan.subject, scan.timepoint)
    return TreeTumour(tree, scan.tumour, *who, names, parts, scan, fit)


def _by_names(tree: Path, parts: dict[str, str]) -> list[TreeTumour]:
    by_tumour: dict[str, dict[int, str]] = {}
    for name in sorted(parts):
        tumour, digits = FILE.fullmatch(name).groups()  # type: ignore[union-attr]
        numbered = by_tumour.setdefault(tumour, {})
        if int(digits) in numbered:
            raise DatasetError(
                f"expected every frame once in {tree}, got {numbered[int(digits)]} and {name}"
            )
        numbered[int(digits)] = name
    return [_tumour(tree, t, dict(sorted(files.items())), parts) for t, files in by_tumour.items()]


def _tumour(tree: Path, name: str, files: dict[int, str], parts: dict[str, str]) -> TreeTumour:
    subject, timepoint = tumour_and_day(name)
    return TreeTumour(tree, name, name, subject, timepoint, files,
                      {n: parts[f] for n, f in files.items()})  # fmt: skip


def _chosen(tree: Path, tumour: str) -> TreeTumour:
    found = tumours_of(tree)
    if not tumour and len(found) == 1:
        return found[0]
    for one in found:
        if one.tumour == tumour:
            return one
    if not tumour and found:
        raise UsageError(
            f"expected one tumour in {tree}, got {len(found)}; give a folder without .zarr for "
            "all of them"
        )
    raise DatasetError(f"expected frames of {tumour or 'a tumour'} in {tree}, got none")


def _space(found: TreeTumour, said: Said) -> tuple[Space, str]:
    """The grid of the tree's pixels, without padding."""
    if found.stated and found.fit:
        _check_size(found, math.prod((found.stated.space.shape[0], *found.fit.content_yx)))
        space = found.fit.space(found.stated.space)
        z, y, x = space.spacing_mm
        source = str(found.stated.image.details.get("spacing_source", SOURCE))
        spacing, by = settled_spacing(Scale(source, (y, x), z), said, found.tree.name)
        return Space(space.shape, spacing, space.origin_mm), by
    height, width = _picture(found.places(min(found.files), IMAGES)[0]).shape
    count = max(found.files) - min(found.files) + 1
    _check_size(found, count * height * width)
    what = f"{found.tree.name}, a tree without {MANIFEST} whose pixels were scaled,"
    return Space((count, height, width), settled_spacing(None, said, what)[0]), said.source


def _check_size(found: TreeTumour, voxels: int) -> None:
    if voxels > MOST_VOXELS:
        raise DatasetError(
            f"expected at most {MOST_VOXELS} voxels of {found.tumour} in {found.tree}, got {voxels}"
        )


def _content(found: TreeTumour, number: int, kind: str, space: Space) -> Grey:
    """(y, x) uint8 without padding; every copy of the file is the same picture."""
    size = (found.fit.size,) * 2 if found.fit else space.shape[1:]
    first, *copies = found.places(number, kind)
    content, picture = first.read_bytes(), _picture(first)
    if picture.shape != size:
        raise DatasetError(
            f"expected images of {size[1]}×{size[0]} pixels in {found.tree}, got {first} of "
            f"{picture.shape[1]}×{picture.shape[0]}"
        )
    for copy in copies:
        if copy.read_bytes() != content and not np.array_equal(_picture(copy), picture):
            raise DatasetError(
                f"expected the same picture in All and in its part, got another in {copy}; "
                "export the scans again"
            )
    return picture[: space.shape[1], : space.shape[2]]


def _picture(path: Path) -> Grey:
    with opened(path) as image:
        pixels = decoded(image, str(path))
    if pixels.dtype != np.uint8:
        raise CaptureError(f"expected images of 8 bits, got {path} of {pixels.dtype}")
    return grey_of(pixels)


def _inside(label: Grey, path: Path) -> NDArray[np.bool_]:
    values = set(np.unique(label).tolist())
    if not (values <= {0, 255} or values <= {0, 1}):
        raise CaptureError(
            f"expected a label of 0 and 255, or of 0 and 1, got {path} of values "
            f"{sorted(values)[:6]}; save one label a file, not smoothed"
        )
    return label > 0


def _details(found: TreeTumour, spacing_source: str, first: int) -> dict[str, Any]:
    stated = found.stated
    before = {"image": asdict(stated.image), "mask": asdict(stated.mask)} if stated else {}
    return {
        "reader": "medsam tree",
        "tumour": found.tumour,
        "frames": len(found.files),
        "first_number": first,
        "spacing_source": spacing_source,
        "parts": {part: [n for n, p in found.parts.items() if p == part] for part in (TRAIN, TEST)},
        **before,
    }
