"""The tree of training images that the original ParaSAM wrote, with a manifest beside it.

    DIR/
    ├── manifest.json          which file shows which frame of which scan, and how it was fitted
    └── {All,Train,Test}/
        ├── images/<tumour>_<day>_<n>.png    (size, size) uint8, grey; n is the frame's number
        └── labels/<tumour>_<day>_<n>.png    (size, size) uint8, 0 or 255

Every file lies in All and in one of Train and Test. Here is the schema, and the way a frame is
fitted into its square. Who goes to which part is decided, and files are written, in `export`.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from parasam_core.errors import DatasetError
from parasam_core.provenance import Provenance
from parasam_core.sequence import Box
from parasam_core.space import Space, Triple, checked_spacing_mm

SCHEMA = 1
MANIFEST = "manifest.json"
ALL, TRAIN, TEST = PARTS = ("All", "Train", "Test")
KINDS = ("images", "labels")
TEST_SHARE = 0.2
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]*_\d+\.png")


@dataclass(frozen=True)
class Fit:
    """How a frame lies in its square: scaled, at the top left, black to the right and below.

    Attributes:
        shape_yx: of the frame, pixels.
        size: edge of the square, pixels.
        padding_yx: black rows below and black columns to the right, pixels.
    """

    shape_yx: tuple[int, int]
    size: int
    padding_yx: tuple[int, int]

    @classmethod
    def padded(cls, shape_yx: tuple[int, int], size: int) -> Fit:
        """The longer side fills the square; the aspect is kept, to half a pixel."""
        scale = size / max(shape_yx)
        height, width = (max(1, round(n * scale)) for n in shape_yx)
        return cls(shape_yx, size, (size - height, size - width))

    @classmethod
    def stretched(cls, shape_yx: tuple[int, int], size: int) -> Fit:
        """Both sides fill the square, as the original had it."""
        return cls(shape_yx, size, (0, 0))

    @property
    def content_yx(self) -> tuple[int, int]:
        """Rows and columns of the square that show the frame."""
        return self.size - self.padding_yx[0], self.size - self.padding_yx[1]

    def square_from_frame(self, points_xy: ArrayLike) -> NDArray[np.float64]:
        """Points (..., 2) as (x, y) in pixels of the square; pixel centres at whole numbers."""
        return (np.asarray(points_xy, np.float64) + 0.5) * self._scale_xy - 0.5

    def frame_from_square(self, points_xy: ArrayLike) -> NDArray[np.float64]:
        """Points (..., 2) as (x, y) in pixels of the frame: the inverse of `square_from_frame`."""
        return (np.asarray(points_xy, np.float64) + 0.5) / self._scale_xy - 0.5

    def space(self, frames: Space) -> Space:
        """Where the content lies in mm, given where the frames do."""
        return frames.resized((frames.shape[0], *self.content_yx))

    @property
    def _scale_xy(self) -> NDArray[np.float64]:
        return np.divide(self.content_yx, self.shape_yx)[::-1]


@dataclass(frozen=True)
class TreeScan:
    """A scan of which frames are in the tree.

    Attributes:
        tumour: what its files' names begin with.
        scan: its name.
        label: whose masks these are.
        subject: the animal, "" where unknown.
        timepoint: when it was scanned, "" where unknown.
        space: the grid of all its frames, in the tree or not.
        full_frame_shape: (y, x) in pixels of the frames as captured.
        roi_xyxy: the B-mode area within the full frame, half-open, in pixels.
        image: where the frames came from.
        mask: what drew the masks.
    """

    tumour: str
    scan: str
    label: str
    subject: str
    timepoint: str
    space: Space
    full_frame_shape: tuple[int, int]
    roi_xyxy: Box
    image: Provenance
    mask: Provenance


@dataclass(frozen=True)
class TreeFile:
    """One frame of the tree; its image and its label have the same name.

    Attributes:
        name: of the file, in `All` and in its part.
        part: "Train" or "Test".
        tumour: its `TreeScan.tumour`.
        subject: the animal, "" where unknown.
        timepoint: when it was scanned, "" where unknown.
        frame: its number in the scan, from 0.
        shape_yx: of the frame before it was fitted, pixels.
        padding_yx: black rows below and columns to the right in the square, pixels.
        spacing_mm: (z, y, x) of the frame before it was fitted, mm.
    """

    name: str
    part: str
    tumour: str
    subject: str
    timepoint: str
    frame: int
    shape_yx: tuple[int, int]
    padding_yx: tuple[int, int]
    spacing_mm: Triple


@dataclass(frozen=True)
class Split:
    """How files were dealt out.

    Attributes:
        by: "subject" or "frame".
        seed: another seed, another deal.
        test_share: of subjects or frames, in 0..1.
    """

    by: str
    seed: int
    test_share: float = TEST_SHARE


@dataclass(frozen=True)
class Manifest:
    """What is in a tree.

    Attributes:
        size: edge of every image, pixels.
        stretched: whether frames were stretched to the square; else they are padded.
        split: how files were dealt out.
        scans: whose frames these are.
        files: all of them.
        made_by: the verb and ParaSAM's version.

    Raises:
        DatasetError: a subject in both parts although split by subject; a name that cannot be or
            comes twice; a file of no scan.
    """

    size: int
    stretched: bool
    split: Split
    scans: tuple[TreeScan, ...]
    files: tuple[TreeFile, ...]
    made_by: str

    def __post_init__(self) -> None:
        _check_names(self)
        leaking = sorted(_subjects(self, TRAIN) & _subjects(self, TEST))
        if self.split.by == "subject" and leaking:
            raise DatasetError(
                f"expected every subject in one part, got {', '.join(leaking)} in Train and Test"
            )

    def fit(self, file: TreeFile) -> Fit:
        """How a file's frame lies in its square."""
        return Fit(file.shape_yx, self.size, file.padding_yx)

    def paths(self) -> set[str]:
        """Every file of the tree, relative to its folder."""
        images = {
            f"{part}/{kind}/{file.name}"
            for file in self.files
            for part in (ALL, file.part)
            for kind in KINDS
        }
        return images | {MANIFEST}

    def counted(self) -> dict[str, Any]:
        """How many images and which subjects each part has."""
        train, test = ([f for f in self.files if f.part == part] for part in (TRAIN, TEST))
        return {
            "images": len(self.files),
            "train": len(train),
            "test": len(test),
            "train_subjects": sorted({f.subject for f in train}),
            "test_subjects": sorted({f.subject for f in test}),
            "size": self.size,
            "stretched": self.stretched,
            "split": asdict(self.split),
        }

    def as_json(self) -> dict[str, Any]:
        """A dictionary that `json` writes as it is."""
        return {"schema": SCHEMA, **asdict(self)}


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a tree.

    Raises:
        DatasetError: it is not there, damaged, of another schema, or says what cannot be.
    """
    path = folder / MANIFEST
    try:
        stored = json.loads(path.read_text("utf-8"))
        if stored["schema"] != SCHEMA:
            raise ValueError(f"schema {stored['schema']}, this version reads {SCHEMA}")
        return _manifest_from(stored)
    except DatasetError:
        raise
    except Exception as error:  # whatever a damaged file throws
        raise DatasetError(
            f"expected a manifest that `parasam export --medsam` wrote, got {path} "
            f"({type(error).__name__}: {error}); export the scans again"
        ) from error


def subject_key(subject: str) -> str:
    """What tells subjects apart: "m1 " and "M1" are one animal."""
    return unicodedata.normalize("NFKC", subject).strip().casefold()


def _subjects(manifest: Manifest, part: str) -> set[str]:
    return {subject_key(f.subject) for f in manifest.files if f.part == part}


def _check_names(manifest: Manifest) -> None:
    names = [f.name for f in manifest.files]
    bad = [n for n in names if not FILE_NAME.fullmatch(n)]
    if bad or len({n.casefold() for n in names}) < len(names):
        raise DatasetError(
            "expected every file named once as <tumour>_<day>_<n>.png, "
            f"got {bad[0] if bad else 'a name twice'}"
        )
    tumours = {s.tumour for s in manifest.scans}
    for file in manifest.files:
        if file.tumour not in tumours or file.part not in (TRAIN, TEST):
            raise DatasetError(
                f"expected {file.name} to be of a scan of the manifest and in Train or Test, "
                f"got {file.tumour!r} in {file.part!r}"
            )


def _manifest_from(stored: dict[str, Any]) -> Manifest:
    split = stored["split"]
    return Manifest(
        size=int(stored["size"]),
        stretched=bool(stored["stretched"]),
        split=Split(str(split["by"]), int(split["seed"]), float(split["test_share"])),
        scans=tuple(_scan_from(s) for s in stored["scans"]),
        files=tuple(_file_from(f, int(stored["size"])) for f in stored["files"]),
        made_by=str(stored["made_by"]),
    )


def _scan_from(stored: dict[str, Any]) -> TreeScan:
    space = stored["space"]
    x0, y0, x1, y1 = (int(v) for v in stored["roi_xyxy"])
    names = {k: str(stored[k]) for k in ("tumour", "scan", "label", "subject", "timepoint")}
    return TreeScan(
        **names,
        space=Space(space["shape"], space["spacing_mm"], space["origin_mm"]),
        full_frame_shape=_pair(stored["full_frame_shape"]),
        roi_xyxy=(x0, y0, x1, y1),
        image=Provenance.from_json(stored["image"]),
        mask=Provenance.from_json(stored["mask"]),
    )


def _file_from(stored: dict[str, Any], size: int) -> TreeFile:
    shape, padding = _pair(stored["shape_yx"]), _pair(stored["padding_yx"])
    if min(shape) < 1 or min(padding) < 0 or max(padding) >= size or int(stored["frame"]) < 0:
        raise ValueError(f"{stored['name']} of {shape} pixels, padding {padding} in {size}")
    names = {k: str(stored[k]) for k in ("name", "part", "tumour", "subject", "timepoint")}
    return TreeFile(
        **names,
        frame=int(stored["frame"]),
        shape_yx=shape,
        padding_yx=padding,
        spacing_mm=checked_spacing_mm(stored["spacing_mm"]),
    )


def _pair(values: Any) -> tuple[int, int]:
    a, b = (int(v) for v in values)
    return a, b
