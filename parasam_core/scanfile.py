"""The scan on disk: every path and schema of it.

    KPC3933_d0.zarr/          one scan: OME-Zarr 0.5, as napari and ome-zarr open it
    ├── zarr.json             "ome": multiscales; "parasam": subject, timepoint, area, provenance
    ├── 0/                    image, (z, y, x) uint8
    ├── labels/
    │   └── <name>/           "ome": multiscales, image-label; "parasam": provenance, annotated
    │       └── 0/            label image, (z, y, x) uint8, 1 inside the tumour
    └── marks/                where anything was measured or noted: a Zarr group without arrays
        └── zarr.json         "parasam": marks

A library is a folder of scans. Everything is written beside its place, synced and renamed, so a
reader sees a whole scan or none. OME-Zarr 0.5: https://ngff.openmicroscopy.org/0.5/
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterator
from collections.abc import Sequence as Items
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import zarr
import zarr.codecs
import zarr.storage
from numpy.typing import NDArray

from parasam_core.atomic import folder_written_beside, write_bytes
from parasam_core.errors import GeometryError, LabelError, MarkError, ScanError
from parasam_core.marks import MOST_MARKS, Mark
from parasam_core.mask import Masks, MaskStack
from parasam_core.provenance import Provenance
from parasam_core.sequence import Box, Sequence
from parasam_core.space import Space

SCHEMA = 1
OME_VERSION = "0.5"
FRAMES_A_CHUNK = 8
LARGEST = 8 << 30
MOST_PIECES = 1 << 16
LABEL_RGBA = [255, 176, 0, 160]
LABEL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}")


@dataclass(frozen=True)
class ScanFile:
    """A scan folder that was found to be ours.

    Attributes:
        path: the folder.
        space: the grid of image and labels.
        subject: the animal, "" where unknown.
        timepoint: when it was scanned, "" where unknown.
        labels: names of the masks in it, sorted.
    """

    path: Path
    space: Space
    subject: str
    timepoint: str
    labels: tuple[str, ...]
    _stored: dict[str, Any]

    @property
    def name(self) -> str:
        """The folder's name without `.zarr`."""
        return self.path.name.removesuffix(".zarr")

    @classmethod
    def open(cls, path: Path | str) -> ScanFile:
        """Read a scan's description; pixels are read when asked for.

        Raises:
            ScanError: there is no such folder, or it is not a ParaSAM scan.
        """
        folder = Path(path)
        if not folder.is_dir():
            raise ScanError(
                f"expected a scan folder, got {folder}, which is not a folder; "
                "make one with `parasam import`"
            )
        ours, ome = _attributes(folder).get("parasam"), _attributes(folder).get("ome")
        if not isinstance(ours, dict) or not isinstance(ome, dict):
            raise ScanError(
                f"expected a scan written by ParaSAM, got {folder}, which holds no description "
                "of ours; make one with `parasam import`"
            )
        if ours.get("schema") != SCHEMA:
            raise ScanError(
                f"expected a scan of schema {SCHEMA}, got {ours.get('schema')} in {folder}; "
                "open it with the ParaSAM that wrote it"
            )
        with _damage_named(folder):
            space = Space(_image_shape(folder / "0"), *_spacing_and_origin(ome))
            return cls(folder, space, str(ours["subject"]), str(ours["timepoint"]),
                       _label_names(folder), ours)  # fmt: skip

    @property
    def roi_xyxy(self) -> Box:
        """The B-mode area within the frames as captured, half-open, pixels."""
        with _damage_named(self.path):
            x0, y0, x1, y1 = (int(v) for v in self._stored["roi_xyxy"])
            return x0, y0, x1, y1

    @property
    def full_frame_shape(self) -> tuple[int, int]:
        """(y, x) in pixels of the frames as captured."""
        with _damage_named(self.path):
            height, width = (int(v) for v in self._stored["full_frame_shape"])
            return height, width

    @property
    def provenance(self) -> Provenance:
        """Where the frames came from."""
        return Provenance.from_json(self._stored["provenance"])

    def sequence(self) -> Sequence:
        """The frames, in memory.

        Raises:
            ScanError: they are damaged.
        """
        with _damage_named(self.path):
            return Sequence(
                frames=_pixels(self.path / "0", self.space),
                space=self.space,
                subject=self.subject,
                timepoint=self.timepoint,
                full_frame_shape=self.full_frame_shape,
                roi_xyxy=self.roi_xyxy,
                provenance=self.provenance,
            )

    def frame(self, index: int) -> NDArray[np.uint8]:
        """(y, x) uint8, one frame, without reading the others.

        Raises:
            ScanError: they are damaged.
        """
        with _damage_named(self.path):
            return np.asarray(_whole_array(self.path / "0", self.space)[index], np.uint8)

    def mask(self, label: str | None = None) -> MaskStack:
        """The masks of a label, in memory; the only one when none is named.

        Raises:
            LabelError: no such label, no label at all, or several and none named.
        """
        folder = self.path / "labels" / self.label_named(label)
        with _damage_named(folder):
            stored = _attributes(folder)["parasam"]
            return MaskStack(
                masks=_pixels(folder / "0", self.space) > 0,
                space=self.space,
                provenance=Provenance.from_json(stored["provenance"]),
                annotated=np.asarray(stored["annotated"], np.bool_),
            )

    def label_named(self, label: str | None) -> str:
        """Check a label's name, or find the only one.

        Raises:
            LabelError: no such label, no label at all, or several and none named.
        """
        there = ", ".join(self.labels) or "none"
        if label is None and len(self.labels) == 1:
            return self.labels[0]
        if label is None and not self.labels:
            raise LabelError(
                f"expected a label in {self.path}, got none; make one with `parasam segment`"
            )
        if label is None:
            raise LabelError(f"expected --label NAME, {self.path} has several: {there}")
        if label not in self.labels:
            raise LabelError(f"expected one of the labels of {self.path} ({there}), got {label}")
        return label

    def written_at(self, label: str) -> datetime:
        """When a label was stored, UTC."""
        stored = self.path / "labels" / label / "zarr.json"
        return datetime.fromtimestamp(stored.stat().st_mtime, UTC)

    def write_mask(self, name: str, mask: Masks) -> ScanFile:
        """Store masks as `labels/<name>`, replacing what the same verb stored there before.

        Returns:
            The scan with the label in it.

        Raises:
            LabelError: the name cannot be one, or holds masks made another way.
            GeometryError: the masks lie on another space.
            ScanError: the frames are damaged.
        """
        if mask.space != self.space:
            raise GeometryError(f"expected masks on {self.space}, got {mask.space}")
        self.check_label_free(name, mask.provenance.verb)
        with _damage_named(self.path):
            _whole_array(self.path / "0", self.space)
        with folder_written_beside(self.path / "labels" / name) as folder:
            _write_label(folder, name, mask)
        _write_label_list(self.path / "labels")
        return ScanFile.open(self.path)

    def write_frame(self, name: str, mask: MaskStack, frame: int) -> None:
        """Store one frame of a label anew, after `mask.edited`; the others are as they were.

        Its provenance is stored first, so that no pixel is ever other than that says. What reads
        meanwhile has the frame as it was, or as it is.

        Args:
            name: the label.
            mask: all of it.
            frame: which frame is stored.

        Raises:
            LabelError: no such label.
            ScanError: it is damaged, or lies on another space.
        """
        folder = self.path / "labels" / self.label_named(name)
        with _damage_named(folder):
            array = _whole_array(folder / "0", mask.space)
            piece = frame // array.chunks[0]
            packed = _packed(array, mask.masks, piece)
            described = json.loads((folder / "zarr.json").read_text("utf-8"))
            described["attributes"]["parasam"] = _ours(mask)
        write_bytes(folder / "zarr.json", json.dumps(described, indent=2).encode())
        write_bytes(folder / "0" / "c" / str(piece) / "0" / "0", packed)
        os.utime(folder / "zarr.json")  # by which readers know that pixels changed

    def check_label_free(self, name: str, verb: str) -> None:
        """Refuse a label name before any work is done for it.

        Args:
            name: the label to write.
            verb: what would write it; it may replace what it wrote before, nothing else.

        Raises:
            LabelError: the name cannot be one, or holds masks made another way.
        """
        if not LABEL_NAME.fullmatch(name):
            raise LabelError(
                "expected a label name of letters, digits, '.', '_' or '-' "
                f"(at most 64, beginning with a letter or digit), got {name!r}"
            )
        if name not in self.labels:
            return
        stored = _attributes(self.path / "labels" / name)["parasam"]["provenance"]
        other = Provenance.from_json(stored).verb
        if other != verb:
            raise LabelError(
                f"expected a label name that is free, got {name}, which `{other}` made; "
                "give another with --label"
            )

    def marks(self) -> tuple[Mark, ...]:
        """What was measured and noted in it, in the order it was made.

        Raises:
            ScanError: that is damaged.
        """
        folder = self.path / "marks"
        if not (folder / "zarr.json").exists():
            return ()
        with _damage_named(folder):
            return tuple(map(Mark.from_json, _attributes(folder)["parasam"]["marks"]))

    @property
    def marks_changed_ns(self) -> int:
        """When marks were stored last, ns since 1970; 0 where there never were any."""
        try:
            return (self.path / "marks" / "zarr.json").stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    def write_marks(self, marks: Items[Mark]) -> None:
        """Store these marks instead of those that are there.

        Raises:
            MarkError: they are too many.
        """
        if len(marks) > MOST_MARKS:
            raise MarkError(f"expected at most {MOST_MARKS} marks in a scan, got {len(marks)}")
        ours = {"schema": SCHEMA, "marks": [mark.as_json() for mark in marks]}
        group = {"zarr_format": 3, "node_type": "group", "attributes": {"parasam": ours}}
        (self.path / "marks").mkdir(exist_ok=True)
        write_bytes(self.path / "marks" / "zarr.json", json.dumps(group, indent=2).encode())


