"""Scans → the tree of training images; see `medsam_tree` for its shape and its manifest."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from parasam_core.atomic import folder_written_beside
from parasam_core.errors import DatasetError, UsageError
from parasam_core.export.plan import Annotated, planned, tumour_name
from parasam_core.medsam_tree import (
    ALL,
    KINDS,
    MANIFEST,
    PARTS,
    Fit,
    Manifest,
    Split,
    TreeFile,
    TreeScan,
    read_manifest,
    subject_key,
)
from parasam_core.scanfile import ScanFile
from parasam_core.segmenter import Progress, no_progress

LARGEST = 8192
SPLITS = ("subject", "frame")


def write_tree(
    scans: Iterable[ScanFile],
    folder: Path,
    *,
    label: str | None = None,
    size: int = 256,
    stretch: bool = False,
    split: str = "subject",
    seed: int = 0,
    progress: Progress = no_progress,
) -> Manifest:
    """Write every annotated frame of some scans as an image and a label.

    Args:
        scans: whose frames.
        folder: where; a tree that is there is replaced if it holds no other scans and nobody
            changes parts.
        label: which mask of every scan; may be None where each has one.
        size: edge of the images, pixels.
        stretch: stretch frames to the square; else their aspect is kept.
        split: "subject", or "frame", which puts neighbours of training frames into the test.
        seed: another seed, another deal.
        progress: told about every scan.

    Raises:
        UsageError: the size, the split or the folder cannot be.
        LabelError: a scan has no such label, or several and none named.
        DatasetError: too few subjects or frames, one animal in both parts, two scans of one name.
    """
    place = folder.resolve()
    _check_use(place, size, split)
    found = [(scan, _annotated(scan, label)) for scan in scans]
    wanted = [annotated for _, annotated in found]
    manifest = planned(wanted, size=size, stretch=stretch, split=Split(split, seed))
    _check_place(place, manifest)
    with folder_written_beside(place) as partial:
        _make_folders(partial)
        for done, (scan, annotated) in enumerate(found, start=1):
            _write_frames(partial, scan, annotated.scan, manifest)
            progress("writing", done, len(found))
        (partial / MANIFEST).write_text(json.dumps(manifest.as_json(), indent=1), "utf-8")
    return manifest


def _check_use(folder: Path, size: int, split: str) -> None:
    if not 1 <= size <= LARGEST:
        raise UsageError(f"expected a size of 1 to {LARGEST} pixels, got {size}")
    if split not in SPLITS:
        raise UsageError(f"expected a split by {' or '.join(SPLITS)}, got {split}")
    if not folder.parent.is_dir() or (folder.exists() and not folder.is_dir()):
        raise UsageError(f"expected a folder to write in a folder that is there, got {folder}")


def _annotated(scan: ScanFile, label: str | None) -> Annotated:
    name = scan.label_named(label)
    mask = scan.mask(name)
    tree = TreeScan(
        tumour=tumour_name(scan.subject, scan.timepoint, scan.name),
        scan=scan.name,
        label=name,
        subject=scan.subject,
        timepoint=scan.timepoint,
        space=scan.space,
        full_frame_shape=scan.full_frame_shape,
        roi_xyxy=scan.roi_xyxy,
        image=scan.provenance,
        mask=mask.provenance,
    )
    return Annotated(tree, tuple(int(z) for z in np.flatnonzero(mask.annotated)))


def _check_place(folder: Path, manifest: Manifest) -> None:
    """Refuse to replace what this tree does not replace.

    Raises:
        UsageError: something else lies there.
        DatasetError: a tree lies there with other scans, or with somebody in the other part.
    """
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if _is_file(p)}
    if not there:
        return
    if MANIFEST not in there:
        raise UsageError(f"expected a new folder or a tree of ours, got {folder} with other files")
    old = read_manifest(folder)
    strangers = sorted(there - old.paths())
    if strangers:
        raise UsageError(
            f"expected a tree of ours and nothing else in {folder}, got {strangers[0]}; "
            "move it away, or give another folder"
        )
    _check_same_parts(folder, old, manifest)


def _is_file(path: Path) -> bool:
    return path.is_symlink() or not path.is_dir()


def _check_same_parts(folder: Path, old: Manifest, new: Manifest) -> None:
    lost = sorted({s.tumour for s in old.scans} - {s.tumour for s in new.scans})
    if lost:
        raise DatasetError(
            f"expected to replace the tree in {folder} by one with the same scans, got none of "
            f"{lost[0]}; export all of them together, or give another folder"
        )
    before = {_owner(f, new): f.part for f in old.files}
    moved = sorted(
        {_owner(f, new) for f in new.files if before.get(_owner(f, new), f.part) != f.part}
    )
    if old.split.by != new.split.by or moved:
        who = moved[0] if moved else f"split by {new.split.by}"
        raise DatasetError(
            f"expected the parts of the tree that is in {folder}, got {who} in another, which "
            "leaks from Train to Test between the two; give another folder, or the same --seed"
        )


def _owner(file: TreeFile, manifest: Manifest) -> str:
    return subject_key(file.subject) if manifest.split.by == "subject" else file.name


def _make_folders(folder: Path) -> None:
    for part in PARTS:
        for kind in KINDS:
            (folder / part / kind).mkdir(parents=True)


def _write_frames(folder: Path, scan: ScanFile, tree: TreeScan, manifest: Manifest) -> None:
    frames, masks = scan.sequence().frames, scan.mask(tree.label).masks
    for file in (f for f in manifest.files if f.tumour == tree.tumour):
        fit = manifest.fit(file)
        pictures = (image_square(frames[file.frame], fit), label_square(masks[file.frame], fit))
        for kind, picture in zip(KINDS, pictures, strict=True):
            content = _png(picture)
            for part in (ALL, file.part):
                (folder / part / kind / file.name).write_bytes(content)


def image_square(frame: NDArray[np.uint8], fit: Fit) -> NDArray[np.uint8]:
    """A (y, x) uint8 frame in its square, (size, size) uint8."""
    return _square(frame, fit, Image.Resampling.BILINEAR)


def label_square(mask: NDArray[np.bool_], fit: Fit) -> NDArray[np.uint8]:
    """A (y, x) bool mask in its square, (size, size) uint8, 0 or 255."""
    return _square(np.where(mask, np.uint8(255), np.uint8(0)), fit, Image.Resampling.NEAREST)


def _square(pixels: NDArray[np.uint8], fit: Fit, how: Image.Resampling) -> NDArray[np.uint8]:
    height, width = fit.content_yx
    square = np.zeros((fit.size, fit.size), np.uint8)
    square[:height, :width] = np.asarray(Image.fromarray(pixels).resize((width, height), how))
    return square


def _png(pixels: NDArray[np.uint8]) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()
