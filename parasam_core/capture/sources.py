"""What a folder holds that can be imported, and what is left alone and why.

A source is a tumour's folder, a tumour of a MedSAM tree, a video, a TIFF stack, a DICOM file or
series, a VEVO raw export, a NIfTI, NRRD or MetaImage file, or a folder of numbered images. Files
that are named as one of these but cannot be read are sources as well, so that reading them says
what is wrong. Hidden files and folders are passed over.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from parasam_core.capture.dicom import frames_stated
from parasam_core.capture.images import SUFFIXES
from parasam_core.capture.medsam import is_tree, tree_digest, tumours_of
from parasam_core.capture.numbering import series_of
from parasam_core.capture.pillow import opened, pages_of
from parasam_core.capture.readers import reader_of
from parasam_core.capture.tumour_folder import (
    ORIGINALS,
    TUMOUR_AND_DAY,
    is_tumour_folder,
    open_tumour_folder,
    tumour_and_day,
)
from parasam_core.capture.vevo_raw import LOOP, SWEEP, XML
from parasam_core.errors import CaptureError, DatasetError
from parasam_core.provenance import digest_of_files
from parasam_core.segmenter import no_progress

MOST_DEEP = 8
CLUTTER = {"thumbs.db", "desktop.ini", "__macosx"}
VIDEOS = (".avi", ".mp4", ".mov", ".m4v")
GRIDS = (".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd")
RAW_MODES = (".raw.pamode", ".raw.color", ".raw.power", ".raw.contrast", ".raw.3d.pamode",
             ".raw.3d.color", ".raw.3d.power", ".raw.3d.contrast")  # fmt: skip
ENDINGS = (SWEEP, LOOP, XML, ".nii.gz")
PAIRED = ({"images", "labels"}, {"images", "masks"})


@dataclass(frozen=True)
class Source:
    """One scan to be.

    Attributes:
        path: what to read.
        stem: what to call it.
        subject: the animal as folders and files name it, "" where they do not.
        timepoint: when it was scanned, "" where no name says it.
        tumour: which one of a MedSAM tree; "" for any other source.
    """

    path: Path
    stem: str
    subject: str = ""
    timepoint: str = ""
    tumour: str = ""


@dataclass(frozen=True)
class LeftAlone:
    """A file or folder that is no source, and why."""

    path: Path
    why: str


@dataclass(frozen=True)
class Sources:
    """All there is, in the order of their paths."""

    found: tuple[Source, ...]
    left_alone: tuple[LeftAlone, ...] = ()


def sources_below(root: Path, beside: Collection[Path] = ()) -> Sources:
    """What can be imported from a file, or from a folder and the folders in it.

    Args:
        root: where to look, at most `MOST_DEEP` folders down.
        beside: folders that are results, and not looked into.

    Raises:
        CaptureError: there is no such file or folder.
    """
    if not root.is_dir():
        reader_of(root)
        return Sources((_named(root, root.parent),))
    walk = _Walk(root, {p.resolve() for p in beside})
    walk.visit(root, 0)
    return Sources(tuple(walk.found), tuple(walk.left))


def input_digest(source: Source) -> str:
    """sha256 of a source's files, as the provenance of its scan states it.

    Raises:
        CaptureError: it cannot be read.
        DatasetError: it is a tree whose files do not match.
    """
    if is_tree(source.path):
        return tree_digest(source.path, source.tumour)
    if is_tumour_folder(source.path):
        return digest_of_files(open_tumour_folder(source.path).files)
    return digest_of_files(reader_of(source.path).open(source.path, no_progress).files)


@dataclass
class _Walk:
    root: Path
    beside: set[Path]
    found: list[Source] = field(default_factory=list)
    left: list[LeftAlone] = field(default_factory=list)
    seen: set[Path] = field(default_factory=set)

    def leave(self, path: Path, why: str) -> None:
        self.left.append(LeftAlone(path, why))

    def take(self, path: Path) -> None:
        self.found.append(_named(path, self.root))

    def visit(self, folder: Path, depth: int) -> None:
        why = self._no_entry(folder, depth)
        if why is not None:
            if why:
                self.leave(folder, why)
            return
        try:
            entries = _entries(folder)
            if self._as_one(folder, entries):
                return
            folders = [p for p in entries if p.is_dir()]
            self._files(folder, [p for p in entries if not p.is_dir()], alone=not folders)
        except OSError as error:
            self.leave(folder, f"cannot be read: {error.strerror or error}")
            return
        for inner in folders:
            self.visit(inner, depth + 1)

    def _no_entry(self, folder: Path, depth: int) -> str | None:
        """Why a folder is not looked into, "" where that goes without saying; None if it is."""
        real = folder.resolve()
        if real in self.beside and depth:
            return ""
        if folder.suffix == ".zarr":
            return "a scan"
        if depth > MOST_DEEP:
            return f"more than {MOST_DEEP} folders down"
        if real in self.seen:
            return "a link to a folder that was looked into"
        self.seen.add(real)
        return None

    def _as_one(self, folder: Path, entries: list[Path]) -> bool:
        """True for a folder that is settled as a whole."""
        names = {p.name.casefold() for p in entries if p.is_dir()}
        if is_tree(folder):
            self._tree(folder)
        elif is_tumour_folder(folder) or _is_series(entries):
            self.take(folder)
        elif any(names >= pair for pair in PAIRED):
            self.leave(folder, "single images with labels, of no sweep and no known spacing; "
                               "`parasam train` reads them")  # fmt: skip
        else:
            return False
        return True

    def _tree(self, folder: Path) -> None:
        try:
            self.found += [
                Source(folder, t.scan, t.subject, t.timepoint, t.tumour) for t in tumours_of(folder)
            ]
        except (CaptureError, DatasetError):
            self.take(folder)  # reading it says what is wrong

    def _files(self, folder: Path, files: list[Path], *, alone: bool) -> None:
        images = [p for p in files if p.suffix.casefold() in SUFFIXES and p.is_file()]
        stacks = _stacks(images)
        others = [p for p in files if p not in set(images)]
        before = len(self.found)
        for path in stacks:
            self.take(path)
        self._others(others)
        alone = alone and len(self.found) == before
        self._images(folder, [p for p in images if p not in set(stacks)], bool(stacks), alone=alone)

    def _images(self, folder: Path, images: list[Path], stacks: bool, *, alone: bool) -> None:
        if not images:
            return
        one_series = len(set(map(series_of, images))) == 1
        if len(images) == 1 and not (alone and folder == self.root):
            self.leave(images[0], "a single image; import it by itself if it is a scan")
        elif stacks:
            self.leave(folder, f"{len(images)} single images beside TIFF stacks")
        elif one_series or alone:
            self.take(folder)
        else:
            self.leave(folder, f"{len(images)} images that are no numbered series")

    def _others(self, files: list[Path]) -> None:
        dicoms = [p for p in files if _kind(p) == "dicom"]
        frames = [p for p in dicoms if _frames(p) == 1]
        for path in files:
            why = _why_not(path, files)
            if path in frames and len(frames) > 1:
                why = "a frame of a DICOM series beside other files; give it a folder of its own"
            if why is None:
                self.take(path)
            elif why:
                self.leave(path, why)


def _entries(folder: Path) -> list[Path]:
    """What is not hidden, links last, in the order of names."""
    there = [
        p
        for p in folder.iterdir()
        if not p.name.startswith(".") and p.name.casefold() not in CLUTTER
    ]
    return sorted(there, key=lambda p: (p.is_symlink(), _natural(p.name), p.name))


def _natural(text: str) -> list[tuple[int, str]]:
    parts = re.split(r"(\d+)", text.casefold())
    return [(int(p), "") if p.isdecimal() else (-1, p) for p in parts]


def _named(path: Path, root: Path) -> Source:
    """A source and whose it is, as the nearest name of the shape <tumour>_<day> says."""
    whole = path.resolve() if path == root else path
    stem = _stem(whole)
    if stem.casefold() == ORIGINALS:
        stem = whole.parent.name
    names = [stem]
    if path != root and path.is_relative_to(root):
        names += [p.name for p in whole.parents if p != root and p.is_relative_to(root)]
    stated = next((m for m in map(TUMOUR_AND_DAY.fullmatch, names) if m), None)
    if stated:
        return Source(path, stem, stated[1], stated[2])
    return Source(path, stem, *(tumour_and_day(stem) if is_tumour_folder(path) else ("", "")))


def _stem(path: Path) -> str:
    if path.is_dir():
        return path.name
    ending = next((e for e in ENDINGS if path.name.casefold().endswith(e)), path.suffix)
    return path.name[: len(path.name) - len(ending)]


def _is_series(entries: Iterable[Path]) -> bool:
    """True where all are single frames of DICOM."""
    files = list(entries)
    return len(files) > 1 and all(_kind(p) == "dicom" for p in files) and _frames(files[0]) == 1


def _frames(path: Path) -> int | None:
    """How many frames a DICOM file has; None for a damaged one."""
    try:
        return frames_stated(path)
    except CaptureError:
        return None


def _stacks(images: list[Path]) -> list[Path]:
    """TIFFs of several pages, and those that cannot be read and are of no series."""
    series = Counter(map(series_of, images))
    return [p for p in images if p.suffix.casefold().startswith(".tif") and _is_stack(p, series)]


def _is_stack(path: Path, series: Counter[tuple[str, ...]]) -> bool:
    try:
        with opened(path) as image:
            return pages_of(image) > 1
    except (CaptureError, OSError, EOFError, ValueError, SyntaxError):
        return series[series_of(path)] == 1


def _kind(path: Path) -> str:
    """The reader that fits, "" where none does."""
    try:
        return reader_of(path).name if path.is_file() else ""
    except (CaptureError, OSError):
        return ""


def _why_not(path: Path, beside: list[Path]) -> str | None:
    """Why a file is no source, "" where it belongs to another one; None where it is one."""
    name, kind = path.name.casefold(), _kind(path)
    if not path.is_file():
        return "neither a file nor a folder"
    if name.endswith((XML, SWEEP, LOOP)):
        return _why_not_raw(path, beside)
    if name.endswith(RAW_MODES):
        return "not B-mode frames"
    if name == "dicomdir":
        return "a list of DICOM files"
    if name.endswith(".seg.nrrd"):
        return "a label; import it with the scan that it was drawn on"
    if kind in {"", "vevo raw"} and not name.endswith((*VIDEOS, *GRIDS, ".dcm")):
        return _voxels_of(path, beside)
    return None


def _voxels_of(path: Path, beside: list[Path]) -> str:
    """Voxels in a file of their own belong to the header beside them."""
    headers = [p for p in beside if p.suffix.casefold() in {".nhdr", ".mhd", ".nrrd"}]
    return "" if path.stem in {p.stem for p in headers} else "nothing that is read"


def _why_not_raw(path: Path, beside: list[Path]) -> str | None:
    stem = _stem(path)
    frames = [p for p in beside if p.name.casefold().endswith((SWEEP, LOOP)) and _stem(p) == stem]
    has_xml = any(p.name.casefold().endswith(XML) and _stem(p) == stem for p in beside)
    if path.name.casefold().endswith(XML):
        if not frames:
            return "parameters without B-mode frames beside them"
        return None if len(frames) == 1 else ""
    return "" if has_xml and len(frames) == 1 else None