def write_scan(path: Path | str, sequence: Sequence, *, overwrite: bool = False) -> ScanFile:
    """Store a sequence as a new scan folder.

    Args:
        path: where; its name must end in `.zarr`.
        sequence: what.
        overwrite: replace a ParaSAM scan that is there.

    Raises:
        ScanError: the name does not end in `.zarr`, or something is there already.
    """
    with new_scan(path, overwrite=overwrite) as partial:
        write_frames(partial, sequence)
    return ScanFile.open(path)


@contextmanager
def new_scan(path: Path | str, *, overwrite: bool = False) -> Iterator[Path]:
    """A folder to fill with frames and labels that takes the scan's place when it is whole.

    Raises:
        ScanError: see `write_scan`.
    """
    folder = Path(path)
    check_writable(folder, overwrite=overwrite)
    with folder_written_beside(folder) as partial:
        yield partial


def write_frames(partial: Path, sequence: Sequence) -> ScanFile:
    """Store a sequence in the folder of `new_scan`, where labels may follow it."""
    if isinstance(sequence.frames, FramesOnDisk):
        sequence.frames.finish()
    else:
        frames_on_disk(partial, sequence.frames.shape).fill(sequence.frames)
    _describe(partial, sequence)
    return ScanFile.open(partial)


def frames_on_disk(partial: Path, shape: tuple[int, ...]) -> FramesOnDisk:
    """Room for (z, y, x) frames in the folder of `new_scan`."""
    root = zarr.create_group(partial)
    root.create_group("labels", attributes={"ome": {"version": OME_VERSION, "labels": []}})
    return FramesOnDisk(_room(root, shape))


class FramesOnDisk:
    """(z, y, x) uint8 frames that are stored as they come, in order: few are in memory.

    It stands for the array that they make, and goes into a `Sequence` as that would.
    """

    def __init__(self, room: zarr.Array[Any]) -> None:
        self._room = room
        self._block = np.zeros(room.chunks, np.uint8)
        self._next = 0

    @property
    def shape(self) -> tuple[int, ...]:
        """(z, y, x)."""
        return tuple(self._room.shape)

    @property
    def dtype(self) -> np.dtype[np.uint8]:
        """Always uint8."""
        return self._block.dtype

    def __len__(self) -> int:
        return self.shape[0]

    def __setitem__(self, z: int, frame: NDArray[np.uint8]) -> None:
        if z != self._next:
            raise GeometryError(f"expected frame {self._next} next, got {z}")
        self._block[z % len(self._block)] = frame
        self._next += 1
        if self._next % len(self._block) == 0:
            self._room[self._next - len(self._block) : self._next] = self._block

    def fill(self, frames: NDArray[np.uint8]) -> None:
        """All of them at once."""
        self._room[:] = frames
        self._next = len(self)

    def finish(self) -> None:
        """Store what waits for its neighbours.

        Raises:
            GeometryError: frames are missing.
        """
        if self._next != len(self):
            raise GeometryError(f"expected {len(self)} frames, got {self._next}")
        rest = self._next % len(self._block)
        if rest:
            self._room[self._next - rest : self._next] = self._block[:rest]


def check_writable(folder: Path, *, overwrite: bool) -> None:
    """Refuse a place for a scan before any work is done for it.

    Raises:
        ScanError: see `write_scan`.
    """
    if folder.suffix != ".zarr":
        raise ScanError(f"expected a scan name ending in .zarr, got {folder}")
    if not folder.exists():
        return
    if not overwrite:
        raise ScanError(f"expected a new scan, got {folder}, which exists; add --overwrite")
    ScanFile.open(folder)


def scans_in(library: Path | str) -> list[ScanFile]:
    """The scans of a library, by subject and timepoint; a scan's own path gives that one.

    Raises:
        ScanError: no such folder, or no scan in it.
    """
    folder = Path(library)
    if folder.suffix == ".zarr":
        return [ScanFile.open(folder)]
    if not folder.is_dir():
        raise ScanError(f"expected a scan or a folder of scans, got {folder}")
    found = [ScanFile.open(p) for p in sorted(folder.glob("*.zarr")) if p.is_dir()]
    if not found:
        raise ScanError(f"expected at least one scan (*.zarr) in {folder}, got none")
    return sorted(found, key=lambda s: (s.subject, _natural(s.timepoint), s.name))


def _natural(text: str) -> list[tuple[int, str]]:
    """Sort key that puts d2 before d10."""
    return [(int(p), "") if p.isdigit() else (-1, p) for p in re.split(r"(\d+)", text)]


def _describe(folder: Path, sequence: Sequence) -> None:
    ours = {
        "schema": SCHEMA,
        "subject": sequence.subject,
        "timepoint": sequence.timepoint,
        "full_frame_shape": list(sequence.full_frame_shape),
        "roi_xyxy": list(sequence.roi_xyxy),
        "provenance": sequence.provenance.as_json(),
    }
    ome = {"version": OME_VERSION, "multiscales": [_multiscale(sequence.space, "image")]}
    described: Any = {"ome": ome, "parasam": ours}
    zarr.open_group(folder, mode="r+").attrs.update(described)


def _write_label(folder: Path, name: str, mask: Masks) -> None:
    ome = {
        "version": OME_VERSION,
        "multiscales": [_multiscale(mask.space, name)],
        "image-label": {
            "colors": [{"label-value": 1, "rgba": LABEL_RGBA}],
            "source": {"image": "../../"},
        },
    }
    group = zarr.create_group(folder, attributes={"ome": ome, "parasam": _ours(mask)})
    room = FramesOnDisk(_room(group, mask.space.shape))
    for z, frame in enumerate(mask.frames()):
        room[z] = frame.view(np.uint8)
    room.finish()


def _ours(mask: Masks) -> dict[str, Any]:
    """What we say of a label."""
    return {
        "schema": SCHEMA,
        "provenance": mask.provenance.as_json(),
        "annotated": mask.annotated.tolist(),
    }


def _packed(array: zarr.Array[Any], masks: NDArray[np.bool_], piece: int) -> bytes:
    """A piece of a label's array with other masks in it, as the array keeps it in a file."""
    height, *_ = array.chunks
    block = np.zeros(array.chunks, np.uint8)
    some = masks[piece * height : (piece + 1) * height]
    block[: len(some)] = some
    kept: dict[str, Any] = {}
    zarr.create_array(
        zarr.storage.MemoryStore(kept),
        data=block,
        chunks=array.chunks,
        compressors=array.compressors,
        config={"write_empty_chunks": True},
    )
    return bytes(kept["c/0/0/0"].to_bytes())


def _room(group: zarr.Group, shape: tuple[int, ...]) -> zarr.Array[Any]:
    """A (z, y, x) uint8 array to be filled."""
    return group.create_array(
        "0",
        shape=shape,
        dtype=np.uint8,
        chunks=(min(FRAMES_A_CHUNK, shape[0]), *shape[1:]),
        compressors=zarr.codecs.ZstdCodec(level=1),
        dimension_names=("z", "y", "x"),
        config={"write_empty_chunks": True},  # so that a chunk that is not there is damage
    )


def _write_label_list(labels: Path) -> None:
    content = json.loads((labels / "zarr.json").read_text("utf-8"))
    content["attributes"]["ome"]["labels"] = list(_label_names(labels.parent))
    write_bytes(labels / "zarr.json", json.dumps(content, indent=2).encode())


def _multiscale(space: Space, name: str) -> dict[str, Any]:
    axes = [{"name": n, "type": "space", "unit": "millimeter"} for n in "zyx"]
    transforms: list[dict[str, Any]] = [
        {"type": "scale", "scale": list(space.spacing_mm)},
        {"type": "translation", "translation": list(space.origin_mm)},
    ]
    datasets = [{"path": "0", "coordinateTransformations": transforms}]
    return {"name": name, "axes": axes, "datasets": datasets}


def _spacing_and_origin(ome: dict[str, Any]) -> tuple[Any, Any]:
    scale, translation = ome["multiscales"][0]["datasets"][0]["coordinateTransformations"]
    return tuple(scale["scale"]), tuple(translation["translation"])


def _attributes(folder: Path) -> dict[str, Any]:
    try:
        attributes = json.loads((folder / "zarr.json").read_text("utf-8"))["attributes"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return attributes if isinstance(attributes, dict) else {}


def _label_names(folder: Path) -> tuple[str, ...]:
    labels = folder / "labels"
    found = labels.iterdir() if labels.is_dir() else iter(())
    return tuple(sorted(p.name for p in found if _is_label(p)))


def _is_label(folder: Path) -> bool:
    return LABEL_NAME.fullmatch(folder.name) is not None and "parasam" in _attributes(folder)


def _image_shape(folder: Path) -> Any:
    array = zarr.open_array(folder, mode="r")
    if math.prod(array.shape) > LARGEST or array.nchunks > MOST_PIECES:
        raise ValueError(f"{array.shape} voxels in {array.nchunks} pieces")
    return array.shape


def _pixels(folder: Path, space: Space) -> NDArray[np.uint8]:
    return np.asarray(_whole_array(folder, space)[:], np.uint8)


def _whole_array(folder: Path, space: Space) -> zarr.Array[Any]:
    array = zarr.open_array(folder, mode="r")
    if array.shape != space.shape or array.dtype != np.uint8:
        raise ValueError(f"{folder.name} is {array.dtype} of {array.shape}")
    if array.nchunks_initialized != array.nchunks:
        raise ValueError(f"{array.nchunks - array.nchunks_initialized} of its pieces are missing")
    return array


@contextmanager
def _damage_named(folder: Path) -> Iterator[None]:
    """Turn whatever a damaged folder throws into a ScanError that names it."""
    try:
        yield
    except ScanError:
        raise
    except Exception as error:
        raise ScanError(
            f"expected a whole scan, got {folder}, which is damaged ({error}); import it again"
        ) from error
